using System.Buffers;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OAuthServer.Apps;
using OAuthServer.Data;
using OAuthServer.Http;
using OAuthServer.Policy;

namespace OAuthServer.Tokens;

/// <summary>
/// The mint: the only place where a token is made. Takes what a grant has granted, makes the access token in the app's format, the
/// refresh token where one may go with it, and the rows that let them be read, refreshed and revoked, durable before it returns.
/// It never asks who may come in.
/// </summary>
public sealed class TokenIssuer(
    SigningKeyRing keys, IdTokens idTokens, StandingGrants standing, RefreshTokens refreshTokens, WriteQueue writes, Database database, MasterKey master, PublicUrl publicUrl,
    ServerMetrics metrics, TimeProvider clock)
{
    /// <summary>The purpose under which opaque access tokens are hashed.</summary>
    internal const string OpaquePurpose = "access-token";

    const string OpaqueAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._";
    static readonly string[] OfflineScopes = ["offline_access", "refresh_token"];
    readonly ConcurrentDictionary<string, byte[]> headers = new(StringComparer.Ordinal);

    /// <summary>Makes the tokens; null when the password that proved the login has been changed meanwhile, or what it was to be spent on is spent.</summary>
    public async ValueTask<TokenResult?> IssueAsync(GrantedAccess access)
    {
        var started = clock.GetTimestamp();
        var settings = access.App.Settings;
        var asked = TimeSpan.FromMinutes(settings.AccessTokenMinutes);
        var lifetime = asked < SigningKeyRing.LongestToken ? asked : SigningKeyRing.LongestToken;
        var isStanding = access.Channel == LoginChannel.ClientCredentials;
        var grantId = access.GrantId ?? (isStanding ? await standing.ForAsync(access) : RandomId.New(16));
        var token = new AccessTokenInfo
        {
            Jti = RandomId.New(16),
            GrantId = grantId,
            UserId = access.UserId,
            OrgId = access.OrgId,
            ClientId = access.App.ClientId,
            Channel = access.Channel,
            Scope = access.Scope,
            Audience = settings.Audience ?? publicUrl.Value,
            Proven = access.Assurance.Proven,
            TrustedNetwork = access.Assurance.TrustedNetwork,
            ProfileVersion = access.ProfileVersion,
            AuthenticatedAt = access.AuthenticatedAt,
            IssuedAt = access.At,
            ExpiresAt = access.At + lifetime,
        };
        var opaque = settings.EffectiveTokenFormat == TokenFormat.Opaque;
        var value = opaque ? $"{access.OrgId}!{RandomNumberGenerator.GetString(OpaqueAlphabet, 96)}" : await SignAsync(token);
        var makesGrant = access.GrantId is null && !isStanding;
        var startsRefresh = makesGrant && MayRefresh(access);
        var refresh = startsRefresh ? refreshTokens.FirstOf(grantId) : access.NextRefreshToken;
        if (makesGrant || opaque)
        {
            var stands = await writes.CommitAsync(async scope =>
            {
                if (makesGrant && !await GrantRows.PasswordStandsAsync(scope.Sql, database.ForUpdate, access))
                    return false;
                if (makesGrant && access.Spend is { } spend && !await spend(scope, grantId))
                    return false;
                if (makesGrant)
                    await GrantRows.InsertAsync(scope.Sql, grantId, access, startsRefresh ? RefreshTokens.LifeFrom(access.At, access.App) : null);
                if (opaque)
                    await GrantRows.InsertAccessTokenAsync(scope.Sql, master.KeyedHash(OpaquePurpose, value), grantId, token.ExpiresAt, ClaimsOf(token));
                return true;
            });
            if (!stands)
                return null;
        }
        var idToken = await idTokens.ForAsync(access, value, lifetime);
        metrics.TokenIssued(clock.GetElapsedTime(started));
        return new TokenResult { Access = access, AccessToken = value, ExpiresIn = lifetime, IssuedAt = access.At, RefreshToken = refresh, IdToken = idToken };
    }

    static bool MayRefresh(GrantedAccess access) =>
        access.MayRefresh && access.App.Flows.Contains(LoginChannel.RefreshToken)
        && access.Scope.Split(' ').Intersect(OfflineScopes, StringComparer.Ordinal).Any();

    async ValueTask<string> SignAsync(AccessTokenInfo token)
    {
        var key = (await keys.CurrentAsync()).Current("ES256", token.IssuedAt);
        if (!headers.TryGetValue(key.Kid, out var header))
            headers[key.Kid] = header = JwtWriter.HeaderOf("at+jwt", key);
        return JwtWriter.Write(header, key, (token, publicUrl.Value), AccessTokenClaims.Write);
    }

    string ClaimsOf(AccessTokenInfo token)
    {
        var text = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(text))
        {
            json.WriteStartObject();
            AccessTokenClaims.Write(json, (token, publicUrl.Value));
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(text.WrittenSpan);
    }
}
