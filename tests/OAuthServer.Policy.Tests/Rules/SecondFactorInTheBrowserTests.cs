using static OAuthServer.Policy.Tests.RuleNames;

namespace OAuthServer.Policy.Tests.Rules;

public class SecondFactorInTheBrowserTests
{
    const Proof Both = Proof.Totp | Proof.Passkey;

    [Theory]
    [InlineData(BrowserSecondFactor.Never, false, false, "pass")]
    [InlineData(BrowserSecondFactor.Never, true, false, "pass")]
    [InlineData(BrowserSecondFactor.OffTrustedNetworksWhenEnrolled, false, false, "pass")]
    [InlineData(BrowserSecondFactor.OffTrustedNetworksWhenEnrolled, true, false, "ask")]
    [InlineData(BrowserSecondFactor.OffTrustedNetworksWhenEnrolled, true, true, "pass")]
    [InlineData(BrowserSecondFactor.OffTrustedNetworks, false, false, "enrol")]
    [InlineData(BrowserSecondFactor.OffTrustedNetworks, true, false, "ask")]
    [InlineData(BrowserSecondFactor.OffTrustedNetworks, false, true, "pass")]
    [InlineData(BrowserSecondFactor.OffTrustedNetworks, true, true, "pass")]
    [InlineData(BrowserSecondFactor.Always, false, true, "enrol")]
    [InlineData(BrowserSecondFactor.Always, true, true, "ask")]
    [InlineData(BrowserSecondFactor.Always, true, false, "ask")]
    public void Mode_enrolment_and_network_say_whether_one_is_asked_for(
        BrowserSecondFactor mode, bool enrolled, bool trusted, string answer)
    {
        var login = Logins.Person
            .WithProfile(p => p with { BrowserSecondFactor = mode })
            .WithUser(u => u with { Enrolled = enrolled ? Proof.Totp : Proof.None })
            .ComingFrom(trusted ? Logins.InOffice : Logins.Outside);
        switch (answer)
        {
            case "pass":
                login.MustPass();
                break;
            case "ask":
                login.MustBeAsked(SecondFactorInTheBrowser, ChallengeKind.Totp, ChallengeKind.RecoveryCode);
                login.Proving(Proof.Password | Proof.Totp).MustPass();
                login.Proving(Proof.Password | Proof.RecoveryCode).MustPass();
                login.Proving(Proof.Passkey).MustPass();
                break;
            default:
                login.MustBeAsked(SecondFactorInTheBrowser, ChallengeKind.EnrolSecondFactor);
                break;
        }
    }

    [Theory]
    [InlineData(LoginChannel.Browser)]
    [InlineData(LoginChannel.AuthorizationCode)]
    [InlineData(LoginChannel.Device)]
    public void It_is_asked_after_an_identity_provider_exactly_as_after_a_password(LoginChannel channel) => Logins.On(channel)
        .WithUser(u => u with { Enrolled = Proof.Totp })
        .WithProfile(p => p with { Sso = SsoMode.Offered })
        .Proving(Proof.SsoAssertion)
        .MustBeAsked(SecondFactorInTheBrowser, ChallengeKind.Totp, ChallengeKind.RecoveryCode);

    [Theory]
    [InlineData(BrowserSecondFactor.Always, false)]
    [InlineData(BrowserSecondFactor.OffTrustedNetworks, false)]
    [InlineData(BrowserSecondFactor.Never, true)]
    public void A_factor_that_the_identity_provider_saw_spares_ours_where_the_profile_lets_it_count(BrowserSecondFactor mode, bool enrolmentForced)
    {
        var login = Logins.Person
            .WithProfile(p => p with { Sso = SsoMode.Offered, BrowserSecondFactor = mode, EnrolmentForced = enrolmentForced })
            .Proving(Proof.SsoAssertion | Proof.SsoSecondFactor);
        login.MustPass();
        login.WithUser(u => u with { Enrolled = Proof.Totp }).WithProfile(p => p with { EnrolmentForced = false }).MustPass();
        login.WithProfile(p => p with { SecondFactorKinds = Both }).MustBeAsked(SecondFactorInTheBrowser, ChallengeKind.EnrolSecondFactor);
    }

    [Fact]
    public void Forced_enrolment_is_asked_of_those_who_have_none_on_every_network()
    {
        var login = Logins.Person.WithProfile(p => p with { EnrolmentForced = true, BrowserSecondFactor = BrowserSecondFactor.Never });
        login.MustBeAsked(SecondFactorInTheBrowser, ChallengeKind.EnrolSecondFactor);
        login.ComingFrom(Logins.InOffice).MustBeAsked(SecondFactorInTheBrowser, ChallengeKind.EnrolSecondFactor);
        login.WithUser(u => u with { Enrolled = Proof.Passkey }).MustPass();
    }

    [Fact]
    public void Kinds_that_do_not_count_are_neither_asked_for_nor_accepted()
    {
        var login = Logins.Person
            .WithProfile(p => p with { SecondFactorKinds = Proof.Passkey })
            .WithUser(u => u with { Enrolled = Both });
        login.MustBeAsked(SecondFactorInTheBrowser, ChallengeKind.Passkey);
        login.Proving(Proof.Password | Proof.Totp).MustBeAsked(SecondFactorInTheBrowser, ChallengeKind.Passkey);
        login.Proving(Proof.Password | Proof.RecoveryCode).MustBeAsked(SecondFactorInTheBrowser, ChallengeKind.Passkey);
        login.Proving(Proof.Password | Proof.Passkey).MustPass();
    }

    [Fact]
    public void Passkey_as_first_proof_is_no_second_factor_where_passkeys_do_not_count() => Logins.Person
        .WithProfile(p => p with { SecondFactorKinds = Proof.Totp })
        .WithUser(u => u with { Enrolled = Both })
        .Proving(Proof.Passkey)
        .MustBeAsked(SecondFactorInTheBrowser, ChallengeKind.Totp);

    [Fact]
    public void Every_enrolled_kind_is_offered() => Logins.Person
        .WithUser(u => u with { Enrolled = Both })
        .MustBeAsked(SecondFactorInTheBrowser, ChallengeKind.Totp, ChallengeKind.Passkey, ChallengeKind.RecoveryCode);

    [Theory]
    [InlineData(LoginChannel.PasswordGrant)]
    [InlineData(LoginChannel.RefreshToken)]
    [InlineData(LoginChannel.TokenExchange)]
    public void Channels_without_a_browser_are_not_asked(LoginChannel channel) => Logins.On(channel)
        .WithProfile(p => p with { BrowserSecondFactor = BrowserSecondFactor.Always, EnrolmentForced = true })
        .MustPass();
}
