using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;

namespace OAuthServer.Administration.Integrations;

/// <summary>An integration that acts as a user, as far as it would notice that the user goes.</summary>
/// <param name="Id">The integration.</param>
/// <param name="ClientId">The app; empty where there is none.</param>
/// <param name="Network">From where.</param>
/// <param name="Client">The program as it calls itself.</param>
/// <param name="UsesPassword">It has logged in by password in the last 90 days.</param>
/// <param name="UsesToken">With a security token.</param>
/// <param name="LastSeenAt">When it last tried.</param>
/// <param name="NextExpectedAt">When it should run next; null when nothing can be said.</param>
/// <param name="Owner">The username of the person who answers for it.</param>
/// <param name="Stage">How far it has come.</param>
/// <param name="IsProtected">No brown-out may hit it.</param>
public sealed record UserIntegration(
    string Id, string ClientId, string Network, string Client, bool UsesPassword, bool UsesToken, DateTimeOffset LastSeenAt, DateTimeOffset? NextExpectedAt,
    string? Owner, IntegrationStage Stage, bool IsProtected);

/// <summary>What was handed over.</summary>
/// <param name="Owned">Integrations that the other person answers for now.</param>
/// <param name="RunAs">Apps that act as the other user now.</param>
public sealed record HandedOver(int Owned, int RunAs);

/// <summary>What other rooms ask about a user's integrations: before the user is frozen, the password reset, or the person leaves.</summary>
public sealed class IntegrationDesk(TimeProvider clock)
{
    const int Most = 300;

    /// <summary>How long after its last password an integration counts as using one.</summary>
    internal static TimeSpan StillUsed { get; } = TimeSpan.FromDays(90);

    /// <summary>The integrations that act as a user, the last seen first.</summary>
    public async Task<IReadOnlyList<UserIntegration>> OfUserAsync(ServerDb db, string orgId, string userId, CancellationToken cancellation = default)
    {
        var now = clock.GetUtcNow();
        var rows = await db.Integrations.AsNoTracking().Where(i => i.OrgId == orgId && i.UserId == userId)
            .GroupJoin(db.Users, i => i.OwnerId, owner => owner.Id, (i, owners) => new { Row = i, Owners = owners })
            .SelectMany(pair => pair.Owners.DefaultIfEmpty(), (pair, owner) => new { pair.Row, Owner = owner == null ? null : owner.Username })
            .OrderByDescending(pair => pair.Row.LastSeenAt).Take(Most).ToListAsync(cancellation);
        return [.. rows.Select(pair => Of(pair.Row, pair.Owner, now))];
    }

    /// <summary>
    /// Gives to another person what somebody answers for, and to another user the apps that act as somebody. Adds to the caller's unit of work: it is the
    /// caller who saves, and whose name stands in the audit trail.
    /// </summary>
    public async Task<HandedOver> HandOverAsync(ServerDb db, string orgId, string fromUserId, string toUserId, CancellationToken cancellation = default)
    {
        var names = await db.Users.Where(u => u.OrgId == orgId && (u.Id == fromUserId || u.Id == toUserId)).ToDictionaryAsync(u => u.Id, u => u.Username, StringComparer.Ordinal, cancellation);
        if (names.Count != 2)
            throw new ArgumentException("Both must be users of the organization.", nameof(toUserId));
        var owned = await db.Integrations.Where(i => i.OrgId == orgId && i.OwnerId == fromUserId).ToListAsync(cancellation);
        foreach (var row in owned)
        {
            row.OwnerId = toUserId;
            await IntegrationOperations.AuditAsync(db, row, new { Owner = names[fromUserId] }, new { Owner = names[toUserId] });
        }
        var apps = await db.ConnectedApps.Where(app => app.OrgId == orgId && app.RunAsUserId == fromUserId).ToListAsync(cancellation);
        apps.ForEach(app => app.RunAsUserId = toUserId);
        return new(owned.Count, apps.Count);
    }

    static UserIntegration Of(Integration row, string? owner, DateTimeOffset now)
    {
        var summary = IntegrationSummary.Of(row.Summary);
        var way = LastPasswordWay(row, summary, now);
        return new(
            row.Id, row.ClientId, row.Network, row.Client, way is not null, way is IntegrationWays.PasswordToken or IntegrationWays.PasswordTokenUnneeded,
            row.LastSeenAt, Rhythm.Of(summary, now).NextExpectedAt, owner, row.Stage, row.IsProtected);
    }

    /// <summary>How it used a password last; null = not for so long that it uses none.</summary>
    internal static string? LastPasswordWay(Integration row, IntegrationSummary summary, DateTimeOffset now) =>
        row.PasswordLastSeenAt is not { } at || now - at > StillUsed ? null
        : summary.Last.Find(login => IntegrationWays.IsPassword(login.Way))?.Way
            ?? summary.Ways.Where(way => IntegrationWays.IsPassword(way.Key)).OrderByDescending(way => way.Value).Select(way => way.Key).FirstOrDefault();
}
