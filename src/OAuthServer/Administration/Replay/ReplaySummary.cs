using OAuthServer.Data;

namespace OAuthServer.Administration.Replay;

/// <summary>What a replay found, so far or in all. <see cref="ReplayOutcome"/> says what is counted.</summary>
public sealed record ReplaySummary
{
    /// <summary>Against what the draft is held: always <c>recorded</c>, what was decided then under the versions of the day.</summary>
    public string Baseline { get; init; } = "recorded";

    /// <summary>How many attempts were decided again.</summary>
    public long Attempts { get; init; }

    /// <summary>Attempts of the same days that the draft does not touch: other profiles' people, and names that nobody has.</summary>
    public long Others { get; init; }

    public ReplayCounts Counts { get; init; } = new();

    /// <summary>How many programs came in: a user, an app and a network together, on the doors of programs.</summary>
    public int Integrations { get; init; }

    /// <summary>How many of those would have been refused at least once.</summary>
    public int Stopped { get; init; }

    /// <summary>Changed attempts by user, the most first; at most a hundred.</summary>
    public IReadOnlyList<ReplayGroup> Users { get; init; } = [];

    /// <summary>Changed attempts by app; the name is empty where no app was involved.</summary>
    public IReadOnlyList<ReplayGroup> Apps { get; init; } = [];

    /// <summary>Changed attempts by network: a trusted one of the day, else a /24 or /64; empty where the address is unknown.</summary>
    public IReadOnlyList<ReplayGroup> Networks { get; init; } = [];

    /// <summary>There were more groups than are kept apart; the counts above are complete all the same.</summary>
    public bool HasMoreGroups { get; init; }

    /// <summary>Nothing was decided otherwise, and nothing is unknown.</summary>
    public bool IsUnchanged => Counts.Unchanged == Attempts;

    /// <summary>What every replay takes as given.</summary>
    public static IReadOnlyList<string> Assumptions { get; } =
    [
        "Each attempt is decided by itself: had an earlier one ended otherwise, later ones might not have come, or come otherwise.",
        "Failed attempts are counted as they were then.",
        "Passwords are as old, and second factors enrolled, as they were then.",
        "Apps, users and the organization's switches are as they were at each attempt.",
    ];

    internal static ReplaySummary? Of(Job job) => job.Result is { } json ? SettingsJson.Read<ReplaySummary>(json) : null;
}

/// <summary>Changed attempts of one user, app or network.</summary>
/// <param name="Name">For people.</param>
/// <param name="Counts">By outcome.</param>
public sealed record ReplayGroup(string Name, ReplayCounts Counts);

/// <summary>One attempt that the draft decides otherwise.</summary>
/// <param name="Reference">The record's reference.</param>
/// <param name="At">When.</param>
/// <param name="User">The username then; null for a name that nobody has.</param>
/// <param name="App">The client id.</param>
/// <param name="Network">The trusted network of the day, else the address's /24 or /64.</param>
/// <param name="Address">From where.</param>
/// <param name="Channel">The door.</param>
/// <param name="Before">What was decided: <c>allow</c>, <c>challenge</c>, or <c>deny</c> with the reason.</param>
/// <param name="After">What the draft gives, likewise.</param>
/// <param name="Note">What is not known.</param>
public sealed record ReplayLine(
    string Reference, DateTimeOffset At, string? User, string? App, string Network, string? Address, Policy.LoginChannel Channel, string Before, string After, string? Note);
