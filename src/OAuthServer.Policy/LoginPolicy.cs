namespace OAuthServer.Policy;

/// <summary>
/// The book of rules: owns which rules there are, their order, and how their verdicts become one decision.
/// It never sees HTTP, a database, a clock or a secret. Every rule is run; the first denial in list order is the
/// answer; else the first need is the challenge, and where nobody can answer one, the denial that goes with it.
/// </summary>
public static class LoginPolicy
{
    /// <summary>The rules in order (login policy, section 3; its third has two halves).</summary>
    public static IReadOnlyList<LoginRule> Rules { get; } = [];

    /// <summary>Decides one login.</summary>
    public static LoginRuling Decide(LoginFacts facts)
    {
        throw new NotSupportedException();
    }
}
