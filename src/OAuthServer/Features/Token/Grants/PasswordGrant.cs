using OAuthServer.Apps;
using OAuthServer.Features.Shared;
using OAuthServer.Http;
using OAuthServer.Login;
using OAuthServer.Policy;

namespace OAuthServer.Features.Token.Grants;

/// <summary>
/// Resource owner password credentials (RFC 6749 section 4.3), the token or code appended to the password. RFC 9700 section 2.4
/// forbids it for new deployments, so it is off until organization, profile and app each open it.
/// </summary>
public sealed class PasswordGrant(LoginGate gate) : IGrant
{
    public string GrantType => "password";

    public LoginChannel Channel => LoginChannel.PasswordGrant;

    public async Task<GrantResult> RedeemAsync(TokenRequest request)
    {
        if (request.Form["username"] is not { } username || request.Form["password"] is not { } password)
            return new GrantResult.Refused(OAuthError.InvalidRequest("username and password are required."));
        var isSalesforce = request.Dialect == Dialect.Salesforce;
        // The salesforce dialect ignores scope here and never gives a refresh token (contract, section 4.2).
        var allowed = isSalesforce ? request.App.Settings.Scopes.Except(["refresh_token", "offline_access"], StringComparer.Ordinal) : request.App.Settings.Scopes;
        var (scope, error) = Scopes.Resolve(isSalesforce ? null : request.Form["scope"], allowed);
        if (error is not null)
            return new GrantResult.Refused(error);
        var outcome = await gate.JudgeAsync(
            new LoginAttempt
            {
                Channel = Channel,
                Request = request.Context,
                App = request.App,
                Subject = new LoginSubject.Named(username),
                Credentials = new LoginCredentials.Appended(password),
            },
            request.Aborted);
        return outcome is LoginOutcome.SignedIn login
            ? new GrantResult.Granted(Access.Of(login, request.App, Channel, scope!) with { MayRefresh = !isSalesforce }, login.Reference)
            : new GrantResult.Refused(LoginRefusal.Of(outcome, Channel));
    }
}
