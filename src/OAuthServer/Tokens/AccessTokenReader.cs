using System.Collections.Concurrent;
using System.Text.Json;
using OAuthServer.Apps;
using OAuthServer.Data;
using OAuthServer.Http;
using OAuthServer.Policy;

namespace OAuthServer.Tokens;

/// <summary>
/// Reads access tokens back, JWT and opaque alike. A signature that was verified is remembered for a while; whether the token is
/// revoked, and whether its user and app may still come in, is looked up each time.
/// </summary>
public sealed class AccessTokenReader(
    SigningKeyRing keys, AppDirectory apps, Database database, MasterKey master, PublicUrl publicUrl, TimeProvider clock)
{
    const int MaxRemembered = 10_000;

    const string LiveSql = """
        SELECT g.revoked_at, u.status, o.status, EXISTS (SELECT 1 FROM revoked_tokens r WHERE r.jti = @p1), u.username, o.built_in_apps
        FROM grants g JOIN users u ON u.id = g.user_id JOIN organizations o ON o.id = g.org_id WHERE g.id = @p0
        """;

    const string OpaqueSql = "SELECT claims, revoked_at FROM access_tokens WHERE hash = @p0";

    volatile Remembered? verified;

    /// <summary>The token's contents; null when it is not one of ours, expired, revoked, or its user or app may no longer come in.</summary>
    public async ValueTask<AccessTokenInfo?> ReadAsync(string token)
    {
        var info = token.Length > CompactJws.MaxLength ? null
            : LooksOpaque(token) ? await ReadOpaqueAsync(token)
            : await ReadJwtAsync(token);
        if (info is null || info.ExpiresAt <= clock.GetUtcNow())
            return null;
        var app = await apps.FindAsync(info.ClientId);
        return app is { App.IsActive: true } && await OwnerOfLiveAsync(info, app) is { } username ? info with { Username = username } : null;
    }

    /// <summary>An organization's fifteen characters and an exclamation mark: the form that the salesforce dialect's clients know.</summary>
    public static bool LooksOpaque(string token) => token.Length > 16 && token[15] == '!' && token.StartsWith("00D", StringComparison.Ordinal);

    /// <summary>The app that a dead opaque token was made for, as long as its row is there.</summary>
    public async ValueTask<string?> FormerClientIdAsync(string token)
    {
        if (token.Length > CompactJws.MaxLength || !LooksOpaque(token)
            || await database.ReadAsync(OpaqueSql, row => row.GetString(0), master.KeyedHash(TokenIssuer.OpaquePurpose, token)) is not { } text)
            return null;
        using var claims = JsonDocument.Parse(text);
        return CompactJws.Text(claims.RootElement, "client_id");
    }

    /// <summary>The username, if neither grant nor token is revoked and user and organization are in order.</summary>
    ValueTask<string?> OwnerOfLiveAsync(AccessTokenInfo info, AppEntry app) => database.ReadAsync(
        LiveSql,
        row => row.IsNull(0) && row.GetString(1) == nameof(UserStatus.Active) && row.GetString(2) == nameof(OrgStatus.Open) && !row.GetBoolean(3)
            && BuiltInApps.IsOn(app, row.GetString(5))
            ? row.GetString(4)
            : null,
        info.GrantId, info.Jti);

    async ValueTask<AccessTokenInfo?> ReadOpaqueAsync(string token)
    {
        var row = await database.ReadAsync(
            OpaqueSql, row => new { Claims = row.GetString(0), Revoked = !row.IsNull(1) }, master.KeyedHash(TokenIssuer.OpaquePurpose, token));
        if (row is null || row.Revoked)
            return null;
        using var claims = JsonDocument.Parse(row.Claims);
        return AccessTokenClaims.Read(claims.RootElement);
    }

    async ValueTask<AccessTokenInfo?> ReadJwtAsync(string token)
    {
        var current = await keys.CurrentAsync();
        var remembered = verified;
        if (remembered is not null && ReferenceEquals(remembered.Under, current) && remembered.Tokens.TryGetValue(token, out var known))
            return known;
        // Ours have no padding: another spelling of a token is another token.
        if (token.Contains('=', StringComparison.Ordinal) || CompactJws.TryParse(token) is not { Type: "at+jwt" } jws || CompactJws.Text(jws.Claims, "iss") != publicUrl.Value)
            return null;
        var signedByUs = false;
        foreach (var key in current.Keys)
            signedByUs |= key.Kid == jws.KeyId && jws.IsSignedBy(key.Verifier);
        if (!signedByUs || AccessTokenClaims.Read(jws.Claims) is not { } info)
            return null;
        if (remembered is null || !ReferenceEquals(remembered.Under, current) || remembered.Tokens.Count >= MaxRemembered)
            verified = remembered = new(current);
        remembered.Tokens[token] = info;
        return info;
    }

    /// <summary>Signatures found good under one key set, and forgotten with it: a key that was withdrawn vouches for nothing any more.</summary>
    sealed class Remembered(KeySet under)
    {
        internal KeySet Under { get; } = under;

        internal ConcurrentDictionary<string, AccessTokenInfo> Tokens { get; } = new(StringComparer.Ordinal);
    }
}
