using OAuthServer.Policy.Hours;
using OAuthServer.Policy.Lockout;
using static OAuthServer.Policy.Tests.RuleNames;

namespace OAuthServer.Policy.Tests;

/// <summary>The worked examples of the login policy (section 10), as far as the rules decide them.</summary>
public class WorkedExamplesTests
{
    [Fact] // 1
    public void Password_without_security_token_is_refused_from_an_untrusted_network() =>
        Logins.Program.Proving(Proof.Password).MustBeRefused(SecurityTokenOffTrustedNetwork, DenyReason.SecurityTokenRequired);

    [Fact] // 2
    public void Password_with_security_token_is_allowed_from_an_untrusted_network() => Logins.Program.MustPass();

    [Fact] // 3
    public void Password_alone_is_allowed_from_a_trusted_network() =>
        Assert.Equal("Office", Logins.Program.Proving(Proof.Password).ComingFrom(Logins.InOffice).MustPass().TrustedNetwork);

    [Fact] // 4
    public void Token_from_a_trusted_network_is_allowed_and_the_network_is_not_said_to_have_spared_it()
    {
        var assurance = Logins.Program.ComingFrom(Logins.InOffice).MustPass();
        Assert.Equal(Proof.Password | Proof.SecurityToken, assurance.Proven);
        Assert.Null(assurance.TrustedNetwork);
    }

    [Fact] // 5: with the suffix unrecognised, the whole string is a wrong password
    public void Token_in_another_case_is_a_wrong_password() => Logins.Program
        .Flawed(CredentialFlaw.WrongPassword)
        .MustBeRefused(CredentialsAreProven, DenyReason.WrongPassword);

    [Theory] // 6 and 7
    [InlineData(CredentialFlaw.SecurityTokenRetired, DenyReason.SecurityTokenRetired)]
    [InlineData(CredentialFlaw.WrongPassword, DenyReason.WrongPassword)]
    public void Old_token_after_a_password_change_or_a_reset_is_refused(CredentialFlaw flaw, DenyReason reason) =>
        Logins.Program.Flawed(flaw).MustBeRefused(CredentialsAreProven, reason);

    [Fact] // 8
    public void Code_in_place_of_the_token_is_allowed_once_where_the_profile_wants_codes()
    {
        var login = Logins.Program
            .WithProfile(p => p with { ApiSecondFactor = ApiSecondFactor.Totp })
            .Proving(Proof.Password | Proof.Totp);
        login.MustPass();
        login.Flawed(CredentialFlaw.TotpReplayed).MustBeRefused(CredentialsAreProven, DenyReason.TotpReplayed);
    }

    [Fact] // 9
    public void Security_token_is_refused_where_the_profile_wants_codes() => Logins.Program
        .WithProfile(p => p with { ApiSecondFactor = ApiSecondFactor.Totp })
        .MustBeRefused(SecondFactorOnTheApi, DenyReason.SecurityTokenNotAccepted);

    [Fact] // 10
    public void Valid_token_does_not_help_outside_the_login_ranges() => Logins.Program
        .WithProfile(p => p with { LoginRanges = Logins.Range })
        .MustBeRefused(FromPermittedNetwork, DenyReason.OutsideLoginRanges);

    [Fact] // 11
    public void Password_alone_is_allowed_inside_the_login_ranges() => Logins.Program
        .WithProfile(p => p with { LoginRanges = Logins.Range })
        .Proving(Proof.Password)
        .ComingFrom(Logins.InRange)
        .MustPass();

    [Fact] // 12
    public void Trusted_network_does_not_help_outside_the_login_hours() => Logins.Program
        .WithProfile(p => p with { Hours = new LoginHours(TimeZoneInfo.Utc, [new HoursWindow(DayOfWeek.Wednesday, 0, 12 * 60)]) })
        .ComingFrom(Logins.InOffice)
        .MustBeRefused(WithinLoginHours, DenyReason.OutsideLoginHours);

    [Fact] // 13
    public void Password_is_refused_where_single_sign_on_is_required() => Logins.Program
        .WithProfile(p => p with { Sso = SsoMode.Required })
        .ComingFrom(Logins.InOffice)
        .MustBeRefused(SsoIsUsedWhenRequired, DenyReason.SsoRequired);

    [Fact] // 14
    public void Api_only_user_is_refused_in_the_browser() => Logins.Person
        .WithProfile(p => p with { ApiOnly = true })
        .MustBeRefused(ChannelIsPermitted, DenyReason.ApiOnlyUser);

    [Fact] // 15
    public void Client_credentials_ask_for_neither_password_nor_token() =>
        Assert.Equal(Proof.ClientSecret, Logins.On(LoginChannel.ClientCredentials).MustPass().Proven);

    [Fact] // 16: failures are counted per class of origin, so the facts from inside carry no failure
    public void User_locked_by_outsiders_guesses_gets_in_from_the_trusted_network()
    {
        var guessed = Logins.Program.WithUser(u => u with { Lockout = new LockoutState(10, Logins.Noon) });
        guessed.MustBeRefused(LockoutHasElapsed, DenyReason.LockedOut);
        Assert.False(guessed.FromTrustedOrigin);

        var inside = Logins.Program.Proving(Proof.Password).ComingFrom(Logins.InOffice);
        Assert.True(inside.FromTrustedOrigin);
        inside.MustPass();
    }

    [Fact] // 17: RequestOrigin gives the peer address, not the forged one
    public void Caller_whose_own_address_is_outside_needs_the_token() => Logins.Program
        .Proving(Proof.Password)
        .ComingFrom(Logins.Outside)
        .MustBeRefused(SecurityTokenOffTrustedNetwork, DenyReason.SecurityTokenRequired);
}
