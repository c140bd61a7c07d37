namespace OAuthServer.Policy.Rules;

/// <summary>Nothing that was brought is flawed, and the channel's primary proof is among it.</summary>
static class CredentialsAreProven
{
    static readonly Verdict NeedsSso = new Verdict.Needs([ChallengeKind.Sso], DenyReason.NothingPresented);

    static readonly Verdict NeedsLocal =
        new Verdict.Needs([ChallengeKind.Password, ChallengeKind.Passkey], DenyReason.NothingPresented);

    static readonly Verdict NeedsLocalOrSso =
        new Verdict.Needs([ChallengeKind.Password, ChallengeKind.Passkey, ChallengeKind.Sso], DenyReason.NothingPresented);

    internal static Verdict Judge(LoginFacts facts)
    {
        if (ReasonOf(facts.Evidence.Flaw) is { } reason)
        {
            return Denials.Because(reason);
        }

        return facts.Evidence.Has(facts.Channel.PrimaryProofs()) ? Verdict.Pass
            : facts.Channel.HasBrowser() ? Offer(facts)
            : Denials.Because(DenyReason.NothingPresented);
    }

    // What is offered follows from the profile, never from what the user has enrolled: it is shown to strangers.
    static Verdict Offer(LoginFacts facts) => facts.Profile.Sso switch
    {
        SsoMode.Off => NeedsLocal,
        SsoMode.Offered => NeedsLocalOrSso,
        SsoMode.Required => facts.User.IsBreakGlass ? NeedsLocalOrSso : NeedsSso,
    };

    static DenyReason? ReasonOf(CredentialFlaw flaw) => flaw switch
    {
        CredentialFlaw.None => null,
        CredentialFlaw.UnknownUser => DenyReason.UnknownUser,
        CredentialFlaw.WrongPassword => DenyReason.WrongPassword,
        CredentialFlaw.SecurityTokenRetired => DenyReason.SecurityTokenRetired,
        CredentialFlaw.SecurityTokenExpired => DenyReason.SecurityTokenExpired,
        CredentialFlaw.SecurityTokenSpent => DenyReason.SecurityTokenSpent,
        CredentialFlaw.TotpReplayed => DenyReason.TotpReplayed,
        CredentialFlaw.WrongCode => DenyReason.WrongCode,
        CredentialFlaw.PasskeyRejected => DenyReason.PasskeyRejected,
        CredentialFlaw.AssertionRejected => DenyReason.AssertionRejected,
        CredentialFlaw.UnknownApp => DenyReason.UnknownApp,
        CredentialFlaw.WrongClientSecret => DenyReason.WrongClientSecret,
        CredentialFlaw.ClientAssertionRejected => DenyReason.ClientAssertionRejected,
        CredentialFlaw.RefreshTokenDead => DenyReason.RefreshTokenDead,
        CredentialFlaw.RefreshTokenReused => DenyReason.RefreshTokenReused,
        CredentialFlaw.NoRunAsUser => DenyReason.NoRunAsUser,
    };
}
