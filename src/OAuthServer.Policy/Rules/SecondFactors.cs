namespace OAuthServer.Policy.Rules;

/// <summary>What can be a second factor in the browser, and how it is asked for.</summary>
static class SecondFactors
{
    /// <summary>All that can ever count.</summary>
    internal const Proof All = Proof.Totp | Proof.Passkey | Proof.RecoveryCode;

    // Recovery codes come with an enrolment and are none themselves.
    const Proof Enrollable = Proof.Totp | Proof.Passkey;

    static readonly Dictionary<Proof, Verdict> Asked = AllAsked();

    /// <summary>What the user has enrolled and the profile lets count.</summary>
    internal static Proof EnrolledThatCount(LoginFacts facts) => facts.User.Enrolled & facts.Profile.SecondFactorKinds & Enrollable;

    /// <summary>Asks for any one of the kinds, the strongest habit first and the last resort last.</summary>
    internal static Verdict AskFor(Proof kinds) => Asked[kinds];

    static Dictionary<Proof, Verdict> AllAsked()
    {
        var asked = new Dictionary<Proof, Verdict>();
        for (var kinds = Proof.None; kinds <= All; kinds++)
        {
            List<ChallengeKind> oneOf = [];
            Offer(Proof.Totp, ChallengeKind.Totp);
            Offer(Proof.Passkey, ChallengeKind.Passkey);
            Offer(Proof.RecoveryCode, ChallengeKind.RecoveryCode);
            asked[kinds] = new Verdict.Needs(oneOf.AsReadOnly(), DenyReason.SecondFactorRequired);

            void Offer(Proof kind, ChallengeKind challenge)
            {
                if ((kinds & kind) != Proof.None)
                {
                    oneOf.Add(challenge);
                }
            }
        }

        return asked;
    }
}
