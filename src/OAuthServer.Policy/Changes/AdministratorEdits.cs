using OAuthServer.Policy.Hours;
using OAuthServer.Policy.Lockout;
using OAuthServer.Policy.Rules;

namespace OAuthServer.Policy.Changes;

/// <summary>Changes that only an administrator, or the operator, can make.</summary>
static class AdministratorEdits
{
    internal static LoginFacts? UnlockUser(LoginFacts facts) =>
        facts.User.Lockout.IsLocked(facts.Profile.Lockout, facts.At)
            ? facts with { User = facts.User with { Lockout = LockoutState.Clear } }
            : null;

    internal static LoginFacts? ActivateUser(LoginFacts facts) =>
        facts.User.Status == UserStatus.Active ? null : facts with { User = facts.User with { Status = UserStatus.Active } };

    internal static LoginFacts? ApproveUserForApp(LoginFacts facts) =>
        facts.App is { RequiresPreapproval: true, IsPreapproved: false } app
            ? facts with { App = app with { IsPreapproved = true } }
            : null;

    // The app itself was proven: that it has nobody to act as is found after that.
    internal static LoginFacts? ChooseRunAsUser(LoginFacts facts) =>
        facts.Evidence.Flaw == CredentialFlaw.NoRunAsUser
            ? facts with { Evidence = facts.Evidence with { Flaw = CredentialFlaw.None } }
            : null;

    internal static LoginFacts? ActivateApp(LoginFacts facts) =>
        facts.App is { IsActive: false } app ? facts with { App = app with { IsActive = true } } : null;

    internal static LoginFacts? AllowFlowForApp(LoginFacts facts) =>
        facts.App is { } app && !AppIsPermitted.AllowsFlow(app, facts.Channel)
            ? facts with { App = app with { Flows = With(app.Flows, facts.Channel) } }
            : null;

    internal static LoginFacts? ReopenOldWay(LoginFacts facts) =>
        facts.OldWay is { Until: null } ? facts with { OldWay = null } : null;

    internal static LoginFacts? EnableApi(LoginFacts facts) =>
        facts.Profile.ApiEnabled ? null : facts with { Profile = facts.Profile with { ApiEnabled = true } };

    internal static LoginFacts? OpenDoorInProfile(LoginFacts facts) =>
        ChannelIsPermitted.IsOpenInProfile(facts.Profile, facts.Channel)
            ? null
            : facts with { Profile = facts.Profile with { Doors = With(facts.Profile.Doors, facts.Channel) } };

    internal static LoginFacts? LiftApiOnly(LoginFacts facts) =>
        facts.Profile.ApiOnly ? facts with { Profile = facts.Profile with { ApiOnly = false } } : null;

    internal static LoginFacts? OpenDoorInOrg(LoginFacts facts) =>
        ChannelIsPermitted.IsOpenInOrg(facts.Org, facts.Channel) ? null
        : facts.Channel == LoginChannel.SoapLogin ? facts with { Org = facts.Org with { SoapLoginEnabled = true } }
        : facts with { Org = facts.Org with { PasswordGrantEnabled = true } };

    internal static LoginFacts? ExtendLoginHours(LoginFacts facts) =>
        facts.Profile.Hours.Contains(facts.At) ? null : facts with { Profile = facts.Profile with { Hours = LoginHours.Always } };

    internal static LoginFacts? OpenOrg(LoginFacts facts) =>
        facts.Org.Status == OrgStatus.Open ? null : facts with { Org = facts.Org with { Status = OrgStatus.Open } };

    static HashSet<LoginChannel> With(IReadOnlySet<LoginChannel> channels, LoginChannel one) => [.. channels, one];
}
