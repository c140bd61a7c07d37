using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;

namespace OAuthServer.Administration.Jobs;

/// <summary>
/// A job in the hands of its worker. What is saved is saved on condition that the job is still this worker's: whoever was taken for dead
/// and lives on, or works on what was cancelled, keeps nothing.
/// </summary>
public sealed class JobRun : IDisposable
{
    readonly Database database;
    readonly TimeProvider clock;
    readonly SemaphoreSlim turn = new(1);
    readonly Job job;

    // The row's time of life is also the worker's claim. Of a commit that was tried and not answered, nobody knows which of the two stands.
    DateTimeOffset seen;
    DateTimeOffset tried;

    internal JobRun(Database database, TimeProvider clock, Job job, DateTimeOffset seen)
    {
        (this.database, this.clock, this.job, this.seen, tried) = (database, clock, job, seen, seen);
        Actor = SettingsJson.Read<AuditActor>(job.Actor);
    }

    public string Id => job.Id;

    public string OrgId => job.OrgId;

    public string Kind => job.Kind;

    /// <summary>Who asked for it; contexts of the checkpoints write the audit trail in this name.</summary>
    public AuditActor Actor { get; }

    /// <summary>How far it is: where to go on.</summary>
    public long Done => job.Done;

    /// <summary>How far there is to go; 0 = not known yet.</summary>
    public long Total => job.Total;

    /// <summary>What to do.</summary>
    public TInput Input<TInput>() => SettingsJson.Read<TInput>(job.Input);

    /// <summary>What had come out at the last checkpoint; null before the first.</summary>
    public TResult? Result<TResult>()
        where TResult : class => job.Result is { } json ? SettingsJson.Read<TResult>(json) : null;

    /// <summary>A line of what was found, for <see cref="CheckpointAsync"/>.</summary>
    /// <param name="number">Of the line; each may be written once.</param>
    /// <param name="outcome">What it is counted under.</param>
    /// <param name="content">What it says; never a secret.</param>
    public JobLine Line<TContent>(long number, string outcome, TContent content) =>
        new() { JobId = Id, Number = number, Outcome = outcome, Content = SettingsJson.Write(content) };

    /// <summary>Saves how far it is, what came out so far, lines, and the kind's own changes: all of it or nothing.</summary>
    /// <param name="done">Where to go on.</param>
    /// <param name="total">How far there is to go; 0 = not known yet.</param>
    /// <param name="result">What has come out so far.</param>
    /// <param name="lines">Lines that are new.</param>
    /// <param name="change">The kind's own changes, in the transaction of this context. What it adds is saved afterwards; it may save, too.</param>
    /// <param name="cancellation">Ends it before the commit.</param>
    /// <exception cref="OperationCanceledException">The job was cancelled or taken over; nothing was saved.</exception>
    public async Task CheckpointAsync<TResult>(
        long done, long total, TResult result, IEnumerable<JobLine>? lines = null, Func<ServerDb, Task>? change = null, CancellationToken cancellation = default)
    {
        var json = SettingsJson.Write(result);
        await SaveAsync(
            async (db, mine) =>
            {
                var changed = await mine.ExecuteUpdateAsync(
                    set => set.SetProperty(j => j.SeenAt, tried).SetProperty(j => j.Done, done).SetProperty(j => j.Total, total).SetProperty(j => j.Result, json),
                    cancellation);
                if (changed == 0)
                    return 0;
                if (change is not null)
                    await change(db);
                db.JobLines.AddRange(lines ?? []);
                await db.SaveChangesAsync(cancellation);
                return changed;
            },
            cancellation);
        (job.Done, job.Total, job.Result) = (done, total, json);
    }

    /// <summary>Says that the worker is alive.</summary>
    internal Task BeatAsync(CancellationToken cancellation) =>
        SaveAsync((_, mine) => mine.ExecuteUpdateAsync(set => set.SetProperty(j => j.SeenAt, tried), cancellation), cancellation);

    /// <summary>It is over.</summary>
    internal Task EndAsync(JobState state, string? problem, bool keepsFile = false) => SaveAsync(
        async (db, mine) =>
        {
            var changed = await mine.ExecuteUpdateAsync(
                set => set.SetProperty(j => j.SeenAt, tried).SetProperty(j => j.State, state).SetProperty(j => j.Problem, problem).SetProperty(j => j.FinishedAt, tried), CancellationToken.None);
            if (changed > 0 && !keepsFile)
                await JobQueue.DropUploadAsync(db, Id, CancellationToken.None);
            return changed;
        },
        CancellationToken.None);

    /// <summary>Puts it back for the next worker: this one stops.</summary>
    internal Task ReleaseAsync() => SaveAsync(
        (_, mine) => mine.ExecuteUpdateAsync(set => set.SetProperty(j => j.SeenAt, (DateTimeOffset?)null).SetProperty(j => j.State, JobState.Waiting), CancellationToken.None),
        CancellationToken.None);

    /// <summary>Reads again where it stands, after the database went away: the last checkpoint may have been kept or not.</summary>
    internal async Task ReloadAsync(CancellationToken cancellation)
    {
        await using var db = database.NewContext();
        var row = await db.Jobs.AsNoTracking().SingleOrDefaultAsync(j => j.Id == Id, cancellation);
        if (row is not { State: JobState.Running, SeenAt: { } at } || (!IsSame(at, seen) && !IsSame(at, tried)))
            throw new JobLostException();
        (seen, job.Done, job.Total, job.Result) = (at, row.Done, row.Total, row.Result);

        static bool IsSame(DateTimeOffset a, DateTimeOffset b) => a.ToUnixTimeMilliseconds() == b.ToUnixTimeMilliseconds();
    }

    async Task SaveAsync(Func<ServerDb, IQueryable<Job>, Task<int>> save, CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            tried = clock.GetUtcNow();
            await using var db = database.NewContext();
            db.Actor = Actor with { At = tried };
            await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
            if (await save(db, db.Jobs.Where(j => j.Id == Id && j.State == JobState.Running && j.SeenAt == seen)) == 0)
                throw new JobLostException();
            await transaction.CommitAsync(CancellationToken.None);
            seen = tried;
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose() => turn.Dispose();
}
