namespace OAuthServer.Policy.Rules;

/// <summary>The way in by password that this very program takes has not been closed for it, and no announced brown-out is in force.</summary>
static class OldWayIsOpen
{
    internal static Verdict Judge(LoginFacts facts) =>
        facts.OldWay is not { } way || !facts.Channel.TakesAppendedSecret() ? Verdict.Pass
        : way.Until is not { } end ? Denials.Because(DenyReason.OldWayClosed)
        : facts.At < end ? Denials.Because(DenyReason.OldWayBrownedOut)
        : Verdict.Pass;
}
