using OAuthServer.Policy.Lockout;
using static OAuthServer.Policy.Tests.RuleNames;

namespace OAuthServer.Policy.Tests;

public class DecideTests
{
    static readonly LoginFacts MissingEverything = Logins.Person
        .WithOrg(o => o with { Status = OrgStatus.Locked })
        .WithUser(u => u with { Status = UserStatus.Frozen, MustChangePassword = true });

    [Fact]
    public void Rules_are_these_in_this_order() =>
        Assert.Equal(InOrder, LoginPolicy.Rules.Select(rule => rule.Name), StringComparer.Ordinal);

    [Fact]
    public void First_denial_in_list_order_is_the_answer() =>
        MissingEverything.MustBeRefused(UserIsActive, DenyReason.UserFrozen);

    [Fact]
    public void Every_rule_is_run_although_the_answer_is_known()
    {
        Assert.Equal(new Verdict.Denied(DenyReason.OrgLocked), MissingEverything.VerdictOf(OrgIsOpen));
        Assert.IsType<Verdict.Needs>(MissingEverything.VerdictOf(PasswordIsFresh));
        Assert.Same(Verdict.Pass, MissingEverything.VerdictOf(WithinLoginHours));
    }

    [Fact]
    public void Denial_beats_a_need_that_stands_before_it()
    {
        // No rule after the needs denies by itself, so this is seen at the one need that stands among the denials.
        var breakGlass = Logins.Person
            .WithProfile(p => p with { Sso = SsoMode.Required, LoginRanges = Logins.Range })
            .WithUser(u => u with { IsBreakGlass = true });
        Assert.IsType<Verdict.Needs>(breakGlass.VerdictOf(SsoIsUsedWhenRequired));
        breakGlass.MustBeRefused(FromPermittedNetwork, DenyReason.OutsideLoginRanges);
    }

    [Fact]
    public void First_need_is_asked_when_there_are_several() => Logins.Person
        .WithProfile(p => p with { EnrolmentForced = true })
        .WithUser(u => u with { MustChangePassword = true })
        .MustBeAsked(SecondFactorInTheBrowser, ChallengeKind.EnrolSecondFactor);

    [Fact]
    public void Need_that_nobody_can_answer_is_a_denial_in_its_own_place()
    {
        var breakGlass = Logins.Program
            .WithProfile(p => p with { Sso = SsoMode.Required, LoginRanges = Logins.Range })
            .WithUser(u => u with { IsBreakGlass = true });
        breakGlass.MustBeRefused(SsoIsUsedWhenRequired, DenyReason.SecondFactorRequired);
        Assert.Equal(new Verdict.Denied(DenyReason.SecondFactorRequired), breakGlass.VerdictOf(SsoIsUsedWhenRequired));
    }

    [Fact]
    public void Who_has_brought_nothing_is_asked_for_it_and_hears_of_no_later_denial() =>
        MissingEverything.Proving(Proof.None).MustBeAsked(CredentialsAreProven, ChallengeKind.Password, ChallengeKind.Passkey);

    [Fact]
    public void Wrong_password_is_the_answer_whatever_else_stands_against_the_login() =>
        MissingEverything.Flawed(CredentialFlaw.WrongPassword).MustBeRefused(CredentialsAreProven, DenyReason.WrongPassword);

    [Theory]
    [InlineData(CredentialFlaw.None)]
    [InlineData(CredentialFlaw.WrongPassword)]
    public void Locked_account_confirms_no_guess(CredentialFlaw flaw) => Logins.Program
        .Flawed(flaw)
        .WithUser(u => u with { Lockout = new LockoutState(10, Logins.Noon) })
        .MustBeRefused(LockoutHasElapsed, DenyReason.LockedOut);

    [Fact]
    public void Logins_that_pass_share_one_trace() =>
        Assert.Same(LoginPolicy.Decide(Logins.Program).Trace, LoginPolicy.Decide(Logins.Person).Trace);

    [Theory]
    [InlineData("203.0.113.9", false)]
    [InlineData("198.51.100.7", true)]
    [InlineData("192.0.2.5", true)]
    public void Trusted_origin_is_a_trusted_network_or_a_login_range(string address, bool trusted) => Assert.Equal(
        trusted,
        Logins.Program
            .WithProfile(p => p with { LoginRanges = Logins.Range })
            .ComingFrom(System.Net.IPAddress.Parse(address))
            .FromTrustedOrigin);
}
