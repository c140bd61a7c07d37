using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;

namespace OAuthServer.Administration.Integrations;

/// <summary>An integration, as far as it takes to know which one is meant.</summary>
/// <param name="Id">Its id.</param>
/// <param name="User">The username it acts as.</param>
/// <param name="Network">From where.</param>
/// <param name="Client">The program as it calls itself.</param>
/// <param name="LastSeenAt">When it last tried.</param>
public sealed record NamedIntegration(string Id, string User, string Network, string Client, DateTimeOffset LastSeenAt);

/// <summary>Integrations that something stops, the last seen first.</summary>
/// <param name="First">At most <see cref="NamedFew.Most"/>.</param>
/// <param name="More">How many more there are.</param>
public sealed record NamedIntegrations(IReadOnlyList<NamedIntegration> First, int More)
{
    internal static async Task<NamedIntegrations> OfAsync(ServerDb db, IQueryable<Integration> rows, CancellationToken cancellation)
    {
        var first = await rows.OrderByDescending(row => row.LastSeenAt).ThenBy(row => row.Id).Take(NamedFew.Most)
            .Select(row => new NamedIntegration(row.Id, db.Users.Where(user => user.Id == row.UserId).Select(user => user.Username).FirstOrDefault()!, row.Network, row.Client, row.LastSeenAt))
            .ToListAsync(cancellation);
        return new(first, first.Count < NamedFew.Most ? 0 : Math.Max(0, await rows.CountAsync(cancellation) - first.Count));
    }
}
