using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Federation;
using OAuthServer.Http;
using OAuthServer.Policy;

namespace OAuthServer.Login;

/// <summary>A sign-in that is under way at this browser, as of this request.</summary>
/// <param name="Row">What it has proven so far.</param>
/// <param name="Target">Where it leads.</param>
/// <param name="User">The proven user; null while nobody is.</param>
public sealed record SignInUnderWay(PendingSignIn Row, SignInTarget Target, User? User)
{
    /// <summary>True when the rules asked for this: what they did not ask for, no page does.</summary>
    public bool IsAsked(ChallengeKind kind) => Row.OneOf.Split(',').Contains(kind.ToString(), StringComparer.Ordinal);
}

/// <summary>
/// Sign-ins that are under way. Owns how the steps of one hang together: a row bound to one browser by a cookie, for ten minutes. A
/// new sign-in at the same browser replaces it; once a user is proven, no step can put another in that place; a password that
/// changed meanwhile ends it. It grants nothing: only the gate does, from all the proofs.
/// </summary>
public sealed class PendingSignIns(Database database, MasterKey key, ServerCookies cookies, TimeProvider clock)
{
    /// <summary>How long the steps may take together.</summary>
    public static readonly TimeSpan Time = TimeSpan.FromMinutes(10);

    const string Cookie = "signin";
    const string Purpose = "pending-sign-in";

    /// <summary>What was begun on the proofs of a session ends with it, at whatever browser it is under way.</summary>
    internal static Task<int> EndOfSessionAsync(ServerDb db, string sessionId) =>
        db.PendingSignIns.Where(p => db.BrowserSessions.Any(s => s.Id == sessionId && s.UserId == p.UserId)).ExecuteDeleteAsync();

    /// <summary>Begins a sign-in at this browser, in the place of any other.</summary>
    /// <param name="context">The browser's request.</param>
    /// <param name="username">As typed.</param>
    /// <param name="target">Where it leads.</param>
    /// <param name="proven">The user, when something is proven already.</param>
    /// <param name="proofs">What is.</param>
    /// <param name="provider">The session at the identity provider that vouched.</param>
    public async Task<SignInUnderWay> BeginAsync(HttpContext context, string username, SignInTarget target, User? proven = null, Proof proofs = Proof.None, ProviderSession? provider = null)
    {
        var now = clock.GetUtcNow();
        var secret = RandomId.New(32);
        var row = new PendingSignIn
        {
            Hash = HashOf(secret),
            Username = username.Length > Usernames.MaxLength ? username[..Usernames.MaxLength] : username,
            UserId = proven?.Id,
            Proven = proofs,
            PasswordChangedAt = proven?.PasswordChangedAt,
            Target = target.Seal(key),
            ProviderSession = provider?.Seal(key),
            CreatedAt = now,
            ExpiresAt = now + Time,
        };
        await using var db = database.NewContext();
        if (cookies.Read(context.Request, Cookie) is { } old)
            await db.PendingSignIns.Where(p => p.Hash == HashOf(old)).ExecuteDeleteAsync();
        db.PendingSignIns.Add(row);
        await db.SaveChangesAsync();
        cookies.Set(context.Response, Cookie, secret, Time);
        return new(row, target, proven);
    }

    /// <summary>The sign-in that is under way at the browser that sent this request; null when none is, or no longer.</summary>
    public async Task<SignInUnderWay?> CurrentAsync(HttpContext context)
    {
        if (cookies.Read(context.Request, Cookie) is not { } secret)
            return null;
        var hash = HashOf(secret);
        var now = clock.GetUtcNow();
        await using var db = database.NewContext();
        var row = await db.PendingSignIns.AsNoTracking().SingleOrDefaultAsync(p => p.Hash == hash && p.ExpiresAt > now);
        if (row is null)
            return null;
        var user = row.UserId is null ? null : await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == row.UserId);
        return row.UserId is not null && user?.PasswordChangedAt != row.PasswordChangedAt ? null : new(row, SignInTarget.Open(key, row.Target), user);
    }

    /// <summary>
    /// Remembers what a step proved, and what is asked next. When it is the first proof, the browser gets a new secret: whoever knew the
    /// old one has nothing of it. Null when meanwhile the sign-in ended or another user was proven.
    /// </summary>
    public async Task<SignInUnderWay?> ProveAsync(
        HttpContext context, SignInUnderWay at, string userId, DateTimeOffset? passwordChangedAt, Proof proven, IEnumerable<ChallengeKind> oneOf)
    {
        var asked = string.Join(',', oneOf);
        var now = clock.GetUtcNow();
        var secret = at.Row.UserId is null ? RandomId.New(32) : null;
        var hash = secret is null ? at.Row.Hash : HashOf(secret);
        await using var db = database.NewContext();
        var kept = await db.PendingSignIns
            .Where(p => p.Hash == at.Row.Hash && p.ExpiresAt > now && (p.UserId == null || p.UserId == userId))
            .ExecuteUpdateAsync(set => set
                .SetProperty(p => p.Hash, hash)
                .SetProperty(p => p.UserId, userId)
                .SetProperty(p => p.PasswordChangedAt, passwordChangedAt)
                .SetProperty(p => p.Proven, proven)
                .SetProperty(p => p.OneOf, asked));
        if (kept != 1)
            return null;
        if (secret is not null)
            cookies.Set(context.Response, Cookie, secret, Time);
        return new(await db.PendingSignIns.AsNoTracking().SingleAsync(p => p.Hash == hash), at.Target, await db.Users.AsNoTracking().SingleAsync(u => u.Id == userId));
    }

    /// <summary>The session at the identity provider that vouched for this sign-in; null when none did.</summary>
    internal ProviderSession? ProviderSessionOf(SignInUnderWay at) => ProviderSession.Open(key, at.Row.ProviderSession);

    /// <summary>Keeps the ceremony of a passkey that has begun, in the place of any other.</summary>
    public async Task KeepCeremonyAsync(SignInUnderWay at, byte[] ceremony)
    {
        await using var db = database.NewContext();
        await db.PendingSignIns.Where(p => p.Hash == at.Row.Hash).ExecuteUpdateAsync(set => set.SetProperty(p => p.PasskeyCeremony, ceremony));
    }

    /// <summary>The ceremony that is under way, for exactly one caller; null when none is or its time is over.</summary>
    public async Task<byte[]?> TakeCeremonyAsync(SignInUnderWay at)
    {
        if (at.Row.PasskeyCeremony is not { } ceremony)
            return null;
        await using var db = database.NewContext();
        return await db.PendingSignIns.Where(p => p.Hash == at.Row.Hash && p.PasskeyCeremony == ceremony)
            .ExecuteUpdateAsync(set => set.SetProperty(p => p.PasskeyCeremony, (byte[]?)null)) == 1 ? ceremony : null;
    }

    /// <summary>Ends it: signed in, refused, or given up.</summary>
    public async Task EndAsync(HttpContext context, SignInUnderWay at)
    {
        await using var db = database.NewContext();
        await db.PendingSignIns.Where(p => p.Hash == at.Row.Hash).ExecuteDeleteAsync();
        cookies.Delete(context.Response, Cookie);
    }

    string HashOf(string secret) => key.KeyedHash(Purpose, secret);
}
