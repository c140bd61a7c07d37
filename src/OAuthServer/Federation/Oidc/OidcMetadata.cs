using System.Text.Json;
using Microsoft.IdentityModel.Protocols;
using OAuthServer.Http;

namespace OAuthServer.Federation.Oidc;

/// <summary>What a provider publishes of itself (OpenID Connect Discovery 1.0, section 3), as far as we use it.</summary>
public sealed record OidcMetadata
{
    public required string AuthorizationEndpoint { get; init; }

    public required string TokenEndpoint { get; init; }

    public string? UserInfoEndpoint { get; init; }

    public string? EndSessionEndpoint { get; init; }

    /// <summary>Every answer of its authorization endpoint says who gave it (RFC 9207 section 3).</summary>
    public bool PromisesIssuer { get; init; }

    /// <summary>Algorithms it takes in client assertions; none = it does not say.</summary>
    public IReadOnlyList<string> AssertionAlgorithms { get; init; } = [];

    /// <summary>The keys it signs with: those that can be used, each for one algorithm.</summary>
    public required IReadOnlyList<VerificationKey> Keys { get; init; }
}

/// <summary>
/// Fetches and reads it: the issuer exactly as configured (OpenID Connect Discovery 1.0, section 4.3), every address https. A document that
/// does not hold is as good as none.
/// </summary>
/// <param name="issuer">As configured.</param>
public sealed class OidcMetadataRetriever(string issuer) : IConfigurationRetriever<OidcMetadata>
{
    static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 32 };

    /// <summary>Where an issuer's document is.</summary>
    public static string AddressOf(string issuer) => issuer.TrimEnd('/') + "/.well-known/openid-configuration";

    /// <exception cref="IOException">It cannot be had.</exception>
    /// <exception cref="FormatException">It does not hold; the message says where.</exception>
    /// <exception cref="JsonException">It is not JSON, or a member is repeated.</exception>
    public async Task<OidcMetadata> GetConfigurationAsync(string address, IDocumentRetriever retriever, CancellationToken cancel)
    {
        if (!IsAcceptable(issuer))
            throw new FormatException("The issuer is not an https address.");
        using var document = JsonDocument.Parse(await retriever.GetDocumentAsync(address, cancel), Strict);
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object)
            throw new FormatException("The document is no JSON object.");
        if (CompactJws.Text(root, "issuer") != issuer)
            throw new FormatException("The issuer in the document is not the one that is configured.");
        using var keys = JsonDocument.Parse(await retriever.GetDocumentAsync(Address(root, "jwks_uri") ?? throw Missing("jwks_uri"), cancel), Strict);
        return new()
        {
            AuthorizationEndpoint = Address(root, "authorization_endpoint") ?? throw Missing("authorization_endpoint"),
            TokenEndpoint = Address(root, "token_endpoint") ?? throw Missing("token_endpoint"),
            UserInfoEndpoint = Address(root, "userinfo_endpoint"),
            EndSessionEndpoint = Address(root, "end_session_endpoint"),
            PromisesIssuer = root.TryGetProperty("authorization_response_iss_parameter_supported", out var promised) && promised.ValueKind == JsonValueKind.True,
            AssertionAlgorithms = Texts(root, "token_endpoint_auth_signing_alg_values_supported"),
            Keys = VerificationKey.FromSet(keys.RootElement),
        };
    }

    string? Address(JsonElement root, string member) => CompactJws.Text(root, member) is not { } address ? null
        : IsAcceptable(address) ? address
        : throw new FormatException($"{member} is not an https address.");

    /// <summary>Https; on this machine http will do, but only for an issuer that is here too: nobody from outside points us at our own doors.</summary>
    bool IsAcceptable(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.UserInfo.Length == 0 && uri.Fragment.Length == 0
        && (uri.Scheme == Uri.UriSchemeHttps || (IsLoopbackHttp(uri) && Uri.TryCreate(issuer, UriKind.Absolute, out var own) && IsLoopbackHttp(own)));

    static bool IsLoopbackHttp(Uri uri) => uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback;

    static string[] Texts(JsonElement root, string member) => root.TryGetProperty(member, out var values) && values.ValueKind == JsonValueKind.Array
        ? [.. values.EnumerateArray().Where(value => value.ValueKind == JsonValueKind.String).Select(value => value.GetRawText().Trim('"'))]
        : [];

    static FormatException Missing(string member) => new($"{member} is missing.");
}
