using OAuthServer.Apps;
using OAuthServer.Http;
using OAuthServer.Policy;

namespace OAuthServer.Features.Shared;

/// <summary>What stands against an app, which has proven itself and may be told, before any person is looked at.</summary>
public static class AppFlaw
{
    /// <summary>Why it may not use this flow; null when it may.</summary>
    public static OAuthError? Of(AppEntry app, LoginChannel flow) =>
        !app.App.IsActive ? OAuthError.UnauthorizedClient("This app is switched off.")
        : !app.Flows.Contains(flow) ? OAuthError.UnauthorizedClient("This app is not registered for this flow.")
        : null;
}
