using OAuthServer.Data;
using OAuthServer.Policy;

namespace OAuthServer.Administration.Replay;

/// <summary>Counts what a replay finds. Bounded, whatever the history holds; what it has counted is kept beside the job, so that it can go on.</summary>
sealed class ReplayTally
{
    /// <summary>Lines kept of each outcome.</summary>
    internal const int MaxLines = 1_000;

    const int MaxGroups = 2_000;
    const int MaxIntegrations = 50_000;
    const int Shown = 100;

    readonly long[] counts = new long[Enum.GetValues<ReplayOutcome>().Length];
    readonly Dictionary<string, long[]>[] groups = [new(StringComparer.Ordinal), new(StringComparer.Ordinal), new(StringComparer.Ordinal)];
    readonly Dictionary<(string User, string App, string Network), bool> integrations = [];
    bool hasMore;

    internal long Attempts => counts.Sum();

    /// <summary>Counts one; true when its line is to be kept.</summary>
    internal bool Add(LoginRecord record, ReplayOutcome outcome)
    {
        var number = ++counts[(int)outcome];
        var isProgram = record.Decision == "allow" && !record.Channel.HasBrowser();
        if (outcome == ReplayOutcome.Unchanged && !isProgram)
            return false;
        var network = ReplayRecords.NetworkOf(record);
        if (isProgram)
            Count((record.UserId ?? "", record.ClientId ?? "", network), outcome is ReplayOutcome.NewlyRefused or ReplayOutcome.NewlyAskedToken or ReplayOutcome.NewlyAskedFactor);
        if (outcome == ReplayOutcome.Unchanged)
            return false;
        Count(groups[0], record.UserId ?? "", outcome);
        Count(groups[1], record.ClientId ?? "", outcome);
        Count(groups[2], network, outcome);
        return number <= MaxLines;
    }

    /// <summary>The users that the summary names.</summary>
    internal IEnumerable<string> ShownUsers => Top(groups[0]).Select(group => group.Key);

    internal ReplaySummary Summary(long others, Func<string, string> nameOf) => new()
    {
        Attempts = Attempts,
        Others = others,
        Counts = ReplayCounts.Of(counts),
        Integrations = integrations.Count,
        Stopped = integrations.Count(one => one.Value),
        Users = [.. Top(groups[0]).Select(group => new ReplayGroup(nameOf(group.Key), ReplayCounts.Of(group.Value)))],
        Apps = [.. Top(groups[1]).Select(group => new ReplayGroup(group.Key, ReplayCounts.Of(group.Value)))],
        Networks = [.. Top(groups[2]).Select(group => new ReplayGroup(group.Key, ReplayCounts.Of(group.Value)))],
        HasMoreGroups = hasMore || groups.Any(kind => kind.Count > Shown),
    };

    /// <summary>All it has counted, to go on from.</summary>
    internal byte[] Save() => System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(
        new State(counts, [.. groups.Select(kind => kind.Select(pair => new StateGroup(pair.Key, pair.Value)).ToList())], [.. integrations.Select(one => new StateWay(one.Key.User, one.Key.App, one.Key.Network, one.Value))], hasMore),
        SettingsJson.Options);

    internal static ReplayTally Load(byte[] saved)
    {
        var state = System.Text.Json.JsonSerializer.Deserialize<State>(saved, SettingsJson.Options)!;
        var tally = new ReplayTally { hasMore = state.HasMore };
        state.Counts.CopyTo(tally.counts, 0);
        foreach (var (index, kind) in state.Groups.Index())
        {
            foreach (var group in kind)
                tally.groups[index].Add(group.Key, group.Counts);
        }
        foreach (var way in state.Integrations)
            tally.integrations.Add((way.User, way.App, way.Network), way.Stopped);
        return tally;
    }

    void Count((string, string, string) integration, bool isStopped)
    {
        if (!integrations.TryGetValue(integration, out var already) && integrations.Count >= MaxIntegrations)
            hasMore = true;
        else if (isStopped || !already)
            integrations[integration] = isStopped || already;
    }

    void Count(Dictionary<string, long[]> kind, string key, ReplayOutcome outcome)
    {
        if (!kind.TryGetValue(key, out var own))
        {
            if (kind.Count >= MaxGroups)
            {
                hasMore = true;
                return;
            }
            kind.Add(key, own = new long[counts.Length]);
        }
        own[(int)outcome]++;
    }

    static IEnumerable<KeyValuePair<string, long[]>> Top(Dictionary<string, long[]> kind) =>
        kind.OrderByDescending(group => group.Value.Sum()).ThenBy(group => group.Key, StringComparer.Ordinal).Take(Shown);

    sealed record State(long[] Counts, List<List<StateGroup>> Groups, List<StateWay> Integrations, bool HasMore);

    sealed record StateGroup(string Key, long[] Counts);

    sealed record StateWay(string User, string App, string Network, bool Stopped);
}
