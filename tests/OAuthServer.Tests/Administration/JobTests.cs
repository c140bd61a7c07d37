using Microsoft.EntityFrameworkCore;
using OAuthServer.Administration;
using OAuthServer.Administration.Jobs;
using OAuthServer.Data;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Administration;

/// <summary>Long work survives its server, is done once, and is nobody else's.</summary>
[Collection(nameof(ServersCollection))]
public sealed class JobTests(Servers servers)
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Runs_to_its_end_and_says_what_it_found(string database)
    {
        var scene = await JobScene.NewAsync(await servers.OnAsync(database));
        var kind = new Counting("runs");
        var id = await scene.AddAsync("runs", new Counting.Wish(30));
        var worker = scene.Worker(kind);
        await worker.RunAsync((await worker.TakeAsync(Stop))!, Stop);

        var job = (await scene.Jobs.GetAsync(scene.Call("jobs.get"), new(id))).Value!;
        Assert.Equal((JobState.Done, 30, 30, "anna@example.test"), (job.State, job.Done, job.Total, job.By));
        Assert.Equal(465, job.Result!.Value.GetProperty("of").GetInt64());
        var even = (await scene.Jobs.LinesAsync(scene.Call("jobs.lines"), new(id, "even", Limit: 10))).Value!;
        Assert.Equal([2, 4, 6, 8, 10, 12, 14, 16, 18, 20], even.Items.Select(line => line.Number));
        var rest = (await scene.Jobs.LinesAsync(scene.Call("jobs.lines"), new(id, "even", Limit: 10, After: even.Next))).Value!;
        Assert.Equal([22, 24, 26, 28, 30], rest.Items.Select(line => line.Number));
        Assert.Null(rest.Next);
        Assert.Null(await worker.TakeAsync(Stop));
    }

    [Theory]
    [MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Two_workers_never_run_one(string database)
    {
        var scene = await JobScene.NewAsync(await servers.OnAsync(database));
        var wanted = new List<string>();
        for (var i = 0; i < 12; i++)
            wanted.Add(await scene.AddAsync("raced", new Counting.Wish(10)));
        var taken = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(
            async () =>
            {
                var worker = scene.Worker(new Counting("raced"));
                var mine = new List<string>();
                // A lost race is no end: another may wait.
                for (var i = 0; i < 40; i++)
                {
                    if (await worker.TakeAsync(Stop) is { } run)
                        mine.Add(run.Id);
                }
                return mine;
            },
            Stop)));
        Assert.Equal(wanted.Order(StringComparer.Ordinal), taken.SelectMany(one => one).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Goes_on_where_a_killed_server_stopped_and_counts_nothing_twice(string database)
    {
        var scene = await JobScene.NewAsync(await servers.OnAsync(database));
        var (reached, woken) = (new TaskCompletionSource(), new TaskCompletionSource());
        var dying = new Counting("killed")
        {
            Before = async done =>
            {
                if (done < 30)
                    return;
                reached.SetResult();
                await woken.Task; // as silent as a dead one
            },
        };
        var id = await scene.AddAsync("killed", new Counting.Wish(80));
        var first = scene.Worker(dying);
        var run = (await first.TakeAsync(Stop))!;
        var dead = first.RunAsync(run, Stop);
        await reached.Task;

        var heir = new Counting("killed");
        var second = scene.Worker(heir);
        Assert.Null(await second.TakeAsync(Stop)); // not yet taken for dead
        scene.Server.Clock.Advance(JobWorker.Silence + TimeSpan.FromSeconds(1));
        var taken = (await second.TakeAsync(Stop))!;
        Assert.Equal(30, taken.Done);
        woken.SetResult(); // it was not dead: it may save nothing more
        await dead;
        Assert.Equal(3, dying.Kept);
        await second.RunAsync(taken, Stop);

        Assert.Equal(5, heir.Kept);
        var job = await scene.RowAsync(id);
        Assert.Equal((JobState.Done, 80), (job.State, job.Done));
        Assert.Equal(new Counting.Sum(3240), SettingsJson.Read<Counting.Sum>(job.Result!));
        await using var db = scene.Server.Database.NewContext();
        Assert.Equal(80, await db.RevokedTokens.CountAsync(t => t.Jti.StartsWith(id), Stop));
        Assert.Equal(80, await db.JobLines.CountAsync(line => line.JobId == id && line.Number > 0, Stop));
    }

    [Theory]
    [MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Is_given_up_when_it_kills_its_server_again_and_again_at_one_point(string database)
    {
        var scene = await JobScene.NewAsync(await servers.OnAsync(database));
        var id = await scene.AddAsync("poison", new Counting.Wish(80));
        var worker = scene.Worker(new Counting("poison"));
        async Task<JobRun?> DieAndTakeAsync()
        {
            scene.Server.Clock.Advance(JobWorker.Silence + TimeSpan.FromSeconds(1));
            return await worker.TakeAsync(Stop);
        }
        Assert.NotNull(await worker.TakeAsync(Stop));
        var second = (await DieAndTakeAsync())!;
        await second.CheckpointAsync(10, 80, new Counting.Sum(55), cancellation: Stop); // a step further: counted anew
        for (var death = 1; death < JobWorker.MostDeaths; death++)
            Assert.NotNull(await DieAndTakeAsync());
        Assert.Null(await DieAndTakeAsync());
        var job = await scene.RowAsync(id);
        Assert.Equal((JobState.Failed, 10), (job.State, job.Done));
        Assert.Contains("died 3 times", job.Problem, StringComparison.Ordinal);
        Assert.Empty((await scene.Jobs.LinesAsync(scene.Call("jobs.lines"), new(id))).Value!.Items);
    }

    [Fact]
    public async Task Is_given_back_by_a_server_that_stops()
    {
        var scene = await JobScene.NewAsync(await servers.OnAsync("SQLite"));
        using var stopping = new CancellationTokenSource();
        var id = await scene.AddAsync("stopped", new Counting.Wish(50));
        var worker = scene.Worker(new Counting("stopped") { Before = done => done == 20 ? stopping.CancelAsync() : Task.CompletedTask });
        await worker.RunAsync((await worker.TakeAsync(Stop))!, stopping.Token);
        Assert.Equal((JobState.Waiting, 20), ((await scene.RowAsync(id)).State, (await scene.RowAsync(id)).Done));
        var next = scene.Worker(new Counting("stopped"));
        await next.RunAsync((await next.TakeAsync(Stop))!, Stop);
        Assert.Equal(JobState.Done, (await scene.RowAsync(id)).State);
    }

    [Fact]
    public async Task Keeps_nothing_after_it_was_cancelled()
    {
        var scene = await JobScene.NewAsync(await servers.OnAsync("SQLite"));
        var id = await scene.AddAsync("cancelled", new Counting.Wish(50));
        var kind = new Counting("cancelled") { Before = async done => { if (done == 20) await scene.Jobs.CancelAsync(scene.Call("jobs.cancel"), new(id)); } };
        var worker = scene.Worker(kind);
        await worker.RunAsync((await worker.TakeAsync(Stop))!, Stop);
        var job = await scene.RowAsync(id);
        Assert.Equal((JobState.Cancelled, 20, 2), (job.State, job.Done, kind.Kept));
        Assert.NotNull(job.FinishedAt);
        Assert.Null(await worker.TakeAsync(Stop));
        await using var db = scene.Server.Database.NewContext();
        Assert.Equal("jobs.cancel", (await db.AuditEntries.SingleAsync(entry => entry.ObjectId == id, Stop)).Operation);
    }

    [Fact]
    public async Task Fails_with_its_own_sentence_or_with_none_that_tells_of_the_inside()
    {
        var scene = await JobScene.NewAsync(await servers.OnAsync("SQLite"));
        var plain = await scene.AddAsync("fails", new Counting.Wish(10));
        var bug = await scene.AddAsync("breaks", new Counting.Wish(10));
        foreach (var kind in new[] { new Counting("fails") { Before = _ => throw new JobProblemException("There is no such profile.") }, new Counting("breaks") { Before = _ => throw new InvalidDataException("hunter2") } })
        {
            var worker = scene.Worker(kind);
            await worker.RunAsync((await worker.TakeAsync(Stop))!, Stop);
        }
        Assert.Equal((JobState.Failed, "There is no such profile."), ((await scene.RowAsync(plain)).State, (await scene.RowAsync(plain)).Problem));
        Assert.Equal(JobState.Failed, (await scene.RowAsync(bug)).State);
        Assert.DoesNotContain("hunter2", (await scene.RowAsync(bug)).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_another_organization_is_not_there()
    {
        var server = await servers.OnAsync("SQLite");
        var (mine, theirs) = (await JobScene.NewAsync(server), await JobScene.NewAsync(server));
        var id = await theirs.AddAsync("theirs", new Counting.Wish(10));
        Assert.IsType<AdminRefusal.NotFound>((await mine.Jobs.GetAsync(mine.Call("jobs.get"), new(id))).Refusal);
        Assert.IsType<AdminRefusal.NotFound>((await mine.Jobs.LinesAsync(mine.Call("jobs.lines"), new(id))).Refusal);
        Assert.IsType<AdminRefusal.NotFound>((await mine.Jobs.CancelAsync(mine.Call("jobs.cancel"), new(id))).Refusal);
        Assert.Empty((await mine.Jobs.ListAsync(mine.Call("jobs.list"), new())).Value!.Items);
        Assert.Equal(JobState.Waiting, (await theirs.RowAsync(id)).State);
        await using var db = server.Database.NewContext();
        Assert.False(await JobQueue.AgainAsync(db, mine.Call("test.run"), id, new Counting.Wish(1)));
    }

    [Fact]
    public async Task Are_listed_page_by_page_the_newest_first()
    {
        var scene = await JobScene.NewAsync(await servers.OnAsync("SQLite"));
        var ids = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            scene.Server.Clock.Advance(TimeSpan.FromSeconds(i % 2)); // some in the same instant
            ids.Add(await scene.AddAsync("listed", new Counting.Wish(10)));
        }
        var seen = new List<JobSight>();
        for (string? after = null; ;)
        {
            var page = (await scene.Jobs.ListAsync(scene.Call("jobs.list"), new("listed", Limit: 2, After: after))).Value!;
            seen.AddRange(page.Items);
            if ((after = page.Next) is null)
                break;
        }
        Assert.Equal(ids.Order(StringComparer.Ordinal), seen.Select(job => job.Id).Order(StringComparer.Ordinal));
        Assert.Equal(seen.Select(job => job.CreatedAt).OrderDescending(), seen.Select(job => job.CreatedAt));
        Assert.IsType<AdminRefusal.Invalid>((await scene.Jobs.ListAsync(scene.Call("jobs.list"), new(Limit: 501))).Refusal);
        Assert.IsType<AdminRefusal.Invalid>((await scene.Jobs.ListAsync(scene.Call("jobs.list"), new(After: "nowhere"))).Refusal);
    }

    [Fact]
    public async Task Are_forgotten_after_their_time()
    {
        await using var server = await TestServer.StartAsync();
        var scene = await JobScene.NewAsync(server);
        var old = await scene.AddAsync("old", new Counting.Wish(10));
        var worker = scene.Worker(new Counting("old"));
        await worker.RunAsync((await worker.TakeAsync(Stop))!, Stop);
        server.Clock.Advance(TimeSpan.FromDays(31));
        var young = await scene.AddAsync("old", new Counting.Wish(10));
        await new OAuthServer.Tokens.Purge(server.Database, server.Clock).RunAsync(TimeSpan.FromDays(180), Stop);
        await using var db = server.Database.NewContext();
        Assert.Equal([young], await db.Jobs.Select(j => j.Id).ToListAsync(Stop));
        Assert.False(await db.JobLines.AnyAsync(line => line.JobId == old, Stop));
    }
}
