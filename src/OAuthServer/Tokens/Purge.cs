using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Policy;

namespace OAuthServer.Tokens;

/// <summary>Removes what has expired, so that the database does not grow without end. Small deletes, the service goes on.</summary>
public sealed class Purge(Database database, TimeProvider clock)
{
    /// <summary>How long a notice can be looked up after its day is over.</summary>
    static readonly TimeSpan Remembered = TimeSpan.FromDays(7);

    /// <summary>How long the findings of a replay or an import can be looked at.</summary>
    static readonly TimeSpan JobsKept = TimeSpan.FromDays(30);

    /// <summary>Removes the oldest entries of the audit trail.</summary>
    /// <param name="kept">How long they are kept.</param>
    /// <param name="cancellation">Ends the work between two deletes.</param>
    public async Task ForgetChangesAsync(TimeSpan kept, CancellationToken cancellation = default)
    {
        var forgotten = clock.GetUtcNow() - kept;
        await using var db = database.NewContext();
        // By number, which rises with time.
        while (await db.AuditEntries.Where(e => db.AuditEntries.OrderBy(old => old.Id).Select(old => old.Id).Take(1_000).Contains(e.Id) && e.At < forgotten)
            .ExecuteDeleteAsync(cancellation) > 0)
        {
        }
    }

    /// <param name="history">How long login records are kept.</param>
    /// <param name="cancellation">Ends the work between two deletes.</param>
    public async Task RunAsync(TimeSpan history, CancellationToken cancellation = default)
    {
        var now = clock.GetUtcNow();
        await using var db = database.NewContext();
        await db.RevokedTokens.Where(t => t.ExpiresAt < now).ExecuteDeleteAsync(cancellation);
        await db.AccessTokens.Where(t => t.ExpiresAt < now).ExecuteDeleteAsync(cancellation);
        var oldest = now - SigningKeyRing.LongestToken;
        await db.UsedAssertions.Where(a => a.ExpiresAt < now).ExecuteDeleteAsync(cancellation);
        // Kept for a while, so that a device that comes late is told so.
        await db.DeviceAuthorizations.Where(d => d.ExpiresAt < oldest).ExecuteDeleteAsync(cancellation);
        await db.PendingSignIns.Where(p => p.ExpiresAt < now).ExecuteDeleteAsync(cancellation);
        await db.SsoRequests.Where(r => r.ExpiresAt < now).ExecuteDeleteAsync(cancellation);
        await db.PasskeyRegistrations.Where(r => r.ExpiresAt < now).ExecuteDeleteAsync(cancellation);
        await db.KnownDevices.Where(d => d.ExpiresAt < now).ExecuteDeleteAsync(cancellation);
        await db.MailedLinks.Where(l => l.ExpiresAt < now).ExecuteDeleteAsync(cancellation);
        // An access token of the last refresh may live on after its line has ended, and needs its grant.
        await db.Grants
            .Where(g => g.Channel != LoginChannel.ClientCredentials && g.AuthenticatedAt < oldest
                && (g.RefreshExpiresAt == null || g.RefreshExpiresAt < oldest) && !db.AccessTokens.Any(t => t.GrantId == g.Id))
            .ExecuteDeleteAsync(cancellation);
        await db.AuthorizationRequests.Where(r => r.ExpiresAt < now).ExecuteDeleteAsync(cancellation);
        // A used code is remembered as long as what it made may live without a refresh.
        await db.AuthorizationCodes.Where(c => c.ExpiresAt < oldest).ExecuteDeleteAsync(cancellation);
        await db.LogoutNotices.Where(n => n.CreatedAt < now - Remembered).ExecuteDeleteAsync(cancellation);
        await db.Jobs.Where(j => j.CreatedAt < now - JobsKept && j.State != JobState.Running).ExecuteDeleteAsync(cancellation);
        var forgotten = now - history;
        await db.BrowserSessions.Where(s => s.EndedAt < forgotten || s.LastSeenAt < forgotten).ExecuteDeleteAsync(cancellation);
        // By number, which rises with time: no index by time is kept for this alone.
        while (await db.LoginRecords.Where(r => db.LoginRecords.OrderBy(old => old.Id).Select(old => old.Id).Take(1_000).Contains(r.Id) && r.At < forgotten)
            .ExecuteDeleteAsync(cancellation) > 0)
        {
        }
        await db.OutboxMessages.Where(m => m.CreatedAt < forgotten).ExecuteDeleteAsync(cancellation);
    }
}
