using OAuthServer.Data;

namespace OAuthServer.Tokens;

/// <summary>The rows of grants and their tokens, by prepared statements.</summary>
static class GrantRows
{
    const string InsertSql = """
        INSERT INTO grants (id, org_id, user_id, app_id, channel, scope, proven, trusted_network, profile_version, authenticated_at,
            refresh_generation, refresh_expires_at, refresh_idle_expires_at, session_id)
        VALUES (@p0, @p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8, @p9, @p10, @p11, @p12, @p13)
        """;

    const string InsertAccessTokenSql = "INSERT INTO access_tokens (hash, grant_id, expires_at, claims) VALUES (@p0, @p1, @p2, @p3)";

    const string PasswordSql = "SELECT password_changed_at FROM users WHERE id = @p0";

    internal const string RevokeSql = "UPDATE grants SET revoked_at = @p1 WHERE id = @p0 AND revoked_at IS NULL";

    /// <summary>
    /// True while the password that proved the login is still the user's. A change that came between the login and this batch has
    /// revoked every grant it found, and this one must not slip in behind it.
    /// </summary>
    internal static async ValueTask<bool> PasswordStandsAsync(SqlSession sql, string forUpdate, GrantedAccess access) =>
        access.PasswordChangedAt is not { } seen || await sql.ScalarAsync(PasswordSql + forUpdate, access.UserId) == seen.ToUnixTimeMilliseconds();

    internal static async ValueTask<string> InsertAsync(SqlSession sql, string id, GrantedAccess access, RefreshLife? refresh = null)
    {
        await sql.ExecuteAsync(
            InsertSql, id, access.OrgId, access.UserId, access.App.App.Id, access.Channel.ToString(), access.Scope, (int)access.Assurance.Proven,
            access.Assurance.TrustedNetwork, access.ProfileVersion, access.AuthenticatedAt.ToUnixTimeMilliseconds(),
            refresh is null ? null : RefreshTokens.FirstGeneration, refresh?.ExpiresAt.ToUnixTimeMilliseconds(), refresh?.IdleExpiresAt.ToUnixTimeMilliseconds(), access.SessionId);
        return id;
    }

    internal static async ValueTask InsertAccessTokenAsync(SqlSession sql, string hash, string grantId, DateTimeOffset expiresAt, string claims) =>
        await sql.ExecuteAsync(InsertAccessTokenSql, hash, grantId, expiresAt.ToUnixTimeMilliseconds(), claims);
}
