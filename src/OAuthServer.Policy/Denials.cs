namespace OAuthServer.Policy;

/// <summary>Every denial there can be, made once: refusing a flood of guesses allocates no verdicts.</summary>
static class Denials
{
    static readonly Verdict.Denied[] Verdicts =
        Array.ConvertAll(Enum.GetValues<DenyReason>(), reason => new Verdict.Denied(reason));

    static readonly LoginDecision.Deny[] Decisions =
        Array.ConvertAll(Enum.GetValues<DenyReason>(), reason => new LoginDecision.Deny(reason));

    internal static Verdict Because(DenyReason reason) => Verdicts[(int)reason];

    internal static LoginDecision Decision(DenyReason reason) => Decisions[(int)reason];
}
