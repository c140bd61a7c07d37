namespace OAuthServer.Policy.Rules;

/// <summary>The profile's hours hold on every channel, for refresh tokens too: else one token would outlast every evening.</summary>
static class WithinLoginHours
{
    internal static Verdict Judge(LoginFacts facts) =>
        facts.Profile.Hours.Contains(facts.At) ? Verdict.Pass : Denials.Because(DenyReason.OutsideLoginHours);
}
