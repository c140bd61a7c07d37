using OAuthServer.Policy;

namespace OAuthServer.Administration.SignIns;

/// <summary>How a security token figured in a sign-in.</summary>
public enum TokenUse
{
    /// <summary>One was presented and recognised.</summary>
    Used,

    /// <summary>One was presented although none was needed: from a trusted network, or where the profile asks for none.</summary>
    UsedNotNeeded,

    /// <summary>One was needed, and that alone was missing.</summary>
    Missing,
}

/// <summary>Which sign-ins are wanted, newest first. What is left out does not matter.</summary>
/// <param name="User">A username.</param>
/// <param name="App">A client identifier.</param>
/// <param name="Network">A trusted network's name.</param>
/// <param name="Address">One address.</param>
/// <param name="Channel">The door.</param>
/// <param name="Decision"><c>allow</c>, <c>challenge</c> or <c>deny</c>.</param>
/// <param name="Rule">The rule that decided, such as <c>WithinLoginHours</c>.</param>
/// <param name="Token">How a security token figured in it.</param>
/// <param name="From">Not before.</param>
/// <param name="Until">Before.</param>
/// <param name="Since">Only those after this reference: to look again later.</param>
/// <param name="After">The last reference of the part before.</param>
/// <param name="Limit">1 to 500; 50 where it is left out.</param>
public sealed record SignInFilter(
    string? User = null, string? App = null, string? Network = null, string? Address = null, LoginChannel? Channel = null, string? Decision = null, string? Rule = null,
    TokenUse? Token = null, DateTimeOffset? From = null, DateTimeOffset? Until = null, string? Since = null, string? After = null, int? Limit = null);

/// <summary>A sign-in as it stands in a list.</summary>
/// <param name="Reference">The name its caller was told.</param>
/// <param name="At">When.</param>
/// <param name="User">The username; null for one who has been removed.</param>
/// <param name="App">The client identifier.</param>
/// <param name="Channel">The door.</param>
/// <param name="Address">From where.</param>
/// <param name="Network">The trusted network that is.</param>
/// <param name="Client">What the client calls itself.</param>
/// <param name="Presented">Kinds, never values.</param>
/// <param name="TokenUsed">A security token was presented and recognised.</param>
/// <param name="TokenNeeded">One was needed.</param>
/// <param name="Decision"><c>allow</c>, <c>challenge</c> or <c>deny</c>.</param>
/// <param name="Reason">Why it was refused.</param>
/// <param name="Rule">The rule that decided; null where all passed.</param>
/// <param name="Milliseconds">From the request's arrival to the decision.</param>
/// <param name="Status">How it ended, in the words of Salesforce's login history.</param>
public sealed record SignInLine(
    string Reference, DateTimeOffset At, string? User, string? App, LoginChannel Channel, string? Address, string? Network, string? Client, IReadOnlyList<Proof> Presented,
    bool TokenUsed, bool TokenNeeded, string Decision, DenyReason? Reason, string? Rule, double Milliseconds, string Status);

/// <summary>One sign-in, explained.</summary>
/// <param name="SignIn">What happened.</param>
/// <param name="Profile">The profile's name.</param>
/// <param name="ProfileVersion">The version that decided.</param>
/// <param name="Hop"><c>peer</c>, or the proxy that named the address.</param>
/// <param name="Proven">What held.</param>
/// <param name="Flaw">What of what was presented did not hold.</param>
/// <param name="DeviceKnown">The browser had been made known before; null where there was none.</param>
/// <param name="Rules">What each rule found, in their order.</param>
/// <param name="Conclusion">Which rule decided, and the smallest change that would have let it in.</param>
/// <param name="History">The same in the columns of Salesforce's login history.</param>
public sealed record SignInSight(
    SignInLine SignIn, string? Profile, int? ProfileVersion, string Hop, IReadOnlyList<Proof> Proven, CredentialFlaw Flaw, bool? DeviceKnown, IReadOnlyList<Login.ExplainedRule> Rules, IReadOnlyList<string> Conclusion,
    Login.History.HistoryRow History);
