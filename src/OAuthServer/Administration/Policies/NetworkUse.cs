using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;

namespace OAuthServer.Administration.Policies;

/// <summary>Who came in from a trusted network in the last <see cref="Days"/> days, among its newest logins.</summary>
/// <param name="Users">The usernames.</param>
/// <param name="Apps">The client ids.</param>
/// <param name="Integrations">How many integrations of the inventory come from there.</param>
/// <param name="LookedAt">So many of its newest logins were looked at, at most.</param>
public sealed record NetworkUse(NamedFew Users, NamedFew Apps, int Integrations, int LookedAt)
{
    /// <summary>How far back.</summary>
    public const int Days = 30;

    /// <summary>Of all networks together so many logins are read, whatever the history holds.</summary>
    const int Budget = 20_000;

    const int MostOfOne = 2_000;

    /// <summary>Of each of these names; by the index of networks, so that a long history costs no more than a short one.</summary>
    internal static async Task<Dictionary<string, NetworkUse>> OfAsync(ServerDb db, AdminCall call, IReadOnlyList<string> names)
    {
        var since = call.At.AddDays(-Days);
        var looked = Math.Clamp(Budget / Math.Max(1, names.Count), 1, MostOfOne);
        var uses = new Dictionary<string, List<(string? User, string? App)>>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            var found = await db.LoginRecords.Where(record => record.OrgId == call.Org.Id && record.TrustedNetwork == name).OrderByDescending(record => record.Id).Take(looked)
                .Where(record => record.At >= since && record.Decision == "allow").Select(record => new { record.UserId, record.ClientId }).Distinct().ToListAsync(call.Cancellation);
            uses[name] = found.ConvertAll(one => (one.UserId, one.ClientId));
        }
        var ids = uses.Values.SelectMany(found => found).Select(one => one.User).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        var users = await db.Users.Where(user => user.OrgId == call.Org.Id && ids.Contains(user.Id)).ToDictionaryAsync(user => user.Id, user => user.Username, StringComparer.Ordinal, call.Cancellation);
        var integrations = await db.Integrations.Where(row => row.OrgId == call.Org.Id && row.LastSeenAt >= since && names.Contains(row.Network)).GroupBy(row => row.Network)
            .Select(group => new { group.Key, Count = group.Count() }).ToDictionaryAsync(group => group.Key, group => group.Count, StringComparer.Ordinal, call.Cancellation);
        return uses.ToDictionary(
            pair => pair.Key,
            pair => new NetworkUse(
                NamedFew.Of([.. pair.Value.Select(one => one.User is { } id ? users.GetValueOrDefault(id) : null).OfType<string>().Distinct(StringComparer.Ordinal)]),
                NamedFew.Of([.. pair.Value.Select(one => one.App).OfType<string>().Distinct(StringComparer.Ordinal)]),
                integrations.GetValueOrDefault(pair.Key), looked),
            StringComparer.Ordinal);
    }
}
