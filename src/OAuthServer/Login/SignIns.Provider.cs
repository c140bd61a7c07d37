using OAuthServer.Data;
using OAuthServer.Federation;
using OAuthServer.Orgs;
using OAuthServer.Policy;

namespace OAuthServer.Login;

/// <content>The step that an identity provider takes in the person's stead.</content>
public sealed partial class SignIns
{
    /// <summary>
    /// An identity provider has answered. An answer that does not hold is judged and recorded all the same, as nobody's or as the account's
    /// that it speaks of. Whoever owes more than the provider vouches for is asked for it here.
    /// </summary>
    /// <param name="context">The browser's request.</param>
    /// <param name="target">Where the sign-in leads.</param>
    /// <param name="answer">What the provider said, read and checked.</param>
    public async Task<SignInStep> ProviderAsync(HttpContext context, SignInTarget target, ProviderAnswer answer)
    {
        var (request, isOver) = await RequestOfAsync(target);
        if (isOver)
            return new SignInStep.Over();
        var account = answer.Flaw == AssertionFlaw.None ? await federated.EnsureAsync(answer, context.RequestAborted) : new FederatedAccount.Refused(answer.Flaw);
        var (user, flaw) = account switch
        {
            FederatedAccount.Linked linked => (linked.User, AssertionFlaw.None),
            FederatedAccount.Refused refused => (refused.User, refused.Flaw),
            _ => throw new InvalidOperationException("Nothing is left to be done."),
        };
        var proven = Proof.SsoAssertion | (answer.HasSecondFactor ? Proof.SsoSecondFactor : Proof.None);
        var attempt = Attempt(context, request) with
        {
            Subject = user is null ? new LoginSubject.Nobody() : new LoginSubject.Known(user.Id),
            Credentials = new LoginCredentials.Verified(flaw == AssertionFlaw.None ? Evidence.Of(proven) : new Evidence(proven, Proof.None, CredentialFlaw.AssertionRejected)),
            Assertion = new AssertedLogin(answer.Provider.Id, answer.Provider.OrgId, flaw),
            Device = await devices.FactsAsync(context, user?.Id),
        };
        var outcome = await gate.JudgeAsync(attempt, context.RequestAborted);
        SetReference(context, outcome);
        // A provider that does not say when the person signed in there has not shown that it was just now.
        var authenticatedAt = answer.AuthenticatedAt ?? clock.GetUtcNow() - OwnerProofs.Fresh;
        switch (outcome)
        {
            case LoginOutcome.SignedIn login:
                if (StepUp.KindsFor(request?.Parameters.AcrValues ?? target.AcrValues, login) is { Count: > 0 } more)
                    return await AskAfterProviderAsync(context, target, answer, user!, login.User, login.Assurance.Proven, more, authenticatedAt);
                if (await sessions.StartAsync(context, login, ChannelOf(request), request?.Id, answer.Session, authenticatedAt) is null)
                    return new SignInStep.Over();
                await devices.RememberAsync(context, login, attempt.Request);
                return new SignInStep.Done(WayOf(target, request));
            case LoginOutcome.Challenged { User: { } asked } challenged:
                return await AskAfterProviderAsync(context, target, answer, user!, asked, challenged.Proven, challenged.OneOf, authenticatedAt);
            case LoginOutcome.Refused refused:
                return new SignInStep.Refused(refused);
            case LoginOutcome.TooMany many:
                return new SignInStep.TooMany(many.RetryAfterSeconds);
            default:
                return new SignInStep.Over();
        }
    }

    async Task<SignInStep> AskAfterProviderAsync(
        HttpContext context, SignInTarget target, ProviderAnswer answer, User user, UserAccount account, Proof proven, IReadOnlyList<ChallengeKind> oneOf,
        DateTimeOffset authenticatedAt)
    {
        // Whoever finds a browser that is signed in there must not enrol a factor of his own here.
        if (oneOf.Contains(ChallengeKind.EnrolSecondFactor) && clock.GetUtcNow() - authenticatedAt >= OwnerProofs.Fresh)
            return new SignInStep.AgainAtProvider();
        var begun = await pending.BeginAsync(context, user.Username, target, user, proven, answer.Session);
        return await AskAsync(context, begun, account, proven, oneOf);
    }
}
