using OAuthServer.Data;
using OAuthServer.Policy;

namespace OAuthServer.Administration.Replay;

/// <summary>What a record does not hold, where a draft would turn on it: said in a sentence, and not guessed.</summary>
static class ReplayDoubts
{
    /// <summary>A token was recognised, and whether it holds depends on what the draft changes about tokens and the record does not keep.</summary>
    internal static string? AboutToken(Evidence evidence, ProfileFacts then, ProfileFacts draft) => evidence.Flaw switch
    {
        CredentialFlaw.SecurityTokenExpired when IsLonger(draft.SecurityTokenLifetime, then.SecurityTokenLifetime) =>
            "The security token was past its lifetime, and the draft lets tokens live longer: how old it was is not recorded.",
        CredentialFlaw.SecurityTokenSpent when then.SecurityTokenSingleUse && !draft.SecurityTokenSingleUse =>
            "The single-use security token had been used, and under the draft it would live on: whether it would still have been the current one is not recorded.",
        CredentialFlaw.SecurityTokenRetired when draft.SecurityTokenOverlapDays > then.SecurityTokenOverlapDays =>
            "The security token had been replaced, and the draft allows a longer overlap: whether one would have been chosen is not recorded.",
        CredentialFlaw.None when evidence.Has(Proof.SecurityToken) && IsLonger(then.SecurityTokenLifetime, draft.SecurityTokenLifetime) =>
            "The security token was good, and the draft lets tokens live less long: how old it was is not recorded.",
        CredentialFlaw.None when evidence.Has(Proof.SecurityToken) && draft.SecurityTokenSingleUse && !then.SecurityTokenSingleUse =>
            "The security token was good, and under the draft each is good once: whether it had been used before is not recorded.",
        _ => null,
    };

    /// <summary>Why nothing can be said of an attempt that the draft decides otherwise; null where it can.</summary>
    /// <param name="record">The attempt.</param>
    /// <param name="then">Its facts as they were.</param>
    /// <param name="now">Its facts under the draft.</param>
    /// <param name="ruling">The draft's ruling.</param>
    internal static string? Of(LoginRecord record, LoginFacts then, LoginFacts now, LoginRuling ruling)
    {
        var reason = (ruling.Decision as LoginDecision.Deny)?.Reason;
        if (then.FromTrustedOrigin != now.FromTrustedOrigin && (reason == DenyReason.LockedOut || record.Reason == DenyReason.LockedOut))
            return "Failed attempts are counted apart for trusted and untrusted origins. The draft moves this address to the other side, whose count at that moment is not recorded.";
        if (record.Decision == "deny" && reason == DenyReason.SecurityTokenRequired && !record.TokenNeeded)
            return "It was refused for something else and brought no security token, because none was asked for then: whether the program would have appended one is not recorded.";
        if (record.Decision == "deny" && reason == DenyReason.TotpRequired && then.Profile.ApiSecondFactor != ApiSecondFactor.Totp)
            return "It was refused for something else and brought no authenticator code, because none was asked for then: whether the program would have appended one is not recorded.";
        if (now.Device is null && ruling.Decision is LoginDecision.Challenge { OneOf: [ChallengeKind.EmailCode, ..] })
            return "Under the draft it matters whether the browser was known, and that is not recorded of this attempt.";
        return null;
    }

    /// <summary>Null is for ever.</summary>
    static bool IsLonger(TimeSpan? one, TimeSpan? other) => other is not null && (one is null || one > other);
}
