using System.Globalization;
using System.Text;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Apps;
using OAuthServer.Data;
using OAuthServer.Http;
using OAuthServer.Login;
using OAuthServer.Policy;

namespace OAuthServer.Administration.Integrations;

/// <summary>Reads integrations as administrators see them: rows, with what follows from them. Changes nothing.</summary>
public sealed class IntegrationReading(AppDirectory apps, LoginReferences references)
{
    const int Weeks = 4;
    const int ShownDays = 30;
    const int MostScored = 1_000;

    /// <summary>A part of a list.</summary>
    public async Task<AdminPage<IntegrationLine>> ListAsync(ServerDb db, string orgId, ListIntegrations filter, int limit, DateTimeOffset now, CancellationToken cancellation)
    {
        if (filter.Order == IntegrationOrder.Score)
            return await ByScoreAsync(db, orgId, filter, limit, now, cancellation);
        var rows = await Find(db, orgId, filter).Take(limit + 1).ToListAsync(cancellation);
        var shown = rows.Take(limit).ToList();
        return new(await LinesAsync(db, orgId, shown, now, cancellation), rows.Count > limit ? CursorAfter(shown[^1].LastSeenAt.ToUnixTimeMilliseconds(), shown[^1].Id) : null);
    }

    /// <summary>The score is no column: it is worked out for those that used a password last, as all others have none.</summary>
    async Task<AdminPage<IntegrationLine>> ByScoreAsync(ServerDb db, string orgId, ListIntegrations filter, int limit, DateTimeOffset now, CancellationToken cancellation)
    {
        var rows = await Find(db, orgId, filter with { After = null })
            .OrderByDescending(i => i.PasswordLastSeenAt != null).ThenByDescending(i => i.PasswordLastSeenAt).ThenByDescending(i => i.LastSeenAt).ThenByDescending(i => i.Id)
            .Take(MostScored).ToListAsync(cancellation);
        var lines = (await LinesAsync(db, orgId, rows, now, cancellation)).OrderByDescending(line => line.Score).ThenBy(line => line.Id, StringComparer.Ordinal);
        var rest = (filter.After is { } after && CursorOf(after) is var (score, id)
            ? lines.Where(line => line.Score < score || line.Score == score && string.CompareOrdinal(line.Id, id) > 0) : lines).Take(limit + 1).ToList();
        return rest.Count <= limit ? new(rest, null) : new(rest[..limit], CursorAfter(rest[limit - 1].Score, rest[limit - 1].Id));
    }

    /// <summary>The query of a list, filters applied, in its order: the last seen first.</summary>
    static IQueryable<Integration> Find(ServerDb db, string orgId, ListIntegrations filter)
    {
        var rows = db.Integrations.AsNoTracking().Where(i => i.OrgId == orgId);
        if (filter.Stage is { } stage)
            rows = rows.Where(i => i.Stage == stage);
        if (filter.Presents is { Length: > 0 } way)
        {
            // As it is written in the summary: a word in quotes that begins so.
            var written = $"\"{way}";
            rows = IntegrationWays.IsPassword(way) ? rows.Where(i => i.PasswordLastSeenAt != null && i.Summary.Contains(written)) : rows.Where(i => i.Summary.Contains(written));
        }
        if (filter.Trusted is { } trusted)
            rows = trusted ? rows.Where(i => i.Summary.Contains("\"isTrusted\":true")) : rows.Where(i => i.Summary.Contains("\"isTrusted\":false"));
        if (filter.Network is { Length: > 0 } network)
            rows = rows.Where(i => i.Network == network);
        if (filter.ClientId is { } clientId)
            rows = rows.Where(i => i.ClientId == clientId);
        if (filter.User is { Length: > 0 } user)
        {
            var name = Usernames.Normalize(user) ?? "";
            rows = rows.Where(i => db.Users.Any(u => u.Id == i.UserId && u.NormalizedUsername == name));
        }
        if (filter.Owner is { Length: > 0 } owner)
        {
            var name = Usernames.Normalize(owner) ?? "";
            rows = rows.Where(i => db.Users.Any(u => u.Id == i.OwnerId && u.NormalizedUsername == name));
        }
        if (filter.After is { } after && CursorOf(after) is var (number, id) && DateTimeOffset.FromUnixTimeMilliseconds(number) is var seen)
#pragma warning disable CA1309 // the database compares, as it sorts
            rows = rows.Where(i => i.LastSeenAt < seen || i.LastSeenAt == seen && string.Compare(i.Id, id) < 0);
#pragma warning restore CA1309
        return rows.OrderByDescending(i => i.LastSeenAt).ThenByDescending(i => i.Id);
    }

    /// <summary>What to send to read on after a row.</summary>
    static string CursorAfter(long number, string id) => string.Create(CultureInfo.InvariantCulture, $"{number}.{id}");

    /// <summary>Rows as lines of the list.</summary>
    public async Task<IReadOnlyList<IntegrationLine>> LinesAsync(ServerDb db, string orgId, IReadOnlyList<Integration> rows, DateTimeOffset now, CancellationToken cancellation) =>
        [.. (await KnownAsync(db, orgId, rows, now, cancellation)).Select(known => known.Line)];

    /// <summary>All that is known of one.</summary>
    public async Task<IntegrationSight> SightAsync(ServerDb db, Integration row, DateTimeOffset now, CancellationToken cancellation)
    {
        var known = (await KnownAsync(db, row.OrgId, [row], now, cancellation))[0];
        var from = IntegrationCounting.DayOf(now) - ShownDays;
        var days = await db.IntegrationDays.AsNoTracking().Where(d => d.IntegrationId == row.Id && d.Day > from).OrderBy(d => d.Day).ToListAsync(cancellation);
        var rhythm = Rhythm.Of(known.Summary, now);
        var plan = IntegrationPlan.Of(row);
        return new(
            known.Line, row.FirstSeenAt, row.Logins, row.Refusals, known.Summary.Ways, known.Summary.Addresses,
            [.. known.Summary.Last.Select(login => new IntegrationLogin(references.Of(login.RecordId), login.At, login.Way))],
            [.. days.Select(day => new IntegrationDayCount(DateOnly.FromDateTime(DateTime.UnixEpoch.AddDays(day.Day)), day.Way, day.Count))],
            new(rhythm.Interval?.TotalMinutes, rhythm.Hours, rhythm.NextExpectedAt), known.Score.Reasons, known.Advice.Reason, plan, row.NewClientId,
            plan.Target is null ? null : await IntegrationStages.EvidenceAsync(db, row, now, cancellation), row.StageChangedAt);
    }

    /// <summary>Changes with everything that an administrator decides about it, and with no login.</summary>
    public static string VersionOf(Integration row) => ContentVersion.Of(Encoding.UTF8.GetBytes($"{row.Stage}|{row.Plan}|{row.OwnerId}|{row.IsProtected}|{row.NewClientId}"));

    async Task<List<Known>> KnownAsync(ServerDb db, string orgId, IReadOnlyList<Integration> rows, DateTimeOffset now, CancellationToken cancellation)
    {
        var people = rows.Select(row => row.UserId).Concat(rows.Select(row => row.OwnerId).OfType<string>()).Distinct(StringComparer.Ordinal).ToList();
        var users = await db.Users.AsNoTracking().Where(u => people.Contains(u.Id)).Select(u => new { u.Id, u.Username, u.PasswordChangedAt }).ToDictionaryAsync(u => u.Id, StringComparer.Ordinal, cancellation);
        var ids = rows.Select(row => row.Id).ToList();
        var from = IntegrationCounting.DayOf(now) - 7 * Weeks;
        var counts = await db.IntegrationDays.Where(d => ids.Contains(d.IntegrationId) && d.Day > from && d.Way != IntegrationWays.Refused).GroupBy(d => d.IntegrationId)
            .Select(group => new { group.Key, Count = group.Sum(day => day.Count) }).ToDictionaryAsync(group => group.Key, group => group.Count, StringComparer.Ordinal, cancellation);
        var clientIds = rows.Select(row => row.ClientId).Where(id => id.Length > 0).Distinct(StringComparer.Ordinal).ToList();
        var usersOf = await db.Integrations.Where(i => i.OrgId == orgId && clientIds.Contains(i.ClientId)).GroupBy(i => i.ClientId)
            .Select(group => new { group.Key, Count = group.Select(i => i.UserId).Distinct().Count() }).ToDictionaryAsync(group => group.Key, group => group.Count, StringComparer.Ordinal, cancellation);
        var saml = await db.FederatedIdentities.Where(f => people.Contains(f.UserId) && db.IdentityProviders.Any(p => p.Id == f.ProviderId && p.OrgId == orgId && p.IsActive && p.Settings.Contains("\"saml\":")))
            .Select(f => f.UserId).Distinct().ToListAsync(cancellation);
        var known = new List<Known>();
        foreach (var row in rows)
        {
            var summary = IntegrationSummary.Of(row.Summary);
            var way = IntegrationDesk.LastPasswordWay(row, summary, now);
            var perWeek = Math.Round(counts.GetValueOrDefault(row.Id) / (double)Weeks, 1);
            var app = row.ClientId.Length > 0 && await apps.FindAsync(row.ClientId) is { } entry && entry.App.OrgId == orgId ? entry : null;
            var score = IntegrationScore.Of(new(way, summary.IsTrusted, perWeek, users[row.UserId].PasswordChangedAt is { } set ? (int)Math.Max(0, (now - set).TotalDays) : null));
            var advice = IntegrationAdvice.Of(new(
                way is not null, row.Client, app is not null, usersOf.GetValueOrDefault(row.ClientId), app is { Settings.RedirectUris.Count: > 0 } && app.Flows.Contains(LoginChannel.AuthorizationCode),
                saml.Contains(row.UserId, StringComparer.Ordinal)));
            var presents = summary.Last.Select(login => login.Way).Where(word => word != IntegrationWays.Refused).Distinct(StringComparer.Ordinal).ToList();
            known.Add(new(
                new(
                    row.Id, users[row.UserId].Username, row.ClientId, row.Network, row.Client, presents, perWeek, row.LastSeenAt,
                    row.OwnerId is { } owner ? users[owner].Username : null, score.Value, advice.Target, row.Stage, row.IsProtected),
                summary, score, advice));
        }
        return known;
    }

    /// <summary>By what the list is ordered, and the id.</summary>
    internal static (long Number, string Id)? CursorOf(string text) =>
        text.Split('.', 2) is [var number, var id] && long.TryParse(number, CultureInfo.InvariantCulture, out var at) && at is >= 0 and < 253_402_300_800_000 ? (at, id) : null;

    sealed record Known(IntegrationLine Line, IntegrationSummary Summary, IntegrationScore Score, IntegrationAdvice Advice);
}
