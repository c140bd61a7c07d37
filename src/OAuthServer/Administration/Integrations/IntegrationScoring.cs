using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;

namespace OAuthServer.Administration.Integrations;

/// <summary>
/// Keeps the scores by which lists are ordered. A score tells also of time: how much was used of late, how old the password is. So it is worked
/// out again after each login that was counted, and once a day.
/// </summary>
public sealed class IntegrationScoring(Database database, TimeProvider clock)
{
    const int Weeks = 4;
    const int AtOnce = 500;

    /// <summary>What a login has changed since it was read is worked out from the newer counts, the next time.</summary>
    const string Sql = "UPDATE integrations SET score = @p1, scored_on = @p2 WHERE id = @p0 AND logins = @p3 AND refusals = @p4";

    /// <summary>Whoever counts takes the mark first too: both write many rows, each in an order of its own, and would else wait for each other for ever.</summary>
    const string TurnSql = "UPDATE integration_marks SET last_record_id = last_record_id WHERE id = 1";

    /// <summary>Works out what is not of today.</summary>
    /// <param name="orgId">Only of this organization; null = of all.</param>
    /// <param name="most">At most about so many of each; what is left keeps its old score until the next time.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task RunAsync(string? orgId, int most, CancellationToken cancellation)
    {
        await using var db = database.NewContext();
        if (orgId is null)
        {
            foreach (var id in await db.Organizations.Select(org => org.Id).ToListAsync(cancellation))
                await RunAsync(id, most, cancellation);
            return;
        }
        var now = clock.GetUtcNow();
        for (var done = 0; done < most; done += AtOnce)
        {
            if (await Stale(db, orgId, IntegrationCounting.DayOf(now)).Take(AtOnce).ToListAsync(cancellation) is not { Count: > 0 } rows)
                return;
            await WriteAsync(await ScoresAsync(db, rows, now, cancellation), IntegrationCounting.DayOf(now), cancellation);
            if (rows.Count < AtOnce)
                return;
            await Task.Delay(IntegrationCounting.Breath, cancellation);
        }
    }

    internal static IQueryable<Integration> Stale(ServerDb db, string orgId, int today) =>
        db.Integrations.AsNoTracking().Where(i => i.OrgId == orgId && i.PasswordLastSeenAt != null && i.ScoredOn < today);

    async Task WriteAsync(List<(Integration Row, int Score)> scores, int day, CancellationToken cancellation)
    {
        await using var session = await database.OpenSessionAsync(cancellation);
        await using var transaction = await session.Connection.BeginTransactionAsync(cancellation);
        session.Transaction = transaction;
        await session.ExecuteAsync(TurnSql);
        foreach (var (row, score) in scores)
            await session.ExecuteAsync(Sql, row.Id, score, day, row.Logins, row.Refusals);
        await transaction.CommitAsync(cancellation);
    }

    static async Task<List<(Integration, int)>> ScoresAsync(ServerDb db, List<Integration> rows, DateTimeOffset now, CancellationToken cancellation)
    {
        var userIds = rows.Select(row => row.UserId).Distinct(StringComparer.Ordinal).ToList();
        var changed = await db.Users.Where(u => userIds.Contains(u.Id)).Select(u => new { u.Id, u.PasswordChangedAt }).ToDictionaryAsync(u => u.Id, u => u.PasswordChangedAt, StringComparer.Ordinal, cancellation);
        var perWeek = await PerWeekAsync(db, rows, now, cancellation);
        return rows.ConvertAll(row => (row, Of(row, IntegrationSummary.Of(row.Summary), perWeek.GetValueOrDefault(row.Id), changed.GetValueOrDefault(row.UserId), now).Value));
    }

    /// <summary>Logins a week that were let in, over the last four weeks; those without are not in it.</summary>
    internal static async Task<Dictionary<string, double>> PerWeekAsync(ServerDb db, IReadOnlyList<Integration> rows, DateTimeOffset now, CancellationToken cancellation)
    {
        var ids = rows.Select(row => row.Id).ToList();
        var from = IntegrationCounting.DayOf(now) - 7 * Weeks;
        return await db.IntegrationDays.Where(d => ids.Contains(d.IntegrationId) && d.Day > from && d.Way != IntegrationWays.Refused).GroupBy(d => d.IntegrationId)
            .Select(group => new { group.Key, Count = group.Sum(day => day.Count) })
            .ToDictionaryAsync(group => group.Key, group => Math.Round(group.Count / (double)Weeks, 1), StringComparer.Ordinal, cancellation);
    }

    /// <summary>The score of one, as it is now.</summary>
    internal static IntegrationScore Of(Integration row, IntegrationSummary summary, double perWeek, DateTimeOffset? passwordChangedAt, DateTimeOffset now) =>
        IntegrationScore.Of(new(
            IntegrationDesk.LastPasswordWay(row, summary, now), summary.IsTrusted, perWeek, passwordChangedAt is { } set ? (int)Math.Max(0, (now - set).TotalDays) : null));
}
