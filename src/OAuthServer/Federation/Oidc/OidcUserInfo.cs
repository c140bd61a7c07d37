using System.Net.Http.Headers;
using System.Text.Json;
using OAuthServer.Http;

namespace OAuthServer.Federation.Oidc;

/// <summary>
/// Asks a provider's userinfo (OpenID Connect Core 1.0, section 5.3), plain or signed, where the ID token says too little. What cannot be had
/// stops the sign-in: a claim that is missing can mean that somebody has left.
/// </summary>
public sealed class OidcUserInfo(ProviderHttp http, OidcSignatures signatures)
{
    static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    /// <summary>What it says of this subject; null when it does not, which is among the checks.</summary>
    internal async Task<JsonElement?> AskAsync(ProviderEntry provider, OidcMetadata metadata, string accessToken, string subject, OidcChecks checks, CancellationToken cancellation)
    {
        // A header cannot hold anything else (RFC 6750 section 2.1), and .NET would quote it in an exception.
        if (!checks.Add(AssertionFlaw.Malformed, !accessToken.AsSpan().ContainsAnyExceptInRange('!', '~')))
            return null;
        using var request = new HttpRequestMessage(HttpMethod.Get, metadata.UserInfoEndpoint);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", accessToken);
        var reply = await http.SendAsync(request, ProviderHttp.MostOfAnswer, cancellation);
        if (!checks.Add(AssertionFlaw.ProviderUnreachable, reply.Problem is null && reply.Status == 200, reply.Problem ?? $"Userinfo answered {reply.Status}."))
            return null;
        var claims = reply.MediaType == "application/jwt" ? await OpenAsync(provider, metadata, reply.Text, checks, cancellation) : Parse(reply, checks);
        return claims is { } found && checks.Add(AssertionFlaw.WrongUserInfo, CompactJws.Text(found, "sub") == subject, CompactJws.Text(found, "sub")) ? found : null;
    }

    /// <summary>A signed answer is signed by the same keys, and meant for us.</summary>
    async Task<JsonElement?> OpenAsync(ProviderEntry provider, OidcMetadata metadata, string text, OidcChecks checks, CancellationToken cancellation)
    {
        var jws = CompactJws.TryParse(text.Trim());
        if (!checks.Add(AssertionFlaw.Malformed, jws is not null) || !await signatures.CheckAsync(provider, metadata, jws!, checks, cancellation))
            return null;
        var settings = provider.Settings.Oidc!;
        var before = checks.Made.Count;
        IdTokenRules.CheckOrigin(jws!, settings, [settings.ClientId], checks);
        return checks.Made.Skip(before).All(check => check.Holds) ? jws!.Claims : null;
    }

    static JsonElement? Parse(ProviderReply reply, OidcChecks checks)
    {
        JsonElement? found = null;
        try
        {
            using var document = reply.IsJson ? JsonDocument.Parse(reply.Text, Strict) : null;
            if (document?.RootElement is { ValueKind: JsonValueKind.Object } root)
                found = root.Clone();
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException)
        {
            // not JSON, or not only once: the check says so
        }
        return checks.Add(AssertionFlaw.Malformed, found is not null, found is null ? "Userinfo's answer is not a JSON object." : null) ? found : null;
    }
}
