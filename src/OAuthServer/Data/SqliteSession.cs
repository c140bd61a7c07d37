using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace OAuthServer.Data;

/// <summary>
/// Statements on SQLite's own interface: prepared once, bound by number. ADO.NET would look up each of a login record's parameters
/// by name and build a reader around each answer, which costs more than SQLite's own work. The connection itself, and its
/// transactions, stay ADO.NET's.
/// </summary>
sealed class SqliteSession(SqliteConnection connection) : SqlSession(connection)
{
    readonly sqlite3 handle = connection.Handle ?? throw new InvalidOperationException("The connection is closed.");
    readonly Dictionary<string, Statement> statements = new(StringComparer.Ordinal);

    public override ValueTask<int> ExecuteAsync(string sql, params object?[] args)
    {
        Run(sql, args);
        return new(raw.sqlite3_changes(handle));
    }

    public override ValueTask<long> InsertAsync(string sql, params object?[] args)
    {
        Run(sql, args);
        return new(raw.sqlite3_last_insert_rowid(handle));
    }

    public override ValueTask<T?> FirstAsync<T>(string sql, Func<SqlRow, T> map, params object?[] args)
        where T : default
    {
        var statement = Bind(sql, args);
        try
        {
            return new(Step(statement) ? map(statement.Row) : default);
        }
        finally
        {
            Reset(statement);
        }
    }

    void Run(string sql, object?[] args)
    {
        var statement = Bind(sql, args);
        try
        {
            Step(statement);
        }
        finally
        {
            Reset(statement);
        }
    }

    /// <summary>True when there is a row, false when the statement is done.</summary>
    bool Step(Statement statement) => raw.sqlite3_step(statement.Handle) switch
    {
        raw.SQLITE_ROW => true,
        raw.SQLITE_DONE => false,
        var code => throw Problem(code),
    };

    static void Reset(Statement statement)
    {
        // Its code repeats the problem of the step, which has been thrown.
        _ = raw.sqlite3_reset(statement.Handle);
        _ = raw.sqlite3_clear_bindings(statement.Handle);
    }

    Statement Bind(string sql, object?[] args)
    {
        if (!statements.TryGetValue(sql, out var statement))
        {
            Check(raw.sqlite3_prepare_v2(handle, sql, out var prepared));
            // Numbered in the order in which the text first names them.
            statements[sql] = statement = new(prepared, [.. args.Select((_, i) => raw.sqlite3_bind_parameter_index(prepared, "@p" + i))]);
        }
        for (var i = 0; i < args.Length; i++)
            Check(Bind(statement.Handle, statement.Numbers[i], args[i]));
        return statement;
    }

    static int Bind(sqlite3_stmt statement, int number, object? value) => value switch
    {
        null => raw.sqlite3_bind_null(statement, number),
        string text => raw.sqlite3_bind_text(statement, number, text),
        long integer => raw.sqlite3_bind_int64(statement, number, integer),
        int integer => raw.sqlite3_bind_int(statement, number, integer),
        bool truth => raw.sqlite3_bind_int(statement, number, truth ? 1 : 0),
        byte[] bytes => raw.sqlite3_bind_blob(statement, number, bytes),
        _ => throw new ArgumentException($"A {value.GetType().Name} cannot be stored.", nameof(value)),
    };

    void Check(int code)
    {
        if (code != raw.SQLITE_OK)
            throw Problem(code);
    }

    SqliteException Problem(int code) => new(raw.sqlite3_errmsg(handle).utf8_to_string(), code & 0xff, code);

    public override ValueTask DisposeAsync()
    {
        foreach (var statement in statements.Values)
            statement.Handle.Dispose();
        statements.Clear();
        return base.DisposeAsync();
    }

    sealed record Statement(sqlite3_stmt Handle, int[] Numbers)
    {
        internal StatementRow Row { get; } = new(Handle);
    }

    sealed class StatementRow(sqlite3_stmt statement) : SqlRow
    {
        public override bool IsNull(int column) => raw.sqlite3_column_type(statement, column) == raw.SQLITE_NULL;

        public override string GetString(int column) => raw.sqlite3_column_text(statement, column).utf8_to_string();

        public override long GetInt64(int column) => raw.sqlite3_column_int64(statement, column);

        public override byte[] GetBytes(int column) => raw.sqlite3_column_blob(statement, column).ToArray();

        public override bool GetBoolean(int column) => raw.sqlite3_column_int(statement, column) != 0;
    }
}
