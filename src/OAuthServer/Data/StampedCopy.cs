using Microsoft.EntityFrameworkCore;

namespace OAuthServer.Data;

/// <summary>A copy of rows in memory that is read again whenever the <see cref="ChangeStamp"/> has risen.</summary>
public sealed class StampedCopy<T>(Database database, ChangeWatch changes, Func<ServerDb, Task<T>> load) : IDisposable
    where T : class
{
    readonly SemaphoreSlim loading = new(1);
    volatile Copy? copy;

    /// <summary>The rows as of the highest stamp seen, and the stamp they were read at.</summary>
    public ValueTask<Copy> CurrentAsync() =>
        copy is { } present && present.StampVersion >= changes.Version ? new(present) : LoadAsync();

    async ValueTask<Copy> LoadAsync()
    {
        await loading.WaitAsync();
        try
        {
            if (copy is { } present && present.StampVersion >= changes.Version)
                return present;
            await using var db = database.NewContext();
            // The stamp first: rows read after it may be newer than it says, never older.
            var stamp = await db.ChangeStamps.AsNoTracking().Select(row => row.Version).SingleAsync();
            changes.Saw(stamp);
            return copy = new(stamp, await load(db));
        }
        finally
        {
            loading.Release();
        }
    }

    public void Dispose() => loading.Dispose();

    /// <summary>What was read, and when.</summary>
    public sealed record Copy(long StampVersion, T Rows);
}
