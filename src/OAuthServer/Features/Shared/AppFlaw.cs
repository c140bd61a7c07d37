using OAuthServer.Apps;
using OAuthServer.Http;
using OAuthServer.Policy;

namespace OAuthServer.Features.Shared;

/// <summary>What stands against an app, which has proven itself and may be told, before any person is looked at.</summary>
public static class AppFlaw
{
    /// <summary>Why it may not use this flow; null when it may.</summary>
    public static OAuthError? Of(AppEntry app, LoginChannel flow) =>
        !app.App.IsActive ? OAuthError.UnauthorizedClient("This app is switched off.") with { InSalesforceWords = InSalesforceWords(app, flow) }
        : !app.Flows.Contains(flow) ? OAuthError.UnauthorizedClient("This app is not registered for this flow.") with { InSalesforceWords = InSalesforceWords(app, flow) }
        : null;

    /// <summary>The same in the salesforce dialect, which has no <c>unauthorized_client</c> (contract, section 4.14).</summary>
    public static OAuthError InSalesforceWords(AppEntry app, LoginChannel flow) =>
        !app.App.IsActive ? new("invalid_client", "app is inactive")
        : new("invalid_grant", flow == LoginChannel.Device ? "device flow not enabled" : "web server flow not enabled");
}
