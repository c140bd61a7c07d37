namespace OAuthServer.Policy.Tests;

/// <summary>What a test expects of the policy.</summary>
static class Answers
{
    public static Assurance MustPass(this LoginFacts facts)
    {
        var ruling = LoginPolicy.Decide(facts);
        Assert.Null(ruling.DecidingRule);
        return Assert.IsType<LoginDecision.Allow>(ruling.Decision).Assurance;
    }

    public static void MustBeRefused(this LoginFacts facts, string rule, DenyReason reason)
    {
        var ruling = LoginPolicy.Decide(facts);
        Assert.Equal(new LoginDecision.Deny(reason), ruling.Decision);
        Assert.Equal(rule, ruling.DecidingRule);
    }

    public static void MustBeAsked(this LoginFacts facts, string rule, params ChallengeKind[] oneOf)
    {
        var ruling = LoginPolicy.Decide(facts);
        Assert.Equal(oneOf, Assert.IsType<LoginDecision.Challenge>(ruling.Decision).OneOf);
        Assert.Equal(rule, ruling.DecidingRule);
    }

    public static void MustBe(this Verdict verdict, DenyReason reason) => Assert.Equal(new Verdict.Denied(reason), verdict);

    public static Verdict VerdictOf(this LoginFacts facts, string rule) =>
        LoginPolicy.Decide(facts).Trace.Single(finding => string.Equals(finding.Rule, rule, StringComparison.Ordinal)).Verdict;
}
