using OAuthServer.Data;
using OAuthServer.Features.Shared;
using OAuthServer.Http;
using OAuthServer.Login;
using OAuthServer.Policy;
using OAuthServer.Tokens;

namespace OAuthServer.Features.Token.Grants;

/// <summary>
/// Refresh (RFC 6749 section 6): an earlier login goes on, and the policy is asked anew, login hours and ranges included. The
/// token is spent in the very transaction that records the login, so of two uses at once one wins.
/// </summary>
public sealed class RefreshTokenGrant(LoginGate gate, RefreshTokens tokens, WriteQueue writes) : IGrant
{
    public string GrantType => "refresh_token";

    public LoginChannel Channel => LoginChannel.RefreshToken;

    public async Task<GrantResult> RedeemAsync(TokenRequest request)
    {
        if (request.Form["refresh_token"] is not { } presented)
            return new GrantResult.Refused(OAuthError.InvalidRequest("refresh_token is required."));
        var token = await tokens.FindAsync(presented);
        var flaw = tokens.FlawOf(token, request.App);
        string? scope = null;
        if (token is not null && flaw == CredentialFlaw.None)
        {
            // RFC 6749 section 6: scope can shrink, not grow; and what the app may no longer have is gone.
            (scope, var error) = Scopes.Resolve(request.Form["scope"], token.Scope.Split(' ').Intersect(request.App.Settings.Scopes, StringComparer.Ordinal));
            if (error is not null)
                return new GrantResult.Refused(error);
        }
        if (token is not null && flaw == CredentialFlaw.RefreshTokenReused)
            await writes.CommitAsync(batch => tokens.RevokeFamilyAsync(batch, token), request.Aborted);
        var proven = flaw == CredentialFlaw.None ? Proof.RefreshToken : Proof.None;
        var outcome = await gate.JudgeAsync(
            new LoginAttempt
            {
                Channel = Channel,
                Request = request.Context,
                App = request.App,
                Subject = token is not null && token.AppId == request.App.App.Id ? new LoginSubject.Known(token.UserId) : new LoginSubject.Nobody(),
                Credentials = new LoginCredentials.Verified(
                    new Evidence(Proof.RefreshToken, proven, flaw),
                    token is null ? null : new SpendOnce(batch => tokens.SpendAsync(batch, token, request.App), CredentialFlaw.RefreshTokenReused)),
            },
            request.Aborted);
        if (outcome is not LoginOutcome.SignedIn login)
            return new GrantResult.Refused(LoginRefusal.Of(outcome, Channel));
        return new GrantResult.Granted(
            Access.Of(login, request.App, token!.Channel, scope!) with
            {
                // The token goes on telling how the user once proved itself, not how this answer came about.
                Assurance = new Assurance(token.Proven, token.TrustedNetwork),
                AuthenticatedAt = token.AuthenticatedAt,
                GrantId = token.GrantId,
                SessionId = token.SessionId,
                NextRefreshToken = RefreshTokens.Rotates(request.App) ? tokens.SuccessorOf(token) : null,
            },
            login.Reference);
    }
}
