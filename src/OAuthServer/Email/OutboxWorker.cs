using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;

namespace OAuthServer.Email;

/// <summary>
/// Sends what waits in the outbox, one message after the other. A row is claimed by pushing its next attempt one lease into
/// the future, on condition that nobody else did: two nodes never send one row at the same time, and the row of a node that
/// was killed is due again when the lease ends.
/// </summary>
public sealed class OutboxWorker(Database database, Outbox outbox, IEmailSender sender, TimeProvider clock, ILogger<OutboxWorker> log)
    : BackgroundService
{
    const int Page = 20;

    /// <summary>How often it looks without having been woken: for retries, and for messages that another node has saved.</summary>
    static readonly TimeSpan Look = TimeSpan.FromSeconds(2);

    internal static readonly TimeSpan Lease = TimeSpan.FromSeconds(60);

    // Shorter than the lease: an attempt that is still running has not been handed to another node.
    static readonly TimeSpan AttemptLimit = TimeSpan.FromSeconds(45);

    // An attempt cut off after the mail server took the message is made again, so a stopping server lets it finish.
    static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            // Also before the first look: who asks something just after the start is answered first.
            await outbox.WokenAsync(Look, stoppingToken);
            if (stoppingToken.IsCancellationRequested)
                return;
            try
            {
                await SendDueAsync(stoppingToken);
            }
            catch (Exception problem) when (problem is not OutOfMemoryException)
            {
                // Whatever it was (a database that is away), mail must go on when it is over.
                log.LogWarning("The outbox cannot be read or written at the moment ({Problem}).", problem.GetType().Name);
            }
        }
    }

    /// <summary>Sends all that is due now.</summary>
    internal async Task SendDueAsync(CancellationToken stopping)
    {
        await using var db = database.NewContext();
        while (!stopping.IsCancellationRequested && await DueAsync(db) is { Count: > 0 } due)
        {
            foreach (var message in due)
            {
                if (stopping.IsCancellationRequested)
                    return;
                var lease = clock.GetUtcNow() + Lease;
                if (await ClaimAsync(db, message, lease))
                    await SendAsync(db, message, lease, stopping);
            }
        }
        outbox.Counted(await db.OutboxMessages.CountAsync(m => m.SentAt == null && m.NextAttemptAt < Outbox.Never, CancellationToken.None));
    }

    // First attempts before retries: somebody waits for a code just now, while a refused address can wait.
    async Task<List<OutboxMessage>> DueAsync(ServerDb db)
    {
        var now = clock.GetUtcNow();
        return await db.OutboxMessages.AsNoTracking()
            .Where(m => m.SentAt == null && m.NextAttemptAt <= now)
            .OrderBy(m => m.Attempts).ThenBy(m => m.NextAttemptAt)
            .Take(Page)
            .ToListAsync(CancellationToken.None);
    }

    static async Task<bool> ClaimAsync(ServerDb db, OutboxMessage message, DateTimeOffset lease) =>
        await db.OutboxMessages
            .Where(m => m.Id == message.Id && m.SentAt == null && m.NextAttemptAt == message.NextAttemptAt)
            .ExecuteUpdateAsync(set => set.SetProperty(m => m.NextAttemptAt, lease), CancellationToken.None) == 1;

    async Task SendAsync(ServerDb db, OutboxMessage message, DateTimeOffset lease, CancellationToken stopping)
    {
        using var attempt = new CancellationTokenSource(AttemptLimit);
        await using var hurry = stopping.Register(() => attempt.CancelAfter(StopLimit));
        try
        {
            await sender.SendAsync(message.Id, message.CreatedAt, outbox.Open(message), attempt.Token);
        }
        catch (Exception problem) when (problem is not OutOfMemoryException)
        {
            await PutBackAsync(db, message, lease, SendingProblem.Describe(problem));
            return;
        }
        await MarkSentAsync(db, message);
    }

    async Task MarkSentAsync(ServerDb db, OutboxMessage message)
    {
        var now = clock.GetUtcNow();
        await db.OutboxMessages.Where(m => m.Id == message.Id).ExecuteUpdateAsync(
            set => set.SetProperty(m => m.SentAt, now)
                .SetProperty(m => m.Body, Array.Empty<byte>()).SetProperty(m => m.LastError, (string?)null),
            CancellationToken.None);
        log.LogInformation("Message {Id} was sent.", message.Id);
    }

    // Only under its own lease: a row that another node has taken over meanwhile is that node's to judge.
    async Task PutBackAsync(ServerDb db, OutboxMessage message, DateTimeOffset lease, string reason)
    {
        var now = clock.GetUtcNow();
        var attempts = message.Attempts + 1;
        var givenUp = now - message.CreatedAt >= RetrySchedule.GiveUpAfter;
        var next = givenUp ? Outbox.Never : now + RetrySchedule.PauseAfter(attempts);
        var body = givenUp ? [] : message.Body;
        await db.OutboxMessages.Where(m => m.Id == message.Id && m.SentAt == null && m.NextAttemptAt == lease).ExecuteUpdateAsync(
            set => set.SetProperty(m => m.Attempts, attempts).SetProperty(m => m.NextAttemptAt, next)
                .SetProperty(m => m.Body, body).SetProperty(m => m.LastError, reason),
            CancellationToken.None);
        if (givenUp)
            log.LogError("Message {Id} was given up after {Attempts} attempts: {Reason}", message.Id, attempts, reason);
        else
            log.LogWarning("Message {Id} could not be sent (attempt {Attempts}): {Reason}", message.Id, attempts, reason);
    }
}
