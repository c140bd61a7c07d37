using OAuthServer.Data;
using OAuthServer.Orgs;

namespace OAuthServer.Administration.Replay;

/// <summary>A trusted network of a draft.</summary>
/// <param name="Name">What administrators call it; several may have one name.</param>
/// <param name="Range">One address, <c>start-end</c> or CIDR.</param>
public sealed record DraftNetwork(string Name, string Range);

/// <summary>What a replay decides by, copied when it began: a draft that is edited meanwhile changes nothing in it.</summary>
public sealed record ReplayInput
{
    /// <summary>The profile whose people are decided by <see cref="Settings"/>; null = every profile as it was on the day.</summary>
    public string? ProfileId { get; init; }

    public string? ProfileName { get; init; }

    /// <summary>The draft of the profile.</summary>
    public ProfileSettings? Settings { get; init; }

    /// <summary>The trusted networks as they would be; null = as they were on the day.</summary>
    public IReadOnlyList<DraftNetwork>? Networks { get; init; }

    /// <summary>The drafts it was begun from.</summary>
    public IReadOnlyList<string> Drafts { get; init; } = [];

    public int Days { get; init; }

    /// <summary>Attempts from this instant on.</summary>
    public DateTimeOffset From { get; init; }

    /// <summary>The newest record when it began; later ones are not looked at.</summary>
    public long Last { get; init; }

    /// <summary>Says how every record is decided: with nothing drafted, as on its day.</summary>
    internal bool IsUnchanged => Settings is null && Networks is null;

    internal static ReplayInput Of(Job job) => SettingsJson.Read<ReplayInput>(job.Input);
}
