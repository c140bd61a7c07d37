namespace OAuthServer.Policy.Lockout;

/// <summary>How many invalid attempts lock an account, and for how long.</summary>
/// <param name="MaxInvalidAttempts">3, 5 or 10; 0 = no limit.</param>
/// <param name="Period">15, 30 or 60 minutes; null = until an administrator unlocks.</param>
public sealed record LockoutPolicy(int MaxInvalidAttempts, TimeSpan? Period)
{
    /// <summary>Ten attempts, fifteen minutes.</summary>
    public static LockoutPolicy Default { get; } = new(10, TimeSpan.FromMinutes(15));
}

/// <summary>Failed attempts so far, from one class of origin.</summary>
/// <param name="Failures">How many since the last success or the last lockout that ended.</param>
/// <param name="LastFailureAt">When the last one was.</param>
public sealed record LockoutState(int Failures, DateTimeOffset? LastFailureAt)
{
    /// <summary>No failure.</summary>
    public static LockoutState Clear { get; } = new(0, null);

    /// <summary>True when the account is locked at this instant for this class of origin.</summary>
    /// <remarks>Only time that is known to have passed opens: without a period, or without a last failure, it stays locked.</remarks>
    public bool IsLocked(LockoutPolicy policy, DateTimeOffset at) =>
        HasReachedLimit(policy) && !(at - LastFailureAt >= policy.Period);

    /// <summary>The state after one more failure; a lockout that has elapsed starts the count anew.</summary>
    /// <remarks>
    /// Knocking at a locked account changes nothing: counted, it would move the end of the lockout, and a stranger who keeps
    /// knocking would keep its owner out for good.
    /// </remarks>
    public LockoutState AfterFailure(LockoutPolicy policy, DateTimeOffset at) =>
        IsLocked(policy, at) ? this : new(HasReachedLimit(policy) ? 1 : Failures + 1, at);

    bool HasReachedLimit(LockoutPolicy policy) => policy.MaxInvalidAttempts > 0 && Failures >= policy.MaxInvalidAttempts;
}
