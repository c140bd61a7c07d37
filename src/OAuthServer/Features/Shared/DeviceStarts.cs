using OAuthServer.Apps;
using OAuthServer.Http;
using OAuthServer.Login;
using OAuthServer.Policy;
using OAuthServer.Tokens;

namespace OAuthServer.Features.Shared;

/// <summary>
/// Gives a device its codes (RFC 8628 section 3.2), at whichever door its app has asked. Nobody is asked for anything yet: who approves,
/// and whether they may, is decided at the page.
/// </summary>
public sealed class DeviceStarts(DeviceAuthorizations devices, DeviceLimits limits)
{
    /// <summary>The codes, or why there are none.</summary>
    /// <param name="app">Who asks.</param>
    /// <param name="asked">The scope as sent; null = all that the app may have.</param>
    /// <param name="request">From where.</param>
    public async Task<(NewDeviceAuthorization? Made, OAuthError? Error)> BeginAsync(AppEntry app, string? asked, RequestContext request)
    {
        if (AppFlaw.Of(app, LoginChannel.Device) is { } unfit)
            return (null, unfit);
        var (scope, error) = Scopes.Resolve(asked, app.Settings.Scopes);
        if (error is null && limits.TakeStart(request.Origin.Address, app.ClientId) is > 0 and var wait)
            error = OAuthAnswer.TooMany(wait);
        return error is null ? (await devices.StartAsync(app, scope!, request.Origin.Address?.ToString()), null) : (null, error);
    }
}
