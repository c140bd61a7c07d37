namespace OAuthServer.Policy.Rules;

/// <summary>
/// A profile that wants TOTP for the API wants it in the security token's place, and on every network: the policy names no
/// network where it is spared. The other settings ask for nothing here; the next rule does.
/// </summary>
static class SecondFactorOnTheApi
{
    internal static Verdict Judge(LoginFacts facts) =>
        !facts.Channel.TakesAppendedSecret() || facts.Profile.ApiSecondFactor != ApiSecondFactor.Totp ? Verdict.Pass
        : facts.Evidence.Has(Proof.SecurityToken) ? Denials.Because(DenyReason.SecurityTokenNotAccepted)
        : facts.Evidence.Has(Proof.Totp) ? Verdict.Pass
        : Denials.Because(DenyReason.TotpRequired);
}
