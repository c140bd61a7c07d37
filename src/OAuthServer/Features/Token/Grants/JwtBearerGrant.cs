using OAuthServer.Apps;
using OAuthServer.Federation;
using OAuthServer.Http;
using OAuthServer.Policy;

namespace OAuthServer.Features.Token.Grants;

/// <summary>
/// JWT bearer (RFC 7523 section 2.1): the app signs that it acts for a user who has allowed that, or whom an administrator has named. Its
/// signature proves the app too, so that a secret or another assertion beside it is not needed.
/// </summary>
public sealed class JwtBearerGrant(AssertionLogins logins, JwtBearerAssertions assertions, AppDirectory apps) : IGrant
{
    public string GrantType => "urn:ietf:params:oauth:grant-type:jwt-bearer";

    public LoginChannel Channel => LoginChannel.JwtBearer;

    public string? AssertedBy(RequestForm form) => form["assertion"] is { } text && CompactJws.TryParse(text) is { } jws ? CompactJws.Text(jws.Claims, "iss") : null;

    public bool SpeaksSalesforce(RequestForm form) => form["assertion"] is { } text && CompactJws.TryParse(text) is { } jws && assertions.IsOnlyBorne(text, jws);

    public async Task<GrantResult> RedeemAsync(TokenRequest request)
    {
        if (request.Form["assertion"] is not { } text)
            return new GrantResult.Refused(OAuthError.InvalidRequest("assertion is required."));
        var assertion = assertions.Read(text, request.App);
        // A key may have been registered a moment ago, by another process: look before refusing.
        if (assertion.Flaw is AssertionFlaw.AlgorithmRefused or AssertionFlaw.KeyUnknown or AssertionFlaw.SignatureInvalid
            && await apps.RefreshedAsync(request.App) is { } current)
            assertion = assertions.Read(text, current);
        return await logins.OfAppAsync(request, Channel, assertion);
    }
}
