using System.Globalization;
using System.Text.Json;
using OAuthServer.Data;
using OAuthServer.Http;
using OAuthServer.Policy;

namespace OAuthServer.Tokens;

/// <summary>
/// The claims of an access token (RFC 9068 section 2.2), written and read in one place. Opaque tokens keep the same text in their
/// row. Besides the registered claims there is one of ours, <c>born</c>: how the login was made, so that a resource server can
/// refuse tokens of legacy birth (login policy, section 9).
/// </summary>
public static class AccessTokenClaims
{
    /// <summary>The namespaced claim that says how the login was made.</summary>
    public const string BornClaim = "urn:oauthserver:born";

    public static void Write(Utf8JsonWriter json, (AccessTokenInfo Token, string Issuer) state)
    {
        var (token, issuer) = state;
        json.WriteString("iss"u8, issuer);
        json.WriteString("sub"u8, RecordId.Long(token.UserId));
        json.WriteString("aud"u8, token.Audience);
        json.WriteString("client_id"u8, token.ClientId);
        json.WriteString("org"u8, RecordId.Long(token.OrgId));
        json.WriteString("scope"u8, token.Scope);
        json.WriteString("jti"u8, token.Jti);
        json.WriteString("gid"u8, token.GrantId);
        json.WriteNumber("iat"u8, token.IssuedAt.ToUnixTimeSeconds());
        json.WriteNumber("exp"u8, token.ExpiresAt.ToUnixTimeSeconds());
        json.WriteNumber("auth_time"u8, token.AuthenticatedAt.ToUnixTimeSeconds());
        var assurance = new Assurance(token.Proven, token.TrustedNetwork);
        json.WriteString("acr"u8, assurance.Acr);
        json.WriteStartArray("amr"u8);
        foreach (var method in assurance.Amr)
            json.WriteStringValue(method);
        json.WriteEndArray();
        json.WriteStartObject(BornClaim);
        json.WriteString("grant"u8, GrantNames.Of(token.Channel));
        json.WriteNumber("proofs"u8, (int)token.Proven);
        if (token.TrustedNetwork is { } network)
            json.WriteString("trusted_network"u8, network);
        json.WriteNumber("policy_version"u8, token.ProfileVersion);
        json.WriteEndObject();
    }

    /// <summary>Reads claims that this server wrote; null when something is missing.</summary>
    public static AccessTokenInfo? Read(JsonElement claims)
    {
        if (!claims.TryGetProperty(BornClaim, out var born) || CompactJws.Text(claims, "gid") is not { } grant
            || CompactJws.Text(claims, "sub") is not { } subject || CompactJws.Text(claims, "jti") is not { } jti)
            return null;
        return new AccessTokenInfo
        {
            Jti = jti,
            GrantId = grant,
            UserId = RecordId.Short(subject),
            OrgId = RecordId.Short(CompactJws.Text(claims, "org") ?? ""),
            ClientId = CompactJws.Text(claims, "client_id") ?? "",
            Scope = CompactJws.Text(claims, "scope") ?? "",
            Audience = CompactJws.Text(claims, "aud") ?? "",
            Channel = GrantNames.ChannelOf(CompactJws.Text(born, "grant") ?? ""),
            Proven = (Proof)born.GetProperty("proofs").GetInt32(),
            TrustedNetwork = CompactJws.Text(born, "trusted_network"),
            ProfileVersion = born.GetProperty("policy_version").GetInt32(),
            AuthenticatedAt = Time(claims, "auth_time"),
            IssuedAt = Time(claims, "iat"),
            ExpiresAt = Time(claims, "exp"),
        };
    }

    static DateTimeOffset Time(JsonElement claims, string name) => DateTimeOffset.FromUnixTimeSeconds(claims.GetProperty(name).GetInt64());
}

/// <summary>Channels by the name of their grant type.</summary>
public static class GrantNames
{
    static readonly Dictionary<LoginChannel, string> Names = new()
    {
        [LoginChannel.Browser] = "browser",
        [LoginChannel.PasswordGrant] = "password",
        [LoginChannel.SoapLogin] = "soap_login",
        [LoginChannel.AuthorizationCode] = "authorization_code",
        [LoginChannel.Device] = "urn:ietf:params:oauth:grant-type:device_code",
        [LoginChannel.JwtBearer] = "urn:ietf:params:oauth:grant-type:jwt-bearer",
        [LoginChannel.SamlBearer] = "urn:ietf:params:oauth:grant-type:saml2-bearer",
        [LoginChannel.ClientCredentials] = "client_credentials",
        [LoginChannel.RefreshToken] = "refresh_token",
        [LoginChannel.TokenExchange] = "urn:ietf:params:oauth:grant-type:token-exchange",
    };

    static readonly Dictionary<string, LoginChannel> Channels = Names.ToDictionary(pair => pair.Value, pair => pair.Key, StringComparer.Ordinal);

    public static string Of(LoginChannel channel) => Names[channel];

    public static LoginChannel ChannelOf(string name) =>
        Channels.TryGetValue(name, out var channel) ? channel : throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"Unknown grant '{name}'."));
}
