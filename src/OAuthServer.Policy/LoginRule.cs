namespace OAuthServer.Policy;

/// <summary>One sentence of the policy, true when a login may pass.</summary>
/// <param name="Name">The sentence's name, as traces and explanations show it.</param>
/// <param name="Judge">Pure: the same facts give the same verdict.</param>
public sealed record LoginRule(string Name, Func<LoginFacts, Verdict> Judge)
{
    /// <summary>True when, if this rule does not pass, later rules are still run for the record but no longer change the answer.</summary>
    public bool IsThreshold { get; init; }
}

/// <summary>What one rule says.</summary>
public abstract record Verdict
{
    private Verdict() { }

    /// <summary>The rule has nothing against the login.</summary>
    public static Verdict Pass { get; } = new Passed();

    /// <summary>The rule has nothing against the login.</summary>
    public sealed record Passed : Verdict;

    /// <summary>The rule forbids the login.</summary>
    /// <param name="Reason">Why.</param>
    public sealed record Denied(DenyReason Reason) : Verdict;

    /// <summary>The rule asks for something more; any one of the kinds will do.</summary>
    /// <param name="OneOf">The kinds, in the order they should be offered.</param>
    /// <param name="Otherwise">The denial where nobody can answer a challenge.</param>
    public sealed record Needs(IReadOnlyList<ChallengeKind> OneOf, DenyReason Otherwise) : Verdict;
}

/// <summary>What one rule found in one login.</summary>
/// <param name="Rule">The rule's name.</param>
/// <param name="Verdict">What it said.</param>
public sealed record Finding(string Rule, Verdict Verdict);

/// <summary>What a person at a browser can be asked for.</summary>
public enum ChallengeKind
{
    /// <summary>The password.</summary>
    Password,

    /// <summary>A passkey or security key.</summary>
    Passkey,

    /// <summary>Sign in at the identity provider.</summary>
    Sso,

    /// <summary>A code of the authenticator app.</summary>
    Totp,

    /// <summary>A recovery code.</summary>
    RecoveryCode,

    /// <summary>A code sent by e-mail.</summary>
    EmailCode,

    /// <summary>Enrol a second factor first.</summary>
    EnrolSecondFactor,

    /// <summary>Choose a new password first.</summary>
    NewPassword,
}

/// <summary>Why a login was refused: the exact reason, for administrators and the record. The caller is told less.</summary>
public enum DenyReason
{
    /// <summary>Too many failed attempts.</summary>
    LockedOut,

    /// <summary>No user of this name.</summary>
    UnknownUser,

    /// <summary>Nothing was presented on a channel that cannot ask.</summary>
    NothingPresented,

    /// <summary>The password is wrong.</summary>
    WrongPassword,

    /// <summary>The appended security token is retired.</summary>
    SecurityTokenRetired,

    /// <summary>The appended security token is past its lifetime.</summary>
    SecurityTokenExpired,

    /// <summary>The appended single-use security token was used before.</summary>
    SecurityTokenSpent,

    /// <summary>The authenticator code was used before.</summary>
    TotpReplayed,

    /// <summary>A one-time code is wrong or too old.</summary>
    WrongCode,

    /// <summary>The passkey's answer did not verify.</summary>
    PasskeyRejected,

    /// <summary>The identity provider's assertion did not hold.</summary>
    AssertionRejected,

    /// <summary>The app is unknown.</summary>
    UnknownApp,

    /// <summary>The app's secret is wrong, expired or missing.</summary>
    WrongClientSecret,

    /// <summary>The app's signed assertion did not hold.</summary>
    ClientAssertionRejected,

    /// <summary>The refresh token is unknown, expired, revoked or another app's.</summary>
    RefreshTokenDead,

    /// <summary>The refresh token was used before.</summary>
    RefreshTokenReused,

    /// <summary>The app has no run-as user.</summary>
    NoRunAsUser,

    /// <summary>The user is inactive.</summary>
    UserInactive,

    /// <summary>The user is frozen.</summary>
    UserFrozen,

    /// <summary>The organization is locked.</summary>
    OrgLocked,

    /// <summary>The organization is closed.</summary>
    OrgClosed,

    /// <summary>The profile does not open this door.</summary>
    ChannelClosedByProfile,

    /// <summary>The organization has switched this door off.</summary>
    ChannelClosedByOrg,

    /// <summary>The profile is API only.</summary>
    ApiOnlyUser,

    /// <summary>The profile lacks the permission API enabled.</summary>
    ApiNotEnabled,

    /// <summary>The app is switched off.</summary>
    AppInactive,

    /// <summary>The app may not use this flow.</summary>
    FlowNotEnabled,

    /// <summary>The app was to be approved for the user beforehand, and was not.</summary>
    AppNotApprovedForUser,

    /// <summary>The old way in was closed for this very integration, which has a better one.</summary>
    OldWayClosed,

    /// <summary>An announced brown-out refuses passwords for a while.</summary>
    OldWayBrownedOut,

    /// <summary>The profile requires single sign-on.</summary>
    SsoRequired,

    /// <summary>The profile does not let identity providers vouch for its people.</summary>
    SsoNotOffered,

    /// <summary>Outside the profile's login hours.</summary>
    OutsideLoginHours,

    /// <summary>Outside the profile's login IP ranges.</summary>
    OutsideLoginRanges,

    /// <summary>A code of the authenticator app must be appended.</summary>
    TotpRequired,

    /// <summary>The profile wants a code of the authenticator app, not a security token.</summary>
    SecurityTokenNotAccepted,

    /// <summary>The security token must be appended.</summary>
    SecurityTokenRequired,

    /// <summary>A second factor is required.</summary>
    SecondFactorRequired,

    /// <summary>A second factor must be enrolled first.</summary>
    EnrolmentRequired,

    /// <summary>The device is not known.</summary>
    DeviceUnknown,

    /// <summary>The password has expired.</summary>
    PasswordExpired,
}
