using System.Net;
using OAuthServer.Apps;
using OAuthServer.Features.Shared;
using OAuthServer.Http;
using OAuthServer.Login;
using OAuthServer.Orgs;
using OAuthServer.Policy;
using OAuthServer.Tokens;

namespace OAuthServer.Features.Token.Grants;

/// <summary>
/// A device that fetches what a person has approved (RFC 8628 section 3.4). The login was judged and recorded at the page, from the
/// person's browser; here the approval is used up, and its session and the account must still be in order.
/// </summary>
public sealed class DeviceCodeGrant(DeviceAuthorizations devices, UserAccounts accounts, OrgDirectory orgs, RefusalLimits limits) : IGrant
{
    public string GrantType => "urn:ietf:params:oauth:grant-type:device_code";

    public LoginChannel Channel => LoginChannel.Device;

    public Task<GrantResult> RedeemAsync(TokenRequest request) => RedeemAsync(request, "device_code");

    /// <summary>The same for a device code that comes under another name.</summary>
    internal async Task<GrantResult> RedeemAsync(TokenRequest request, string parameter)
    {
        if (AppFlaw.Of(request.App, Channel) is { } unfit)
            return new GrantResult.Refused(unfit);
        if (request.Form[parameter] is not { } code)
            return new GrantResult.Refused(OAuthError.InvalidRequest($"{parameter} is required."));
        var from = request.Context.Origin.Address;
        if (limits.SecondsToWait(from, request.App.ClientId) is > 0 and var seconds)
            return new GrantResult.Refused(OAuthAnswer.TooMany(seconds));
        return await devices.PollAsync(code, request.App) switch
        {
            DevicePoll.Approved approved => await GrantAsync(request.App, approved),
            DevicePoll.Pending => Refuse("authorization_pending", "Nobody has approved the device yet; ask again after the interval."),
            DevicePoll.TooFast => Refuse("slow_down", "Too soon; wait five seconds more than before between two requests, from now on."),
            DevicePoll.Denied => Refuse("access_denied", "The person said no."),
            DevicePoll.Expired => Refuse("expired_token", "Nobody approved the device in time; ask for new codes."),
            _ => Unknown(from),
        };
    }

    async Task<GrantResult> GrantAsync(AppEntry app, DevicePoll.Approved approved)
    {
        var approval = approved.Approval;
        var stands = await accounts.FindByIdAsync(approval.UserId) is { Status: UserStatus.Active } user
            && (await orgs.CurrentAsync()).Rows.Orgs.TryGetValue(user.OrgId, out var org) && org.Facts.Status == OrgStatus.Open ? user : null;
        if (stands is null)
            return new GrantResult.Refused(LoginRefusal.AuthenticationFailure with { Reference = approval.Reference });
        // What the app may no longer have since it asked is gone.
        var (scope, _) = Scopes.Resolve(null, approved.Scope.Split(' ').Intersect(app.Settings.Scopes, StringComparer.Ordinal));
        return new GrantResult.Granted(
            new GrantedAccess
            {
                App = app,
                UserId = stands.Id,
                Username = stands.Username,
                OrgId = stands.OrgId,
                Channel = Channel,
                Assurance = approval.Assurance,
                ProfileVersion = approval.ProfileVersion,
                At = approved.At,
                AuthenticatedAt = approval.AuthenticatedAt,
                Scope = scope!,
                PasswordChangedAt = approval.PasswordChangedAt,
                SessionId = approval.SessionId,
                MayRefresh = true,
                Spend = (scope, _) => devices.SpendAsync(scope, approved),
            },
            approval.Reference);
    }

    /// <summary>Counted against the network, as a refused login is: nobody holds a code that is none.</summary>
    GrantResult.Refused Unknown(IPAddress? from)
    {
        limits.Count(from, clientId: null);
        return new(OAuthError.InvalidGrant("No device code of this app, or one that was used."));
    }

    static GrantResult.Refused Refuse(string error, string description) => new(new OAuthError(error, description));
}
