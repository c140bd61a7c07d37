using OAuthServer.Features.Shared;
using OAuthServer.Http;
using OAuthServer.Login;
using OAuthServer.Policy;

namespace OAuthServer.Features.Token;

/// <summary>
/// What the caller of the token endpoint is told about a refused login (login policy, section 7): the same for every cause until the
/// credentials are proven, and then no more than hours, networks and the account's standing. What stands against the app
/// itself is told to the app, which has proven itself. The exact reason is behind the reference.
/// </summary>
public static class LoginRefusal
{
    public static OAuthError Of(LoginOutcome outcome, LoginChannel channel) => outcome switch
    {
        LoginOutcome.TooMany many => OAuthAnswer.TooMany(many.RetryAfterSeconds),
        LoginOutcome.Refused refused => Of(refused, channel) with { Reference = refused.Reference },
        LoginOutcome.Challenged challenged => AuthenticationFailure with { Reference = challenged.Reference },
        LoginOutcome.SignedIn => throw new InvalidOperationException("A login that holds is no refusal."),
        _ => throw new InvalidOperationException("Unknown outcome."),
    };

    static OAuthError Of(LoginOutcome.Refused refused, LoginChannel channel)
    {
        if (refused.AppReason is { } against)
            return AgainstApp(against, channel);
        // Where nobody can guess a user's secret, whoever got this far has proven the app or held a refresh token.
        return refused.IsProven || !channel.IsGuessable() ? Proven(refused.Reason) : AuthenticationFailure;
    }

    static OAuthError AgainstApp(DenyReason reason, LoginChannel channel) => reason switch
    {
        DenyReason.AppNotApprovedForUser => Proven(reason),
        DenyReason.AppInactive => new("unauthorized_client", "This app is switched off.") { InSalesforceWords = new("invalid_client", "app is inactive") },
        _ => new("unauthorized_client", "This app is not registered for this grant type.")
        {
            InSalesforceWords = channel == LoginChannel.ClientCredentials
                ? new("invalid_grant", "client credentials flow not enabled")
                : new("invalid_grant", "authentication failure"),
        },
    };

    static OAuthError Proven(DenyReason reason) => reason switch
    {
        DenyReason.OutsideLoginHours or DenyReason.OutsideLoginRanges => OAuthError.InvalidGrant("ip restricted or invalid login hours"),
        DenyReason.UserInactive or DenyReason.UserFrozen => OAuthError.InvalidGrant("user is inactive") with { InSalesforceWords = new("inactive_user", "user is inactive") },
        DenyReason.OrgLocked or DenyReason.OrgClosed => OAuthError.InvalidGrant("organization is locked or closed") with { InSalesforceWords = new("inactive_org", "organization is locked or closed") },
        DenyReason.AppNotApprovedForUser => OAuthError.InvalidGrant("user is not admin approved to access this app") with
        {
            InSalesforceWords = new("invalid_app_access", "user is not admin approved to access this app"),
        },
        DenyReason.NoRunAsUser => OAuthError.InvalidGrant("no client credentials user enabled"),
        DenyReason.RefreshTokenDead or DenyReason.RefreshTokenReused => OAuthError.InvalidGrant("expired access/refresh token"),
        DenyReason.PasswordExpired => OAuthError.InvalidGrant("expired password"),
        DenyReason.OldWayClosed => OAuthError.InvalidGrant("password logins of this integration are closed; use its new app"),
        DenyReason.OldWayBrownedOut => OAuthError.InvalidGrant("password logins are refused during an announced brown-out"),
        DenyReason.LockedOut or DenyReason.UnknownUser or DenyReason.NothingPresented or DenyReason.WrongPassword
            or DenyReason.SecurityTokenRetired or DenyReason.SecurityTokenExpired or DenyReason.SecurityTokenSpent or DenyReason.TotpReplayed
            or DenyReason.WrongCode or DenyReason.PasskeyRejected or DenyReason.AssertionRejected or DenyReason.UnknownApp
            or DenyReason.WrongClientSecret or DenyReason.ClientAssertionRejected or DenyReason.ChannelClosedByProfile
            or DenyReason.ChannelClosedByOrg or DenyReason.ApiOnlyUser or DenyReason.ApiNotEnabled or DenyReason.AppInactive
            or DenyReason.FlowNotEnabled or DenyReason.SsoRequired or DenyReason.SsoNotOffered or DenyReason.TotpRequired or DenyReason.SecurityTokenNotAccepted
            or DenyReason.SecurityTokenRequired or DenyReason.SecondFactorRequired or DenyReason.EnrolmentRequired
            or DenyReason.DeviceUnknown => AuthenticationFailure,
    };

    /// <summary>What every login hears that has not proven its credentials.</summary>
    internal static OAuthError AuthenticationFailure { get; } = OAuthError.InvalidGrant("authentication failure");
}
