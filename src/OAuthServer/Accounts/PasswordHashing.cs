using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Cryptography.KeyDerivation;
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
/// The only place where a password meets a hash. Owns the format (ASP.NET Core Identity's PBKDF2-HMAC-SHA512), how many run at
/// once, and that each look costs all the rounds that are wanted now, also at a hash made with fewer. It never knows whose
/// password it is, nor what follows from the answer.
/// </summary>
public sealed class PasswordHashing : IDisposable
{
    const int RoundsAt = 5;
    readonly PasswordHasher<User> hasher;
    readonly SemaphoreSlim turns;
    readonly int maxWaiting;
    readonly int rounds;
    readonly string dummy;
    int waiting;
    long spent;
    long spentRounds;

    public PasswordHashing(PasswordHashingOptions options)
    {
        hasher = HasherOf(options.Rounds);
        turns = new(options.AtOnce > 0 ? options.AtOnce : Math.Max(1, Environment.ProcessorCount / 2));
        maxWaiting = options.Waiting;
        rounds = options.Rounds;
        dummy = DummyOf(options.Rounds);
    }

    static PasswordHasher<User> HasherOf(int rounds) => new(Options.Create(new PasswordHasherOptions { IterationCount = rounds }));

    /// <summary>
    /// A hash that no password has and that takes as long to verify as any other. Made in one round and then marked as made in all
    /// of them: the start of the server need not wait for it.
    /// </summary>
    static string DummyOf(int rounds)
    {
        var hash = Convert.FromBase64String(HasherOf(1).HashPassword(null!, Guid.NewGuid().ToString()));
        BinaryPrimitives.WriteInt32BigEndian(hash.AsSpan(RoundsAt), rounds);
        return Convert.ToBase64String(hash);
    }

    /// <summary>How many callers wait for a turn.</summary>
    public int Waiting => Volatile.Read(ref waiting);

    /// <summary>How many slow hashes were computed: what an attempt costs must not tell how far it came.</summary>
    internal long Spent => Interlocked.Read(ref spent);

    /// <summary>How many rounds all the looks at hashes took together.</summary>
    internal long SpentRounds => Interlocked.Read(ref spentRounds);

    /// <exception cref="HashingBusyException">The queue is full.</exception>
    public Task<string> HashAsync(string password, CancellationToken cancellation = default) =>
        InTurnAsync(() => hasher.HashPassword(null!, Unpadded(password)), cancellation);

    /// <summary>
    /// Spends exactly one slow hash, of all the rounds wanted now, also when there is none to compare with and when the account's
    /// was made with fewer: a name that nobody has must not take longer than one whose owner has not come since the number was raised.
    /// </summary>
    /// <param name="hash">The account's hash; null for unknown users and accounts without password.</param>
    /// <param name="password">The candidate.</param>
    /// <param name="cancellation">Gives up waiting for a turn.</param>
    /// <exception cref="HashingBusyException">The queue is full.</exception>
    public Task<PasswordCheck> VerifyAsync(string? hash, string password, CancellationToken cancellation = default) =>
        InTurnAsync(() => Verify(hash, Unpadded(password)), cancellation);

    PasswordCheck Verify(string? hash, string password)
    {
        var check = hasher.VerifyHashedPassword(null!, hash ?? dummy, password) switch
        {
            PasswordVerificationResult.Success when hash is not null => PasswordCheck.Right,
            PasswordVerificationResult.SuccessRehashNeeded when hash is not null => PasswordCheck.RightButOutdated,
            _ => PasswordCheck.Wrong,
        };
        var made = RoundsOf(hash ?? dummy);
        Interlocked.Add(ref spentRounds, made);
        if (made < rounds)
            SpendMore(rounds - made, password);
        return check;
    }

    /// <summary>What a hash made with fewer rounds has left over, by the same function on the same password.</summary>
    void SpendMore(int missing, string password)
    {
        Span<byte> result = stackalloc byte[32];
        Rfc2898DeriveBytes.Pbkdf2(password, stackalloc byte[16], result, missing, HashAlgorithmName.SHA512);
        Interlocked.Add(ref spentRounds, missing);
    }

    /// <summary>The number stands behind a byte of format and four of algorithm; 0 = the hash is not of this format.</summary>
    static int RoundsOf(string hash)
    {
        Span<byte> head = stackalloc byte[RoundsAt + 4]; // twelve characters of Base64 are nine bytes
        return hash.Length > 12 && Convert.TryFromBase64Chars(hash.AsSpan(0, 12), head, out _)
            && head[0] == 1 && BinaryPrimitives.ReadInt32BigEndian(head[1..]) == (int)KeyDerivationPrf.HMACSHA512
            ? BinaryPrimitives.ReadInt32BigEndian(head[RoundsAt..])
            : 0;
    }

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
