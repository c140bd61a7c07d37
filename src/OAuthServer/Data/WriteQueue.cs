using System.Data.Common;
using System.Threading.Channels;

namespace OAuthServer.Data;

/// <summary>One piece of work inside a write batch: sees its own transaction, and the change stamp that holds in it.</summary>
/// <param name="Sql">Statements run in the batch's transaction.</param>
/// <param name="StampVersion">The <see cref="ChangeStamp"/> as of this batch.</param>
public sealed record WriteScope(SqlSession Sql, long StampVersion);

/// <summary>
/// Group commit: many requests' writes in one transaction, so that durability costs one disk sync per batch and not one per
/// login. A caller is answered after its batch is on disk. Work runs one after the other, so a check and the write that
/// depends on it cannot be overtaken here; other nodes are held off by conditional updates and row locks.
/// Work must be repeatable: when one piece fails, its batch is rolled back and each piece is run again alone. Nothing is run again
/// once the commit was tried: a database that went away just then may have kept it.
/// </summary>
public sealed class WriteQueue(Database database, ChangeWatch changes, ILogger<WriteQueue> log) : IAsyncDisposable
{
    const int MaxBatch = 256;
    readonly Channel<Work> queue = Channel.CreateBounded<Work>(new BoundedChannelOptions(10_000) { SingleReader = true });
    readonly List<Work> batch = new(MaxBatch);
    SqlSession? session;
    Task? loop;

    /// <summary>How many pieces of work wait.</summary>
    public int Depth => queue.Reader.Count;

    public void Start() => loop ??= Task.Run(RunAsync);

    /// <summary>Runs the work in the next batch and returns when it is durable.</summary>
    /// <exception cref="DbException">The database refused or is away; nothing of this work was kept.</exception>
    public async Task<T> CommitAsync<T>(Func<WriteScope, ValueTask<T>> work, CancellationToken cancellation = default)
    {
        var item = new Work<T>(work);
        await queue.Writer.WriteAsync(item, cancellation);
        return await item.Result;
    }

    async Task RunAsync()
    {
        while (await queue.Reader.WaitToReadAsync())
        {
            // Let the requests that are ready to run enqueue first: larger batches, fewer syncs.
            await Task.Yield();
            while (batch.Count < MaxBatch && queue.Reader.TryRead(out var work))
                batch.Add(work);
            await CommitBatchAsync();
            batch.Clear();
        }
    }

    async Task CommitBatchAsync()
    {
        if (await TryCommitAsync(batch) is not { } failure)
            return;
        if (failure.Stage == Stage.Beginning)
        {
            // The database is away. Whoever came while that was found out has waited as well, and would only wait once more.
            while (queue.Reader.TryRead(out var late))
                batch.Add(late);
        }
        if (batch.Count == 1 || failure.Stage != Stage.Working)
        {
            foreach (var work in batch)
                work.Fail(failure.Problem);
            return;
        }
        log.LogWarning("A batch of {Count} writes failed ({Problem}); running each alone.", batch.Count, failure.Problem.GetType().Name);
        foreach (var work in batch)
        {
            if (await TryCommitAsync([work]) is { } own)
                work.Fail(own.Problem);
        }
    }

    /// <summary>Commits them in one transaction and acknowledges; how far it came when it failed.</summary>
    async Task<Failure?> TryCommitAsync(List<Work> together)
    {
        var stage = Stage.Beginning;
        try
        {
            session ??= await database.OpenSessionAsync();
            await using var transaction = await session.Connection.BeginTransactionAsync();
            session.Transaction = transaction;
            var stamp = await session.ScalarAsync(ChangeWatch.ReadSql) ?? 0;
            stage = Stage.Working;
            changes.Saw(stamp);
            var scope = new WriteScope(session, stamp);
            foreach (var work in together)
                await work.RunAsync(scope);
            stage = Stage.Committing;
            await transaction.CommitAsync();
            session.Transaction = null;
            stage = Stage.Done;
        }
        catch (Exception problem) when (problem is not OutOfMemoryException)
        {
            await CloseSessionAsync();
            if (stage != Stage.Done)
                return new(stage, problem);
        }
        foreach (var work in together)
            work.Acknowledge();
        return null;
    }

    async Task CloseSessionAsync()
    {
        var broken = session;
        session = null;
        try
        {
            if (broken is not null)
                await broken.DisposeAsync();
        }
        catch (Exception problem) when (problem is DbException or InvalidOperationException) // broken, which is why it is being closed
        {
        }
    }

    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        if (loop is not null)
            await loop;
        await CloseSessionAsync();
    }

    enum Stage
    {
        Beginning,
        Working,
        Committing,
        Done,
    }

    sealed record Failure(Stage Stage, Exception Problem);

    abstract class Work
    {
        internal abstract ValueTask RunAsync(WriteScope scope);

        internal abstract void Acknowledge();

        internal abstract void Fail(Exception problem);
    }

    sealed class Work<T>(Func<WriteScope, ValueTask<T>> work) : Work
    {
        readonly TaskCompletionSource<T> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        T? outcome;

        internal Task<T> Result => done.Task;

        internal override async ValueTask RunAsync(WriteScope scope) => outcome = await work(scope);

        internal override void Acknowledge() => done.SetResult(outcome!);

        internal override void Fail(Exception problem) => done.SetException(problem);
    }
}
