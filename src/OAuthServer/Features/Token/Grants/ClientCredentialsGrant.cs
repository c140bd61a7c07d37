using OAuthServer.Features.Shared;
using OAuthServer.Http;
using OAuthServer.Login;
using OAuthServer.Policy;

namespace OAuthServer.Features.Token.Grants;

/// <summary>Client credentials (RFC 6749 section 4.4): the app acts as its run-as user, and that user's profile applies. Never a refresh token.</summary>
public sealed class ClientCredentialsGrant(LoginGate gate) : IGrant
{
    static readonly string[] NotForApps = ["openid", "offline_access", "refresh_token"];

    public string GrantType => "client_credentials";

    public LoginChannel Channel => LoginChannel.ClientCredentials;

    public async Task<GrantResult> RedeemAsync(TokenRequest request)
    {
        // RFC 6749 section 4.4: confidential clients only. A name proves nothing.
        if (request.Client.Proof == Proof.None)
        {
            return new GrantResult.Refused(OAuthError.UnauthorizedClient("A public app cannot use client credentials.") with
            {
                InSalesforceWords = OAuthError.InvalidClient.InSalesforceWords,
            });
        }
        var (scope, error) = Scopes.Resolve(request.Form["scope"], request.App.Settings.Scopes.Except(NotForApps, StringComparer.Ordinal));
        if (error is not null)
            return new GrantResult.Refused(error);
        var outcome = await gate.JudgeAsync(
            new LoginAttempt
            {
                Channel = Channel,
                Request = request.Context,
                App = request.App,
                Subject = new LoginSubject.RunAs(),
                Credentials = new LoginCredentials.Verified(Evidence.Of(request.Client.Proof)),
            },
            request.Aborted);
        return outcome is LoginOutcome.SignedIn login
            ? new GrantResult.Granted(Access.Of(login, request.App, Channel, scope!), login.Reference)
            : new GrantResult.Refused(LoginRefusal.Of(outcome, Channel));
    }
}
