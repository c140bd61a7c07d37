using Microsoft.EntityFrameworkCore;
using OAuthServer.Administration;
using OAuthServer.Administration.Jobs;
using OAuthServer.Data;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Administration;

/// <summary>The file a job works on is kept whole or not at all.</summary>
[Collection(nameof(ServersCollection))]
public sealed class JobUploadTests(Servers servers)
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Is_read_back_as_it_was_sent_from_any_byte_on(string database)
    {
        var scene = await JobScene.NewAsync(await servers.OnAsync(database));
        var queue = new JobQueue(scene.Server.Database);
        foreach (var size in new[] { 1, JobQueue.ChunkBytes, JobQueue.ChunkBytes * 2 + 4711 })
        {
            var sent = new byte[size];
            Random.Shared.NextBytes(sent);
            var job = (await queue.UploadAsync(scene.Call("test.upload"), "file", new Counting.Wish(1), new(new Dripping(sent)))).Value!;
            Assert.Null((await scene.RowAsync(job.Id)).SeenAt); // for a worker to take
            foreach (var offset in new[] { 0, size / 2, size - 1, size })
            {
                using var read = new MemoryStream();
                await queue.OpenUpload(job.Id, offset).CopyToAsync(read, Stop);
                Assert.Equal(sent[offset..], read.ToArray());
            }
        }
    }

    [Fact]
    public async Task Is_taken_by_no_worker_before_it_is_whole()
    {
        var scene = await JobScene.NewAsync(await servers.OnAsync("SQLite"));
        var worker = scene.Worker(new Counting("early"));
        var content = new Dripping(new byte[JobQueue.ChunkBytes * 2]) { Between = async () => Assert.Null(await worker.TakeAsync(Stop)) };
        await new JobQueue(scene.Server.Database).UploadAsync(scene.Call("test.upload"), "early", new Counting.Wish(1), new(content));
        Assert.NotNull(await worker.TakeAsync(Stop));
    }

    [Fact]
    public async Task Leaves_nothing_behind_when_it_is_too_large_empty_or_breaks_off()
    {
        var scene = await JobScene.NewAsync(await servers.OnAsync("SQLite"));
        var queue = new JobQueue(scene.Server.Database);
        Task<AdminAnswer<Job>> SendAsync(Stream content) => queue.UploadAsync(scene.Call("test.upload"), "bad", new Counting.Wish(1), new(content), largest: 1024 * 1024);
        Assert.Contains("larger than 1 MB", Assert.IsType<AdminRefusal.Invalid>((await SendAsync(new Dripping(new byte[1024 * 1024 + 1]))).Refusal).Flaws.Single().Message, StringComparison.Ordinal);
        Assert.IsType<AdminRefusal.Invalid>((await SendAsync(new MemoryStream())).Refusal);
        await Assert.ThrowsAsync<IOException>(() => SendAsync(new Dripping(new byte[JobQueue.ChunkBytes * 2]) { Between = () => throw new IOException("gone") }));
        await using var db = scene.Server.Database.NewContext();
        Assert.False(await db.Jobs.AnyAsync(j => j.Kind == "bad", Stop));
        Assert.False(await db.JobChunks.AnyAsync(chunk => !db.Jobs.Any(j => j.Id == chunk.JobId), Stop));
    }

    [Fact]
    public async Task Can_be_worked_on_once_more()
    {
        var scene = await JobScene.NewAsync(await servers.OnAsync("SQLite"));
        var job = (await new JobQueue(scene.Server.Database).UploadAsync(scene.Call("test.preview"), "again", new Counting.Wish(20), new(new MemoryStream([1, 2, 3])))).Value!;
        var worker = scene.Worker(new Counting("again"));
        await worker.RunAsync((await worker.TakeAsync(Stop))!, Stop);
        await using var db = scene.Server.Database.NewContext();
        await db.RevokedTokens.Where(t => t.Jti.StartsWith(job.Id)).ExecuteDeleteAsync(Stop);
        Assert.True(await JobQueue.AgainAsync(db, scene.Call("test.carry-out"), job.Id, new Counting.Wish(40)));
        Assert.False(await JobQueue.AgainAsync(db, scene.Call("test.carry-out"), job.Id, new Counting.Wish(40))); // a second click
        await worker.RunAsync((await worker.TakeAsync(Stop))!, Stop);
        var row = await scene.RowAsync(job.Id);
        Assert.Equal((JobState.Done, 40), (row.State, row.Done));
        Assert.Contains("test.carry-out", row.Actor, StringComparison.Ordinal);
    }

    /// <summary>Comes in small pieces, as from a network.</summary>
    sealed class Dripping(byte[] content) : MemoryStream(content)
    {
        public Func<Task>? Between { get; init; }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Between is not null && Position > 0)
                await Between();
            return await base.ReadAsync(buffer[..Math.Min(buffer.Length, 60_000)], cancellationToken);
        }
    }
}
