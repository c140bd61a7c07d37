using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Orgs;
using OAuthServer.Policy;

namespace OAuthServer.Login;

/// <summary>
/// Ends sessions that nobody ends by hand: those whose time has run out, so that their apps are told, and those of users who may not come
/// in any more, so that an account that is opened again does not find its old browsers signed in.
/// </summary>
public sealed class EndedSessions(Database database, OrgDirectory orgs, TimeProvider clock)
{
    /// <summary>Ends what has run out, by the times of each profile, and what is a closed account's.</summary>
    public async Task RunAsync(CancellationToken cancellation = default)
    {
        var now = clock.GetUtcNow();
        await using var db = database.NewContext();
        // Both are null in what lives: the index over them finds it.
        var live = db.BrowserSessions.Where(s => s.AppsToldAt == null && s.EndedAt == null);
        foreach (var alike in (await orgs.CurrentAsync()).Rows.Profiles.GroupBy(entry => (entry.Value.SessionLifetime, entry.Value.SessionIdleTimeout), entry => entry.Key))
        {
            var (started, seen) = (now - alike.Key.SessionLifetime, now - alike.Key.SessionIdleTimeout);
            string[] profiles = [.. alike];
            await live
                .Where(s => (s.StartedAt <= started || s.LastSeenAt <= seen) && db.Users.Any(u => u.Id == s.UserId && profiles.Contains(u.ProfileId)))
                .ExecuteUpdateAsync(set => set.SetProperty(s => s.EndedAt, now), cancellation);
        }
        await live.Where(s => s.EndsAt <= now).ExecuteUpdateAsync(set => set.SetProperty(s => s.EndedAt, now), cancellation);
        await live.Where(s => db.Users.Any(u => u.Id == s.UserId && u.Status != UserStatus.Active))
            .ExecuteUpdateAsync(set => set.SetProperty(s => s.EndedAt, now), cancellation);
    }

    /// <summary>Ends all of one user's, and what is under way there, in the transaction that closes the account and after its row was changed.</summary>
    internal static async Task OfUserAsync(ServerDb db, string userId, DateTimeOffset now)
    {
        await db.BrowserSessions.Where(s => s.UserId == userId && s.EndedAt == null).ExecuteUpdateAsync(set => set.SetProperty(s => s.EndedAt, now));
        await db.PendingSignIns.Where(p => p.UserId == userId).ExecuteDeleteAsync();
    }
}
