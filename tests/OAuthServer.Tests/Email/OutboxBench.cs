using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Email;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Email;

/// <summary>An outbox on a database of its own, with a clock that turns.</summary>
public sealed class OutboxBench : IAsyncDisposable
{
    OutboxBench(Scratch scratch)
    {
        Scratch = scratch;
        Outbox = new Outbox(scratch.Key, Clock);
    }

    public Scratch Scratch { get; }

    public ManualClock Clock { get; } = new();

    public Outbox Outbox { get; }

    public LogLines<OutboxWorker> Log { get; } = new();

    public static async Task<OutboxBench> NewAsync() => new(await Scratch.NewAsync());

    public OutboxWorker Worker(IEmailSender sender) => new(Scratch.Database, Outbox, sender, Clock, Log);

    public async Task AddAsync(Mail mail)
    {
        await using var db = Scratch.Database.NewContext();
        Outbox.Add(db, mail);
        await db.SaveChangesAsync(TestContext.Current.CancellationToken);
    }

    public async Task<OutboxMessage> RowAsync()
    {
        await using var db = Scratch.Database.NewContext();
        return await db.OutboxMessages.AsNoTracking().SingleAsync(TestContext.Current.CancellationToken);
    }

    public ValueTask DisposeAsync() => Scratch.DisposeAsync();
}

/// <summary>A sender that does what the test says, and remembers what left.</summary>
public sealed class ScriptedSender(Func<Mail, Task>? act = null) : IEmailSender
{
    readonly List<(string Id, Mail Mail)> sent = [];

    public IReadOnlyList<(string Id, Mail Mail)> Sent
    {
        get
        {
            lock (sent)
                return [.. sent];
        }
    }

    public async Task SendAsync(string id, DateTimeOffset createdAt, Mail mail, CancellationToken cancellation)
    {
        if (act is not null)
            await act(mail);
        lock (sent)
            sent.Add((id, mail));
    }
}
