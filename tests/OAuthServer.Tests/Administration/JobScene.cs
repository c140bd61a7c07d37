using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Administration;
using OAuthServer.Administration.Jobs;
using OAuthServer.Data;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Administration;

/// <summary>An administrator of one organization, and workers that know one kind of job: nodes of a server that can be killed one by one.</summary>
public sealed class JobScene
{
    JobScene(TestServer server, TestOrg testOrg, Organization org) => (Server, TestOrg, Org) = (server, testOrg, org);

    public TestServer Server { get; }

    /// <summary>To add people and apps to.</summary>
    public TestOrg TestOrg { get; }

    public Organization Org { get; }

    public JobOperations Jobs => Server.Services.GetRequiredService<JobOperations>();

    public static async Task<JobScene> NewAsync(TestServer server)
    {
        var org = await TestOrg.AddAsync(server);
        await using var db = server.Database.NewContext();
        return new(server, org, await db.Organizations.AsNoTracking().SingleAsync(o => o.Id == org.Id));
    }

    public AdminCall Call(string operation) => new(
        Org, new(null, "anna@example.test", AuditDoor.Page, "192.0.2.1", operation, Server.Clock.GetUtcNow()), null, null, TestContext.Current.CancellationToken);

    public JobWorker Worker(params IJobKind[] kinds) => new(Server.Database, kinds, Server.Clock, new LogLines<JobWorker>());

    public async Task<string> AddAsync<TInput>(string kind, TInput input)
    {
        await using var db = Server.Database.NewContext();
        return (await JobQueue.AddAsync(db, Call("test.run"), kind, input)).Id;
    }

    public async Task<Job> RowAsync(string id)
    {
        await using var db = Server.Database.NewContext();
        return await db.Jobs.AsNoTracking().SingleAsync(j => j.Id == id);
    }
}

/// <summary>Counts to a number, ten a checkpoint, and keeps one row for each number: what is counted twice is seen.</summary>
/// <param name="kind">A word of the test's own, so that tests beside it do not take its jobs.</param>
public sealed class Counting(string kind) : IJobKind
{
    public sealed record Wish(int To);

    public sealed record Sum(long Of);

    public string Kind => kind;

    /// <summary>Called before each checkpoint with the number it begins at.</summary>
    public Func<long, Task>? Before { get; init; }

    /// <summary>Checkpoints that were kept.</summary>
    public int Kept { get; private set; }

    public async Task RunAsync(JobRun run, CancellationToken cancellation)
    {
        var to = run.Input<Wish>().To;
        while (run.Done < to)
        {
            if (Before is not null)
                await Before(run.Done);
            cancellation.ThrowIfCancellationRequested();
            var numbers = Enumerable.Range((int)run.Done + 1, 10).ToList();
            await run.CheckpointAsync(
                run.Done + 10, to, new Sum((run.Result<Sum>()?.Of ?? 0) + numbers.Sum()), [.. numbers.Select(n => run.Line(n, n % 2 == 0 ? "even" : "odd", new { number = n }))],
                db =>
                {
                    db.RevokedTokens.AddRange(numbers.Select(n => new RevokedToken { Jti = $"{run.Id} {n}", ExpiresAt = DateTimeOffset.MaxValue }));
                    return Task.CompletedTask;
                },
                cancellation);
            Kept++;
        }
    }
}
