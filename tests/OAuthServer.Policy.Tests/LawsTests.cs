using FsCheck;
using FsCheck.Fluent;
using OAuthServer.Policy.Changes;
using OAuthServer.Policy.Networks;

namespace OAuthServer.Policy.Tests;

/// <summary>What holds for every login there can be.</summary>
public class LawsTests
{
    [Fact]
    public void Every_rule_is_in_the_trace_once_and_in_order() => ForAll(AnyLogin.OfEitherKind, login =>
        LoginPolicy.Decide(login).Trace.Select(finding => finding.Rule).SequenceEqual(RuleNames.InOrder, StringComparer.Ordinal));

    [Fact]
    public void Same_facts_give_the_same_ruling() => ForAll(AnyLogin.OfEitherKind, login =>
    {
        var (once, again) = (LoginPolicy.Decide(login), LoginPolicy.Decide(login with { Profile = login.Profile with { } }));
        return Told(once) == Told(again) && once.Trace.SequenceEqual(again.Trace);
    });

    [Fact]
    public void Login_is_allowed_exactly_when_every_rule_passes() => ForAll(AnyLogin.OfEitherKind, login =>
    {
        var ruling = LoginPolicy.Decide(login);
        return ruling.Trace.All(finding => finding.Verdict is Verdict.Passed) == ruling.Decision is LoginDecision.Allow
            && (ruling.DecidingRule is null) == ruling.Decision is LoginDecision.Allow;
    });

    [Fact]
    public void Answer_is_the_verdict_of_the_deciding_rule() => ForAll(AnyLogin.OfEitherKind, login =>
    {
        var ruling = LoginPolicy.Decide(login);
        return ruling.Decision switch
        {
            LoginDecision.Deny deny => login.VerdictOf(ruling.DecidingRule!).Equals(new Verdict.Denied(deny.Reason)),
            LoginDecision.Challenge challenge =>
                ReferenceEquals(((Verdict.Needs)login.VerdictOf(ruling.DecidingRule!)).OneOf, challenge.OneOf),
            _ => true,
        };
    });

    [Fact]
    public void Nobody_is_challenged_where_nobody_can_answer() => ForAll(AnyLogin.OfEitherKind, login =>
        login.Channel.HasBrowser()
        || LoginPolicy.Decide(login) is var ruling && IsAnswerable(ruling.Decision)
        && ruling.Trace.All(finding => finding.Verdict is not Verdict.Needs || login.Channel == LoginChannel.SoapLogin && finding.Rule == RuleNames.PasswordIsFresh));

    static bool IsAnswerable(LoginDecision decision) => decision is not LoginDecision.Challenge challenge || challenge.OneOf is [ChallengeKind.NewPassword];

    [Fact]
    public void Trusting_one_more_network_never_costs_a_login() => ForAll(AnyLogin.OfEitherKind, login =>
        !Passes(login) || Passes(login.WithOrg(o => o with { TrustedNetworks = With(o.TrustedNetworks, "192.0.0.0/8") })));

    [Fact]
    public void Login_range_that_holds_the_caller_never_costs_a_login() => ForAll(AnyLogin.OfEitherKind, login =>
    {
        var ranged = login.WithProfile(p => p with { LoginRanges = With(With(p.LoginRanges, "0.0.0.0/0"), "2000::/3") });
        return !Passes(login) || login.From is null || Passes(ranged);
    });

    [Fact]
    public void Login_range_that_does_not_hold_the_caller_never_wins_a_login() => ForAll(AnyLogin.OfEitherKind, login =>
    {
        var unrelaxed = login with { App = login.App is { } app ? app with { IpRelaxation = IpRelaxation.Enforce } : null };
        return Passes(login) || !Passes(unrelaxed.WithProfile(p => p with { LoginRanges = With(NetworkList.Empty, "240.0.0.1") }));
    });

    [Fact]
    public void Flaw_never_wins_a_login() => ForAll(
        AnyLogin.OfEitherKind,
        login => Enum.GetValues<CredentialFlaw>().All(flaw => flaw == CredentialFlaw.None || !Passes(login.Flawed(flaw))));

    [Fact]
    public void Opening_a_door_never_costs_a_login() => ForAll(AnyLogin.OfEitherKind, login =>
        !Passes(login) || Passes(login.WithProfile(p => p with { Doors = Logins.Everywhere, ApiOnly = false, ApiEnabled = true })));

    [Fact]
    public void Who_has_proven_nothing_learns_nothing() => ForAll(AnyLogin.OfEitherKind, AnyLogin.OfEitherKind, (login, other) =>
    {
        // All is another's but what lockout and credentials look at.
        var elsewhere = other with
        {
            Channel = login.Channel,
            At = login.At,
            Evidence = login.Evidence,
            Profile = other.Profile with { Sso = login.Profile.Sso, Lockout = login.Profile.Lockout },
            User = other.User with { Lockout = login.User.Lockout, IsBreakGlass = login.User.IsBreakGlass },
        };
        return login.VerdictOf(RuleNames.CredentialsAreProven) is Verdict.Passed
            || Told(LoginPolicy.Decide(login)) == Told(LoginPolicy.Decide(elsewhere));
    });

    [Fact]
    public void Locked_account_answers_every_guess_alike() => ForAll(AnyLogin.OfEitherKind, AnyLogin.Evidence, (login, evidence) =>
        login.VerdictOf(RuleNames.LockoutHasElapsed) is Verdict.Passed
        || Told(LoginPolicy.Decide(login)) == Told(LoginPolicy.Decide(login with { Evidence = evidence })));

    [Fact]
    public void Mapped_address_is_its_ipv4_address() => ForAll(AnyLogin.OfEitherKind, login =>
        Told(LoginPolicy.Decide(login)) == Told(LoginPolicy.Decide(login.ComingFrom(login.From?.MapToIPv6()))));

    [Fact]
    public void Smallest_change_makes_the_login_pass() => ForAll(AnyLogin.NearlyWorking, login =>
        SmallestChange.Find(login) is not { } changes
        || Passes(changes.Aggregate(login, (facts, change) => change.Apply(facts)!)));

    [Fact]
    public void Smallest_change_is_empty_only_when_nothing_is_needed() => ForAll(AnyLogin.NearlyWorking, login =>
        (SmallestChange.Find(login) is []) == Passes(login));

    static void ForAll(Gen<LoginFacts> logins, Func<LoginFacts, bool> law) =>
        Prop.ForAll(logins.ToArbitrary(), law).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    static void ForAll<T>(Gen<LoginFacts> logins, Gen<T> others, Func<LoginFacts, T, bool> law) =>
        Prop.ForAll(logins.ToArbitrary(), others.ToArbitrary(), law).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    static bool Passes(LoginFacts login) => LoginPolicy.Decide(login).Decision is LoginDecision.Allow;

    static (string? Rule, string Answer) Told(LoginRuling ruling) => (ruling.DecidingRule, ruling.Decision switch
    {
        LoginDecision.Challenge challenge => string.Join(' ', challenge.OneOf),
        var decision => $"{decision}",
    });

    static NetworkList With(NetworkList list, string range) => new([.. list.Ranges, IpRange.TryParse(range)!]);
}
