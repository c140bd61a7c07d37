using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;

namespace OAuthServer.Administration.People;

/// <summary>
/// What ends with an account, in the transaction that closes it. A frozen one keeps its grants, which open nothing while it is frozen
/// and come back with it; of one that was deactivated everything is over for good.
/// </summary>
static class ClosedAccounts
{
    internal static async Task EndSessionsAsync(ServerDb db, IReadOnlyList<string> userIds, DateTimeOffset now, CancellationToken cancellation)
    {
        await db.BrowserSessions.Where(s => userIds.Contains(s.UserId) && s.EndedAt == null).ExecuteUpdateAsync(set => set.SetProperty(s => s.EndedAt, now), cancellation);
        await db.PendingSignIns.Where(p => userIds.Contains(p.UserId!)).ExecuteDeleteAsync(cancellation);
        await db.AuthorizationCodes.Where(c => userIds.Contains(c.UserId) && c.UsedAt == null && c.ExpiresAt > now)
            .ExecuteUpdateAsync(set => set.SetProperty(c => c.ExpiresAt, now), cancellation);
        await db.DeviceAuthorizations.Where(d => userIds.Contains(d.UserId!) && d.UsedAt == null && d.ExpiresAt > now)
            .ExecuteUpdateAsync(set => set.SetProperty(d => d.ExpiresAt, now), cancellation);
        await EndLinksAsync(db, userIds, now, cancellation);
    }

    /// <summary>Grants too, those of apps that act as the user among them, and the security token.</summary>
    internal static async Task EndForGoodAsync(ServerDb db, IReadOnlyList<string> userIds, DateTimeOffset now, CancellationToken cancellation)
    {
        await EndSessionsAsync(db, userIds, now, cancellation);
        await db.Grants.Where(g => userIds.Contains(g.UserId) && g.RevokedAt == null).ExecuteUpdateAsync(set => set.SetProperty(g => g.RevokedAt, now), cancellation);
        await db.SecurityTokens.Where(t => userIds.Contains(t.UserId) && (t.RetiresAt == null || t.RetiresAt > now))
            .ExecuteUpdateAsync(set => set.SetProperty(t => t.RetiresAt, now), cancellation);
        await db.KnownDevices.Where(d => userIds.Contains(d.UserId)).ExecuteDeleteAsync(cancellation);
    }

    /// <summary>Links that were mailed and not used.</summary>
    internal static Task EndLinksAsync(ServerDb db, IReadOnlyList<string> userIds, DateTimeOffset now, CancellationToken cancellation) =>
        db.MailedLinks.Where(l => userIds.Contains(l.UserId) && l.UsedAt == null).ExecuteUpdateAsync(set => set.SetProperty(l => l.UsedAt, now), cancellation);
}
