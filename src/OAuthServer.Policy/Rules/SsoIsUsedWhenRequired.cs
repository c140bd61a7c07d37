namespace OAuthServer.Policy.Rules;

/// <summary>
/// Where single sign-on is required, a local password or passkey opens no channel. Only the named break-glass administrator
/// may use one, with a second factor always. A passkey that follows an assertion is that assertion's second factor. Where it is off, no
/// identity provider vouches for anybody: whoever runs one does not become these people.
/// </summary>
static class SsoIsUsedWhenRequired
{
    internal static Verdict Judge(LoginFacts facts)
    {
        var evidence = facts.Evidence;
        if (facts.Profile.Sso == SsoMode.Off && evidence.Has(Proof.SsoAssertion))
        {
            return Denials.Because(DenyReason.SsoNotOffered);
        }

        if (facts.Profile.Sso != SsoMode.Required
            || evidence.Has(Proof.SsoAssertion)
            || !evidence.Has(Proof.Password | Proof.Passkey))
        {
            return Verdict.Pass;
        }

        if (!facts.User.IsBreakGlass)
        {
            return Denials.Because(DenyReason.SsoRequired);
        }

        // Enrolling is not on offer: the stolen password alone would then be enough to enrol with.
        return evidence.Has(SecondFactors.All)
            ? Verdict.Pass
            : SecondFactors.AskFor(Proof.Totp | Proof.RecoveryCode | (facts.User.Enrolled & Proof.Passkey));
    }
}
