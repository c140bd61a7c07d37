using OAuthServer.Policy;

namespace OAuthServer.Login;

/// <summary>What follows from a ruling besides its decision: whether it counts as a guess, and whether the caller has proven enough to be told more.</summary>
static class Refusals
{
    /// <summary>
    /// The rules that together make the credentials of an API login: password, and the token or code that belongs to it. A right
    /// password without its token is not proven (login policy, section 7), and must count as a guess like a wrong one: if it did
    /// not, the missing lockout would tell that the password was right.
    /// </summary>
    static bool IsAboutCredentials(string rule) =>
        rule is "LockoutHasElapsed" or "CredentialsAreProven" or "SecondFactorOnTheApi" or "SecurityTokenOffTrustedNetwork";

    /// <summary>True when nothing about the credentials was found wanting.</summary>
    internal static bool IsProven(LoginRuling ruling)
    {
        foreach (var finding in ruling.Trace)
        {
            if (finding.Verdict is not Verdict.Passed && IsAboutCredentials(finding.Rule))
                return false;
        }
        return true;
    }

    /// <summary>True for a refusal that tells an attacker no more than a wrong password would. A locked account counts no further.</summary>
    internal static bool CountsAsGuess(LoginRuling ruling) =>
        ruling.Decision is LoginDecision.Deny { Reason: not DenyReason.LockedOut } && !IsProven(ruling);

    /// <summary>
    /// What stands against the app itself, not against its user. Where it asserts that it acts for somebody, that also is that it was not
    /// approved: it hears this before anything about the user, and of a name that nobody has it hears the same.
    /// </summary>
    internal static DenyReason? AgainstApp(LoginRuling ruling, LoginChannel channel)
    {
        foreach (var finding in ruling.Trace)
        {
            if (finding.Verdict is Verdict.Denied { Reason: (DenyReason.AppInactive or DenyReason.FlowNotEnabled) and var reason })
                return reason;
            if (channel.RestsOnAssertion() && finding.Verdict is Verdict.Denied { Reason: DenyReason.AppNotApprovedForUser and var missing })
                return missing;
        }
        return null;
    }

    /// <summary>True when the login needed a security token, whether or not it brought one.</summary>
    internal static bool NeedsToken(LoginFacts facts)
    {
        if (!facts.Channel.TakesAppendedSecret() || facts.User.Id.Length == 0)
            return false;
        var without = facts with { Evidence = facts.Evidence with { Proven = facts.Evidence.Proven & ~Proof.SecurityToken } };
        foreach (var finding in LoginPolicy.Decide(without).Trace)
        {
            if (finding.Rule == "SecurityTokenOffTrustedNetwork")
                return finding.Verdict is not Verdict.Passed;
        }
        return false;
    }
}
