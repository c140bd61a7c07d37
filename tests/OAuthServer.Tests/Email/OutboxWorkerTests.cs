using System.Net.Mail;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Email;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Email;

public sealed class OutboxWorkerTests
{
    static readonly Mail Working = new("ada@example.com", "Your new security token", "Zm9vYmFyYmF6cXV4cXV1eDEy");
    static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_sent_is_marked_and_its_body_erased()
    {
        await using var bench = await OutboxBench.NewAsync();
        await bench.AddAsync(Working);
        var sender = new ScriptedSender();
        await bench.Worker(sender).SendDueAsync(Stop);

        var row = await bench.RowAsync();
        Assert.Equal(bench.Clock.GetUtcNow(), row.SentAt);
        Assert.Empty(row.Body);
        Assert.Equal([(row.Id, Working)], sender.Sent);
        Assert.Equal(0, bench.Outbox.Depth);

        await bench.Worker(sender).SendDueAsync(Stop);
        Assert.Single(sender.Sent);
    }

    [Fact]
    public async Task Failures_are_tried_again_later_and_later_and_at_least_every_hour()
    {
        await using var bench = await OutboxBench.NewAsync();
        await bench.AddAsync(Working);
        var worker = bench.Worker(new ScriptedSender(_ => throw new IOException("full")));
        var pauses = new List<TimeSpan>();
        for (var attempt = 1; attempt <= 7; attempt++)
        {
            await worker.SendDueAsync(Stop);
            var row = await bench.RowAsync();
            Assert.Equal(attempt, row.Attempts);
            pauses.Add(row.NextAttemptAt - bench.Clock.GetUtcNow());
            bench.Clock.Set(row.NextAttemptAt);
        }
        Assert.Equal([5, 30, 120, 600, 3600, 3600, 3600], pauses.Select(pause => (int)pause.TotalSeconds));
        Assert.Equal(1, bench.Outbox.Depth);
    }

    [Fact]
    public async Task A_failed_message_is_not_tried_before_its_time()
    {
        await using var bench = await OutboxBench.NewAsync();
        await bench.AddAsync(Working);
        await bench.Worker(new ScriptedSender(_ => throw new IOException("full"))).SendDueAsync(Stop);
        var sender = new ScriptedSender();
        bench.Clock.Advance(TimeSpan.FromSeconds(4));
        await bench.Worker(sender).SendDueAsync(Stop);
        Assert.Empty(sender.Sent);
        bench.Clock.Advance(TimeSpan.FromSeconds(1));
        await bench.Worker(sender).SendDueAsync(Stop);
        Assert.Single(sender.Sent);
    }

    [Fact]
    public async Task After_three_days_a_message_is_given_up_and_only_the_reason_is_kept()
    {
        await using var bench = await OutboxBench.NewAsync();
        await bench.AddAsync(Working);
        var born = bench.Clock.GetUtcNow();
        var tries = 0;
        var worker = bench.Worker(new ScriptedSender(_ =>
        {
            tries++;
            throw new IOException("disk full");
        }));
        while ((await bench.RowAsync()).Body.Length > 0)
        {
            bench.Clock.Set((await bench.RowAsync()).NextAttemptAt);
            await worker.SendDueAsync(Stop);
        }

        var row = await bench.RowAsync();
        Assert.InRange(bench.Clock.GetUtcNow() - born, TimeSpan.FromDays(3), TimeSpan.FromDays(3) + TimeSpan.FromHours(1));
        Assert.Null(row.SentAt);
        Assert.Contains("disk full", row.LastError, StringComparison.Ordinal);
        Assert.Equal(0, bench.Outbox.Depth);
        Assert.Contains(bench.Log.Lines, line => line.StartsWith("Error: ", StringComparison.Ordinal) && line.Contains(row.Id, StringComparison.Ordinal));
        Assert.DoesNotContain(bench.Log.Lines, line => line.Contains(Working.Text, StringComparison.Ordinal) || line.Contains(Working.To, StringComparison.Ordinal));

        var before = tries;
        bench.Clock.Advance(TimeSpan.FromDays(400));
        await worker.SendDueAsync(Stop);
        Assert.Equal(before, tries);
    }

    [Fact]
    public async Task The_noted_reason_quotes_neither_the_mail_server_nor_without_end()
    {
        await using var bench = await OutboxBench.NewAsync();
        await bench.AddAsync(Working);
        var text = "blocked: 5.7.1 " + Working.Text;
        await bench.Worker(new ScriptedSender(_ => throw new SmtpException(SmtpStatusCode.TransactionFailed, text))).SendDueAsync(Stop);
        Assert.Equal("The mail server answered 554 5.7.1.", (await bench.RowAsync()).LastError);

        bench.Clock.Advance(TimeSpan.FromHours(1));
        await bench.Worker(new ScriptedSender(_ => throw new IOException(new string('x', 5000)))).SendDueAsync(Stop);
        Assert.Equal(300, (await bench.RowAsync()).LastError!.Length);
        Assert.DoesNotContain(bench.Log.Lines, line => line.Contains(Working.Text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_message_sealed_under_another_master_key_does_not_hold_up_the_others()
    {
        await using var bench = await OutboxBench.NewAsync();
        var other = new byte[32];
        other[0] = 1;
        await using (var db = bench.Scratch.Database.NewContext())
        {
            new Outbox(new MasterKey(other), bench.Clock).Add(db, Working);
            await db.SaveChangesAsync(Stop);
        }
        await bench.AddAsync(Working with { Subject = "Readable" });
        var sender = new ScriptedSender();
        await bench.Worker(sender).SendDueAsync(Stop);
        Assert.Equal("Readable", Assert.Single(sender.Sent).Mail.Subject);
    }

    [Fact]
    public async Task First_attempts_go_before_retries()
    {
        await using var bench = await OutboxBench.NewAsync();
        await bench.AddAsync(Working with { Subject = "Old" });
        await bench.Worker(new ScriptedSender(_ => throw new IOException("full"))).SendDueAsync(Stop);
        bench.Clock.Advance(TimeSpan.FromMinutes(1));
        await bench.AddAsync(Working with { Subject = "New" });
        var sender = new ScriptedSender();
        await bench.Worker(sender).SendDueAsync(Stop);
        Assert.Equal(["New", "Old"], sender.Sent.Select(sent => sent.Mail.Subject));
    }

    [Fact]
    public async Task Two_workers_on_one_database_send_every_message_once()
    {
        await using var bench = await OutboxBench.NewAsync();
        for (var i = 0; i < 60; i++)
            await bench.AddAsync(Working with { Subject = "Message " + i });
        await using var second = new SqliteDatabase(Path.Combine(bench.Scratch.Folder, "test.db"));
        var sender = new ScriptedSender(_ => Task.Delay(1, Stop));
        OutboxWorker[] workers =
        [
            bench.Worker(sender),
            new(second, new Outbox(bench.Scratch.Key, bench.Clock), sender, bench.Clock, bench.Log),
        ];
        await Task.WhenAll(workers.Select(worker => Task.Run(() => worker.SendDueAsync(Stop))));

        Assert.Equal(60, sender.Sent.Count);
        Assert.Equal(60, sender.Sent.Select(sent => sent.Id).Distinct().Count());
    }

    [Fact]
    public async Task The_message_of_a_worker_killed_while_sending_is_sent_when_its_lease_ends()
    {
        await using var bench = await OutboxBench.NewAsync();
        await bench.AddAsync(Working);
        using (var doomed = ChildTest.Start(typeof(OutboxWorkerTests), nameof(Child_claims_a_message_and_hangs), ("CHILD_FOLDER", bench.Scratch.Folder)))
        {
            var claimed = Path.Combine(bench.Scratch.Folder, "claimed");
            for (var i = 0; i < 300 && !File.Exists(claimed) && !doomed.HasExited; i++)
                await Task.Delay(100, Stop);
            var died = doomed.HasExited ? await doomed.StandardOutput.ReadToEndAsync(Stop) : "It never claimed.";
            Assert.True(File.Exists(claimed), died);
            doomed.Kill();
            await doomed.WaitForExitAsync(Stop);
        }

        var sender = new ScriptedSender();
        bench.Clock.Advance(OutboxWorker.Lease - TimeSpan.FromSeconds(1));
        await bench.Worker(sender).SendDueAsync(Stop);
        Assert.Empty(sender.Sent);
        bench.Clock.Advance(TimeSpan.FromSeconds(1));
        await bench.Worker(sender).SendDueAsync(Stop);
        Assert.Equal(Working, Assert.Single(sender.Sent).Mail);
    }

    [Fact(Explicit = true), Trait("Kind", "Child")]
    public async Task Child_claims_a_message_and_hangs()
    {
        var folder = Environment.GetEnvironmentVariable("CHILD_FOLDER")!;
        await using var database = new SqliteDatabase(Path.Combine(folder, "test.db"));
        var clock = new ManualClock();
        var sender = new ScriptedSender(async _ =>
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "claimed"), "", Stop);
            await Task.Delay(Timeout.Infinite, Stop);
        });
        await new OutboxWorker(database, new Outbox(new MasterKey(new byte[32]), clock), sender, clock, new LogLines<OutboxWorker>()).SendDueAsync(Stop);
    }

    [Fact]
    public async Task A_running_worker_sends_at_once_when_woken_and_stops_cleanly()
    {
        await using var bench = await OutboxBench.NewAsync();
        var left = new TaskCompletionSource();
        using var worker = bench.Worker(new ScriptedSender(_ =>
        {
            left.TrySetResult();
            return Task.CompletedTask;
        }));
        await worker.StartAsync(Stop);
        await bench.AddAsync(Working);
        bench.Outbox.Wake();
        await left.Task.WaitAsync(Soon, Stop);
        await worker.StopAsync(Stop);
        Assert.True(worker.ExecuteTask!.IsCompletedSuccessfully);
        Assert.NotNull((await bench.RowAsync()).SentAt);
    }

    [Fact]
    public async Task A_stopping_worker_lets_the_message_in_hand_finish()
    {
        await using var bench = await OutboxBench.NewAsync();
        await bench.AddAsync(Working);
        var begun = new TaskCompletionSource();
        var finish = new TaskCompletionSource();
        using var worker = bench.Worker(new ScriptedSender(_ =>
        {
            begun.SetResult();
            return finish.Task;
        }));
        await worker.StartAsync(Stop);
        await begun.Task.WaitAsync(Soon, Stop);
        var stopped = worker.StopAsync(Stop);
        finish.SetResult();
        await stopped.WaitAsync(Soon, Stop);
        Assert.NotNull((await bench.RowAsync()).SentAt);
    }

    [Fact]
    public async Task A_database_that_is_away_for_a_while_does_not_end_the_worker()
    {
        await using var bench = await OutboxBench.NewAsync();
        await using (var db = bench.Scratch.Database.NewContext())
            await db.Database.ExecuteSqlRawAsync("ALTER TABLE outbox_messages RENAME TO away", Stop);
        var left = new TaskCompletionSource();
        using var worker = bench.Worker(new ScriptedSender(_ =>
        {
            left.TrySetResult();
            return Task.CompletedTask;
        }));
        await worker.StartAsync(Stop);
        while (bench.Log.Lines.Count == 0)
            await Task.Delay(20, Stop);
        await using (var db = bench.Scratch.Database.NewContext())
            await db.Database.ExecuteSqlRawAsync("ALTER TABLE away RENAME TO outbox_messages", Stop);
        await bench.AddAsync(Working);
        await left.Task.WaitAsync(Soon, Stop);
        await worker.StopAsync(Stop);
    }
}
