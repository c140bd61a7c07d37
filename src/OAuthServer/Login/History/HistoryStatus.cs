using OAuthServer.Data;
using OAuthServer.Policy;

namespace OAuthServer.Login.History;

/// <summary>
/// How an attempt ended, in the words of Salesforce's login history, so that reports and alarms that look for those words find them here
/// (Salesforce contract, section 9; its Object Reference, LOGIN_STATUS values). Where that history has no word for something, the text is
/// ours and begins with <c>Failed: </c>, as most of theirs do. Never translated: it is data.
/// </summary>
public static class HistoryStatus
{
    /// <summary>It was let in.</summary>
    public const string Success = "Success";

    internal const string PasswordFlowDisabled = "Username-Password Flow Disabled";
    internal const string PasswordExpired = "Failed: Password expired";
    internal const string ActivationRequired = "Failed: Computer activation required";
    internal const string MultiFactorRequired = "multi-factor is required";
    internal const string InvalidPassword = "Invalid password";
    internal const string InvalidToken = "Failed: Invalid Token";

    /// <summary>LOGIN_ERROR_UNKNOWN_ERROR: refused or not finished, and nothing better is known.</summary>
    internal const string Invalid = "Login invalid";

    /// <summary>The status of a record.</summary>
    public static string Of(LoginRecord record) => record.Decision switch
    {
        "allow" => Success,
        "challenge" => LoginTrace.Asked(record) is { } asked ? Of(asked, record.Channel) : Invalid,
        _ => record.Reason is { } reason ? Of(reason, record) : Invalid,
    };

    /// <summary>What was asked for, and had not come when the record was written. If it comes, that is a record of its own.</summary>
    static string Of(ChallengeKind asked, LoginChannel channel) => asked switch
    {
        ChallengeKind.EmailCode => ActivationRequired,
        ChallengeKind.Totp or ChallengeKind.Passkey or ChallengeKind.RecoveryCode or ChallengeKind.EnrolSecondFactor => MultiFactorRequired,
        ChallengeKind.NewPassword => Expired(channel),
        ChallengeKind.Password or ChallengeKind.Sso => Invalid,
    };

    static string Of(DenyReason reason, LoginRecord record) => reason switch
    {
        DenyReason.LockedOut => "Password lockout",
        DenyReason.UnknownUser => "Invalid login", // theirs does not record it at all
        DenyReason.NothingPresented => Invalid,
        DenyReason.WrongPassword or DenyReason.SecurityTokenRetired or DenyReason.SecurityTokenExpired or DenyReason.SecurityTokenSpent or DenyReason.TotpReplayed => InvalidPassword,
        DenyReason.WrongCode => "Failed: Invalid verification code",
        DenyReason.PasskeyRejected => "Failed: Passkey rejected",
        DenyReason.AssertionRejected or DenyReason.ClientAssertionRejected => AssertionStatus.Of(record.AssertionFlaw),
        DenyReason.UnknownApp => record.ClientId is null ? "Missing Consumer Key Parameter" : "Failed: Consumer Deleted",
        DenyReason.WrongClientSecret => "Failed: Invalid client credentials",
        DenyReason.RefreshTokenDead or DenyReason.RefreshTokenReused => InvalidToken,
        DenyReason.NoRunAsUser => "Failed: No client credentials user enabled",
        DenyReason.UserInactive => "User is inactive",
        DenyReason.UserFrozen => "User is frozen",
        DenyReason.OrgLocked => "Organization locked",
        DenyReason.OrgClosed => "Organization closed",
        DenyReason.ChannelClosedByProfile or DenyReason.ChannelClosedByOrg or DenyReason.FlowNotEnabled or DenyReason.OldWayClosed or DenyReason.OldWayBrownedOut => Closed(record.Channel),
        DenyReason.ApiOnlyUser => "Failed: API-only user",
        DenyReason.ApiNotEnabled => "Failed: OAuth API access disabled",
        DenyReason.AppInactive => "Failed: Connected app inactive",
        DenyReason.AppNotApprovedForUser => "Failed: Not approved for access",
        DenyReason.SsoRequired => "Failed: Single sign-on required",
        DenyReason.SsoNotOffered => "Failed: Configuration Error/Perm Disabled",
        DenyReason.OutsideLoginHours => "Restricted time",
        DenyReason.OutsideLoginRanges => "Restricted IP",
        DenyReason.TotpRequired or DenyReason.SecurityTokenNotAccepted or DenyReason.SecondFactorRequired or DenyReason.EnrolmentRequired => MultiFactorRequired,
        DenyReason.SecurityTokenRequired => "Failed: API security token required",
        DenyReason.DeviceUnknown => ActivationRequired,
        DenyReason.PasswordExpired => Expired(record.Channel),
    };

    /// <summary>SOAP answers it with a session that may only change the password (Salesforce contract, sections 5.1 and 10).</summary>
    static string Expired(LoginChannel channel) => channel == LoginChannel.SoapLogin ? Success : PasswordExpired;

    static string Closed(LoginChannel channel) => channel switch
    {
        LoginChannel.PasswordGrant => PasswordFlowDisabled,
        LoginChannel.SoapLogin => "Failed: SOAP API login() disabled",
        LoginChannel.Browser or LoginChannel.AuthorizationCode or LoginChannel.Device or LoginChannel.JwtBearer or LoginChannel.SamlBearer
            or LoginChannel.ClientCredentials or LoginChannel.RefreshToken or LoginChannel.TokenExchange => "Failed: Login flow disabled",
    };
}
