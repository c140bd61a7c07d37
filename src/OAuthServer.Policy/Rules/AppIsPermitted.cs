namespace OAuthServer.Policy.Rules;

/// <summary>The connected app, if one asks, is on, may use this flow, and has this user's approval where it must.</summary>
static class AppIsPermitted
{
    internal static Verdict Judge(LoginFacts facts) =>
        facts.App is not { } app ? Verdict.Pass
        : !app.IsActive ? Denials.Because(DenyReason.AppInactive)
        : !AllowsFlow(app, facts.Channel) ? Denials.Because(DenyReason.FlowNotEnabled)
        : app.RequiresPreapproval && !app.IsPreapproved ? Denials.Because(DenyReason.AppNotApprovedForUser)
        : Verdict.Pass;

    // The server's own pages and SOAP are not OAuth flows.
    internal static bool AllowsFlow(AppFacts app, LoginChannel channel) =>
        channel is LoginChannel.Browser or LoginChannel.SoapLogin || app.Flows.Contains(channel);
}
