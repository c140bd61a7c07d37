using OAuthServer.Apps;
using OAuthServer.Federation;
using OAuthServer.Federation.Oidc;
using OAuthServer.Http;
using OAuthServer.Policy;

namespace OAuthServer.Features.Token.Grants;

/// <summary>
/// Token exchange (RFC 8693): an ID token that a provider of the app's organization has issued, for an access token of ours. Nothing else is
/// exchanged, nobody acts for anybody, and the token is for the audience that all tokens of the app are for.
/// </summary>
public sealed class TokenExchangeGrant(AssertionLogins logins, IdentityProviders providers, OidcIdTokens idTokens, PublicUrl publicUrl) : IGrant
{
    const string IdToken = "urn:ietf:params:oauth:token-type:id_token";

    public string GrantType => "urn:ietf:params:oauth:grant-type:token-exchange";

    public LoginChannel Channel => LoginChannel.TokenExchange;

    public async Task<GrantResult> RedeemAsync(TokenRequest request)
    {
        // An ID token lies in browsers, and a name proves nothing: together they would be no more than the ID token.
        if (request.Client.Proof == Proof.None)
            return new GrantResult.Refused(OAuthError.UnauthorizedClient("A public app cannot exchange tokens."));
        if (FlawOf(request.Form, request.App) is { } flaw)
            return new GrantResult.Refused(flaw);
        var text = request.Form["subject_token"]!;
        if (CompactJws.TryParse(text) is not { } jws)
            return await logins.OfStrangerAsync(request, Channel, text.Length > CompactJws.MaxLength ? AssertionFlaw.TooLarge : AssertionFlaw.Malformed);
        return await ProviderOfAsync(jws, request.App) is { } provider
            ? await logins.OfProviderAsync(request, Channel, await idTokens.ReadAsync(provider, text, request.Aborted))
            : await logins.OfStrangerAsync(request, Channel, AssertionFlaw.WrongIssuer);
    }

    /// <summary>What of RFC 8693 section 2.1 is missing, or asks for something else than is done here.</summary>
    OAuthError? FlawOf(RequestForm form, AppEntry app) =>
        form["subject_token"] is null ? OAuthError.InvalidRequest("subject_token is required.")
        : form["subject_token_type"] != IdToken ? OAuthError.InvalidRequest($"subject_token_type must be {IdToken}.")
        : (form["requested_token_type"] ?? IssuedType.AccessToken) != IssuedType.AccessToken ? OAuthError.InvalidRequest($"requested_token_type must be {IssuedType.AccessToken}, or absent.")
        : form["actor_token"] is not null || form["actor_token_type"] is not null ? OAuthError.InvalidRequest("actor_token is not taken: nobody acts for anybody else here.")
        : !IsAudience(form["audience"], app) || !IsAudience(form["resource"], app) ? new("invalid_target", "audience and resource, where they are sent, must be the audience of this app's tokens.")
        : null;

    bool IsAudience(string? asked, AppEntry app) => asked is null || asked == (app.Settings.Audience ?? publicUrl.Value);

    /// <summary>By the issuer, and where several registrations share that, by the audience. Only the app's organization is looked at.</summary>
    async Task<ProviderEntry?> ProviderOfAsync(CompactJws jws, AppEntry app)
    {
        var issuer = CompactJws.Text(jws.Claims, "iss");
        var issuers = (await providers.CurrentAsync()).Of(app.App.OrgId ?? "").Where(provider => provider.Settings.Oidc is { } oidc && oidc.Issuer == issuer).ToList();
        return issuers.Find(provider => jws.IsFor([provider.Settings.Oidc!.ClientId, .. provider.Settings.Oidc.ExchangedAudiences])) ?? issuers.FirstOrDefault();
    }
}
