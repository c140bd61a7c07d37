using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Policy;

namespace OAuthServer.Login;

/// <summary>A user's own browser sessions and known devices, to be looked at and ended. What is another user's is not there.</summary>
public sealed class SessionList(Database database, TimeProvider clock)
{
    /// <summary>More than anybody reads.</summary>
    const int Most = 200;

    /// <summary>The sessions that still open the door, the latest used first.</summary>
    public async Task<IReadOnlyList<BrowserSession>> LiveAsync(string userId, ProfileFacts profile, CancellationToken cancellation = default)
    {
        var now = clock.GetUtcNow();
        var (started, seen) = (now - profile.SessionLifetime, now - profile.SessionIdleTimeout);
        await using var db = database.NewContext();
        return await db.BrowserSessions.AsNoTracking()
            .Where(s => s.UserId == userId && s.EndedAt == null && s.StartedAt > started && s.LastSeenAt > seen)
            .OrderByDescending(s => s.LastSeenAt).ThenBy(s => s.Id)
            .Take(Most)
            .ToListAsync(cancellation);
    }

    /// <summary>Ends one; false when the user has no such session.</summary>
    public async Task<bool> EndAsync(string userId, string sessionId)
    {
        var now = clock.GetUtcNow();
        await using var db = database.NewContext();
        if (await db.BrowserSessions.Where(s => s.Id == sessionId && s.UserId == userId && s.EndedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(s => s.EndedAt, now)) != 1)
            return false;
        await PendingSignIns.EndOfSessionAsync(db, sessionId);
        return true;
    }

    /// <summary>Ends all but one.</summary>
    public async Task<int> EndOthersAsync(string userId, string keptId)
    {
        var now = clock.GetUtcNow();
        await using var db = database.NewContext();
        await PendingSignIns.EndOfSessionAsync(db, keptId);
        return await db.BrowserSessions.Where(s => s.UserId == userId && s.Id != keptId && s.EndedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(s => s.EndedAt, now));
    }

    /// <summary>The browsers that are known, the latest used first.</summary>
    public async Task<IReadOnlyList<KnownDevice>> DevicesAsync(string userId, CancellationToken cancellation = default)
    {
        var now = clock.GetUtcNow();
        await using var db = database.NewContext();
        return await db.KnownDevices.AsNoTracking().Where(d => d.UserId == userId && d.ExpiresAt > now)
            .OrderByDescending(d => d.LastUsedAt).ThenBy(d => d.Hash).Take(Most).ToListAsync(cancellation);
    }

    /// <summary>Makes a browser unknown again; false when the user has no such device.</summary>
    public async Task<bool> ForgetAsync(string userId, string device)
    {
        await using var db = database.NewContext();
        return await db.KnownDevices.Where(d => d.Hash == device && d.UserId == userId).ExecuteDeleteAsync() == 1;
    }
}
