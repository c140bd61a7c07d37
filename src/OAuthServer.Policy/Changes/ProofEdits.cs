namespace OAuthServer.Policy.Changes;

/// <summary>
/// Changes of what is presented. Each repairs only the flaws that are its own: whoever has a wrong password is not told
/// that a token would help.
/// </summary>
static class ProofEdits
{
    internal static LoginFacts? PresentRightPassword(LoginFacts facts) =>
        facts.User.PasswordChangedAt is not null && facts.Channel.IsGuessable()
            ? Present(facts, Proof.Password, CredentialFlaw.WrongPassword)
            : null;

    internal static LoginFacts? AppendSecurityToken(LoginFacts facts) =>
        facts.Channel.TakesAppendedSecret()
            ? Present(
                facts,
                Proof.Password | Proof.SecurityToken,
                instead: Proof.Totp,
                mends: facts.Evidence.Flaw is CredentialFlaw.SecurityTokenRetired or CredentialFlaw.SecurityTokenExpired
                    or CredentialFlaw.SecurityTokenSpent)
            : null;

    internal static LoginFacts? AppendTotpCode(LoginFacts facts) =>
        facts.Channel.TakesAppendedSecret() && (facts.User.Enrolled & Proof.Totp) != Proof.None
            ? Present(
                facts,
                Proof.Password | Proof.Totp,
                instead: Proof.SecurityToken,
                mends: facts.Evidence.Flaw is CredentialFlaw.TotpReplayed or CredentialFlaw.SecurityTokenRetired
                    or CredentialFlaw.SecurityTokenExpired or CredentialFlaw.SecurityTokenSpent)
            : null;

    internal static LoginFacts? PresentPasskey(LoginFacts facts) =>
        facts.Channel.HasBrowser() && (facts.User.Enrolled & Proof.Passkey) != Proof.None
            ? Present(facts, Proof.Passkey, CredentialFlaw.PasskeyRejected)
            : null;

    internal static LoginFacts? UseSso(LoginFacts facts) =>
        facts.Channel.HasBrowser() && facts.Profile.Sso != SsoMode.Off
            ? Present(
                facts,
                Proof.SsoAssertion,
                instead: Proof.Password,
                mends: facts.Evidence.Flaw is CredentialFlaw.AssertionRejected or CredentialFlaw.WrongPassword
                    or CredentialFlaw.PasskeyRejected)
            : null;

    internal static LoginFacts? PresentEmailCode(LoginFacts facts) =>
        facts.Channel.HasBrowser() ? Present(facts, Proof.EmailCode, CredentialFlaw.WrongCode) : null;

    // All that is enrolled, so that this says "one of yours will do" if any will.
    internal static LoginFacts? PresentSecondFactor(LoginFacts facts) =>
        facts.Channel.HasBrowser() && facts.User.Enrolled != Proof.None
            ? Present(
                facts,
                facts.User.Enrolled,
                mends: facts.Evidence.Flaw is CredentialFlaw.WrongCode or CredentialFlaw.TotpReplayed or CredentialFlaw.PasskeyRejected)
            : null;

    internal static LoginFacts? PresentClientSecret(LoginFacts facts) =>
        facts.Channel.PrimaryProofs().HasFlag(Proof.ClientSecret) || facts.Evidence.Flaw == CredentialFlaw.WrongClientSecret
            ? Present(facts, Proof.ClientSecret, CredentialFlaw.WrongClientSecret)
            : null;

    // A bearer assertion is the app's or the identity provider's; elsewhere an app's assertion stands in for its secret.
    internal static LoginFacts? PresentValidAssertion(LoginFacts facts) =>
        facts.Channel.PrimaryProofs().HasFlag(Proof.ClientAssertion) || facts.Channel == LoginChannel.TokenExchange
            || facts.Evidence.Flaw == CredentialFlaw.ClientAssertionRejected
            ? Present(
                facts,
                facts.Channel is LoginChannel.SamlBearer or LoginChannel.TokenExchange ? Proof.SsoAssertion : Proof.ClientAssertion,
                mends: facts.Evidence.Flaw is CredentialFlaw.AssertionRejected or CredentialFlaw.ClientAssertionRejected)
            : null;

    internal static LoginFacts? PresentLiveRefreshToken(LoginFacts facts) =>
        facts.Channel == LoginChannel.RefreshToken
            ? Present(
                facts,
                Proof.RefreshToken,
                mends: facts.Evidence.Flaw is CredentialFlaw.RefreshTokenDead or CredentialFlaw.RefreshTokenReused)
            : null;

    static LoginFacts? Present(LoginFacts facts, Proof proof, CredentialFlaw mends) =>
        Present(facts, proof, mends: facts.Evidence.Flaw == mends);

    // Null when nothing comes of it: the flaw is another's, or all of it is there already.
    static LoginFacts? Present(LoginFacts facts, Proof proof, bool mends, Proof instead = Proof.None)
    {
        var before = facts.Evidence;
        if (before.Flaw != CredentialFlaw.None && !mends)
        {
            return null;
        }

        var after = Evidence.Of((before.Proven & ~instead) | proof);
        return after.Proven == before.Proven && !mends ? null : facts with { Evidence = after };
    }
}
