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
    /// <summary>How many days an integration shows, today's among them.</summary>
    internal const int ShownDays = 30;

    /// <summary>As how many users an app logs in is counted in so many of its ways, the last seen: more than any one user has.</summary>
    const int MostWaysOfApp = 1_000;

    /// <summary>A part of a list.</summary>
    public async Task<AdminPage<IntegrationLine>> ListAsync(ServerDb db, string orgId, ListIntegrations filter, DateTimeOffset now, CancellationToken cancellation)
    {
        var rows = await (await IntegrationQuery.OfAsync(db, orgId, filter, cancellation)).Take(Paging.Size(filter.Limit) + 1).ToListAsync(cancellation);
        var (shown, next) = Paging.Cut(rows, filter.Limit, row => IntegrationQuery.CursorAfter(row, filter.Order));
        return new(await LinesAsync(db, orgId, shown, now, cancellation), next);
    }

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
            known.Line with { Score = known.Score.Value }, row.FirstSeenAt, row.Logins, row.Refusals, known.Summary.Ways, known.Summary.Addresses,
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
        var perWeek = await IntegrationScoring.PerWeekAsync(db, rows, now, cancellation);
        var usersOf = await UsersOfAppsAsync(db, orgId, rows.Select(row => row.ClientId).Where(id => id.Length > 0).Distinct(StringComparer.Ordinal), cancellation);
        var saml = await db.FederatedIdentities.Where(f => people.Contains(f.UserId) && db.IdentityProviders.Any(p => p.Id == f.ProviderId && p.OrgId == orgId && p.IsActive && p.Settings.Contains("\"saml\":")))
            .Select(f => f.UserId).Distinct().ToListAsync(cancellation);
        var known = new List<Known>();
        foreach (var row in rows)
        {
            var summary = IntegrationSummary.Of(row.Summary);
            var way = IntegrationDesk.LastPasswordWay(row, summary, now);
            var weekly = perWeek.GetValueOrDefault(row.Id);
            var app = row.ClientId.Length > 0 && await apps.FindAsync(row.ClientId) is { } entry && entry.App.OrgId == orgId ? entry : null;
            var score = IntegrationScoring.Of(row, summary, weekly, users[row.UserId].PasswordChangedAt, now);
            var advice = IntegrationAdvice.Of(new(
                way is not null, row.Client, app is not null, usersOf.GetValueOrDefault(row.ClientId), app is { Settings.RedirectUris.Count: > 0 } && app.Flows.Contains(LoginChannel.AuthorizationCode),
                saml.Contains(row.UserId, StringComparer.Ordinal)));
            var presents = summary.Last.Select(login => login.Way).Where(word => word != IntegrationWays.Refused).Distinct(StringComparer.Ordinal).ToList();
            known.Add(new(
                new(
                    row.Id, users[row.UserId].Username, row.ClientId, row.Network, row.Client, presents, weekly, row.LastSeenAt,
                    row.OwnerId is { } owner ? users[owner].Username : null, row.Score, advice.Target, row.Stage, row.IsProtected),
                summary, score, advice));
        }
        return known;
    }

    /// <summary>As how many users each app logs in: apps of many people have many ways, and of these the last seen tell enough.</summary>
    static async Task<Dictionary<string, int>> UsersOfAppsAsync(ServerDb db, string orgId, IEnumerable<string> clientIds, CancellationToken cancellation)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var clientId in clientIds)
        {
            counts[clientId] = await db.Integrations.Where(i => i.OrgId == orgId && i.ClientId == clientId).OrderByDescending(i => i.LastSeenAt).ThenByDescending(i => i.Id)
                .Take(MostWaysOfApp).Select(i => i.UserId).Distinct().CountAsync(cancellation);
        }
        return counts;
    }

    sealed record Known(IntegrationLine Line, IntegrationSummary Summary, IntegrationScore Score, IntegrationAdvice Advice);
}
