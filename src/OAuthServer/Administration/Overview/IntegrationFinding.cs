using Microsoft.EntityFrameworkCore;
using OAuthServer.Administration.Integrations;
using OAuthServer.Data;

namespace OAuthServer.Administration.Overview;

/// <summary>Integrations as quick find finds them: by whom they act as, by their app, by the program, and by their id. Each way by an index.</summary>
static class IntegrationFinding
{
    internal static async Task<IEnumerable<Found>> FindAsync(ServerDb db, string orgId, string text, IReadOnlyCollection<string> userIds, int most, CancellationToken cancellation)
    {
        var rows = new List<Integration>();
        foreach (var way in Ways(db, orgId, text, userIds))
            rows.AddRange(await way.Take(most).ToListAsync(cancellation));
        var shown = rows.DistinctBy(row => row.Id, StringComparer.Ordinal).Take(most).ToList();
        var ids = shown.ConvertAll(row => row.UserId);
        var names = await db.Users.Where(user => user.OrgId == orgId && ids.Contains(user.Id)).ToDictionaryAsync(user => user.Id, user => user.Username, StringComparer.Ordinal, cancellation);
        return shown.Select(row => new Found("integration", IntegrationNames.Of(names[row.UserId], row), null, "/setup/integrations/" + row.Id));
    }

    /// <summary>Names of apps and programs as they are written: case tells them apart.</summary>
    internal static IEnumerable<IQueryable<Integration>> Ways(ServerDb db, string orgId, string text, IReadOnlyCollection<string> userIds)
    {
        var (own, end) = (db.Integrations.AsNoTracking().Where(i => i.OrgId == orgId), text + '\uffff');
        yield return own.Where(i => i.Id == text);
        yield return own.Where(i => userIds.Contains(i.UserId));
#pragma warning disable CA1309 // the database compares
        yield return own.Where(i => string.Compare(i.ClientId, text) >= 0 && string.Compare(i.ClientId, end) < 0).OrderBy(i => i.ClientId);
        yield return own.Where(i => string.Compare(i.Client, text) >= 0 && string.Compare(i.Client, end) < 0).OrderBy(i => i.Client);
#pragma warning restore CA1309
    }
}
