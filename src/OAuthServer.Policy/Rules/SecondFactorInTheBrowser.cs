namespace OAuthServer.Policy.Rules;

/// <summary>
/// A person at a page shows a second factor when the profile says so, whatever the first was. Enrolment that is forced is
/// a need of its own. An identity provider that has seen a factor spares both, where the profile lets that count.
/// </summary>
static class SecondFactorInTheBrowser
{
    static readonly Verdict Enrol = new Verdict.Needs([ChallengeKind.EnrolSecondFactor], DenyReason.EnrolmentRequired);

    internal static Verdict Judge(LoginFacts facts)
    {
        if (!facts.Channel.HasBrowser())
        {
            return Verdict.Pass;
        }

        var profile = facts.Profile;
        if (facts.Evidence.Has(profile.SecondFactorKinds & Proof.SsoSecondFactor))
        {
            return Verdict.Pass;
        }

        var enrolled = SecondFactors.EnrolledThatCount(facts);
        if (profile.EnrolmentForced && enrolled == Proof.None)
        {
            return Enrol;
        }

        return !IsWanted(facts, enrolled) || facts.Evidence.Has(profile.SecondFactorKinds & SecondFactors.All) ? Verdict.Pass
            : enrolled == Proof.None ? Enrol
            : SecondFactors.AskFor(enrolled | (profile.SecondFactorKinds & Proof.RecoveryCode));
    }

    static bool IsWanted(LoginFacts facts, Proof enrolled) => facts.Profile.BrowserSecondFactor switch
    {
        BrowserSecondFactor.Never => false,
        BrowserSecondFactor.OffTrustedNetworksWhenEnrolled => enrolled != Proof.None && facts.TrustedNetwork is null,
        BrowserSecondFactor.OffTrustedNetworks => facts.TrustedNetwork is null,
        BrowserSecondFactor.Always => true,
    };
}
