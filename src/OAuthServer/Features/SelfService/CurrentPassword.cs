namespace OAuthServer.Features.SelfService;

/// <summary>
/// The one place where this door lets somebody guess: every current password and every authenticator code passes here, so that
/// wrong ones count towards the account's lockout as they do everywhere else. The counters are the gate's.
/// </summary>
/// <param name="isLocked">Whether the account is locked for this caller.</param>
/// <param name="count">Counts one failed attempt.</param>
public sealed class CurrentPassword(Func<Me, Task<bool>> isLocked, Func<Me, Task> count)
{
    /// <summary>Makes the attempt unless the account is locked, and counts it when it was wrong.</summary>
    /// <param name="me">Whose secret is guessed.</param>
    /// <param name="attempt">Checks the guess and, when it is right, does what was asked.</param>
    /// <param name="isWrong">Whether the outcome is that of a wrong guess.</param>
    /// <returns>The outcome; null when the account is locked and nothing was tried.</returns>
    internal async Task<T?> CheckAsync<T>(Me me, Func<Task<T>> attempt, Func<T, bool> isWrong)
        where T : class
    {
        if (await isLocked(me))
            return null;
        var outcome = await attempt();
        if (isWrong(outcome))
            await count(me);
        return outcome;
    }
}
