using System.Data.Common;

namespace OAuthServer.Data;

/// <summary>Statements through ADO.NET; the driver prepares those that come again.</summary>
sealed class PostgresSession(DbConnection connection) : SqlSession(connection)
{
    /// <summary>A caller waits behind every one of these statements; none takes more than a moment unless the database is away.</summary>
    const int PatienceSeconds = 10;

    static readonly string[] ParameterNames = [.. Enumerable.Range(0, 40).Select(i => "@p" + i)];
    readonly Dictionary<string, DbCommand> commands = new(StringComparer.Ordinal);

    public override async ValueTask<int> ExecuteAsync(string sql, params object?[] args) => await Prepare(sql, args).ExecuteNonQueryAsync();

    public override async ValueTask<long> InsertAsync(string sql, params object?[] args) =>
        await ScalarAsync(sql + " RETURNING id", args) ?? throw new InvalidOperationException("The database gave the row no number.");

    public override async ValueTask<T?> FirstAsync<T>(string sql, Func<SqlRow, T> map, params object?[] args)
        where T : default
    {
        await using var reader = await Prepare(sql, args).ExecuteReaderAsync();
        return await reader.ReadAsync() ? map(new ReaderRow(reader)) : default;
    }

    DbCommand Prepare(string sql, object?[] args)
    {
        if (!commands.TryGetValue(sql, out var command))
        {
            command = Connection.CreateCommand();
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

    public override async ValueTask DisposeAsync()
    {
        foreach (var command in commands.Values)
            await command.DisposeAsync();
        await base.DisposeAsync();
    }

    sealed class ReaderRow(DbDataReader reader) : SqlRow
    {
        public override bool IsNull(int column) => reader.IsDBNull(column);

        public override string GetString(int column) => reader.GetString(column);

        public override long GetInt64(int column) => Convert.ToInt64(reader.GetValue(column), null);

        public override byte[] GetBytes(int column) => (byte[])reader.GetValue(column);

        public override bool GetBoolean(int column) => reader.GetBoolean(column);
    }
}
