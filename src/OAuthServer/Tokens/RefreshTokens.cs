using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using OAuthServer.Apps;
using OAuthServer.Data;
using OAuthServer.Policy;

namespace OAuthServer.Tokens;

/// <summary>A refresh token that was found, with the grant it goes on.</summary>
public sealed record FoundRefreshToken
{
    public required string Token { get; init; }

    public required string Hash { get; init; }

    public required string GrantId { get; init; }

    public required string UserId { get; init; }

    public required string AppId { get; init; }

    public required string Scope { get; init; }

    public required LoginChannel Channel { get; init; }

    public required Proof Proven { get; init; }

    public string? TrustedNetwork { get; init; }

    public required DateTimeOffset AuthenticatedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public required DateTimeOffset IdleExpiresAt { get; init; }

    public DateTimeOffset? UsedAt { get; init; }

    public bool IsRevoked { get; init; }
}

/// <summary>
/// Refresh tokens (RFC 6749 section 6, RFC 9700 section 4.14.2). Where an app rotates, each is used once; the second use of one
/// revokes its family, except that within the app's retry window, and while the successor is unused, the same successor comes
/// back for an answer that got lost. A successor is derived from its predecessor with a key, so it can be given again without
/// having been stored.
/// </summary>
public sealed class RefreshTokens(Database database, MasterKey master, TimeProvider clock)
{
    const string Purpose = "refresh-token";

    const string FindSql = """
        SELECT t.hash, t.grant_id, t.expires_at, t.idle_expires_at, t.used_at,
               g.user_id, g.app_id, g.scope, g.channel, g.proven, g.trusted_network, g.authenticated_at, g.revoked_at
        FROM refresh_tokens t JOIN grants g ON g.id = t.grant_id WHERE t.hash = @p0
        """;

    const string InsertSql = """
        INSERT INTO refresh_tokens (hash, grant_id, issued_at, expires_at, idle_expires_at) VALUES (@p0, @p1, @p2, @p3, @p4) ON CONFLICT (hash) DO NOTHING
        """;

    const string UseSql = "UPDATE refresh_tokens SET used_at = @p1 WHERE hash = @p0 AND used_at IS NULL";
    const string TouchSql = "UPDATE refresh_tokens SET idle_expires_at = @p1 WHERE hash = @p0";
    const string LiveGrantSql = "SELECT 1 FROM grants WHERE id = @p0 AND revoked_at IS NULL";
    const string UsedSql = "SELECT used_at FROM refresh_tokens WHERE hash = @p0";

    static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(1);
    readonly byte[] successorKey = master.Derive("refresh-successor");

    public async ValueTask<FoundRefreshToken?> FindAsync(string token) =>
        token.Length > 200 ? null : await database.ReadAsync(FindSql, row => Map(row, token), HashOf(token));

    /// <summary>What is wrong with it for this app; None when it may be used.</summary>
    public CredentialFlaw FlawOf(FoundRefreshToken? token, AppEntry app)
    {
        var now = clock.GetUtcNow();
        if (token is null || token.AppId != app.App.Id || token.IsRevoked || token.ExpiresAt <= now || token.IdleExpiresAt <= now)
            return CredentialFlaw.RefreshTokenDead;
        return token.UsedAt is { } used && !IsRetry(used, now, app) ? CredentialFlaw.RefreshTokenReused : CredentialFlaw.None;
    }

    /// <summary>True for an app whose refresh tokens are used once.</summary>
    public static bool Rotates(AppEntry app) => app.Settings.Refresh.Rotate || app.Settings.IsPublic;

    /// <summary>The first token of a grant, in the caller's batch.</summary>
    public async ValueTask<string> StartAsync(WriteScope scope, string token, string grantId, AppEntry app)
    {
        var now = clock.GetUtcNow();
        await InsertAsync(scope, token, grantId, now, now.AddDays(app.Settings.Refresh.LifetimeDays), app);
        return token;
    }

    /// <summary>256 random bits, base64url: characters that every client passes on unharmed.</summary>
    public static string NewToken() => GrantRows.Random(32);

    /// <summary>The token that follows.</summary>
    public string SuccessorOf(string token) => Base64Url.EncodeToString(HMACSHA256.HashData(successorKey, Encoding.ASCII.GetBytes(token)));

    /// <summary>Uses the token, in the batch of the login: false when it was used before, and then its family is revoked.</summary>
    public async ValueTask<bool> SpendAsync(WriteScope scope, FoundRefreshToken token, AppEntry app)
    {
        var now = clock.GetUtcNow();
        if (await scope.Sql.ScalarAsync(LiveGrantSql, token.GrantId) is null)
            return false;
        if (!Rotates(app))
        {
            await scope.Sql.ExecuteAsync(TouchSql, token.Hash, IdleEnd(now, token.ExpiresAt, app).ToUnixTimeMilliseconds());
            return true;
        }
        var successor = SuccessorOf(token.Token);
        if (await scope.Sql.ExecuteAsync(UseSql, token.Hash, now.ToUnixTimeMilliseconds()) == 1)
        {
            await InsertAsync(scope, successor, token.GrantId, now, token.ExpiresAt, app);
            return true;
        }
        var usedAt = await scope.Sql.ScalarAsync(UsedSql, token.Hash);
        var successorIsUnused = await scope.Sql.ScalarAsync(UsedSql, HashOf(successor)) is null;
        if (usedAt is { } used && IsRetry(DateTimeOffset.FromUnixTimeMilliseconds(used), now, app) && successorIsUnused)
            return true;
        await scope.Sql.ExecuteAsync(GrantRows.RevokeSql, token.GrantId, now.ToUnixTimeMilliseconds());
        return false;
    }

    /// <summary>Ends the family of a token that came back after its time.</summary>
    public async ValueTask<bool> RevokeFamilyAsync(WriteScope scope, FoundRefreshToken token) =>
        await scope.Sql.ExecuteAsync(GrantRows.RevokeSql, token.GrantId, clock.GetUtcNow().ToUnixTimeMilliseconds()) == 1;

    async ValueTask InsertAsync(WriteScope scope, string token, string grantId, DateTimeOffset now, DateTimeOffset expires, AppEntry app) =>
        await scope.Sql.ExecuteAsync(
            InsertSql, HashOf(token), grantId, now.ToUnixTimeMilliseconds(), expires.ToUnixTimeMilliseconds(),
            IdleEnd(now, expires, app).ToUnixTimeMilliseconds());

    static DateTimeOffset IdleEnd(DateTimeOffset now, DateTimeOffset expires, AppEntry app) =>
        now.AddDays(app.Settings.Refresh.IdleDays) is var end && end < expires ? end : expires;

    /// <summary>
    /// Within the app's window for answers that got lost. A use a little in the future is another node's clock; one further ahead
    /// means that a clock was set back, and that makes no used token good again.
    /// </summary>
    static bool IsRetry(DateTimeOffset used, DateTimeOffset now, AppEntry app) =>
        app.Settings.Refresh.RetrySeconds > 0 && now - used <= TimeSpan.FromSeconds(app.Settings.Refresh.RetrySeconds) && used - now <= ClockSkew;

    string HashOf(string token) => master.KeyedHash(Purpose, token);

    static FoundRefreshToken Map(SqlRow row, string token) => new()
    {
        Token = token,
        Hash = row.GetString(0),
        GrantId = row.GetString(1),
        ExpiresAt = row.GetTime(2),
        IdleExpiresAt = row.GetTime(3),
        UsedAt = row.GetTimeOrNull(4),
        UserId = row.GetString(5),
        AppId = row.GetString(6),
        Scope = row.GetString(7),
        Channel = Enum.Parse<LoginChannel>(row.GetString(8)),
        Proven = (Proof)row.GetInt32(9),
        TrustedNetwork = row.GetStringOrNull(10),
        AuthenticatedAt = row.GetTime(11),
        IsRevoked = !row.IsNull(12),
    };
}
