using Microsoft.Data.Sqlite;
using OAuthServer.Data;

namespace OAuthServer.Hosting.Backups;

/// <summary>Backups of the embedded database: one file, whole, of one moment.</summary>
static class SqliteBackup
{
    /// <summary>Writes the state of this moment while a server goes on: everything acknowledged before is in it.</summary>
    internal static async Task WriteAsync(string database, string file, CancellationToken cancellation)
    {
        if (!File.Exists(database))
            throw new InvalidOperationException($"There is no database {database}.");
        var fresh = file + ".new";
        File.Delete(fresh);
        PrivateFile.Make(fresh);
        try
        {
            // VACUUM INTO reads in one transaction, as all readers do beside the one writer, and writes into an empty file.
            await using (var connection = await OpenAsync(database, SqliteOpenMode.ReadWrite, cancellation))
            {
                await using var command = connection.CreateCommand();
                command.CommandText = "VACUUM INTO $file";
                command.CommandTimeout = 0;
                command.Parameters.AddWithValue("$file", fresh);
                await command.ExecuteNonQueryAsync(cancellation);
            }
            await CheckAsync(fresh, cancellation);
            PrivateFile.Flush(fresh);
            File.Move(fresh, file, overwrite: false);
        }
        finally
        {
            File.Delete(fresh);
        }
    }

    /// <exception cref="InvalidOperationException">The file is no whole database of this program.</exception>
    internal static async Task CheckAsync(string file, CancellationToken cancellation)
    {
        try
        {
            await using var connection = await OpenAsync(file, SqliteOpenMode.ReadOnly, cancellation);
            if (await TextAsync(connection, "PRAGMA integrity_check", cancellation) is var found && found != "ok")
                throw new InvalidOperationException($"{file} is damaged: {found}");
            if (await TextAsync(connection, "SELECT COUNT(*) FROM sqlite_master WHERE name = '__EFMigrationsHistory'", cancellation) == "0")
                throw new InvalidOperationException($"{file} is a database, but not of this program.");
        }
        catch (SqliteException problem)
        {
            throw new InvalidOperationException($"{file} is no backup of this program: {problem.Message}", problem);
        }
    }

    /// <summary>Puts a backup in the database's place, at once or not at all. What was there is kept beside it.</summary>
    /// <param name="database">The database's file.</param>
    /// <param name="file">The backup.</param>
    /// <param name="force">Also over data.</param>
    /// <param name="at">For the name of what was there.</param>
    /// <param name="judge">Looks at the copy before it takes the place; throws when it will not do.</param>
    /// <param name="cancellation">Until the place is taken.</param>
    /// <returns>Where what was there is now; null when nothing was.</returns>
    internal static async Task<string?> RestoreAsync(
        string database, string file, bool force, DateTimeOffset at, Func<Data.Database, Task> judge, CancellationToken cancellation)
    {
        await CheckAsync(file, cancellation);
        Directory.CreateDirectory(Path.GetDirectoryName(database)!);
        // A server that starts meanwhile waits here.
        await using var starting = Starting(database);
        var hadData = File.Exists(database) && await ReleaseAsync(database, cancellation);
        if (hadData && !force)
            throw new InvalidOperationException($"{database} holds data. Say --force to put the backup in its place; what is there is kept beside it.");
        var fresh = database + ".restored";
        try
        {
            await PrivateFile.CopyAsync(file, fresh, cancellation);
            await using (var copy = new SqliteDatabase(fresh))
                await judge(copy);
            File.Delete(fresh + "-wal"); // looking makes them, and leaves nothing in them
            File.Delete(fresh + "-shm");
            string? kept = null;
            if (hadData)
            {
                kept = $"{database}.before-{at.UtcDateTime:yyyyMMdd-HHmmss}";
                await PrivateFile.CopyAsync(database, kept, cancellation);
            }
            File.Move(fresh, database, overwrite: true);
            return kept;
        }
        finally
        {
            File.Delete(fresh);
        }
    }

    /// <summary>
    /// Makes sure that nobody has the database open, and that all of it is in its one file: a journal left beside it would be read into
    /// the backup. Only one connection that is alone can leave the write-ahead log.
    /// </summary>
    /// <returns>True when it holds an organization.</returns>
    static async Task<bool> ReleaseAsync(string database, CancellationToken cancellation)
    {
        if (new FileInfo(database).Length == 0)
            return false;
        await using var connection = await OpenAsync(database, SqliteOpenMode.ReadWrite, cancellation, patience: 1);
        try
        {
            if (await TextAsync(connection, "PRAGMA journal_mode=DELETE", cancellation) != "delete")
                throw Held(database);
            if (await TextAsync(connection, "SELECT COUNT(*) FROM sqlite_master WHERE name = 'organizations'", cancellation) == "0")
                return false;
            return await TextAsync(connection, "SELECT COUNT(*) FROM organizations", cancellation) != "0";
        }
        catch (SqliteException problem) when (problem.SqliteErrorCode is 5 or 6) // SQLITE_BUSY, SQLITE_LOCKED
        {
            throw Held(database);
        }
    }

    static InvalidOperationException Held(string database) => new($"A server has {database} open; stop it first.");

    static FileStream Starting(string database)
    {
        try
        {
            return new FileStream(database + ".migration-lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw Held(database);
        }
    }

    static async Task<SqliteConnection> OpenAsync(string file, SqliteOpenMode mode, CancellationToken cancellation, int patience = 30)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Mode = mode, Pooling = false, DefaultTimeout = patience }.ToString());
        await connection.OpenAsync(cancellation);
        return connection;
    }

    static async Task<string?> TextAsync(SqliteConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (await command.ExecuteScalarAsync(cancellation))?.ToString();
    }
}
