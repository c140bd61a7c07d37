using OAuthServer.Data;
using OAuthServer.Http;

namespace OAuthServer.Tokens;

/// <summary>A one-time password that is still good.</summary>
/// <param name="Hash">The key of its row.</param>
/// <param name="Token">The access token it was made for, as it is now.</param>
/// <param name="Path">The local path it leads to; null = the first page.</param>
public sealed record OpenFrontDoor(string Hash, AccessTokenInfo Token, string? Path);

/// <summary>
/// One-time passwords by which a browser gets from an access token to this server's pages (Salesforce contract, section 6). Owns how one is
/// kept: 256 random bits of which a keyed hash is here, for a minute and for one use, and no longer than the token lives. Whoever brings
/// one is let in by nothing but the gate.
/// </summary>
public sealed class FrontDoors(Database database, WriteQueue writes, AccessTokenReader reader, MasterKey key, PublicUrl publicUrl, TimeProvider clock)
{
    /// <summary>From the answer to the browser's yes.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromSeconds(60);

    /// <summary>Of a one-time password: 32 bytes, base64url.</summary>
    public const int Characters = 43;

    const string Purpose = "front-door";

    const string InsertSql = """
        INSERT INTO front_doors (hash, grant_id, jti, token_hash, claims, path, expires_at) VALUES (@p0, @p1, @p2, @p3, @p4, @p5, @p6)
        """;

    const string IsOpen = """
         WHERE front_doors.hash = @p0 AND front_doors.used_at IS NULL AND front_doors.expires_at > @p1
            AND (front_doors.token_hash IS NULL OR EXISTS (SELECT 1 FROM access_tokens t WHERE t.hash = front_doors.token_hash AND t.revoked_at IS NULL))
        """;

    const string FindSql = "SELECT claims, path FROM front_doors" + IsOpen;

    const string SpendSql = "UPDATE front_doors SET used_at = @p1" + IsOpen + """
             AND EXISTS (SELECT 1 FROM grants g WHERE g.id = front_doors.grant_id AND g.revoked_at IS NULL)
            AND NOT EXISTS (SELECT 1 FROM revoked_tokens r WHERE r.jti = front_doors.jti)
        """;

    /// <summary>Makes one for a live token; it is on disk before this returns.</summary>
    /// <param name="token">The token as it was presented.</param>
    /// <param name="access">Its contents.</param>
    /// <param name="path">The local path it is to lead to; null = the first page.</param>
    public async Task<string> IssueAsync(string token, AccessTokenInfo access, string? path)
    {
        var secret = RandomId.New(32);
        var until = clock.GetUtcNow() + Life;
        await writes.CommitAsync(scope => scope.Sql.ExecuteAsync(
            InsertSql, HashOf(secret), access.GrantId, access.Jti,
            AccessTokenReader.LooksOpaque(token) ? key.KeyedHash(TokenIssuer.OpaquePurpose, token) : null,
            AccessTokenClaims.TextOf(access, publicUrl.Value), path,
            (until < access.ExpiresAt ? until : access.ExpiresAt).ToUnixTimeMilliseconds()));
        return secret;
    }

    /// <summary>What it opens; null when it is unknown, used or too old, or its token is dead by now. Looking uses nothing up: scanners of links do.</summary>
    public async Task<OpenFrontDoor?> FindAsync(string secret)
    {
        if (secret.Length != Characters)
            return null;
        var hash = HashOf(secret);
        var row = await database.ReadAsync(
            FindSql, static row => new { Claims = row.GetString(0), Path = row.GetStringOrNull(1) }, hash, clock.GetUtcNow().ToUnixTimeMilliseconds());
        return row is not null && await reader.ReadAgainAsync(row.Claims) is { } access ? new(hash, access, row.Path) : null;
    }

    /// <summary>Uses it up: true for exactly one caller, ever, and for none once its token was revoked.</summary>
    public async Task<bool> SpendAsync(OpenFrontDoor door) =>
        await writes.CommitAsync(scope => scope.Sql.ExecuteAsync(SpendSql, door.Hash, clock.GetUtcNow().ToUnixTimeMilliseconds())) == 1;

    string HashOf(string secret) => key.KeyedHash(Purpose, secret);
}
