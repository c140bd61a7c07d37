using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using OAuthServer.Http;

namespace OAuthServer.Federation.Oidc;

/// <summary>
/// Sends browsers to OpenID providers: the code flow with PKCE (RFC 7636) and a nonce. Contexts (<c>acr_values</c>) are not asked for:
/// <see cref="ProviderSettings.SecondFactors"/> says what counts when the provider saw it, of methods and contexts alike, and where it did
/// not, our own second factor is asked for.
/// </summary>
public sealed class OidcProtocol(OidcDiscovery discovery, SsoRequests requests, PublicUrl publicUrl) : IProviderProtocol
{
    const int LongestLoginHint = 200;

    /// <summary>Our redirect URI at this provider: its own, so that no other provider's answer comes there.</summary>
    public static string CallbackOf(PublicUrl publicUrl, ProviderEntry provider) => publicUrl.At(provider.Path + "/callback");

    public bool Speaks(ProviderEntry provider) => provider.Settings.Oidc is not null;

    public async Task<ProviderRequest> SignInAsync(ProviderEntry provider, SsoWish wish, CancellationToken cancellation)
    {
        if (await discovery.OfAsync(provider, cancellation) is not { } metadata)
            return new ProviderRequest.Unreachable("Its discovery document cannot be had, or does not hold.");
        var settings = provider.Settings.Oidc!;
        var query = new List<KeyValuePair<string, string?>>
        {
            new("response_type", "code"),
            new("client_id", settings.ClientId),
            new("redirect_uri", CallbackOf(publicUrl, provider)),
            new("scope", string.Join(' ', settings.Scopes.Contains("openid", StringComparer.Ordinal) ? settings.Scopes : ["openid", .. settings.Scopes])),
            new("state", wish.Handle),
            new("nonce", requests.NonceOf(wish.Handle)),
            new("code_challenge", Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(requests.VerifierOf(wish.Handle))))),
            new("code_challenge_method", "S256"),
        };
        if (wish.LoginHint is { Length: > 0 and <= LongestLoginHint } hint)
            query.Add(new("login_hint", hint));
        if (wish.MustBeNew)
        {
            query.Add(new("prompt", "login"));
            query.Add(new("max_age", "0")); // has the provider say when it was (OpenID Connect Core 1.0, section 2, auth_time)
        }
        return new ProviderRequest.Redirect(QueryHelpers.AddQueryString(metadata.AuthorizationEndpoint, query));
    }

    /// <summary>OpenID Connect RP-Initiated Logout 1.0, section 2.</summary>
    public async Task<ProviderRequest?> SignOutAsync(ProviderEntry provider, ProviderSession session, string handle, CancellationToken cancellation)
    {
        if (await discovery.OfAsync(provider, cancellation) is not { } metadata)
            return new ProviderRequest.Unreachable("Its discovery document cannot be had, or does not hold.");
        if (metadata.EndSessionEndpoint is not { } endpoint)
            return null;
        var query = new List<KeyValuePair<string, string?>>
        {
            new("client_id", provider.Settings.Oidc!.ClientId),
            new("post_logout_redirect_uri", publicUrl.At(provider.Path + "/signed-out")),
            new("state", handle),
        };
        if (session.Hint is { } hint)
            query.Add(new("id_token_hint", hint));
        return new ProviderRequest.Redirect(QueryHelpers.AddQueryString(endpoint, query));
    }
}
