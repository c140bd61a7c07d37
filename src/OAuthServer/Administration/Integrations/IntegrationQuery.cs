using System.Globalization;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;

namespace OAuthServer.Administration.Integrations;

/// <summary>
/// Which integrations a list shows, as one query that walks an index in the list's order from where the last part ended. What stands in the
/// summary only (what was presented, whether in a trusted network), and the network, is looked up on that walk, of one organization at most once.
/// </summary>
static class IntegrationQuery
{
    internal static async Task<IQueryable<Integration>> OfAsync(ServerDb db, string orgId, ListIntegrations filter, CancellationToken cancellation)
    {
        var rows = db.Integrations.AsNoTracking().Where(i => i.OrgId == orgId);
        if (filter.User is { Length: > 0 } user)
        {
            // All of the user first, who never has many: the database would rather walk the whole list in its order.
            var id = await IdOfAsync(db, orgId, user, cancellation);
            rows = rows.Where(i => i.UserId == id).OrderBy(i => i.ClientId).Take(IntegrationCounting.MostOfAUser);
        }
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
        if (filter.Owner is { Length: > 0 } owner)
        {
            var id = await IdOfAsync(db, orgId, owner, cancellation);
            rows = rows.Where(i => i.OwnerId == id);
        }
        return filter.Order == IntegrationOrder.Score ? ByScore(rows, filter.After) : ByTime(rows, filter.After);
    }

#pragma warning disable CA1309 // the database compares, as it orders
    static IOrderedQueryable<Integration> ByScore(IQueryable<Integration> rows, string? after)
    {
        if (after is not null && CursorOf(after) is var (number, id) && (int)Math.Min(number, int.MaxValue) is var score)
            rows = rows.Where(i => i.Score <= score && (i.Score < score || string.Compare(i.Id, id) < 0));
        return rows.OrderByDescending(i => i.Score).ThenByDescending(i => i.Id);
    }

    static IOrderedQueryable<Integration> ByTime(IQueryable<Integration> rows, string? after)
    {
        if (after is not null && CursorOf(after) is var (number, id) && DateTimeOffset.FromUnixTimeMilliseconds(number) is var seen)
            rows = rows.Where(i => i.LastSeenAt <= seen && (i.LastSeenAt < seen || string.Compare(i.Id, id) < 0));
        return rows.OrderByDescending(i => i.LastSeenAt).ThenByDescending(i => i.Id);
    }
#pragma warning restore CA1309

    /// <summary>What to send to read on after a row.</summary>
    internal static string CursorAfter(Integration row, IntegrationOrder? order) =>
        string.Create(CultureInfo.InvariantCulture, $"{(order == IntegrationOrder.Score ? row.Score : row.LastSeenAt.ToUnixTimeMilliseconds())}.{row.Id}");

    /// <summary>By what the list is ordered, and the id.</summary>
    internal static (long Number, string Id)? CursorOf(string text) =>
        text.Split('.', 2) is [var number, var id] && long.TryParse(number, CultureInfo.InvariantCulture, out var at) && at is >= 0 and < 253_402_300_800_000 ? (at, id) : null;

    /// <summary>A user's id; what no user has when there is none of this name.</summary>
    static async Task<string> IdOfAsync(ServerDb db, string orgId, string username, CancellationToken cancellation)
    {
        var name = Usernames.Normalize(username) ?? "";
        return await db.Users.Where(u => u.OrgId == orgId && u.NormalizedUsername == name).Select(u => u.Id).SingleOrDefaultAsync(cancellation) ?? "";
    }
}
