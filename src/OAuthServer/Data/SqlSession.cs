using System.Data.Common;

namespace OAuthServer.Data;

/// <summary>
/// One connection with its prepared statements, for the few statements that run on every request; everything else is EF Core.
/// Not for several callers at once. The same SQL text serves both databases; parameters are <c>@p0</c>, <c>@p1</c> …
/// </summary>
public abstract class SqlSession(DbConnection connection) : IAsyncDisposable
{
    internal DbConnection Connection => connection;

    internal DbTransaction? Transaction { get; set; }

    /// <summary>Runs a statement and returns how many rows it changed.</summary>
    public abstract ValueTask<int> ExecuteAsync(string sql, params object?[] args);

    /// <summary>Inserts a row into a table with a numbered <c>id</c> and returns that number.</summary>
    public abstract ValueTask<long> InsertAsync(string sql, params object?[] args);

    /// <summary>The first row, mapped; default when there is none.</summary>
    public abstract ValueTask<T?> FirstAsync<T>(string sql, Func<SqlRow, T> map, params object?[] args);

    /// <summary>The number in the first column of the first row; null when there is no row or no number.</summary>
    public ValueTask<long?> ScalarAsync(string sql, params object?[] args) => FirstAsync(sql, Number, args);

    static readonly Func<SqlRow, long?> Number = row => row.IsNull(0) ? null : row.GetInt64(0);

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return connection.DisposeAsync();
    }
}

/// <summary>A row as it is read.</summary>
public abstract class SqlRow
{
    public abstract bool IsNull(int column);

    public abstract string GetString(int column);

    public abstract long GetInt64(int column);

    public abstract byte[] GetBytes(int column);

    public abstract bool GetBoolean(int column);

    public int GetInt32(int column) => (int)GetInt64(column);

    public string? GetStringOrNull(int column) => IsNull(column) ? null : GetString(column);

    /// <summary>An instant stored as milliseconds.</summary>
    public DateTimeOffset GetTime(int column) => DateTimeOffset.FromUnixTimeMilliseconds(GetInt64(column));

    public DateTimeOffset? GetTimeOrNull(int column) => IsNull(column) ? null : GetTime(column);
}
