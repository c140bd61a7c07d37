namespace OAuthServer.Policy.Tests;

/// <summary>The names as records and explanations hold them: a rename must show up here.</summary>
static class RuleNames
{
    public const string LockoutHasElapsed = nameof(LockoutHasElapsed);
    public const string CredentialsAreProven = nameof(CredentialsAreProven);
    public const string UserIsActive = nameof(UserIsActive);
    public const string OrgIsOpen = nameof(OrgIsOpen);
    public const string ChannelIsPermitted = nameof(ChannelIsPermitted);
    public const string AppIsPermitted = nameof(AppIsPermitted);
    public const string OldWayIsOpen = nameof(OldWayIsOpen);
    public const string SsoIsUsedWhenRequired = nameof(SsoIsUsedWhenRequired);
    public const string WithinLoginHours = nameof(WithinLoginHours);
    public const string FromPermittedNetwork = nameof(FromPermittedNetwork);
    public const string SecondFactorOnTheApi = nameof(SecondFactorOnTheApi);
    public const string SecurityTokenOffTrustedNetwork = nameof(SecurityTokenOffTrustedNetwork);
    public const string SecondFactorInTheBrowser = nameof(SecondFactorInTheBrowser);
    public const string DeviceIsKnown = nameof(DeviceIsKnown);
    public const string PasswordIsFresh = nameof(PasswordIsFresh);

    public static readonly string[] InOrder =
    [
        LockoutHasElapsed, CredentialsAreProven, UserIsActive, OrgIsOpen, ChannelIsPermitted, AppIsPermitted, OldWayIsOpen,
        SsoIsUsedWhenRequired, WithinLoginHours, FromPermittedNetwork, SecondFactorOnTheApi, SecurityTokenOffTrustedNetwork, SecondFactorInTheBrowser,
        DeviceIsKnown, PasswordIsFresh,
    ];
}
