using OAuthServer.Login;
using OAuthServer.Policy;

namespace OAuthServer.Features.Soap;

/// <summary>
/// What a refused login is told (Salesforce contract, section 10; login policy, section 7). Until the credentials are proven it is one sentence,
/// whatever the reason; the rest is in the record that the reference names.
/// </summary>
static class LoginFaults
{
    /// <param name="outcome">What the gate said.</param>
    /// <param name="isOnAnywhere">Some organization has SOAP login on. Where none has, everybody may be told: it says nothing of anybody.</param>
    internal static SoapFault Of(LoginOutcome outcome, bool isOnAnywhere) => outcome switch
    {
        LoginOutcome.TooMany many => SoapFault.InvalidLogin with { RetryAfterSeconds = many.RetryAfterSeconds },
        LoginOutcome.Refused refused => Of(refused, isOnAnywhere).Naming(refused.Reference),
        LoginOutcome.Challenged challenged => SoapFault.InvalidLogin.Naming(challenged.Reference),
        _ => throw new InvalidOperationException("A login that holds is no fault."),
    };

    static SoapFault Of(LoginOutcome.Refused refused, bool isOnAnywhere) =>
        !isOnAnywhere ? SoapFault.LoginOff
        : refused.IsProven ? Proven(refused.Reason)
        : refused is { Reason: DenyReason.SecurityTokenRequired, Org.DisclosesMissingToken: true } ? SoapFault.MustUseSecurityToken
        : SoapFault.InvalidLogin;

    static SoapFault Proven(DenyReason reason) => reason switch
    {
        DenyReason.OutsideLoginRanges => SoapFault.OfLogin("LOGIN_DURING_RESTRICTED_DOMAIN", "Logging in from this network address is not permitted: it is outside the login IP ranges of your profile."),
        DenyReason.OutsideLoginHours => SoapFault.OfLogin("LOGIN_DURING_RESTRICTED_TIME", "Logging in at this time is not permitted: it is outside the login hours of your profile."),
        DenyReason.OrgLocked or DenyReason.OrgClosed => SoapFault.OfLogin("ORG_LOCKED", "The organization is locked or closed."),
        DenyReason.ApiNotEnabled => SoapFault.OfLogin("API_DISABLED_FOR_ORG", "API is not enabled for this Organization or Partner: the user's profile does not permit it."),
        DenyReason.ChannelClosedByOrg => SoapFault.LoginOff,
        DenyReason.ChannelClosedByProfile => SoapFault.Off("SOAP API login() is not open to this user's profile. Log in by OAuth."),
        DenyReason.OldWayClosed => SoapFault.Off("Password logins of this integration are closed; use its new app."),
        DenyReason.OldWayBrownedOut => SoapFault.Off("Password logins are refused during an announced brown-out."),
        DenyReason.LockedOut or DenyReason.UnknownUser or DenyReason.NothingPresented or DenyReason.WrongPassword
            or DenyReason.SecurityTokenRetired or DenyReason.SecurityTokenExpired or DenyReason.SecurityTokenSpent or DenyReason.TotpReplayed
            or DenyReason.WrongCode or DenyReason.PasskeyRejected or DenyReason.AssertionRejected or DenyReason.UnknownApp
            or DenyReason.WrongClientSecret or DenyReason.ClientAssertionRejected or DenyReason.RefreshTokenDead or DenyReason.RefreshTokenReused
            or DenyReason.NoRunAsUser or DenyReason.UserInactive or DenyReason.UserFrozen or DenyReason.ApiOnlyUser or DenyReason.AppInactive
            or DenyReason.FlowNotEnabled or DenyReason.AppNotApprovedForUser or DenyReason.SsoRequired or DenyReason.SsoNotOffered
            or DenyReason.TotpRequired or DenyReason.SecurityTokenNotAccepted or DenyReason.SecurityTokenRequired or DenyReason.SecondFactorRequired
            or DenyReason.EnrolmentRequired or DenyReason.DeviceUnknown or DenyReason.PasswordExpired => SoapFault.InvalidLogin,
    };
}
