namespace OAuthServer.Policy.Changes;

/// <summary>
/// One thing that could be different about a login. In order of preference: first what the caller can do at once, then what
/// the caller can do with some effort, then what an administrator must do. None of them makes a rule weaker than it is meant.
/// </summary>
public enum Change
{
    /// <summary>Try again when the lockout has ended.</summary>
    WaitForLockoutToEnd,

    /// <summary>Present the right password.</summary>
    PresentRightPassword,

    /// <summary>Append the current security token to the password.</summary>
    AppendSecurityToken,

    /// <summary>Present a registered passkey.</summary>
    PresentPasskey,

    /// <summary>Sign in at the identity provider.</summary>
    UseSso,

    /// <summary>Present the code that was sent by e-mail.</summary>
    PresentEmailCode,

    /// <summary>Present a live secret of the app.</summary>
    PresentClientSecret,

    /// <summary>Present an assertion that verifies.</summary>
    PresentValidAssertion,

    /// <summary>Present a live refresh token.</summary>
    PresentLiveRefreshToken,

    /// <summary>Choose a new password.</summary>
    ChangePassword,

    /// <summary>Enrol a second factor.</summary>
    EnrolSecondFactor,

    /// <summary>Append a fresh code of the authenticator app to the password, in the security token's place.</summary>
    AppendTotpCode,

    /// <summary>Present an enrolled second factor on the page.</summary>
    PresentSecondFactor,

    /// <summary>Use a browser that was made known.</summary>
    ComeOnKnownDevice,

    /// <summary>Come from a trusted network.</summary>
    ComeFromTrustedNetwork,

    /// <summary>Come from one of the profile's login ranges.</summary>
    ComeFromLoginRange,

    /// <summary>Try again when the login hours begin.</summary>
    ComeWithinLoginHours,

    /// <summary>Try again when the announced brown-out has ended.</summary>
    WaitForBrownOutToEnd,

    /// <summary>Administrator: unlock the user.</summary>
    UnlockUser,

    /// <summary>Administrator: activate or unfreeze the user.</summary>
    ActivateUser,

    /// <summary>Administrator, or the user at a page: approve the user for the app.</summary>
    ApproveUserForApp,

    /// <summary>Administrator: choose a run-as user for the app.</summary>
    ChooseRunAsUser,

    /// <summary>Administrator: switch the app on.</summary>
    ActivateApp,

    /// <summary>Administrator: let the app use this flow.</summary>
    AllowFlowForApp,

    /// <summary>Administrator: open the integration's old way again.</summary>
    ReopenOldWay,

    /// <summary>Administrator: give the profile the permission API enabled.</summary>
    EnableApi,

    /// <summary>Administrator: open this door in the profile.</summary>
    OpenDoorInProfile,

    /// <summary>Administrator: let people of the profile use a browser.</summary>
    LiftApiOnly,

    /// <summary>Administrator: open this door in the organization.</summary>
    OpenDoorInOrg,

    /// <summary>Administrator: extend the profile's login hours.</summary>
    ExtendLoginHours,

    /// <summary>Operator: open the organization.</summary>
    OpenOrg,
}
