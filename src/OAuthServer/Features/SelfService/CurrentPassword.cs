using OAuthServer.Features.Shared;
using OAuthServer.Login;

namespace OAuthServer.Features.SelfService;

/// <summary>
/// The one place where this door lets somebody guess: every current password and every authenticator code passes here, so that
/// wrong ones count towards the account's lockout as they do everywhere else. The counters are the gate's.
/// </summary>
public sealed class CurrentPassword(GuessCounter guesses)
{
    /// <summary>Makes the attempt unless the account is locked, and counts it when it was wrong.</summary>
    /// <param name="me">Whose secret is guessed.</param>
    /// <param name="attempt">Checks the guess and, when it is right, does what was asked.</param>
    /// <param name="isWrong">Whether the outcome is that of a wrong guess.</param>
    /// <returns>The outcome; null when the account is locked and nothing was tried.</returns>
    internal Task<T?> CheckAsync<T>(Me me, Func<Task<T>> attempt, Func<T, bool> isWrong)
        where T : class => guesses.CountedAsync(me.User.Id, me.Profile, me.IsFromTrustedOrigin, attempt, isWrong);
}
