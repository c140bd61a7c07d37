using OAuthServer.Data;
using OAuthServer.Policy;

namespace OAuthServer.Login;

/// <summary>
/// Guesses at a user's secret outside a login: the current password, asked again before a change. Counted with the failed logins,
/// and counted before the guess is looked at, so that many at once never exceed the limit.
/// </summary>
public sealed class GuessCounter(Database database, WriteQueue writes, TimeProvider clock)
{
    readonly string readSql = FailureCounters.ReadSql + database.ForUpdate;

    /// <summary>Makes an attempt unless the account is locked, and counts it when it was wrong.</summary>
    /// <param name="userId">Whose secret is guessed.</param>
    /// <param name="profile">Sets the limit.</param>
    /// <param name="fromTrustedOrigin">Guesses from trusted origins are counted apart.</param>
    /// <param name="attempt">Checks the guess and, when it is right, does what was asked.</param>
    /// <param name="isWrong">Whether the outcome is that of a wrong guess.</param>
    /// <returns>The outcome; null when the account is locked and nothing was tried.</returns>
    public async Task<T?> CountedAsync<T>(string userId, ProfileFacts profile, bool fromTrustedOrigin, Func<Task<T>> attempt, Func<T, bool> isWrong)
        where T : class
    {
        // Taken first and given back: what is counted before it is looked at cannot be exceeded by many at once.
        if (!await TryBeginAsync(userId, profile, fromTrustedOrigin))
            return null;
        var guessed = false;
        try
        {
            var outcome = await attempt();
            guessed = isWrong(outcome);
            return outcome;
        }
        finally
        {
            if (!guessed)
                await GiveBackAsync(userId, fromTrustedOrigin);
        }
    }

    /// <summary>Takes one attempt from what is left; false when the account is locked.</summary>
    public async Task<bool> TryBeginAsync(string userId, ProfileFacts profile, bool fromTrustedOrigin) => await writes.CommitAsync(async scope =>
    {
        var now = clock.GetUtcNow();
        if (await scope.Sql.FirstAsync(readSql, FailureCounters.Read, userId) is not { } counters)
            return false;
        var state = counters.For(fromTrustedOrigin);
        if (state.IsLocked(profile.Lockout, now))
            return false;
        await FailureCounters.WriteAsync(scope.Sql, userId, fromTrustedOrigin, state.AfterFailure(profile.Lockout, now).Failures, now);
        return true;
    });

    /// <summary>Gives the attempt back: it was no wrong guess.</summary>
    public async Task GiveBackAsync(string userId, bool fromTrustedOrigin) => await writes.CommitAsync(async scope =>
    {
        if (await scope.Sql.FirstAsync(readSql, FailureCounters.Read, userId) is { } counters)
        {
            var state = counters.For(fromTrustedOrigin);
            await FailureCounters.WriteAsync(scope.Sql, userId, fromTrustedOrigin, Math.Max(0, state.Failures - 1), state.LastFailureAt);
        }
        return true;
    });
}
