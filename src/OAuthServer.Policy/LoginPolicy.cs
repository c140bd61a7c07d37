using OAuthServer.Policy.Rules;

namespace OAuthServer.Policy;

/// <summary>
/// The book of rules: owns which rules there are, their order, and how their verdicts become one decision.
/// It never sees HTTP, a database, a clock or a secret. Every rule is run; the first denial in list order is the
/// answer; else the first need is the challenge, and where nobody can answer one, the denial that goes with it.
/// Until the credentials are proven, that is all a caller is told about: who has proven nothing learns nothing.
/// </summary>
public static class LoginPolicy
{
    static readonly LoginRule[] InOrder =
    [
        // Before the credentials: a locked account confirms no guess.
        new(nameof(LockoutHasElapsed), LockoutHasElapsed.Judge),
        // Before all that follows: who has proven nothing learns nothing.
        new(nameof(CredentialsAreProven), CredentialsAreProven.Judge) { IsThreshold = true },
        // Before the permissions: an account or organization that is not in use has none.
        new(nameof(UserIsActive), UserIsActive.Judge),
        new(nameof(OrgIsOpen), OrgIsOpen.Judge),
        // The door before the app that stands in it.
        new(nameof(ChannelIsPermitted), ChannelIsPermitted.Judge),
        new(nameof(AppIsPermitted), AppIsPermitted.Judge),
        // After the app that comes by it, and well after the credentials: what was closed for whom is no stranger's to learn.
        new(nameof(OldWayIsOpen), OldWayIsOpen.Judge),
        // Before hours and networks: who must use single sign-on is to hear that, not to wait and try the wrong way again.
        new(nameof(SsoIsUsedWhenRequired), SsoIsUsedWhenRequired.Judge),
        // When, then where, as the vendor does.
        new(nameof(WithinLoginHours), WithinLoginHours.Judge),
        new(nameof(FromPermittedNetwork), FromPermittedNetwork.Judge),
        // Before the security token: a profile that wants a code does not want the token.
        new(nameof(SecondFactorOnTheApi), SecondFactorOnTheApi.Judge),
        new(nameof(SecurityTokenOffTrustedNetwork), SecurityTokenOffTrustedNetwork.Judge),
        // Needs last. A real second factor before the e-mailed code, which stands in for it.
        new(nameof(SecondFactorInTheBrowser), SecondFactorInTheBrowser.Judge),
        new(nameof(DeviceIsKnown), DeviceIsKnown.Judge),
        // Last of all: a new password is chosen only by somebody who would otherwise be in.
        new(nameof(PasswordIsFresh), PasswordIsFresh.Judge),
    ];

    // Most logins pass every rule, so they share these.
    static readonly Finding[] AllPassed = Array.ConvertAll(InOrder, rule => new Finding(rule.Name, Verdict.Pass));

    static readonly IReadOnlyList<Finding> SharedTrace = Array.AsReadOnly(AllPassed);

    /// <summary>The rules in order (login policy, section 3; its third has two halves).</summary>
    public static IReadOnlyList<LoginRule> Rules { get; } = Array.AsReadOnly(InOrder);

    /// <summary>Decides one login.</summary>
    public static LoginRuling Decide(LoginFacts facts)
    {
        Finding[]? trace = null;
        Finding? deciding = null;
        var settled = false;

        for (var i = 0; i < InOrder.Length; i++)
        {
            var rule = InOrder[i];
            var verdict = rule.Judge(facts);
            if (verdict is Verdict.Passed)
            {
                continue;
            }

            // Here and not at the end, so that such a denial takes its place in the order.
            if (verdict is Verdict.Needs unanswerable && !facts.Channel.CanAnswer(unanswerable.OneOf))
            {
                verdict = Denials.Because(unanswerable.Otherwise);
            }

            var finding = new Finding(rule.Name, verdict);
            trace ??= (Finding[])AllPassed.Clone();
            trace[i] = finding;

            if (!settled)
            {
                settled = verdict is Verdict.Denied || rule.IsThreshold;
                deciding = settled ? finding : deciding ?? finding;
            }
        }

        return deciding is null
            ? new LoginRuling(new LoginDecision.Allow(AssuranceOf(facts)), null, SharedTrace)
            : new LoginRuling(AnswerTo(deciding.Verdict), deciding.Rule, trace!);
    }

    static LoginDecision AnswerTo(Verdict verdict) => verdict is Verdict.Needs needs
        ? new LoginDecision.Challenge(needs.OneOf)
        : Denials.Decision(((Verdict.Denied)verdict).Reason);

    // A login that passed and owes the token is in a trusted network: nothing else spares it.
    static Assurance AssuranceOf(LoginFacts facts) =>
        new(facts.Evidence.Proven, SecurityTokenOffTrustedNetwork.IsOwed(facts) ? facts.TrustedNetwork!.Label : null);
}
