using OAuthServer.Apps;
using OAuthServer.Http;
using OAuthServer.Policy;

namespace OAuthServer.Features.Shared;

/// <summary>What stands against an app, which has proven itself and may be told, before any person is looked at.</summary>
public static class AppFlaw
{
    static readonly OAuthError SwitchedOff = OAuthError.UnauthorizedClient("This app is switched off.") with { InSalesforceWords = new("invalid_client", "app is inactive") };

    /// <summary>Why it may not use this flow; null when it may.</summary>
    public static OAuthError? Of(AppEntry app, LoginChannel flow) =>
        !app.App.IsActive ? SwitchedOff
        : !app.Flows.Contains(flow) ? OAuthError.UnauthorizedClient("This app is not registered for this flow.") with { InSalesforceWords = InSalesforceWords(app, flow) }
        : null;

    /// <summary>What stands against its use of a flow, in the salesforce dialect, which has no <c>unauthorized_client</c> (contract, section 4.14).</summary>
    public static OAuthError InSalesforceWords(AppEntry app, LoginChannel flow) =>
        !app.App.IsActive ? SwitchedOff.InSalesforceWords!
        : new("invalid_grant", flow == LoginChannel.Device ? "device flow not enabled" : "web server flow not enabled");

    /// <summary>Why it gets nothing of what a person had granted it: the organization of that person has switched it off since. Null while it is on.</summary>
    public static OAuthError? Of(AppEntry app, OrgFacts org) => app.IsOnFor(org) ? null : SwitchedOff;
}
