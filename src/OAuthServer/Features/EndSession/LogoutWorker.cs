using Microsoft.EntityFrameworkCore;
using OAuthServer.Apps;
using OAuthServer.Data;
using OAuthServer.Tokens;

namespace OAuthServer.Features.EndSession;

/// <summary>
/// Tells apps of sessions that have ended (OpenID Connect Back-Channel Logout 1.0), however they ended: signed out, ended from afar, or by
/// a new password. A session that ended leaves one notice for each app that was granted something in it; a notice is tried again, like
/// a mail, until the app has taken it or a day is over. Each app is told by itself, a few notices at once, the oldest first: one that hangs,
/// with however many, holds up no other. Two nodes never send one notice at the same time.
/// </summary>
public sealed class LogoutWorker(
    Database database, AppDirectory apps, LogoutTokens tokens, BackchannelSender sender, TimeProvider clock, ILogger<LogoutWorker> log) : BackgroundService
{
    const int Page = 50;
    const int AtOncePerApp = 4;
    static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
    static readonly TimeSpan Lease = TimeSpan.FromSeconds(60);
    static readonly TimeSpan GiveUpAfter = TimeSpan.FromDays(1);
    static readonly TimeSpan[] Pauses = [TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(10), TimeSpan.FromHours(1)];

    readonly Dictionary<string, Task> underWay = new(StringComparer.Ordinal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await TellAsync(stoppingToken);
        await Task.WhenAll(underWay.Values);
    }

    async Task TellAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                // Also before the first look: who asks something just after the start is answered first.
                await Task.Delay(Look, stoppingToken);
                await NoticeAsync();
                await SendDueAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception problem) when (problem is not OutOfMemoryException)
            {
                log.LogWarning("Apps cannot be told of logouts at the moment ({Problem}).", problem.GetType().Name);
            }
        }
    }

    /// <summary>Turns ended sessions into notices.</summary>
    async Task NoticeAsync()
    {
        await using var db = database.NewContext();
        var ended = await db.BrowserSessions.AsNoTracking().Where(s => s.AppsToldAt == null && s.EndedAt != null).Take(Page).ToListAsync();
        foreach (var session in ended)
        {
            var now = clock.GetUtcNow();
            var takingPart = await db.Grants.Where(g => g.SessionId == session.Id).Select(g => g.AppId).Distinct().ToListAsync();
            await using var transaction = await db.Database.BeginTransactionAsync();
            if (await db.BrowserSessions.Where(s => s.Id == session.Id && s.AppsToldAt == null).ExecuteUpdateAsync(set => set.SetProperty(s => s.AppsToldAt, now)) == 0)
                continue; // another node's
            foreach (var appId in takingPart)
            {
                if (await apps.FindByIdAsync(appId) is { Settings.BackchannelLogoutUri: not null })
                    db.LogoutNotices.Add(new() { AppId = appId, UserId = session.UserId, SessionId = session.Id, CreatedAt = now, NextAttemptAt = now });
            }
            await db.SaveChangesAsync();
            await transaction.CommitAsync();
        }
    }

    /// <summary>Begins with each app for which something is due and with which it is not yet under way. Nobody waits for an app here.</summary>
    async Task SendDueAsync(CancellationToken stopping)
    {
        foreach (var done in underWay.Where(entry => entry.Value.IsCompleted).Select(entry => entry.Key).ToList())
            underWay.Remove(done);
        await using var db = database.NewContext();
        var now = clock.GetUtcNow();
        foreach (var appId in await db.LogoutNotices.Where(n => n.SentAt == null && n.NextAttemptAt <= now).Select(n => n.AppId).Distinct().ToListAsync(stopping))
        {
            if (!underWay.ContainsKey(appId))
                underWay[appId] = TellAppAsync(appId, stopping);
        }
    }

    async Task TellAppAsync(string appId, CancellationToken stopping)
    {
        try
        {
            await using var db = database.NewContext();
            var now = clock.GetUtcNow();
            var due = await db.LogoutNotices.AsNoTracking().Where(n => n.AppId == appId && n.SentAt == null && n.NextAttemptAt <= now)
                .OrderBy(n => n.CreatedAt).ThenBy(n => n.Id).Take(Page).ToListAsync(stopping);
            await Parallel.ForEachAsync(
                due, new ParallelOptions { MaxDegreeOfParallelism = AtOncePerApp, CancellationToken = stopping }, (notice, _) => new(SendAsync(notice, stopping)));
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // what was not sent is due again
        }
        catch (Exception problem) when (problem is not OutOfMemoryException)
        {
            log.LogWarning("App {AppId} cannot be told of logouts at the moment ({Problem}).", appId, problem.GetType().Name);
        }
    }

    async Task SendAsync(LogoutNotice notice, CancellationToken stopping)
    {
        await using var db = database.NewContext();
        var lease = clock.GetUtcNow() + Lease;
        var mine = db.LogoutNotices.Where(n => n.Id == notice.Id && n.SentAt == null);
        if (await mine.Where(n => n.NextAttemptAt == notice.NextAttemptAt).ExecuteUpdateAsync(set => set.SetProperty(n => n.NextAttemptAt, lease), CancellationToken.None) == 0)
            return;
        if (await apps.FindByIdAsync(notice.AppId) is not { App.IsActive: true, Settings.BackchannelLogoutUri: { } uri } app)
        {
            await mine.ExecuteDeleteAsync(CancellationToken.None); // it no longer wants to know
            return;
        }
        var problem = await sender.SendAsync(uri, await tokens.ForAsync(app, notice.UserId, notice.SessionId), stopping);
        var now = clock.GetUtcNow();
        if (problem is null)
        {
            await mine.ExecuteUpdateAsync(set => set.SetProperty(n => n.SentAt, now).SetProperty(n => n.LastError, (string?)null), CancellationToken.None);
            return;
        }
        var attempts = notice.Attempts + 1;
        var next = now - notice.CreatedAt >= GiveUpAfter ? DateTimeOffset.MaxValue : now + Pauses[Math.Min(attempts, Pauses.Length) - 1];
        await mine.ExecuteUpdateAsync(
            set => set.SetProperty(n => n.Attempts, attempts).SetProperty(n => n.NextAttemptAt, next).SetProperty(n => n.LastError, problem), CancellationToken.None);
        log.LogWarning("App {AppId} was not told of a logout (attempt {Attempts}): {Reason}", notice.AppId, attempts, problem);
    }
}
