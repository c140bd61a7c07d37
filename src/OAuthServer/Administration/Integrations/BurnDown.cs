using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;

namespace OAuthServer.Administration.Integrations;

/// <summary>How many integrations stood where at the end of a day.</summary>
/// <param name="Day">The day, UTC.</param>
/// <param name="Counts">By stage; every stage is there.</param>
public sealed record BurnDownDay(DateOnly Day, IReadOnlyDictionary<IntegrationStage, int> Counts);

/// <summary>Counts the stages once a day, so that one can see how the old ways become fewer.</summary>
public sealed class BurnDown(Database database, TimeProvider clock)
{
    static readonly TimeSpan Period = TimeSpan.FromMinutes(10);
    static readonly IntegrationStage[] Stages = Enum.GetValues<IntegrationStage>();
    readonly ConcurrentDictionary<string, DateTimeOffset> countedAt = new(StringComparer.Ordinal);

    const string Sql = """
        INSERT INTO integration_counts (org_id, day, stage, count) VALUES ({0}, {1}, {2}, {3})
        ON CONFLICT (org_id, day, stage) DO UPDATE SET count = excluded.count
        """;

    /// <summary>Writes down the present day. Called more often than it need be done.</summary>
    /// <param name="orgId">Only for this organization; null = for every one that has integrations.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task RunAsync(string? orgId, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        if (countedAt.TryGetValue(orgId ?? "", out var last) && now - last < Period)
            return;
        countedAt[orgId ?? ""] = now;
        await using var db = database.NewContext();
        var day = IntegrationCounting.DayOf(now);
        var counts = await db.Integrations.Where(i => orgId == null || i.OrgId == orgId).GroupBy(i => new { i.OrgId, i.Stage }).Select(group => new { group.Key.OrgId, group.Key.Stage, Count = group.Count() }).ToListAsync(cancellation);
        foreach (var org in counts.ToLookup(count => count.OrgId, StringComparer.Ordinal))
        {
            foreach (var stage in Stages)
                await db.Database.ExecuteSqlRawAsync(Sql, [org.Key, day, stage.ToString(), org.Where(count => count.Stage == stage).Sum(count => count.Count)], cancellation);
        }
    }

    /// <summary>The last days, oldest first, the present one as it is now. A day on which the server did not run is as the day before it.</summary>
    public static async Task<IReadOnlyList<BurnDownDay>> ReadAsync(ServerDb db, string orgId, int days, DateTimeOffset now, CancellationToken cancellation)
    {
        var today = IntegrationCounting.DayOf(now);
        var rows = (await db.IntegrationCounts.AsNoTracking().Where(c => c.OrgId == orgId && c.Day > today - days && c.Day < today).ToListAsync(cancellation)).ToLookup(c => c.Day);
        var present = await db.Integrations.Where(i => i.OrgId == orgId).GroupBy(i => i.Stage).Select(group => new { group.Key, Count = group.Count() })
            .ToDictionaryAsync(group => group.Key, group => group.Count, cancellation);
        var list = new List<BurnDownDay>();
        foreach (var day in rows.Select(row => row.Key).Order())
        {
            while (list.Count > 0 && DayOf(list[^1]) < day - 1)
                list.Add(list[^1] with { Day = list[^1].Day.AddDays(1) });
            list.Add(new(DateOnly.FromDayNumber(day + UnixDay), Whole(rows[day].ToDictionary(row => row.Stage, row => row.Count))));
        }
        while (list.Count > 0 && DayOf(list[^1]) < today - 1)
            list.Add(list[^1] with { Day = list[^1].Day.AddDays(1) });
        if (list.Count > 0 || present.Count > 0)
            list.Add(new(DateOnly.FromDayNumber(today + UnixDay), Whole(present)));
        return list;
    }

    static int UnixDay { get; } = DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;

    static int DayOf(BurnDownDay day) => day.Day.DayNumber - UnixDay;

    static Dictionary<IntegrationStage, int> Whole(Dictionary<IntegrationStage, int> counts) => Stages.ToDictionary(stage => stage, stage => counts.GetValueOrDefault(stage));
}
