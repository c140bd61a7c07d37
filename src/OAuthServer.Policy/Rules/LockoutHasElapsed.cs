namespace OAuthServer.Policy.Rules;

/// <summary>Too many guesses close the account for a while, on the channels where a user's own secret can be guessed.</summary>
static class LockoutHasElapsed
{
    internal static Verdict Judge(LoginFacts facts) =>
        facts.Channel.IsGuessable() && facts.User.Lockout.IsLocked(facts.Profile.Lockout, facts.At)
            ? Denials.Because(DenyReason.LockedOut)
            : Verdict.Pass;
}
