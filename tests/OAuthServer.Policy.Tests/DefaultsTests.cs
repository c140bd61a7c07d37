using OAuthServer.Policy.Hours;
using OAuthServer.Policy.Lockout;
using OAuthServer.Policy.Passwords;

namespace OAuthServer.Policy.Tests;

/// <summary>The defaults are part of the product: login policy, section 2.</summary>
public class DefaultsTests
{
    static readonly ProfileFacts Fresh = new() { Id = "p1", Version = 1, Name = "Standard", Doors = Logins.Everywhere };

    [Fact]
    public void Profile_restricts_neither_where_nor_when()
    {
        Assert.True(Fresh.LoginRanges.IsEmpty);
        Assert.Same(LoginHours.Always, Fresh.Hours);
        Assert.False(Fresh.ApiOnly);
        Assert.Equal(SsoMode.Off, Fresh.Sso);
    }

    [Fact]
    public void Security_token_is_asked_for_lives_on_and_dies_at_once_when_reset()
    {
        Assert.True(Fresh.SecurityTokenOffTrustedNetworks);
        Assert.Null(Fresh.SecurityTokenLifetime);
        Assert.False(Fresh.SecurityTokenSingleUse);
        Assert.Equal(0, Fresh.SecurityTokenOverlapDays);
    }

    [Fact]
    public void Second_factor_is_asked_off_trusted_networks_from_those_who_have_one()
    {
        Assert.Equal(BrowserSecondFactor.OffTrustedNetworksWhenEnrolled, Fresh.BrowserSecondFactor);
        Assert.Equal(ApiSecondFactor.SecurityToken, Fresh.ApiSecondFactor);
        Assert.Equal(Proof.Totp | Proof.Passkey | Proof.RecoveryCode | Proof.SsoSecondFactor, Fresh.SecondFactorKinds);
        Assert.False(Fresh.EnrolmentForced);
    }

    [Fact]
    public void Passwords_and_lockout_are_the_vendors()
    {
        Assert.Equal(
            new PasswordPolicy(
                MinLength: 8,
                PasswordComplexity.LetterAndDigit,
                History: 3,
                ExpiresAfterDays: 90,
                OneDayMinimum: false,
                BreachedListCheck: true),
            Fresh.Password);
        Assert.Equal((3, false), (Fresh.Password.History, Fresh.Password.OneDayMinimum));
        Assert.Equal(new LockoutPolicy(10, TimeSpan.FromMinutes(15)), Fresh.Lockout);
    }

    [Fact]
    public void Session_idles_for_two_hours_and_lasts_a_day_from_any_address()
    {
        Assert.Equal(TimeSpan.FromHours(2), Fresh.SessionIdleTimeout);
        Assert.Equal(TimeSpan.FromHours(24), Fresh.SessionLifetime);
        Assert.False(Fresh.SessionBoundToAddress);
    }

    [Fact]
    public void Programs_may_log_in_and_everybody_may_reset_the_own_token()
    {
        Assert.Equal((true, true), (Fresh.ApiEnabled, Fresh.MayResetOwnToken));
        Assert.Equal((false, false), (Fresh.Administrator, Fresh.PasswordNeverExpires));
    }

    [Fact]
    public void User_is_active_unlocked_and_not_marked()
    {
        var user = new UserFacts { Id = "u1" };
        Assert.Equal((UserStatus.Active, LockoutState.Clear, Proof.None), (user.Status, user.Lockout, user.Enrolled));
        Assert.Equal((false, false, false), (user.MustChangePassword, user.IsFirstLogin, user.IsBreakGlass));
        Assert.Null(user.PasswordChangedAt);
    }

    [Fact]
    public void Facts_know_who_and_by_which_version()
    {
        Assert.Equal(("p1", 1, "Standard"), (Fresh.Id, Fresh.Version, Fresh.Name));
        Assert.Equal(("org", "u1", "client"), (Logins.Org.Id, Logins.User.Id, Logins.App.ClientId));
    }

    [Fact]
    public void Sign_in_begins_with_nothing() =>
        Assert.Equal(Evidence.Of(Proof.None), Evidence.Nothing);
}
