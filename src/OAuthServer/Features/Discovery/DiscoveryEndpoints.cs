using System.Text.Json;
using OAuthServer.Features.Shared;
using OAuthServer.Http;
using OAuthServer.Tokens;

namespace OAuthServer.Features.Discovery;

/// <summary>The values of <c>grant_type</c> that the token endpoint takes.</summary>
public sealed record GrantTypes(IReadOnlyList<string> Names);

/// <summary>
/// What this server can do and where (OpenID Connect Discovery 1.0, RFC 8414), and its public keys. The documents list what works
/// and nothing else; they are bytes made once.
/// </summary>
public sealed class DiscoveryEndpoints
{
    readonly SigningKeyRing keys;
    readonly byte[] document;

    public DiscoveryEndpoints(PublicUrl publicUrl, GrantTypes grants, SigningKeyRing keys)
    {
        this.keys = keys;
        document = JsonSerializer.SerializeToUtf8Bytes(Document(publicUrl, grants));
    }

    public Task MetadataAsync(HttpContext context) => ServeAsync(context, document, "public, max-age=300");

    public async Task KeysAsync(HttpContext context) => await ServeAsync(context, (await keys.CurrentAsync()).Json, "public, max-age=300");

    static Dictionary<string, object> Document(PublicUrl publicUrl, GrantTypes grants)
    {
        string[] methods = ["client_secret_basic", "client_secret_post", "private_key_jwt"];
        string[] algorithms = ["ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512"];
        return new(StringComparer.Ordinal)
        {
            ["issuer"] = publicUrl.Value,
            ["authorization_endpoint"] = publicUrl.At(Routes.Authorize),
            ["pushed_authorization_request_endpoint"] = publicUrl.At(Routes.PushedAuthorization),
            ["token_endpoint"] = publicUrl.At(Routes.Token),
            ["introspection_endpoint"] = publicUrl.At(Routes.Introspect),
            ["revocation_endpoint"] = publicUrl.At(Routes.Revoke),
            ["device_authorization_endpoint"] = publicUrl.At(Routes.DeviceAuthorization),
            ["userinfo_endpoint"] = publicUrl.At(Routes.UserInfo),
            ["end_session_endpoint"] = publicUrl.At(Routes.EndSession),
            ["jwks_uri"] = publicUrl.At(Routes.Keys),
            ["grant_types_supported"] = grants.Names.Order(StringComparer.Ordinal).ToArray(),
            ["response_types_supported"] = new[] { "code" },
            ["response_modes_supported"] = new[] { "query", "fragment", "form_post" },
            ["code_challenge_methods_supported"] = new[] { "S256" },
            ["prompt_values_supported"] = new[] { "none", "login", "consent", "select_account" },
            ["acr_values_supported"] = new[] { "urn:oauthserver:acr:1", "urn:oauthserver:acr:2" },
            ["authorization_response_iss_parameter_supported"] = true,
            ["require_pushed_authorization_requests"] = false,
            ["backchannel_logout_supported"] = true,
            ["backchannel_logout_session_supported"] = true,
            ["ui_locales_supported"] = PageLanguage.Supported.Select(language => language.Name).ToArray(),
            ["subject_types_supported"] = new[] { "public" },
            ["id_token_signing_alg_values_supported"] = new[] { "RS256", "ES256" },
            ["scopes_supported"] = new[] { "openid", "profile", "email", "offline_access", "api" },
            ["claims_supported"] = new[]
            {
                "sub", "auth_time", "acr", "amr", "sid", "preferred_username", "name", "given_name", "family_name", "locale", "zoneinfo", "updated_at", "email", "email_verified",
            },
            ["token_endpoint_auth_methods_supported"] = methods.Append("none").ToArray(),
            ["token_endpoint_auth_signing_alg_values_supported"] = algorithms,
            ["introspection_endpoint_auth_methods_supported"] = methods,
            ["introspection_endpoint_auth_signing_alg_values_supported"] = algorithms,
            ["revocation_endpoint_auth_methods_supported"] = methods.Append("none").ToArray(),
            ["revocation_endpoint_auth_signing_alg_values_supported"] = algorithms,
            ["claims_parameter_supported"] = false,
            ["request_parameter_supported"] = false,
            ["request_uri_parameter_supported"] = false,
        };
    }

    static async Task ServeAsync(HttpContext context, byte[] json, string caching)
    {
        var response = context.Response;
        response.ContentType = "application/json";
        response.ContentLength = json.Length;
        response.Headers.CacheControl = caching;
        response.Headers.AccessControlAllowOrigin = "*"; // public documents, read by browser apps of any origin
        if (!HttpMethods.IsHead(context.Request.Method))
            await response.Body.WriteAsync(json);
    }
}
