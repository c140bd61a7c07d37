using OAuthServer.Apps;
using OAuthServer.Federation;
using OAuthServer.Federation.Saml;
using OAuthServer.Http;
using OAuthServer.Policy;

namespace OAuthServer.Features.Token.Grants;

/// <summary>
/// SAML bearer (RFC 7522 section 2.1): an assertion about a user, signed by the app itself, which proves the app too, or by an identity
/// provider of the app's organization, and then the app proves itself as ever.
/// </summary>
public sealed class SamlBearerGrant(AssertionLogins logins, SamlBearerAssertions assertions, AppDirectory apps) : IGrant
{
    public string GrantType => "urn:ietf:params:oauth:grant-type:saml2-bearer";

    public LoginChannel Channel => LoginChannel.SamlBearer;

    public string? AssertedBy(RequestForm form) => form["assertion"] is { } text ? SamlBearer.IssuerOf(text) : null;

    public async Task<GrantResult> RedeemAsync(TokenRequest request)
    {
        if (request.Form["assertion"] is not { } text)
            return new GrantResult.Refused(OAuthError.InvalidRequest("assertion is required."));
        if (request.Client.IsAsserted || SamlBearer.IssuerOf(text) == request.App.ClientId)
            return await OfAppAsync(request, text);
        return await assertions.OfProviderAsync(text, request.App.App.OrgId ?? "") is { } answer
            ? await logins.OfProviderAsync(request, Channel, answer)
            : await logins.OfStrangerAsync(request, Channel, assertions.FlawOfStranger(text));
    }

    async Task<GrantResult> OfAppAsync(TokenRequest request, string text)
    {
        var assertion = assertions.OfApp(text, request.App);
        // A key may have been registered a moment ago, by another process: look before refusing.
        if (assertion.Flaw is AssertionFlaw.WrongIssuer or AssertionFlaw.SignatureInvalid && await apps.RefreshedAsync(request.App) is { } current)
            assertion = assertions.OfApp(text, current);
        return await logins.OfAppAsync(request, Channel, assertion);
    }
}
