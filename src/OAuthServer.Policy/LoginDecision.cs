namespace OAuthServer.Policy;

/// <summary>The answer to a login.</summary>
public abstract record LoginDecision
{
    private LoginDecision() { }

    /// <summary>The login may pass.</summary>
    /// <param name="Assurance">How it was proven.</param>
    public sealed record Allow(Assurance Assurance) : LoginDecision;

    /// <summary>The login is refused.</summary>
    /// <param name="Reason">The exact reason.</param>
    public sealed record Deny(DenyReason Reason) : LoginDecision;

    /// <summary>The person must present one thing more.</summary>
    /// <param name="OneOf">Any one of these.</param>
    public sealed record Challenge(IReadOnlyList<ChallengeKind> OneOf) : LoginDecision;
}

/// <summary>A decision with its reasons.</summary>
/// <param name="Decision">The answer.</param>
/// <param name="DecidingRule">The rule that gave it; null when all passed.</param>
/// <param name="Trace">The finding of every rule, in order.</param>
public sealed record LoginRuling(LoginDecision Decision, string? DecidingRule, IReadOnlyList<Finding> Trace);
