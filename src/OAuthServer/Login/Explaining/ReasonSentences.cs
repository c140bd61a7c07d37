using OAuthServer.Policy;

namespace OAuthServer.Login.Explaining;

/// <summary>Each reason for a refusal as one plain sentence: the whole truth, for administrators and the account's owner.</summary>
static class ReasonSentences
{
    internal static string Of(DenyReason reason, LoginFacts facts) => reason switch
    {
        DenyReason.LockedOut => $"Locked: {facts.User.Lockout.Failures} failed attempts from {RuleSentences.Origin(facts)} origins; the limit is {facts.Profile.Lockout.MaxInvalidAttempts}. {LockoutEnd(facts)}",
        DenyReason.UnknownUser => "No user of this name is known to this app's organization.",
        DenyReason.NothingPresented => "Nothing was presented, and nobody can be asked on this channel.",
        DenyReason.WrongPassword => facts.Evidence.Presented.HasFlag(Proof.SecurityToken) ? "The appended security token is right; the password before it is wrong."
            : facts.Evidence.Presented.HasFlag(Proof.Totp) ? "The appended authenticator code is right; the password before it is wrong."
            : "The password, with whatever was appended to it, is wrong: no live token or code of this user was recognised at its end.",
        DenyReason.SecurityTokenRetired => "The password is right; the appended security token was this user's and is retired by a reset or a password change.",
        DenyReason.SecurityTokenExpired => "The password is right; the appended security token is past its lifetime.",
        DenyReason.SecurityTokenSpent => "The password is right; the appended security token was for a single use and has been used.",
        DenyReason.TotpReplayed => "The password is right; the appended authenticator code was accepted before, and each code works once.",
        DenyReason.WrongCode => "The one-time code is wrong or too old.",
        DenyReason.PasskeyRejected => "The passkey's answer did not verify.",
        DenyReason.AssertionRejected => "The identity provider's assertion did not verify, or names nobody here.",
        DenyReason.UnknownApp => "No app has this client identifier.",
        DenyReason.WrongClientSecret => "The app's secret is wrong, expired or missing, or was sent in a way the app is not registered for.",
        DenyReason.ClientAssertionRejected => "The app's signed assertion did not verify, has expired, or was used before.",
        DenyReason.RefreshTokenDead => "The refresh token is unknown, expired, revoked, or another app's.",
        DenyReason.RefreshTokenReused => "The refresh token was used before. Somebody holds a copy: the whole family is revoked.",
        DenyReason.NoRunAsUser => "The app has no run-as user, so there is nobody for it to act as.",
        DenyReason.UserInactive => "The user is inactive.",
        DenyReason.UserFrozen => "The user is frozen.",
        DenyReason.OrgLocked => "The organization is locked.",
        DenyReason.OrgClosed => "The organization is closed.",
        DenyReason.ChannelClosedByProfile => $"The profile does not open the door \"{ChannelWords.Of(facts.Channel)}\".",
        DenyReason.ChannelClosedByOrg => $"The organization has switched \"{ChannelWords.Of(facts.Channel)}\" off.",
        DenyReason.ApiOnlyUser => "The profile is API only: the browser is refused.",
        DenyReason.ApiNotEnabled => "The profile lacks the permission API enabled.",
        DenyReason.AppInactive => "The app is switched off.",
        DenyReason.FlowNotEnabled => $"The app is not registered for \"{ChannelWords.Of(facts.Channel)}\".",
        DenyReason.AppNotApprovedForUser => facts.Channel.RestsOnAssertion()
            ? "The app is not approved for this user: no administrator has named the user, or, where the app leaves it to its users, this one has not allowed it to go on without them (refresh_token or offline_access)."
            : "The app takes approved users only, and this user is not approved.",
        DenyReason.OldWayClosed => "An administrator has closed this integration's old way: the same user, app, network and client may no longer log in by password.",
        DenyReason.OldWayBrownedOut => $"An announced brown-out refuses passwords until {facts.OldWay?.Until:yyyy-MM-dd HH:mm} UTC.",
        DenyReason.SsoRequired => "The profile requires single sign-on: local passwords are refused on every channel.",
        DenyReason.SsoNotOffered => "The profile has single sign-on off: no identity provider can vouch for its people.",
        DenyReason.OutsideLoginHours => $"Outside the profile's login hours: it was {TimeZoneInfo.ConvertTime(facts.At, facts.Profile.Hours.Zone):dddd HH:mm} in {facts.Profile.Hours.Zone.Id}.",
        DenyReason.OutsideLoginRanges => $"{RuleSentences.Address(facts)} is outside the profile's login IP ranges.",
        DenyReason.TotpRequired => "The profile wants a code of the authenticator app appended to the password, and none was.",
        DenyReason.SecurityTokenNotAccepted => "The profile wants a code of the authenticator app; a security token was appended instead.",
        DenyReason.SecurityTokenRequired => $"The password is right, but {RuleSentences.Address(facts)} is in no trusted network and no security token was appended.",
        DenyReason.SecondFactorRequired => "A second factor is required.",
        DenyReason.EnrolmentRequired => "A second factor must be enrolled first.",
        DenyReason.DeviceUnknown => "The device is not known.",
        DenyReason.PasswordExpired => "The password has expired, or an administrator demands a new one.",
    };

    static string LockoutEnd(LoginFacts facts) => facts.Profile.Lockout.Period is { } period && facts.User.Lockout.LastFailureAt is { } last
        ? $"It ends at {last + period:yyyy-MM-dd HH:mm:ss} UTC."
        : "Only an administrator ends it.";
}
