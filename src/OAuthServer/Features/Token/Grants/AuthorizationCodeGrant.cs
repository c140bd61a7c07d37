using OAuthServer.Apps;
using OAuthServer.Data;
using OAuthServer.Features.Shared;
using OAuthServer.Http;
using OAuthServer.Orgs;
using OAuthServer.Policy;
using OAuthServer.Tokens;

namespace OAuthServer.Features.Token.Grants;

/// <summary>
/// Authorization code (RFC 6749 section 4.1.3). The login behind it has been judged when the code was made, a minute ago at most; this
/// asks only whether it is the same app, whether the organization still has it on, and whether user, organization and session still stand.
/// </summary>
public sealed class AuthorizationCodeGrant(AuthorizationCodes codes, OrgDirectory orgs, WriteQueue writes, TimeProvider clock, ILogger<AuthorizationCodeGrant> log) : IGrant
{
    /// <summary>One text for whatever is wrong with a code. The salesforce dialect says more to the app, which has proven itself (contract, section 4.14).</summary>
    static readonly OAuthError Dead = OAuthError.InvalidGrant("The code is unknown, used or expired, or was made for another app, redirect_uri or code_verifier.") with
    {
        InSalesforceWords = new("invalid_grant", "expired authorization code"),
    };

    public string GrantType => "authorization_code";

    public LoginChannel Channel => LoginChannel.AuthorizationCode;

    public async Task<GrantResult> RedeemAsync(TokenRequest request)
    {
        if (request.Form["code"] is not { } presented)
            return new GrantResult.Refused(OAuthError.InvalidRequest("code is required."));
        if (!request.App.App.IsActive || !request.App.Flows.Contains(Channel))
        {
            return new GrantResult.Refused(OAuthError.UnauthorizedClient("This app is not registered for this grant type.") with
            {
                InSalesforceWords = AppFlaw.InSalesforceWords(request.App, Channel),
            });
        }
        if (await codes.FindAsync(presented) is not { } code)
            return new GrantResult.Refused(Dead);
        if (code.IsUsed || code.Contents.AppId != request.App.App.Id)
        {
            var revoked = await writes.CommitAsync(scope => codes.EndAsync(scope, code));
            log.LogWarning(
                "A code of app {AppId} came {How}, from app {CallerId}{Consequence}.", code.Contents.AppId, code.IsUsed ? "again" : "to the wrong app",
                request.App.App.Id, revoked ? "; what it made is revoked" : "");
            return new GrantResult.Refused(Dead);
        }
        return codes.FlawOf(code, request.App, request.Form["redirect_uri"], request.Form["code_verifier"]) switch
        {
            CodeFlaw.None when await SwitchedOffAsync(request.App, code.Contents.OrgId) is { } switchedOff => new GrantResult.Refused(switchedOff),
            CodeFlaw.None => new GrantResult.Granted(AccessOf(code, request), Reference: null) { IfSpent = Dead },
            CodeFlaw.RedirectUri => new GrantResult.Refused(Dead with { InSalesforceWords = new("redirect_uri_mismatch", "redirect_uri must match configuration") }),
            CodeFlaw.Verifier => new GrantResult.Refused(Dead with { InSalesforceWords = new("invalid_grant", "invalid code verifier") }),
            _ => new GrantResult.Refused(Dead),
        };
    }

    /// <summary>Of an organization that this node has not heard of yet nothing is known; what it makes is looked at with each use.</summary>
    async ValueTask<OAuthError?> SwitchedOffAsync(AppEntry app, string orgId) =>
        (await orgs.CurrentAsync()).Rows.Orgs.GetValueOrDefault(orgId) is { } org ? AppFlaw.Of(app, org.Facts) : null;

    GrantedAccess AccessOf(FoundCode code, TokenRequest request)
    {
        var contents = code.Contents;
        return new()
        {
            App = request.App,
            UserId = contents.UserId,
            Username = code.Username,
            OrgId = contents.OrgId,
            Channel = Channel,
            Assurance = contents.Assurance,
            ProfileVersion = contents.ProfileVersion,
            At = clock.GetUtcNow(),
            AuthenticatedAt = contents.AuthenticatedAt,
            Scope = contents.Scope,
            PasswordChangedAt = contents.PasswordChangedAt,
            SessionId = contents.SessionId,
            Nonce = contents.Nonce,
            MayRefresh = true,
            Spend = (scope, grantId) => codes.SpendAsync(scope, code, grantId),
        };
    }
}
