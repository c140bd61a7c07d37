using OAuthServer.Federation;
using OAuthServer.Federation.Saml;
using OAuthServer.Http;
using OAuthServer.Policy;

namespace OAuthServer.Features.Token.Grants;

/// <summary>
/// The SAML response of a single sign-on, for a token (contract, section 4.5 b), as nforce sends it. Unlike the model it takes an app, which
/// has proven itself: a response lies in browsers, and a token is always an app's. It counts once.
/// </summary>
public sealed class SalesforceSamlGrant(AssertionLogins logins, SamlResponseAssertions responses) : IGrant
{
    const string WebSingleSignOn = "urn:oasis:names:tc:SAML:2.0:profiles:SSO:browser";

    public string GrantType => "assertion";

    public LoginChannel Channel => LoginChannel.SamlBearer;

    public bool IsSalesforceOnly => true;

    public async Task<GrantResult> RedeemAsync(TokenRequest request)
    {
        if (request.Client.Proof == Proof.None)
            return new GrantResult.Refused(OAuthError.InvalidClient);
        if (request.Form["assertion_type"] != WebSingleSignOn)
            return new GrantResult.Refused(OAuthError.InvalidRequest($"assertion_type must be {WebSingleSignOn}."));
        if (request.Form["assertion"] is not { } text)
            return new GrantResult.Refused(OAuthError.InvalidRequest("assertion is required."));
        if (await responses.ReadAsync(text, request.App.App.OrgId ?? "", request.Aborted) is { } answer)
            return await logins.OfProviderAsync(request, Channel, answer);
        return await logins.OfStrangerAsync(request, Channel, SamlResponses.Peek(text) is null ? AssertionFlaw.Malformed : AssertionFlaw.WrongIssuer);
    }
}
