namespace OAuthServer.Data;

/// <summary>
/// The last known <see cref="ChangeStamp"/>. Whoever keeps a copy of policy keeps it with the version it was read at and reads
/// again when this one is higher. It is raised by every write batch, by the poll (once a second) and by whoever has just saved.
/// A login is decided under the version that holds when it commits: the gate compares inside the batch.
/// </summary>
public sealed class ChangeWatch(Database database)
{
    internal const string ReadSql = "SELECT version FROM change_stamps WHERE id = 1";
    long version;

    /// <summary>The highest version seen.</summary>
    public long Version => Interlocked.Read(ref version);

    internal void Saw(long seen)
    {
        long known;
        while (seen > (known = Interlocked.Read(ref version)) && Interlocked.CompareExchange(ref version, seen, known) != known)
        {
        }
    }

    /// <summary>Reads the stamp now: after a save of one's own, so that the next request sees it.</summary>
    public async Task RefreshAsync() => Saw(await database.ReadAsync(ReadSql, row => row.GetInt64(0)));
}
