using OAuthServer.Apps;
using OAuthServer.Http;
using OAuthServer.Login;
using OAuthServer.Policy;
using OAuthServer.Tokens;

namespace OAuthServer.Features.Device;

/// <summary>A person's yes: judged by the gate as a login of the app through the device flow, from this browser and with what its session has proven; kept when it may be.</summary>
public sealed class DeviceApprovals(LoginGate gate, KnownDevices known, DeviceAuthorizations devices, RequestOrigins origins, TimeProvider clock)
{
    /// <summary>How the gate has decided; null when somebody has answered before, or the code's time is over.</summary>
    public async Task<LoginOutcome?> ApproveAsync(HttpContext context, SignedInBrowser browser, AppEntry app, WaitingDevice device)
    {
        var outcome = await gate.JudgeAsync(
            new LoginAttempt
            {
                Channel = LoginChannel.Device,
                Request = RequestContext.Of(context, origins, clock),
                App = app,
                Subject = new LoginSubject.Known(browser.User.Id),
                Credentials = new LoginCredentials.Verified(Evidence.Of(browser.Session.Proven)),
                ProvesAnew = false,
                Device = await known.FactsAsync(context, browser.User.Id),
            },
            context.RequestAborted);
        if (outcome is not LoginOutcome.SignedIn login)
            return outcome;
        var approval = new DeviceApproval
        {
            UserId = login.User.Id,
            SessionId = browser.Session.Id,
            Assurance = login.Assurance,
            ProfileVersion = login.Profile.Version,
            PasswordChangedAt = login.Assurance.Proven.HasFlag(Proof.Password) ? login.User.PasswordChangedAt : null,
            AuthenticatedAt = browser.Session.AuthenticatedAt,
            Reference = login.Reference,
        };
        return await devices.ApproveAsync(device, approval) ? outcome : null;
    }
}
