using OAuthServer.Data;
using OAuthServer.Features.Shared;
using OAuthServer.Federation;
using OAuthServer.Http;
using OAuthServer.Login;
using OAuthServer.Policy;

namespace OAuthServer.Features.Token.Grants;

/// <summary>
/// Takes an assertion about a user to the gate, whether or not it holds, and says what the gate let pass: never a refresh token, since the
/// app can assert again, and no more than the user has allowed the app, or an administrator.
/// </summary>
public sealed class AssertionLogins(LoginGate gate, Consents consents, FederatedAccounts federated)
{
    static readonly string[] Offline = ["offline_access", "refresh_token"];

    /// <summary>What the app itself asserts.</summary>
    public Task<GrantResult> OfAppAsync(TokenRequest request, LoginChannel channel, AppAssertion assertion) => JudgeAsync(
        request, channel, new AssertedLogin(null, request.App.App.OrgId, assertion.Flaw), assertion.LoginSubject, Proof.ClientAssertion, assertion.Once);

    /// <summary>What an identity provider asserts, of the app's own organization. A flaw without a provider is of an issuer that is none of them.</summary>
    public async Task<GrantResult> OfProviderAsync(TokenRequest request, LoginChannel channel, ProviderAnswer answer)
    {
        var (userId, flaw) = await AccountAsync(request, answer);
        var proven = Proof.SsoAssertion | (answer.HasSecondFactor ? Proof.SsoSecondFactor : Proof.None);
        return await JudgeAsync(
            request, channel, new AssertedLogin(answer.Provider.Id, answer.Provider.OrgId, flaw),
            userId is null ? new LoginSubject.Nobody() : new LoginSubject.Known(userId), proven, answer.Once);
    }

    /// <summary>What says to be of an identity provider that the app's organization has not.</summary>
    public Task<GrantResult> OfStrangerAsync(TokenRequest request, LoginChannel channel, AssertionFlaw flaw) => JudgeAsync(
        request, channel, new AssertedLogin(null, request.App.App.OrgId, flaw), new LoginSubject.Nobody(), Proof.SsoAssertion, null);

    async Task<GrantResult> JudgeAsync(TokenRequest request, LoginChannel channel, AssertedLogin asserted, LoginSubject subject, Proof presented, OnceOnly? once)
    {
        var app = request.App;
        var (allowed, error) = Scopes.Resolve(request.Form["scope"], app.Settings.Scopes.Except(Offline, StringComparer.Ordinal));
        if (error is not null && asserted.Flaw == AssertionFlaw.None) // a forger is not to learn what the app may have
            return new GrantResult.Refused(error);
        var outcome = await gate.JudgeAsync(
            new LoginAttempt
            {
                Channel = channel,
                Request = request.Context,
                App = app,
                Subject = subject,
                Credentials = Credentials(request, channel, asserted, presented, once),
                Assertion = asserted,
                AppIsProven = asserted.Flaw == AssertionFlaw.None || !request.Client.IsAsserted,
            },
            request.Aborted);
        if (outcome is not LoginOutcome.SignedIn login)
            return new GrantResult.Refused(AssertionRefusal.Of(outcome, asserted.Flaw, app, channel));
        if (app.Settings.Preapproval.Required)
            return new GrantResult.Granted(Access.Of(login, app, channel, allowed!), login.Reference);
        var given = (await consents.FindAsync(login.User.Id, app))?.Scopes ?? new HashSet<string>(StringComparer.Ordinal);
        var scope = allowed!.Split(' ').Where(given.Contains).ToList();
        if (scope.Count == 0)
            return new GrantResult.Refused(OAuthError.InvalidScope("The user has allowed this app none of these scopes.") with { Reference = login.Reference });
        return new GrantResult.Granted(
            Access.Of(login, app, channel, string.Join(' ', scope)) with { Spend = (batch, _) => consents.LetsGoOnAsync(batch.Sql, login.User.Id, app) },
            login.Reference)
        {
            IfSpent = AssertionRefusal.NotApprovedByUser,
        };
    }

    /// <summary>
    /// The account that a provider means. None is made, changed or ended here: a token can be shown again, long after it was made, and
    /// may hold less than a sign-in would.
    /// </summary>
    async Task<(string? UserId, AssertionFlaw Flaw)> AccountAsync(TokenRequest request, ProviderAnswer answer)
    {
        if (answer.Flaw != AssertionFlaw.None)
            return (null, answer.Flaw);
        return await federated.FindAsync(answer, request.Aborted) switch
        {
            FederatedAccount.Linked linked => (linked.User.Id, AssertionFlaw.None),
            FederatedAccount.Refused refused => (refused.User?.Id, refused.Flaw),
            _ => (null, AssertionFlaw.NoAccount),
        };
    }

    static LoginCredentials.Verified Credentials(TokenRequest request, LoginChannel channel, AssertedLogin asserted, Proof presented, OnceOnly? once)
    {
        var rejected = presented.HasFlag(Proof.SsoAssertion) ? CredentialFlaw.AssertionRejected : CredentialFlaw.ClientAssertionRejected;
        if (asserted.Flaw != AssertionFlaw.None)
            return new(new Evidence(presented, Proof.None, rejected));
        var issuer = $"{channel} {asserted.ProviderId ?? request.App.App.Id}";
        return new(Evidence.Of(presented), once is null ? null : new SpendOnce(batch => UsedAssertions.ClaimAsync(batch.Sql, issuer, once.Id, once.Until), rejected));
    }
}
