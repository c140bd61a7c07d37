using System.Buffers.Text;
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
/// The mint's ID tokens (OpenID Connect Core 1.0, section 2): for an app that was granted openid by a person at a browser, with the
/// code and again with every refresh (section 12.2), which tells the same <c>auth_time</c>. Signed with the app's algorithm.
/// </summary>
public sealed class IdTokens(SigningKeyRing keys, PublicUrl publicUrl)
{
    /// <summary>The <c>typ</c> in their headers, by which they are no access token.</summary>
    public const string Type = "JWT";

    readonly ConcurrentDictionary<string, byte[]> headers = new(StringComparer.Ordinal);

    /// <summary>The ID token that goes with an access token; null when none does.</summary>
    internal async ValueTask<string?> ForAsync(GrantedAccess access, string accessToken, TimeSpan lifetime)
    {
        if (access.Channel is not (LoginChannel.AuthorizationCode or LoginChannel.Device) || !access.Scope.Split(' ').Contains("openid", StringComparer.Ordinal))
            return null;
        var key = (await keys.CurrentAsync()).Current(access.App.Settings.IdTokenAlgorithm, access.At);
        if (!headers.TryGetValue(key.Kid, out var header))
            headers[key.Kid] = header = JwtWriter.HeaderOf(Type, key);
        return JwtWriter.Write(header, key, new Contents(access, accessToken, lifetime, publicUrl), Write);
    }

    /// <summary>The subject as userinfo gives it, too: the user's id, or its address in the salesforce dialect (contract, section 4.10).</summary>
    public static string SubjectOf(AppSettings app, string orgId, string userId, PublicUrl publicUrl) =>
        app.Dialect == Dialect.Salesforce ? IdentityUrl.Of(publicUrl, orgId, userId) : RecordId.Long(userId);

    static void Write(Utf8JsonWriter json, Contents token)
    {
        var access = token.Access;
        json.WriteString("iss"u8, token.PublicUrl.Value);
        json.WriteString("sub"u8, SubjectOf(access.App.Settings, access.OrgId, access.UserId, token.PublicUrl));
        json.WriteString("aud"u8, access.App.ClientId);
        json.WriteNumber("iat"u8, access.At.ToUnixTimeSeconds());
        json.WriteNumber("exp"u8, (access.At + token.Lifetime).ToUnixTimeSeconds());
        json.WriteNumber("auth_time"u8, access.AuthenticatedAt.ToUnixTimeSeconds());
        if (access.Nonce is { } nonce)
            json.WriteString("nonce"u8, nonce);
        json.WriteString("at_hash"u8, HashOf(token.AccessToken));
        json.WriteString("acr"u8, access.Assurance.Acr);
        json.WriteStartArray("amr"u8);
        foreach (var method in access.Assurance.Amr)
            json.WriteStringValue(method);
        json.WriteEndArray();
        if (access.SessionId is { } session)
            json.WriteString("sid"u8, session);
    }

    /// <summary>OpenID Connect Core 1.0, section 3.1.3.6: the left half of the hash that the algorithm uses, which is SHA-256 for both of ours.</summary>
    static string HashOf(string accessToken) =>
        Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(accessToken)).AsSpan(0, SHA256.HashSizeInBytes / 2));

    sealed record Contents(GrantedAccess Access, string AccessToken, TimeSpan Lifetime, PublicUrl PublicUrl);
}
