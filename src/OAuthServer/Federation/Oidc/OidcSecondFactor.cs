using System.Text.Json;
using OAuthServer.Http;

namespace OAuthServer.Federation.Oidc;

/// <summary>Whether the provider saw a second factor of a kind that counts: one of <c>amr</c> (RFC 8176) or <c>acr</c>, as the settings name them. Userinfo has no say.</summary>
static class OidcSecondFactor
{
    internal static bool IsIn(CompactJws jws, ProviderSettings settings) =>
        (CompactJws.Text(jws.Claims, "acr") is { } context && settings.SecondFactors.Contains(context, StringComparer.Ordinal))
        || (jws.Claims.TryGetProperty("amr", out var methods) && methods.ValueKind == JsonValueKind.Array
            && methods.EnumerateArray().Any(method => method.ValueKind == JsonValueKind.String && settings.SecondFactors.Any(method.ValueEquals)));
}
