namespace OAuthServer.Policy.Rules;

/// <summary>
/// A strange browser off the trusted networks, whose user has no second factor to ask for, is made known by an e-mailed code.
/// Not at the very first login: the activation mail has just proven the mailbox. Not after an identity provider, which knows
/// its own devices.
/// </summary>
static class DeviceIsKnown
{
    static readonly Verdict AskForMailedCode = new Verdict.Needs([ChallengeKind.EmailCode], DenyReason.DeviceUnknown);

    internal static Verdict Judge(LoginFacts facts) => IsStrange(facts) ? AskForMailedCode : Verdict.Pass;

    static bool IsStrange(LoginFacts facts) =>
        facts.Channel.HasBrowser()
        && facts.Device is not { IsKnown: true }
        && !facts.User.IsFirstLogin
        && !facts.Evidence.Has(Proof.EmailCode | Proof.SsoAssertion)
        && SecondFactors.EnrolledThatCount(facts) == Proof.None
        && facts.Profile.LoginRanges.IsEmpty
        && facts.TrustedNetwork is null;
}
