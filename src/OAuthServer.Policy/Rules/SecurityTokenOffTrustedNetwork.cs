namespace OAuthServer.Policy.Rules;

/// <summary>A password that a program sends from somewhere else than a trusted network carries the security token.</summary>
static class SecurityTokenOffTrustedNetwork
{
    internal static Verdict Judge(LoginFacts facts) =>
        IsOwed(facts) && facts.TrustedNetwork is null ? Denials.Because(DenyReason.SecurityTokenRequired) : Verdict.Pass;

    /// <summary>True when nothing but a trusted network spares the token: if such a login passes, the network did it.</summary>
    internal static bool IsOwed(LoginFacts facts) =>
        facts.Channel.TakesAppendedSecret()
        && facts.Profile.LoginRanges.IsEmpty
        && facts.Profile.SecurityTokenOffTrustedNetworks
        && !IsSatisfied(facts.Evidence, facts.Profile.ApiSecondFactor);

    // A code does not stand in for the token where the profile wants the token.
    static bool IsSatisfied(Evidence evidence, ApiSecondFactor wanted) => wanted switch
    {
        ApiSecondFactor.SecurityToken => evidence.Has(Proof.SecurityToken),
        ApiSecondFactor.Either => evidence.Has(Proof.SecurityToken | Proof.Totp),
        ApiSecondFactor.Totp => true, // The rule before this one sees to it.
    };
}
