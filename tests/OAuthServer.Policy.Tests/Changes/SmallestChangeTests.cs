using OAuthServer.Policy.Changes;
using OAuthServer.Policy.Hours;
using OAuthServer.Policy.Lockout;
using static OAuthServer.Policy.Changes.Change;

namespace OAuthServer.Policy.Tests.Changes;

public class SmallestChangeTests
{
    static readonly UserFacts Enrolled = Logins.User with { Enrolled = Proof.Totp };

    [Fact]
    public void Login_that_passes_needs_no_change() => Assert.Empty(SmallestChange.Find(Logins.Program)!);

    [Fact]
    public void Every_refusal_of_one_thing_has_its_change()
    {
        (Change Expected, LoginFacts Login)[] table =
        [
            (WaitForLockoutToEnd, Logins.Program.WithUser(u => u with { Lockout = new LockoutState(10, Logins.Noon) })),
            (PresentRightPassword, Logins.Program.Flawed(CredentialFlaw.WrongPassword)),
            (PresentRightPassword, Logins.Person.Proving(Proof.None)),
            (AppendSecurityToken, Logins.Program.Proving(Proof.Password)),
            (AppendSecurityToken, Logins.Program.Flawed(CredentialFlaw.SecurityTokenRetired)),
            (AppendSecurityToken, Logins.Program.Flawed(CredentialFlaw.SecurityTokenExpired)),
            (AppendSecurityToken, Logins.Program.Flawed(CredentialFlaw.SecurityTokenSpent)),
            (PresentPasskey, Passkey().Flawed(CredentialFlaw.PasskeyRejected)),
            (UseSso, Sso(Logins.Person)),
            (UseSso, Sso(Logins.Person).Proving(Proof.None)),
            (UseSso, Sso(Logins.Person).Flawed(CredentialFlaw.WrongPassword)),
            (UseSso, Sso(Logins.Person).Flawed(CredentialFlaw.PasskeyRejected)),
            (UseSso, Sso(Logins.Person).Proving(Proof.SsoAssertion).Flawed(CredentialFlaw.AssertionRejected)),
            (PresentEmailCode, Logins.Person with { Device = null }),
            (PresentEmailCode, Logins.Person.Flawed(CredentialFlaw.WrongCode)),
            (PresentClientSecret, Logins.On(LoginChannel.ClientCredentials).Proving(Proof.None)),
            (PresentClientSecret, Logins.Program.Flawed(CredentialFlaw.WrongClientSecret)),
            (PresentValidAssertion, Logins.On(LoginChannel.JwtBearer).Flawed(CredentialFlaw.AssertionRejected)),
            (PresentValidAssertion, Logins.On(LoginChannel.SamlBearer).Proving(Proof.None)),
            (PresentValidAssertion, Logins.On(LoginChannel.TokenExchange).Proving(Proof.None)),
            (PresentValidAssertion, Logins.Program.Flawed(CredentialFlaw.ClientAssertionRejected)),
            (PresentLiveRefreshToken, Logins.On(LoginChannel.RefreshToken).Flawed(CredentialFlaw.RefreshTokenDead)),
            (PresentLiveRefreshToken, Logins.On(LoginChannel.RefreshToken).Flawed(CredentialFlaw.RefreshTokenReused)),
            (PresentLiveRefreshToken, Logins.On(LoginChannel.RefreshToken).Proving(Proof.None)),
            (ChangePassword, Logins.Person.WithUser(u => u with { MustChangePassword = true })),
            (EnrolSecondFactor, Logins.Person
                .WithProfile(p => p with { EnrolmentForced = true, BrowserSecondFactor = BrowserSecondFactor.Never })),
            (AppendTotpCode, Totp() with { User = Enrolled }),
            (AppendTotpCode, (Totp() with { User = Enrolled }).Flawed(CredentialFlaw.TotpReplayed)),
            (AppendTotpCode, (Totp() with { User = Enrolled }).Flawed(CredentialFlaw.SecurityTokenRetired)),
            (AppendTotpCode, (Totp() with { User = Enrolled }).Flawed(CredentialFlaw.SecurityTokenExpired)),
            (AppendTotpCode, (Totp() with { User = Enrolled }).Flawed(CredentialFlaw.SecurityTokenSpent)),
            (PresentSecondFactor, Logins.Person with { User = Enrolled }),
            (PresentSecondFactor, (Logins.Person with { User = Enrolled }).Flawed(CredentialFlaw.WrongCode)),
            (PresentSecondFactor, (Logins.Person with { User = Enrolled }).Flawed(CredentialFlaw.TotpReplayed)),
            (ComeOnKnownDevice, Ranged(Logins.On(LoginChannel.AuthorizationCode) with { Device = null })
                .WithApp(a => a with { IpRelaxation = IpRelaxation.RelaxForKnownDevices })),
            (ComeFromLoginRange, Ranged(Logins.Program)),
            (ComeWithinLoginHours, OpenFrom(13, Logins.Program)),
            (WaitForBrownOutToEnd, Logins.Program with { OldWay = Logins.BrownedOut }),
            (ReopenOldWay, Logins.Program with { OldWay = Logins.Closed }),
            (UnlockUser, UntilUnlocked(Logins.Program)),
            (ActivateUser, Logins.Program.WithUser(u => u with { Status = UserStatus.Frozen })),
            (ApproveUserForApp, Logins.Program.WithApp(a => a with { RequiresPreapproval = true })),
            (ChooseRunAsUser, Logins.On(LoginChannel.ClientCredentials).Flawed(CredentialFlaw.NoRunAsUser)),
            (ActivateApp, Logins.Program.WithApp(a => a with { IsActive = false })),
            (AllowFlowForApp, Logins.Program.WithApp(a => a with { Flows = new HashSet<LoginChannel> { LoginChannel.Device } })),
            (EnableApi, Logins.Program.WithProfile(p => p with { ApiEnabled = false })),
            (OpenDoorInProfile, Logins.Program.WithProfile(p => p with { Doors = new HashSet<LoginChannel>() })),
            (LiftApiOnly, Logins.Person.WithProfile(p => p with { ApiOnly = true })),
            (OpenDoorInOrg, Logins.Program.WithOrg(o => o with { PasswordGrantEnabled = false })),
            (OpenDoorInOrg, Logins.On(LoginChannel.SoapLogin).WithOrg(o => o with { SoapLoginEnabled = false })),
            (ExtendLoginHours, Logins.Program.WithProfile(p => p with { Hours = new LoginHours(TimeZoneInfo.Utc, []) })),
            (OpenOrg, Logins.Program.WithOrg(o => o with { Status = OrgStatus.Locked })),
        ];

        Assert.Equal(
            table.Select(row => $"{row.Expected}"),
            table.Select(row => string.Join(", ", SmallestChange.Find(row.Login) ?? [])),
            StringComparer.Ordinal);
        Assert.Equal([ComeFromTrustedNetwork], Enum.GetValues<Change>().Except(table.Select(row => row.Expected)));
    }

    [Fact]
    public void Trusted_network_is_advised_to_who_can_come_from_one()
    {
        var login = Logins.Program.Proving(Proof.Password);
        Assert.IsType<LoginDecision.Allow>(LoginPolicy.Decide(ComeFromTrustedNetwork.Apply(login)!).Decision);
        Assert.Null(ComeFromTrustedNetwork.Apply(login.ComingFrom(Logins.InOffice)));
        Assert.Null(ComeFromTrustedNetwork.Apply(login.WithOrg(o => o with { TrustedNetworks = new([]) })));
    }

    [Fact]
    public void Two_changes_are_found_in_the_order_to_make_them()
    {
        Find(Logins.Program.Proving(Proof.Password).Flawed(CredentialFlaw.WrongPassword), PresentRightPassword, AppendSecurityToken);
        Find(Totp(), EnrolSecondFactor, AppendTotpCode);
        Find(Ranged(OpenFrom(13, Logins.Program)), ComeFromLoginRange, ComeWithinLoginHours);
        Find(
            Logins.Person.WithProfile(p => p with { BrowserSecondFactor = BrowserSecondFactor.Always, SecondFactorKinds = Proof.Passkey }),
            EnrolSecondFactor,
            PresentSecondFactor);

        static void Find(LoginFacts login, params Change[] expected) => Assert.Equal(expected, SmallestChange.Find(login)!);
    }

    [Fact]
    public void What_the_caller_can_do_alone_is_preferred_to_an_administrators_help()
    {
        var login = Logins.Program.Proving(Proof.Password).WithUser(u => u with { Lockout = new LockoutState(10, Logins.Noon) });
        Assert.Equal([WaitForLockoutToEnd, AppendSecurityToken], SmallestChange.Find(login)!);
        Assert.IsType<LoginDecision.Allow>(LoginPolicy.Decide(UnlockUser.Apply(AppendSecurityToken.Apply(login)!)!).Decision);
    }

    [Fact]
    public void One_wait_serves_for_both_lockout_and_hours()
    {
        var login = OpenFrom(13, Logins.Program.WithUser(u => u with { Lockout = new LockoutState(10, Logins.Noon) }));
        Assert.Equal([ComeWithinLoginHours], SmallestChange.Find(login)!);
    }

    [Fact]
    public void Three_changes_are_found_and_four_are_no_advice()
    {
        var three = Ranged(Logins.Program)
            .WithProfile(p => p with { ApiEnabled = false })
            .WithUser(u => u with { Status = UserStatus.Inactive });
        Assert.Equal([ComeFromLoginRange, ActivateUser, EnableApi], SmallestChange.Find(three)!);
        Assert.Null(SmallestChange.Find(three.WithOrg(o => o with { Status = OrgStatus.Locked })));
    }

    [Fact]
    public void Name_that_nobody_has_cannot_be_helped() =>
        Assert.Null(SmallestChange.Find(Logins.Program.Flawed(CredentialFlaw.UnknownUser)));

    [Theory]
    [InlineData(WaitForLockoutToEnd)]
    [InlineData(PresentRightPassword)]
    [InlineData(AppendSecurityToken)]
    [InlineData(PresentClientSecret)]
    [InlineData(PresentValidAssertion)]
    [InlineData(ChooseRunAsUser)]
    [InlineData(ExtendLoginHours)]
    public void Change_that_would_change_nothing_is_none(Change change) => Assert.Null(change.Apply(Logins.Program));

    [Fact]
    public void Change_that_the_login_has_no_place_for_is_none()
    {
        var noPassword = Logins.Person.WithUser(u => u with { PasswordChangedAt = null });
        Assert.Null(PresentRightPassword.Apply(noPassword));
        Assert.Null(ChangePassword.Apply(noPassword));
        Assert.Null(PresentRightPassword.Apply(Logins.On(LoginChannel.JwtBearer).Proving(Proof.None)));
        Assert.Null(WaitForLockoutToEnd.Apply(UntilUnlocked(Logins.Program)));
        Assert.Null(EnrolSecondFactor.Apply(Logins.Person with { User = Enrolled }));
        Assert.Null(ComeFromLoginRange.Apply(Ranged(Logins.Program).ComingFrom(Logins.InRange)));
        Assert.Null(PresentPasskey.Apply(Logins.Program.WithUser(u => u with { Enrolled = Proof.Passkey })));
        Assert.Null(PresentPasskey.Apply(Logins.Person));
        Assert.Null(UseSso.Apply(Sso(Logins.Program)));
        Assert.Null(PresentSecondFactor.Apply(Logins.Program with { User = Enrolled }));
    }

    [Fact]
    public void Rejected_passkey_can_be_presented_again_as_second_factor()
    {
        var rejected = Passkey().Proving(Proof.Password).Flawed(CredentialFlaw.PasskeyRejected);
        Assert.Equal(Evidence.Of(Proof.Password | Proof.Passkey), PresentSecondFactor.Apply(rejected)!.Evidence);
    }

    [Fact]
    public void Enrolling_chooses_the_kind_that_counts()
    {
        var passkeysOnly = Logins.Person.WithProfile(p => p with { SecondFactorKinds = Proof.Passkey });
        Assert.Equal(Proof.Passkey, EnrolSecondFactor.Apply(passkeysOnly)!.User.Enrolled);
        Assert.Equal(Proof.Totp, EnrolSecondFactor.Apply(passkeysOnly.Through(LoginChannel.PasswordGrant))!.User.Enrolled);
        Assert.Equal(Proof.Totp, EnrolSecondFactor.Apply(Logins.Person)!.User.Enrolled);
    }

    static LoginFacts Passkey() => Logins.Person
        .WithUser(u => u with { Enrolled = Proof.Passkey })
        .Proving(Proof.None);

    static LoginFacts Totp() => Logins.Program.WithProfile(p => p with { ApiSecondFactor = ApiSecondFactor.Totp });

    static LoginFacts Sso(LoginFacts login) => login.WithProfile(p => p with { Sso = SsoMode.Required });

    static LoginFacts Ranged(LoginFacts login) => login.WithProfile(p => p with { LoginRanges = Logins.Range });

    static LoginFacts OpenFrom(int hour, LoginFacts login) => login.WithProfile(
        p => p with { Hours = new LoginHours(TimeZoneInfo.Utc, [new HoursWindow(DayOfWeek.Wednesday, hour * 60, 24 * 60)]) });

    static LoginFacts UntilUnlocked(LoginFacts login) => login
        .WithProfile(p => p with { Lockout = new LockoutPolicy(3, null) })
        .WithUser(u => u with { Lockout = new LockoutState(3, Logins.Noon) });
}
