using OAuthServer.Apps;
using OAuthServer.Data;

namespace OAuthServer.Tokens;

/// <summary>
/// Ends tokens (RFC 7009). A refresh token takes its whole grant along, access tokens included; an access token dies alone.
/// What is dead or unknown stays so, without complaint.
/// </summary>
public sealed class TokenRevocation(AccessTokenReader reader, RefreshTokens refreshTokens, WriteQueue writes, MasterKey master, TimeProvider clock)
{
    const string RevokeOpaqueSql = "UPDATE access_tokens SET revoked_at = @p1 WHERE hash = @p0 AND revoked_at IS NULL";
    const string RevokeJtiSql = "INSERT INTO revoked_tokens (jti, expires_at) VALUES (@p0, @p1) ON CONFLICT (jti) DO NOTHING";

    /// <summary>The app a refresh token was given to; null when it is none.</summary>
    public async ValueTask<string?> AppIdOfRefreshTokenAsync(string token) => (await refreshTokens.FindAsync(token))?.AppId;

    /// <summary>Ends the token if it belongs to the app that asks; another app's stays untouched (RFC 7009 section 2.1).</summary>
    /// <param name="token">As presented.</param>
    /// <param name="app">Who asks; null in the salesforce dialect, where holding the token is enough.</param>
    /// <returns>True when a live token was ended.</returns>
    public async Task<bool> RevokeAsync(string token, AppEntry? app)
    {
        if (await refreshTokens.FindAsync(token) is { } refresh)
        {
            if (app is not null && refresh.AppId != app.App.Id)
                return false;
            return await writes.CommitAsync(scope => refreshTokens.RevokeFamilyAsync(scope, refresh));
        }
        if (await reader.ReadAsync(token) is not { } access || (app is not null && access.ClientId != app.ClientId))
            return false;
        await writes.CommitAsync(scope => AccessTokenReader.LooksOpaque(token)
            ? scope.Sql.ExecuteAsync(RevokeOpaqueSql, master.KeyedHash(TokenIssuer.OpaquePurpose, token), clock.GetUtcNow().ToUnixTimeMilliseconds())
            : scope.Sql.ExecuteAsync(RevokeJtiSql, access.Jti, access.ExpiresAt.ToUnixTimeMilliseconds()));
        return true;
    }
}
