using static OAuthServer.Policy.Tests.RuleNames;

namespace OAuthServer.Policy.Tests.Rules;

/// <summary>User, organization, channel and app.</summary>
public class PermissionTests
{
    public static TheoryData<LoginChannel> Channels => new(Enum.GetValues<LoginChannel>());

    [Theory]
    [InlineData(UserStatus.Inactive, DenyReason.UserInactive)]
    [InlineData(UserStatus.Frozen, DenyReason.UserFrozen)]
    public void User_who_is_not_active_is_refused(UserStatus status, DenyReason reason) =>
        Logins.Program.WithUser(u => u with { Status = status }).MustBeRefused(UserIsActive, reason);

    [Theory]
    [InlineData(OrgStatus.Locked, DenyReason.OrgLocked)]
    [InlineData(OrgStatus.Closed, DenyReason.OrgClosed)]
    public void Organization_that_is_not_open_refuses_everybody(OrgStatus status, DenyReason reason) =>
        Logins.Program.WithOrg(o => o with { Status = status }).MustBeRefused(OrgIsOpen, reason);

    [Theory]
    [MemberData(nameof(Channels))]
    public void Org_switches_close_the_password_grant_and_soap_and_nothing_else(LoginChannel channel)
    {
        var login = Logins.On(channel);
        AssertClosed(login.WithOrg(o => o with { PasswordGrantEnabled = false }), channel == LoginChannel.PasswordGrant);
        AssertClosed(login.WithOrg(o => o with { SoapLoginEnabled = false }), channel == LoginChannel.SoapLogin);

        static void AssertClosed(LoginFacts facts, bool closed)
        {
            if (closed)
            {
                facts.MustBeRefused(ChannelIsPermitted, DenyReason.ChannelClosedByOrg);
            }
            else
            {
                facts.MustPass();
            }
        }
    }

    [Theory]
    [MemberData(nameof(Channels))]
    public void Door_that_the_profile_does_not_open_is_shut(LoginChannel channel)
    {
        var login = Logins.On(channel).WithProfile(p => p with { Doors = Logins.Everywhere.Except([channel]).ToHashSet() });
        if (channel == LoginChannel.RefreshToken)
        {
            login.MustPass(); // A refresh has no door of its own.
        }
        else
        {
            login.MustBeRefused(ChannelIsPermitted, DenyReason.ChannelClosedByProfile);
        }
    }

    [Theory]
    [MemberData(nameof(Channels))]
    public void Api_only_refuses_the_channels_with_a_browser(LoginChannel channel)
    {
        var verdict = Logins.On(channel).WithProfile(p => p with { ApiOnly = true }).VerdictOf(ChannelIsPermitted);
        Assert.Equal(channel.HasBrowser() ? new Verdict.Denied(DenyReason.ApiOnlyUser) : Verdict.Pass, verdict);
    }

    [Theory]
    [InlineData(LoginChannel.Browser, true)]
    [InlineData(LoginChannel.AuthorizationCode, true)]
    [InlineData(LoginChannel.Device, true)]
    [InlineData(LoginChannel.RefreshToken, true)]
    [InlineData(LoginChannel.PasswordGrant, false)]
    [InlineData(LoginChannel.SoapLogin, false)]
    [InlineData(LoginChannel.JwtBearer, false)]
    [InlineData(LoginChannel.SamlBearer, false)]
    [InlineData(LoginChannel.TokenExchange, false)]
    [InlineData(LoginChannel.ClientCredentials, false)]
    public void Programs_need_the_permission_api_enabled(LoginChannel channel, bool passes)
    {
        var verdict = Logins.On(channel).WithProfile(p => p with { ApiEnabled = false }).VerdictOf(ChannelIsPermitted);
        Assert.Equal(passes ? Verdict.Pass : new Verdict.Denied(DenyReason.ApiNotEnabled), verdict);
    }

    [Fact]
    public void App_that_is_switched_off_is_refused() =>
        Logins.Program.WithApp(a => a with { IsActive = false }).MustBeRefused(AppIsPermitted, DenyReason.AppInactive);

    [Theory]
    [MemberData(nameof(Channels))]
    public void App_needs_the_flow_it_uses_also_to_refresh(LoginChannel channel)
    {
        var verdict = (Logins.On(channel) with { App = Logins.App })
            .WithApp(a => a with { Flows = Logins.Everywhere.Except([channel]).ToHashSet() })
            .VerdictOf(AppIsPermitted);
        var isFlow = channel is not (LoginChannel.Browser or LoginChannel.SoapLogin);
        Assert.Equal(isFlow ? new Verdict.Denied(DenyReason.FlowNotEnabled) : Verdict.Pass, verdict);
    }

    [Fact]
    public void App_for_approved_users_refuses_others()
    {
        var login = Logins.Program.WithApp(a => a with { RequiresPreapproval = true });
        login.MustBeRefused(AppIsPermitted, DenyReason.AppNotApprovedForUser);
        login.WithApp(a => a with { IsPreapproved = true }).MustPass();
    }

    [Fact]
    public void Login_without_an_app_needs_no_flow() => Logins.On(LoginChannel.SoapLogin).MustPass();
}
