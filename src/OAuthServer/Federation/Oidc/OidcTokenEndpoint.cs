using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using OAuthServer.Data;
using OAuthServer.Http;
using OAuthServer.Tokens;

namespace OAuthServer.Federation.Oidc;

/// <summary>What a provider gave for a code.</summary>
/// <param name="IdToken">As it came.</param>
/// <param name="AccessToken">For userinfo; null when there is none of a kind that we can use.</param>
public sealed record OidcTokens(string IdToken, string? AccessToken)
{
    /// <summary>Without them: they must not reach a log.</summary>
    public override string ToString() => nameof(OidcTokens);
}

/// <summary>Exchanges codes at providers (OpenID Connect Core 1.0, section 3.1.3), and proves us there in the way that was agreed (section 9).</summary>
public sealed class OidcTokenEndpoint(ProviderHttp http, IdentityProviders providers, SigningKeyRing keys, PublicUrl publicUrl, TimeProvider clock)
{
    /// <summary>What a client assertion says to be (RFC 7523 section 2.2).</summary>
    const string AssertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    static readonly TimeSpan AssertionLife = TimeSpan.FromMinutes(1);
    static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    /// <summary>Exchanges a code.</summary>
    /// <returns>The tokens; null when there are none, which is among the checks.</returns>
    internal async Task<OidcTokens?> RedeemAsync(ProviderEntry provider, OidcMetadata metadata, string code, string verifier, OidcChecks checks, CancellationToken cancellation)
    {
        List<KeyValuePair<string, string>> form =
        [
            new("grant_type", "authorization_code"),
            new("code", code),
            new("redirect_uri", OidcProtocol.CallbackOf(publicUrl, provider)),
            new("code_verifier", verifier),
        ];
        using var request = new HttpRequestMessage(HttpMethod.Post, metadata.TokenEndpoint);
        await ProveAsync(provider, metadata, request, form);
        using var content = request.Content = new FormUrlEncodedContent(form);
        return Read(await http.SendAsync(request, ProviderHttp.MostOfAnswer, cancellation), checks);
    }

    async Task ProveAsync(ProviderEntry provider, OidcMetadata metadata, HttpRequestMessage request, List<KeyValuePair<string, string>> form)
    {
        var settings = provider.Settings.Oidc!;
        var secret = providers.SecretOf(provider) ?? "";
        switch (settings.ClientAuthentication)
        {
            case ProviderAuthMethod.ClientSecretBasic:
                // RFC 6749 section 2.3.1: each half is encoded as in a form.
                request.Headers.Authorization = new AuthenticationHeaderValue(
                    "Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes($"{FormEncode(settings.ClientId)}:{FormEncode(secret)}")));
                break;
            case ProviderAuthMethod.ClientSecretPost:
                form.Add(new("client_id", settings.ClientId));
                form.Add(new("client_secret", secret));
                break;
            case ProviderAuthMethod.PrivateKeyJwt:
                form.Add(new("client_id", settings.ClientId));
                form.Add(new("client_assertion_type", AssertionType));
                form.Add(new("client_assertion", await AssertionAsync(settings, metadata)));
                break;
            default:
                form.Add(new("client_id", settings.ClientId));
                break;
        }
    }

    /// <summary>
    /// Says who we are for a minute (RFC 7523 section 3). The audience is the issuer alone, as FAPI 2.0 has it (section 5.3.3.1): what is made
    /// for an address can be meant for another server that put the address into its own metadata.
    /// </summary>
    async Task<string> AssertionAsync(OidcSettings settings, OidcMetadata metadata)
    {
        var now = clock.GetUtcNow();
        var takes = metadata.AssertionAlgorithms;
        var key = (await keys.CurrentAsync()).Current(takes.Contains("ES256", StringComparer.Ordinal) && !takes.Contains("RS256", StringComparer.Ordinal) ? "ES256" : "RS256", now);
        return JwtWriter.Write(JwtWriter.HeaderOf("JWT", key), key, (settings, now), static (json, state) =>
        {
            var (settings, now) = state;
            json.WriteString("iss"u8, settings.ClientId);
            json.WriteString("sub"u8, settings.ClientId);
            json.WriteString("aud"u8, settings.Issuer);
            json.WriteNumber("iat"u8, now.ToUnixTimeSeconds());
            json.WriteNumber("exp"u8, (now + AssertionLife).ToUnixTimeSeconds());
            json.WriteString("jti"u8, RandomId.New(16));
        });
    }

    static OidcTokens? Read(ProviderReply reply, OidcChecks checks)
    {
        if (!checks.Add(AssertionFlaw.ProviderUnreachable, reply.Problem is null && reply.Status is 200 or 400 or 401, reply.Problem ?? $"The token endpoint answered {reply.Status}."))
            return null;
        if (Parse(reply) is not { } answer)
        {
            checks.Add(AssertionFlaw.Malformed, holds: false, "The token endpoint's answer is not JSON.");
            return null;
        }
        using (answer)
        {
            var root = answer.RootElement;
            if (!checks.Add(AssertionFlaw.ProviderRefused, reply.Status == 200, reply.Status == 200 ? null : $"{CompactJws.Text(root, "error")} {CompactJws.Text(root, "error_description")}"))
                return null;
            var idToken = CompactJws.Text(root, "id_token");
            return checks.Add(AssertionFlaw.Malformed, idToken is not null, idToken is null ? "There is no ID token." : null)
                ? new(idToken!, "Bearer".Equals(CompactJws.Text(root, "token_type"), StringComparison.OrdinalIgnoreCase) ? CompactJws.Text(root, "access_token") : null)
                : null;
        }
    }

    static JsonDocument? Parse(ProviderReply reply)
    {
        try
        {
            var document = reply.IsJson ? JsonDocument.Parse(reply.Text, Strict) : null;
            if (document?.RootElement.ValueKind == JsonValueKind.Object)
                return document;
            document?.Dispose();
            return null;
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    static string FormEncode(string text) => Uri.EscapeDataString(text).Replace("%20", "+", StringComparison.Ordinal);
}
