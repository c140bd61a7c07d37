using System.Data.Common;

namespace OAuthServer.Data;

/// <summary>
/// One connection with its prepared statements, for the few statements that run on every request; everything else is EF Core.
/// Not for several callers at once. The same SQL text serves SQLite and PostgreSQL; parameters are <c>@p0</c>, <c>@p1</c> …
/// </summary>
public sealed class SqlSession(DbConnection connection) : IAsyncDisposable
{
    /// <summary>A caller waits behind every one of these statements; none takes more than a moment unless the database is away.</summary>
    const int PatienceSeconds = 10;

    readonly Dictionary<string, DbCommand> commands = new(StringComparer.Ordinal);

    internal DbConnection Connection => connection;

    internal DbTransaction? Transaction { get; set; }

    /// <summary>Runs a statement and returns how many rows it changed.</summary>
    public async ValueTask<int> ExecuteAsync(string sql, params object?[] args) => await Prepare(sql, args).ExecuteNonQueryAsync();

    /// <summary>Runs a statement that returns one number, such as <c>RETURNING id</c>; null when it returns no row.</summary>
    public async ValueTask<long?> ScalarAsync(string sql, params object?[] args) =>
        await Prepare(sql, args).ExecuteScalarAsync() is { } value and not DBNull ? Convert.ToInt64(value, null) : null;

    /// <summary>The first row, mapped; default when there is none.</summary>
    public async ValueTask<T?> FirstAsync<T>(string sql, Func<DbDataReader, T> map, params object?[] args)
    {
        await using var reader = await Prepare(sql, args).ExecuteReaderAsync();
        return await reader.ReadAsync() ? map(reader) : default;
    }

    DbCommand Prepare(string sql, object?[] args)
    {
        if (!commands.TryGetValue(sql, out var command))
        {
            command = connection.CreateCommand();
            command.CommandText = sql;
            command.CommandTimeout = PatienceSeconds;
            for (var i = 0; i < args.Length; i++)
            {
                var parameter = command.CreateParameter();
                parameter.ParameterName = ParameterNames[i];
                command.Parameters.Add(parameter);
            }
            commands.Add(sql, command);
        }
        command.Transaction = Transaction;
        for (var i = 0; i < args.Length; i++)
            command.Parameters[i].Value = args[i] ?? DBNull.Value;
        return command;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var command in commands.Values)
            await command.DisposeAsync();
        await connection.DisposeAsync();
    }

    static readonly string[] ParameterNames = [.. Enumerable.Range(0, 40).Select(i => "@p" + i)];
}
