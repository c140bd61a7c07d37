using OAuthServer.Data;

namespace OAuthServer.Tokens;

/// <summary>
/// Ends tokens (RFC 7009). A refresh token takes its whole grant along, access tokens included; an access token dies alone.
/// What is dead or unknown stays so, without complaint. Who may end a token, the door decides.
/// </summary>
public sealed class TokenRevocation(AccessTokenReader reader, RefreshTokens refreshTokens, WriteQueue writes, MasterKey master, TimeProvider clock)
{
    const string RevokeOpaqueSql = "UPDATE access_tokens SET revoked_at = @p1 WHERE hash = @p0 AND revoked_at IS NULL";
    const string RevokeJtiSql = "INSERT INTO revoked_tokens (jti, expires_at) VALUES (@p0, @p1) ON CONFLICT (jti) DO NOTHING";

    /// <summary>The token as presented; null when it is none, or a dead access token.</summary>
    public async ValueTask<RevocableToken?> FindAsync(string token)
    {
        var isOpaque = AccessTokenReader.LooksOpaque(token); // which no refresh token does
        if (!isOpaque && await refreshTokens.FindAsync(token) is { } refresh)
            return new RevocableToken.Refresh(refresh);
        return await reader.ReadAsync(token) is { } access
            ? new RevocableToken.Access(access, isOpaque ? master.KeyedHash(TokenIssuer.OpaquePurpose, token) : null)
            : null;
    }

    /// <summary>Ends it.</summary>
    /// <returns>True when it was alive.</returns>
    public async Task<bool> RevokeAsync(RevocableToken token)
    {
        switch (token)
        {
            case RevocableToken.Refresh { Token: var refresh }:
                return await writes.CommitAsync(scope => refreshTokens.RevokeFamilyAsync(scope, refresh));
            case RevocableToken.Access { Token: var access, OpaqueHash: var hash }:
                await writes.CommitAsync(scope => hash is not null
                    ? scope.Sql.ExecuteAsync(RevokeOpaqueSql, hash, clock.GetUtcNow().ToUnixTimeMilliseconds())
                    : scope.Sql.ExecuteAsync(RevokeJtiSql, access.Jti, access.ExpiresAt.ToUnixTimeMilliseconds()));
                return true;
            default:
                throw new InvalidOperationException("Unknown token.");
        }
    }
}
