using System.Net;
using OAuthServer.Apps;
using OAuthServer.Orgs;
using OAuthServer.Policy;
using OAuthServer.Policy.Lockout;

namespace OAuthServer.Login.Examples;

/// <summary>Who and what an example names.</summary>
/// <param name="Profile">That applies.</param>
/// <param name="User">Null = just somebody who has the profile.</param>
/// <param name="App">Null = none asks.</param>
public sealed record ExampleCast(PolicyProfile Profile, UserAccount? User, AppEntry? App);

/// <summary>What came of an example.</summary>
/// <param name="Passed">It got the answer it must get.</param>
/// <param name="Decision"><c>allow</c>, <c>challenge</c> or <c>deny</c>.</param>
/// <param name="Rule">Which rule decided; null when all passed.</param>
/// <param name="Reason">Why it was refused; null when it was not.</param>
public sealed record ExampleResult(bool Passed, string Decision, string? Rule, DenyReason? Reason)
{
    /// <summary>Of all this, in a few words.</summary>
    public override string ToString() => Decision + (Reason is { } reason ? $" ({reason})" : "") + (Rule is { } rule ? $" by {rule}" : "");
}

/// <summary>Judges examples under a policy, saved or proposed. Pure: the rules themselves decide.</summary>
public static class ExampleLogins
{
    const Proof Factors = Proof.Totp | Proof.Passkey;

    /// <summary>When an example is that says no time: a Wednesday, in office hours of most places.</summary>
    public static readonly DateTimeOffset UsualTime = new(2025, 1, 15, 10, 0, 0, TimeSpan.Zero);

    public static ExampleResult Judge(ExampleLogin example, OrgPolicy policy, ExampleCast cast)
    {
        var ruling = LoginPolicy.Decide(Facts(example, policy, cast));
        var (decision, reason) = ruling.Decision switch
        {
            LoginDecision.Allow => (ExpectedDecision.Allow, (DenyReason?)null),
            LoginDecision.Deny deny => (ExpectedDecision.Deny, deny.Reason),
            _ => (ExpectedDecision.Challenge, null),
        };
        var passed = decision == example.Expect
            && (example.Rule is null || example.Rule == ruling.DecidingRule)
            && (example.Reason is null || example.Reason == reason);
        return new(passed, LoginHistory.DecisionWord(ruling.Decision), ruling.DecidingRule, reason);
    }

    /// <summary>The answer that an example must get, in a few words.</summary>
    public static string Expected(ExampleLogin example) => new ExampleResult(true, example.Expect.ToString().ToLowerInvariant(), example.Rule, example.Reason).ToString();

    static LoginFacts Facts(ExampleLogin example, OrgPolicy policy, ExampleCast cast)
    {
        var at = example.At ?? UsualTime;
        var evidence = PresentedProofs.Of(example.Presented, example.Flaw);
        var user = (cast.User ?? Somebody(cast.Profile)) with
        {
            Status = UserStatus.Active,
            PasswordChangedAt = at,
            MustChangePassword = false,
            FirstLoginAt = DateTimeOffset.UnixEpoch,
            Enrolled = (evidence.Presented & Factors) | example.Enrolled.Aggregate(Proof.None, (some, one) => some | one),
        };
        return GatheredFacts.Of(
            example.Channel, at, example.From is { } from ? IPAddress.Parse(from) : null, policy.Facts with { Status = OrgStatus.Open }, policy.FactsOf(cast.Profile), user,
            LockoutState.Clear, cast.App, isApprovedByUser: true, example.Channel.HasBrowser() ? new DeviceFacts(example.DeviceKnown) : null, evidence);
    }

    static UserAccount Somebody(PolicyProfile profile) => new()
    {
        Id = "somebody",
        OrgId = profile.Row.OrgId,
        ProfileId = profile.Row.Id,
        Username = "",
        Status = UserStatus.Active,
        IsBreakGlass = false,
        MustChangePassword = false,
        Enrolled = Proof.None,
    };
}
