using OAuthServer.Data;

namespace OAuthServer.Administration.Integrations;

/// <summary>An integration in the list.</summary>
/// <param name="Id">Its id.</param>
/// <param name="User">The username it acts as.</param>
/// <param name="ClientId">The app; empty where there is none.</param>
/// <param name="Network">The trusted network's name, else the address's /24 or /64.</param>
/// <param name="Client">The program as it calls itself, without its version.</param>
/// <param name="Presents">What it presented last: words such as <c>password-token</c>.</param>
/// <param name="PerWeek">Logins a week, over the last four weeks.</param>
/// <param name="LastSeenAt">When it last tried.</param>
/// <param name="Owner">The username of the person who answers for it.</param>
/// <param name="Score">How urgent it is, 0 to 100, as of its last login or of the beginning of the day.</param>
/// <param name="Target">Where it should go.</param>
/// <param name="Stage">How far it has come.</param>
/// <param name="IsProtected">No brown-out may hit it.</param>
public sealed record IntegrationLine(
    string Id, string User, string ClientId, string Network, string Client, IReadOnlyList<string> Presents, double PerWeek, DateTimeOffset LastSeenAt,
    string? Owner, int Score, IntegrationTarget Target, IntegrationStage Stage, bool IsProtected);

/// <summary>In which order a list is.</summary>
public enum IntegrationOrder
{
    /// <summary>The last seen first.</summary>
    LastSeen,

    /// <summary>The most urgent first.</summary>
    Score,
}

/// <summary>Which of them: all that are given must hold.</summary>
/// <param name="Stage">Only those that have come so far.</param>
/// <param name="Presents">Only those that have presented this: a word such as <c>password-token</c>, or its beginning.</param>
/// <param name="Trusted">True = only those in trusted networks, false = only those elsewhere.</param>
/// <param name="User">Only those that act as this user.</param>
/// <param name="ClientId">Only those through this app.</param>
/// <param name="Limit">How many at once, 1 to 500.</param>
/// <param name="After">Where the last part ended, in the same order.</param>
/// <param name="Owner">Only those that this person answers for.</param>
/// <param name="Order">In which order; left out = the last seen first.</param>
/// <param name="Network">Only those from this network, by its name as the list shows it.</param>
public sealed record ListIntegrations(
    IntegrationStage? Stage = null, string? Presents = null, bool? Trusted = null, string? User = null, string? ClientId = null, int? Limit = null, string? After = null,
    string? Owner = null, IntegrationOrder? Order = null, string? Network = null);

/// <summary>One integration, by its id.</summary>
public sealed record IntegrationId(string Integration);

/// <summary>A login that was counted.</summary>
/// <param name="Reference">Opens its explanation.</param>
/// <param name="At">When.</param>
/// <param name="Way">What it presented, or <c>refused</c>.</param>
public sealed record IntegrationLogin(string Reference, DateTimeOffset At, string Way);

/// <summary>How often it logged in on a day.</summary>
public sealed record IntegrationDayCount(DateOnly Day, string Way, int Count);

/// <summary>When it runs.</summary>
/// <param name="IntervalMinutes">The middle of the times between its runs; null while fewer than three are known.</param>
/// <param name="UsualHours">Hours of the day, UTC.</param>
/// <param name="NextExpectedAt">When it should run next.</param>
public sealed record IntegrationRhythm(double? IntervalMinutes, IReadOnlyList<int> UsualHours, DateTimeOffset? NextExpectedAt);

/// <summary>An integration with all that is known of it.</summary>
/// <param name="Line">As in the list.</param>
/// <param name="FirstSeenAt">When it was first let in, as far as records go back.</param>
/// <param name="Logins">Logins that were let in.</param>
/// <param name="Refusals">Logins that were not.</param>
/// <param name="Ways">Logins by what they presented.</param>
/// <param name="Addresses">Its last addresses.</param>
/// <param name="Last">Its last logins.</param>
/// <param name="Days">The last 30 days.</param>
/// <param name="Rhythm">When it runs.</param>
/// <param name="ScoreReasons">What the score is made of.</param>
/// <param name="TargetReason">Why it should go there.</param>
/// <param name="Plan">What was decided.</param>
/// <param name="NewClientId">The app made for it.</param>
/// <param name="Evidence">What speaks for the new way; null while nothing is planned.</param>
/// <param name="StageChangedAt">Since when it stands where it stands.</param>
public sealed record IntegrationSight(
    IntegrationLine Line, DateTimeOffset FirstSeenAt, long Logins, long Refusals, IReadOnlyDictionary<string, long> Ways, IReadOnlyList<SeenAddress> Addresses,
    IReadOnlyList<IntegrationLogin> Last, IReadOnlyList<IntegrationDayCount> Days, IntegrationRhythm Rhythm, IReadOnlyList<IntegrationReason> ScoreReasons,
    IntegrationReason TargetReason, IntegrationPlan Plan, string? NewClientId, IntegrationEvidence? Evidence, DateTimeOffset? StageChangedAt);
