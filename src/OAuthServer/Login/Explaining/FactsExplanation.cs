using OAuthServer.Policy;
using OAuthServer.Policy.Changes;

namespace OAuthServer.Login.Explaining;

/// <summary>Explains what the rules say of facts, recorded or imagined: each rule in a sentence, and the smallest change that would let the login in.</summary>
public static class FactsExplanation
{
    /// <summary>The rules' answer to these facts, explained.</summary>
    public static LoginExplanation Of(LoginFacts facts) => Of(facts, LoginPolicy.Decide(facts));

    /// <summary>The same where the rules have spoken already.</summary>
    public static LoginExplanation Of(LoginFacts facts, LoginRuling ruling) => new([.. RulesOf(facts, ruling)], [.. ConclusionOf(facts, ruling)]);

    internal static IEnumerable<ExplainedRule> RulesOf(LoginFacts facts, LoginRuling ruling) =>
        ruling.Trace.Select(finding => new ExplainedRule(finding.Rule, finding.Verdict is Verdict.Passed, RuleSentences.Of(finding, facts)));

    /// <summary>What would have let it in; null when it came in.</summary>
    internal static string? AdviceOf(LoginFacts facts, LoginRuling ruling) => ruling.Decision is LoginDecision.Allow ? null : SmallestChange.Find(facts) switch
    {
        null or [] => "No small change would have let it in.",
        [var one] => $"It would have been let in by one change: {ChangeSentences.Of(one, facts)}.",
        var several => "It would have been let in by these changes together: " + string.Join("; ", several.Select(change => ChangeSentences.Of(change, facts))) + ".",
    };

    static IEnumerable<string> ConclusionOf(LoginFacts facts, LoginRuling ruling)
    {
        if (ruling.DecidingRule is { } rule)
            yield return $"Decided by {rule}.";
        if (AdviceOf(facts, ruling) is { } advice)
            yield return advice;
    }
}
