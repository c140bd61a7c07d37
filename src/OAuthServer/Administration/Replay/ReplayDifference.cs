using OAuthServer.Data;
using OAuthServer.Policy;

namespace OAuthServer.Administration.Replay;

/// <summary>Tells apart what is recorded of an attempt and what a draft gives.</summary>
static class ReplayDifference
{
    /// <summary>The same decision, for the same reason, by the same rule.</summary>
    internal static bool IsNone(LoginRecord record, LoginRuling ruling) =>
        record.Decision == Word(ruling.Decision) && record.Reason == (ruling.Decision as LoginDecision.Deny)?.Reason && record.DecidingRule == ruling.DecidingRule;

    /// <summary>Of challenges: any one of the same things.</summary>
    internal static bool AsksTheSame(LoginRuling then, LoginRuling now) => (then.Decision, now.Decision) switch
    {
        (LoginDecision.Challenge before, LoginDecision.Challenge after) => before.OneOf.SequenceEqual(after.OneOf),
        (_, LoginDecision.Challenge) => false,
        _ => true,
    };

    /// <summary>What it means for whoever came.</summary>
    internal static ReplayVerdict Of(LoginRecord record, LoginRuling then, LoginRuling now) => now.Decision switch
    {
        LoginDecision.Allow => new(
            ReplayOutcome.NewlyAllowed, record.Decision == "challenge" ? "It was asked for more then; under the draft it would have come in at this step." : null, now),
        LoginDecision.Deny deny => OfDenial(record, deny.Reason, now),
        LoginDecision.Challenge challenge => OfChallenge(record, challenge, then, now),
        _ => throw new InvalidOperationException("Unknown decision."),
    };

    /// <summary>A decision as records have it.</summary>
    internal static string Word(LoginDecision decision) => decision switch
    {
        LoginDecision.Allow => "allow",
        LoginDecision.Challenge => "challenge",
        _ => "deny",
    };

    static ReplayVerdict OfDenial(LoginRecord record, DenyReason reason, LoginRuling now)
    {
        if (record.Decision == "deny")
            return new(ReplayOutcome.RefusedOtherwise, null, now);
        return reason switch
        {
            DenyReason.SecurityTokenRequired => new(ReplayOutcome.NewlyAskedToken, "None was asked for then: whether the program would have appended one is not known.", now),
            DenyReason.TotpRequired or DenyReason.SecurityTokenNotAccepted =>
                new(ReplayOutcome.NewlyAskedFactor, "None was asked for then: whether the program would have appended a code is not known.", now),
            DenyReason.SsoRequired when record.Channel.HasBrowser() =>
                new(ReplayOutcome.NewlyRefused, "In a browser the person would have been sent to the identity provider: whether that would have worked is not known.", now),
            _ => new(ReplayOutcome.NewlyRefused, null, now),
        };
    }

    static ReplayVerdict OfChallenge(LoginRecord record, LoginDecision.Challenge challenge, LoginRuling then, LoginRuling now)
    {
        const string note = "It would have been asked for more at a page: whether the person could have answered is not known.";
        var outcome = now.DecidingRule switch
        {
            "PasswordIsFresh" => ReplayOutcome.NewlyAskedPassword,
            "CredentialsAreProven" => ReplayOutcome.AskedOtherwise,
            // Of the same kind, with other things to choose from.
            var rule when record.Decision == "challenge" && rule == then.DecidingRule && !challenge.OneOf.Contains(ChallengeKind.EnrolSecondFactor) => ReplayOutcome.AskedOtherwise,
            _ => ReplayOutcome.NewlyAskedFactor,
        };
        return new(outcome, note, now);
    }
}
