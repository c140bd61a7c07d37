using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;

namespace OAuthServer.Administration.Jobs;

/// <summary>
/// Runs the jobs that wait, and those whose worker fell silent. A job is taken by an update on condition that nobody else has: two nodes
/// never run one. It owns when a job runs and how it ends; what it does is its kind's affair.
/// </summary>
public sealed class JobWorker(Database database, IEnumerable<IJobKind> kinds, TimeProvider clock, ILogger<JobWorker> log) : BackgroundService
{
    /// <summary>At once on one node: people's logins come first.</summary>
    const int AtOnce = 2;

    /// <summary>How often it is tried while the database does not take it.</summary>
    const int Attempts = 5;

    static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
    static readonly TimeSpan Beat = TimeSpan.FromSeconds(5);

    /// <summary>How often a job may lose its worker without having come a step further: it is what kills them, and would go on.</summary>
    internal const int MostDeaths = 3;

    /// <summary>A worker that was silent for so long is taken for dead.</summary>
    internal static readonly TimeSpan Silence = TimeSpan.FromMinutes(1);

    readonly Dictionary<string, IJobKind> known = kinds.ToDictionary(kind => kind.Kind, StringComparer.Ordinal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var running = new List<Task>();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                // Also before the first look: who asks something just after the start is answered first.
                await Task.Delay(Look, stoppingToken);
                running.RemoveAll(task => task.IsCompleted);
                while (running.Count < AtOnce && await TakeAsync(stoppingToken) is { } run)
                    running.Add(Task.Run(() => RunAsync(run, stoppingToken), CancellationToken.None));
            }
            catch (OperationCanceledException)
            {
                break;
            }
            catch (Exception problem) when (IsOfDatabase(problem))
            {
                log.LogWarning("The jobs cannot be read at the moment ({Problem}).", problem.GetType().Name);
            }
        }
        await Task.WhenAll(running);
    }

    /// <summary>Takes one job; null when there is none. One of a kind that only a newer version of this program knows is left to it.</summary>
    internal async Task<JobRun?> TakeAsync(CancellationToken cancellation)
    {
        string[] words = [.. known.Keys];
        var now = clock.GetUtcNow();
        var silent = now - Silence;
        await using var db = database.NewContext();
        var due = await db.Jobs.AsNoTracking()
            .Where(j => words.Contains(j.Kind) && ((j.State == JobState.Waiting && j.SeenAt == null) || (j.State == JobState.Running && j.SeenAt < silent)))
            .OrderBy(j => j.CreatedAt).FirstOrDefaultAsync(cancellation);
        if (due is null)
            return null;
        var isTaken = due.State == JobState.Running
            ? await TakeOverAsync(db, due, now, cancellation)
            : await db.Jobs.Where(j => j.Id == due.Id && j.State == due.State && j.SeenAt == due.SeenAt)
                .ExecuteUpdateAsync(set => set.SetProperty(j => j.State, JobState.Running).SetProperty(j => j.SeenAt, now), cancellation) == 1;
        return isTaken ? new(database, clock, due, now) : null;
    }

    /// <summary>
    /// Takes a job that has lost its worker, and notes that; ends it when that has happened too often at one point. The notes are lines before
    /// the first, which no list shows: they outlive every worker, and go with the job.
    /// </summary>
    async Task<bool> TakeOverAsync(ServerDb db, Job job, DateTimeOffset now, CancellationToken cancellation)
    {
        var here = SettingsJson.Write(new { job.Done });
        var deaths = await db.JobLines.AsNoTracking().Where(line => line.JobId == job.Id && line.Number < 0).Select(line => new { line.Number, line.Content }).ToListAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var mine = db.Jobs.Where(j => j.Id == job.Id && j.State == JobState.Running && j.SeenAt == job.SeenAt);
        var survives = deaths.Count(death => death.Content == here) < MostDeaths - 1;
        var held = await (survives
            ? mine.ExecuteUpdateAsync(set => set.SetProperty(j => j.SeenAt, now), cancellation)
            : mine.ExecuteUpdateAsync(
                set => set.SetProperty(j => j.State, JobState.Failed).SetProperty(j => j.FinishedAt, now)
                    .SetProperty(j => j.Problem, $"The server died {MostDeaths} times at the same point of this work; its log says more. What was done before stays done."), cancellation));
        if (held == 0)
            return false; // another node was faster
        if (survives)
            db.JobLines.Add(new() { JobId = job.Id, Number = Math.Min(0, deaths.Min(death => (long?)death.Number) ?? 0) - 1, Outcome = "worker-lost", Content = here });
        else
            await JobQueue.DropUploadAsync(db, job.Id, cancellation);
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        if (!survives)
            log.LogError("Job {Id} ({Kind}) has lost its worker {Deaths} times at one point and is given up.", job.Id, job.Kind, MostDeaths);
        return survives;
    }

    /// <summary>Runs one that was taken.</summary>
    internal async Task RunAsync(JobRun run, CancellationToken stopping)
    {
        using (run)
        using (var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping))
        {
            var beating = BeatAsync(run, ending);
            try
            {
                await WorkAsync(run, ending.Token);
                await run.EndAsync(JobState.Done, null, known[run.Kind].KeepsFile(run));
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                await TryAsync(run, run.ReleaseAsync);
            }
            catch (OperationCanceledException) when (ending.IsCancellationRequested)
            {
                log.LogInformation("Job {Id} ({Kind}) was cancelled or taken over.", run.Id, run.Kind);
            }
            catch (JobLostException)
            {
                log.LogInformation("Job {Id} ({Kind}) was cancelled or taken over.", run.Id, run.Kind);
            }
            catch (JobProblemException problem)
            {
                await TryAsync(run, () => run.EndAsync(JobState.Failed, problem.Message));
            }
            catch (Exception problem) when (problem is not OutOfMemoryException)
            {
                log.LogError("Job {Id} ({Kind}) failed: {Problem}{Where}", run.Id, run.Kind, problem.GetType().Name, problem.StackTrace); // its message may quote a file
                await TryAsync(run, () => run.EndAsync(JobState.Failed, "The server made a mistake, or its database was away for long; the server's log says more. Start it again."));
            }
            finally
            {
                await ending.CancelAsync();
                await beating;
            }
        }
    }

    async Task WorkAsync(JobRun run, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await known[run.Kind].RunAsync(run, cancellation);
                return;
            }
            catch (Exception problem) when (IsOfDatabase(problem) && attempt < Attempts)
            {
                log.LogWarning("Job {Id} ({Kind}) is tried again ({Problem}).", run.Id, run.Kind, problem.GetType().Name);
                await Task.Delay(Look * attempt, cancellation);
                await run.ReloadAsync(cancellation);
            }
        }
    }

    async Task BeatAsync(JobRun run, CancellationTokenSource ending)
    {
        try
        {
            using var timer = new PeriodicTimer(Beat);
            while (await timer.WaitForNextTickAsync(ending.Token))
            {
                try
                {
                    await run.BeatAsync(ending.Token);
                }
                catch (JobLostException)
                {
                    await ending.CancelAsync();
                }
                catch (Exception problem) when (IsOfDatabase(problem))
                {
                    log.LogWarning("Job {Id} could not say that it is alive ({Problem}).", run.Id, problem.GetType().Name);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // ended
        }
    }

    /// <summary>Whatever cannot be saved here is taken over when the silence is over.</summary>
    async Task TryAsync(JobRun run, Func<Task> save)
    {
        try
        {
            await save();
        }
        catch (Exception problem) when (IsOfDatabase(problem) || problem is JobLostException)
        {
            log.LogWarning("The end of job {Id} could not be saved ({Problem}).", run.Id, problem.GetType().Name);
        }
    }

    static bool IsOfDatabase(Exception problem) => problem is DbException or DbUpdateException or TimeoutException or InvalidOperationException { InnerException: DbException };
}
