using System.Buffers.Binary;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using OAuthServer.Data;

namespace OAuthServer.Accounts;

/// <summary>What one slow hash said.</summary>
public enum PasswordCheck
{
    /// <summary>Another password, or an account without one.</summary>
    Wrong,

    /// <summary>The account's password.</summary>
    Right,

    /// <summary>The account's password, hashed with fewer rounds than are wanted now.</summary>
    RightButOutdated,
}

/// <summary>Too many callers wait for a password hash: come back in a moment.</summary>
public sealed class HashingBusyException() : Exception("Too many logins at once; try again in a few seconds.");

/// <summary>
/// The only place where a password meets a hash. Owns the format (ASP.NET Core Identity's PBKDF2-HMAC-SHA512) and how many run
/// at once. It never knows whose password it is, nor what follows from the answer.
/// </summary>
public sealed class PasswordHashing : IDisposable
{
    readonly PasswordHasher<User> hasher;
    readonly SemaphoreSlim turns;
    readonly int maxWaiting;
    readonly string dummy;
    int waiting;
    long spent;

    public PasswordHashing(PasswordHashingOptions options)
    {
        hasher = HasherOf(options.Rounds);
        turns = new(options.AtOnce > 0 ? options.AtOnce : Math.Max(1, Environment.ProcessorCount / 2));
        maxWaiting = options.Waiting;
        dummy = DummyOf(options.Rounds);
    }

    static PasswordHasher<User> HasherOf(int rounds) => new(Options.Create(new PasswordHasherOptions { IterationCount = rounds }));

    /// <summary>
    /// A hash that no password has and that takes as long to verify as any other. Made in one round and then marked as made in all
    /// of them (their number stands behind a byte of format and four of algorithm): the start of the server need not wait for it.
    /// </summary>
    static string DummyOf(int rounds)
    {
        var hash = Convert.FromBase64String(HasherOf(1).HashPassword(null!, Guid.NewGuid().ToString()));
        BinaryPrimitives.WriteInt32BigEndian(hash.AsSpan(5), rounds);
        return Convert.ToBase64String(hash);
    }

    /// <summary>How many callers wait for a turn.</summary>
    public int Waiting => Volatile.Read(ref waiting);

    /// <summary>How many slow hashes were computed: what an attempt costs must not tell how far it came.</summary>
    internal long Spent => Interlocked.Read(ref spent);

    /// <exception cref="HashingBusyException">The queue is full.</exception>
    public Task<string> HashAsync(string password, CancellationToken cancellation = default) =>
        InTurnAsync(() => hasher.HashPassword(null!, Unpadded(password)), cancellation);

    /// <summary>Spends exactly one slow hash, also when there is none to compare with.</summary>
    /// <param name="hash">The account's hash; null for unknown users and accounts without password.</param>
    /// <param name="password">The candidate.</param>
    /// <param name="cancellation">Gives up waiting for a turn.</param>
    /// <exception cref="HashingBusyException">The queue is full.</exception>
    public Task<PasswordCheck> VerifyAsync(string? hash, string password, CancellationToken cancellation = default) =>
        InTurnAsync(
            () => hasher.VerifyHashedPassword(null!, hash ?? dummy, Unpadded(password)) switch
            {
                PasswordVerificationResult.Success when hash is not null => PasswordCheck.Right,
                PasswordVerificationResult.SuccessRehashNeeded when hash is not null => PasswordCheck.RightButOutdated,
                _ => PasswordCheck.Wrong,
            },
            cancellation);

    /// <summary>
    /// HMAC fills a short key up with zero bytes (RFC 2104 section 2), so that a password and the same with NULs behind it would hash
    /// alike. One character more behind those that end so keeps every two passwords apart and leaves all others as they are.
    /// </summary>
    static string Unpadded(string password) => password.EndsWith('\0') || password.EndsWith('\x01') ? password + '\x01' : password;

    async Task<T> InTurnAsync<T>(Func<T> work, CancellationToken cancellation)
    {
        if (Interlocked.Increment(ref waiting) > maxWaiting)
        {
            Interlocked.Decrement(ref waiting);
            throw new HashingBusyException();
        }
        try
        {
            await turns.WaitAsync(cancellation);
        }
        finally
        {
            Interlocked.Decrement(ref waiting);
        }
        try
        {
            Interlocked.Increment(ref spent);
            return await Task.Run(work, CancellationToken.None);
        }
        finally
        {
            turns.Release();
        }
    }

    public void Dispose() => turns.Dispose();
}
