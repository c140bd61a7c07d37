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
/// Work must be repeatable: when one piece fails, its batch is rolled back and each piece is run again alone.
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
        try
        {
            await CommitTogetherAsync(batch);
        }
        catch (Exception problem) when (problem is not OutOfMemoryException)
        {
            await CloseSessionAsync();
            if (batch.Count == 1)
            {
                batch[0].Fail(problem);
                return;
            }
            log.LogWarning("A batch of {Count} writes failed ({Problem}); running each alone.", batch.Count, problem.GetType().Name);
            foreach (var work in batch)
                await CommitAloneAsync(work);
        }
    }

    async Task CommitAloneAsync(Work work)
    {
        try
        {
            await CommitTogetherAsync([work]);
        }
        catch (Exception problem) when (problem is not OutOfMemoryException)
        {
            await CloseSessionAsync();
            work.Fail(problem);
        }
    }

    async Task CommitTogetherAsync(List<Work> together)
    {
        session ??= await database.OpenSessionAsync();
        await using (var transaction = await session.Connection.BeginTransactionAsync())
        {
            session.Transaction = transaction;
            var stamp = await session.ScalarAsync(ChangeWatch.ReadSql) ?? 0;
            changes.Saw(stamp);
            var scope = new WriteScope(session, stamp);
            foreach (var work in together)
                await work.RunAsync(scope);
            await transaction.CommitAsync();
            session.Transaction = null;
        }
        foreach (var work in together)
            work.Acknowledge();
    }

    async Task CloseSessionAsync()
    {
        if (session is null)
            return;
        try
        {
            await session.DisposeAsync();
        }
        catch (DbException) // the connection is broken, which is why it is being closed
        {
        }
        session = null;
    }

    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        if (loop is not null)
            await loop;
        await CloseSessionAsync();
    }

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
