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
    public bool IsLocked(LockoutPolicy policy, DateTimeOffset at) => throw new NotSupportedException();

    /// <summary>The state after one more failure; a lockout that has elapsed starts the count anew.</summary>
    public LockoutState AfterFailure(LockoutPolicy policy, DateTimeOffset at) => throw new NotSupportedException();
}
