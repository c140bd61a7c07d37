using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;

namespace OAuthServer.Accounts;

/// <summary>One integration that used the security token.</summary>
/// <param name="ClientId">The app; null when none was named.</param>
/// <param name="AppName">What administrators call the app; null when it is unknown.</param>
/// <param name="SourceAddress">Where it came from.</param>
/// <param name="UserAgent">What it called itself.</param>
/// <param name="Count">How many logins.</param>
/// <param name="NeededCount">In how many of them the password alone would not have done.</param>
/// <param name="FirstUsedAt">The first in the time looked at.</param>
/// <param name="LastUsedAt">The last.</param>
public sealed record SecurityTokenUse(
    string? ClientId, string? AppName, string? SourceAddress, string? UserAgent, int Count, int NeededCount, DateTimeOffset FirstUsedAt, DateTimeOffset LastUsedAt);

/// <summary>
/// What a reset will stop: every integration that appended the token in the last 90 days, also where it was not needed, because
/// a retired token is refused everywhere. Where it was never needed, leaving it out is the better repair.
/// </summary>
public static class SecurityTokenUses
{
    public const int Days = 90;

    /// <summary>Enough to act on; an account with more integrations than this needs another kind of answer.</summary>
    public const int Most = 200;

    /// <summary>The latest user first.</summary>
    public static async Task<IReadOnlyList<SecurityTokenUse>> ReadAsync(
        ServerDb db, User user, DateTimeOffset now, CancellationToken cancellation = default)
    {
        var since = now.AddDays(-Days);
        var uses = await db.LoginRecords.AsNoTracking()
            .Where(record => record.UserId == user.Id && record.At >= since && record.TokenUsed)
            .GroupBy(record => new { record.ClientId, record.SourceAddress, record.UserAgent })
            .Select(group => new
            {
                group.Key,
                Count = group.Count(),
                Needed = group.Count(record => record.TokenNeeded),
                First = group.Min(record => record.At),
                Last = group.Max(record => record.At),
            })
            .OrderByDescending(use => use.Last)
            .Take(Most)
            .ToListAsync(cancellation);
        var clients = uses.Select(use => use.Key.ClientId).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        var names = await db.ConnectedApps.AsNoTracking()
            .Where(app => app.OrgId == user.OrgId && clients.Contains(app.ClientId))
            .ToDictionaryAsync(app => app.ClientId, app => app.Name, StringComparer.Ordinal, cancellation);
        return
        [
            .. uses.Select(use => new SecurityTokenUse(
                use.Key.ClientId, use.Key.ClientId is { } client ? names.GetValueOrDefault(client) : null,
                use.Key.SourceAddress, use.Key.UserAgent, use.Count, use.Needed, use.First, use.Last)),
        ];
    }
}
