using System.Collections.Concurrent;
using System.Data;
using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace OAuthServer.Data;

/// <summary>Which database the server stands on, and its connections outside EF Core.</summary>
public abstract class Database : IAsyncDisposable
{
    /// <summary>How many hot reads run at once; more would only wait for the same disk, and take connections from everybody else.</summary>
    const int MaxReaders = 12;

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    readonly ConcurrentBag<SqlSession> readers = [];
    readonly SemaphoreSlim turns = new(MaxReaders);
    bool disposed;

    /// <summary><c>FOR UPDATE</c> where rows can be locked; empty where the one writer holds the whole database.</summary>
    public abstract string ForUpdate { get; }

    /// <summary>A name for people: <c>SQLite</c> or <c>PostgreSQL</c>.</summary>
    public abstract string Kind { get; }

    internal abstract Task<DbConnection> ConnectAsync(CancellationToken cancellation);

    internal abstract void Configure(DbContextOptionsBuilder options);

    /// <summary>The kind of <see cref="NewContext"/>, by which migrations are told apart.</summary>
    internal abstract Type ContextType { get; }

    /// <summary>A context of its own for work outside a request. The caller disposes it.</summary>
    public abstract ServerDb NewContext();

    /// <summary>Begins a transaction that sees one state of everything, however long it reads, and holds up nobody.</summary>
    internal abstract Task<IDbContextTransaction> BeginSnapshotAsync(ServerDb db, CancellationToken cancellation);

    /// <summary>Serializes migrations of starting servers; released when the process ends, however it ends.</summary>
    internal abstract Task<IAsyncDisposable> LockForMigrationAsync(CancellationToken cancellation);

    internal abstract Task<SqlSession> OpenSessionAsync(CancellationToken cancellation = default);

    /// <summary>The first row of a hot read, on a pooled connection with prepared statements.</summary>
    /// <exception cref="TimeoutException">Too many wait for a database that does not answer.</exception>
    public async ValueTask<T?> ReadAsync<T>(string sql, Func<SqlRow, T> map, params object?[] args)
    {
        if (!await turns.WaitAsync(Patience))
            throw new TimeoutException("The database does not answer.");
        try
        {
            while (true)
            {
                var isFresh = !readers.TryTake(out var session);
                session ??= await OpenSessionAsync();
                try
                {
                    var row = await session.FirstAsync(sql, map, args);
                    if (disposed)
                        await session.DisposeAsync();
                    else
                        readers.Add(session);
                    return row;
                }
                catch (Exception problem)
                {
                    // It may have died while it lay idle, as when the database was restarted: the next one, or a new one, tells.
                    var diedIdle = !isFresh && problem is DbException && session.Connection.State != ConnectionState.Open;
                    await session.DisposeAsync();
                    if (!diedIdle)
                        throw;
                }
            }
        }
        finally
        {
            turns.Release();
        }
    }

    /// <summary>All rows, without EF Core: what the start asks, because building the model costs it more than all else.</summary>
    internal async Task<List<T>> ReadAllAsync<T>(string sql, Func<DbDataReader, T> map, CancellationToken cancellation = default)
    {
        await using var connection = await ConnectAsync(cancellation);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellation))
            rows.Add(map(reader));
        return rows;
    }

    public virtual async ValueTask DisposeAsync()
    {
        disposed = true;
        while (readers.TryTake(out var session))
            await session.DisposeAsync();
        turns.Dispose();
        GC.SuppressFinalize(this);
    }
}

/// <summary>The embedded database: WAL, every commit on disk before it is acknowledged, foreign keys on, waits while busy.</summary>
public sealed class SqliteDatabase : Database
{
    readonly string path;
    readonly string connectionString;
    readonly DbContextOptions<SqliteServerDb> options;

    public SqliteDatabase(string path)
    {
        this.path = Path.GetFullPath(path);
        connectionString = new SqliteConnectionStringBuilder
        {
            DataSource = this.path,
            ForeignKeys = true,
            DefaultTimeout = 10,
            Mode = SqliteOpenMode.ReadWrite, // made by LockForMigrationAsync alone, so that nobody else can read it
        }.ToString();
        var builder = new DbContextOptionsBuilder<SqliteServerDb>();
        Configure(builder);
        options = builder.Options;
    }

    public override string ForUpdate => "";

    public override string Kind => "SQLite";

    internal override async Task<DbConnection> ConnectAsync(CancellationToken cancellation)
    {
        var connection = new SqliteConnection(connectionString);
        await connection.OpenAsync(cancellation);
        SqlitePragmas.Apply(connection);
        return connection;
    }

    internal override async Task<SqlSession> OpenSessionAsync(CancellationToken cancellation = default) =>
        new SqliteSession((SqliteConnection)await ConnectAsync(cancellation));

    internal override void Configure(DbContextOptionsBuilder options) =>
        options.UseSqlite(connectionString).AddInterceptors(SqlitePragmas.Interceptor);

    internal override Type ContextType => typeof(SqliteServerDb);

    public override ServerDb NewContext() => new SqliteServerDb(options);

    internal override async Task<IDbContextTransaction> BeginSnapshotAsync(ServerDb db, CancellationToken cancellation)
    {
        await db.Database.OpenConnectionAsync(cancellation);
        // Deferred: the usual kind takes the place of the one writer.
        return (await db.Database.UseTransactionAsync(((SqliteConnection)db.Database.GetDbConnection()).BeginTransaction(deferred: true), cancellation))!;
    }

    internal override async Task<IAsyncDisposable> LockForMigrationAsync(CancellationToken cancellation)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        for (var waited = 0; ; waited++)
        {
            try
            {
                var file = new FileStream(path + ".migration-lock", Privately(FileAccess.ReadWrite));
                // Made here and not by SQLite, which would let others read it, and its journal after it. One that is there is not
                // opened: closing it would drop the locks that SQLite holds on it in this process.
                if (!File.Exists(path))
                    await new FileStream(path, Privately(FileAccess.ReadWrite)).DisposeAsync();
                await using (var connection = await ConnectAsync(cancellation))
                {
                    // EF Core's own lock row survives a killed process and would make every later start wait for ever.
                    // Under the file lock nobody else can be migrating, so a row that is there is a dead one's.
                    await using var command = connection.CreateCommand();
                    command.CommandText = "PRAGMA journal_mode=WAL; DROP TABLE IF EXISTS \"__EFMigrationsLock\"";
                    await command.ExecuteNonQueryAsync(cancellation);
                }
                return file;
            }
            catch (IOException) when (waited < 300)
            {
                await Task.Delay(100, cancellation);
            }
        }
    }

    static FileStreamOptions Privately(FileAccess access)
    {
        var file = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = access, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
            file.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return file;
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        SqliteConnection.ClearPool(new SqliteConnection(connectionString));
    }
}

/// <summary>PostgreSQL, for several nodes.</summary>
public sealed class PostgresDatabase : Database
{
    readonly NpgsqlDataSource source;
    readonly DbContextOptions<PostgresServerDb> options;

    public PostgresDatabase(string connectionString)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString) { MaxAutoPrepare = 60, AutoPrepareMinUsages = 2 };
        source = NpgsqlDataSource.Create(builder);
        var context = new DbContextOptionsBuilder<PostgresServerDb>();
        Configure(context);
        options = context.Options;
    }

    public override string ForUpdate => " FOR UPDATE";

    public override string Kind => "PostgreSQL";

    internal override async Task<DbConnection> ConnectAsync(CancellationToken cancellation) => await source.OpenConnectionAsync(cancellation);

    internal override async Task<SqlSession> OpenSessionAsync(CancellationToken cancellation = default)
    {
        var connection = await source.OpenConnectionAsync(cancellation);
        try
        {
            await using var probe = new NpgsqlCommand("SELECT 1", connection);
            await probe.ExecuteNonQueryAsync(cancellation);
        }
        catch (DbException) when (connection.State != ConnectionState.Open)
        {
            // It died while it lay in the pool, where background work leaves them; after a restart of the database all others there have too.
            await connection.DisposeAsync();
            source.Clear();
            connection = await source.OpenConnectionAsync(cancellation);
        }
        return new PostgresSession(connection);
    }

    internal override void Configure(DbContextOptionsBuilder options) => options.UseNpgsql(source);

    internal override Type ContextType => typeof(PostgresServerDb);

    public override ServerDb NewContext() => new PostgresServerDb(options);

    internal override Task<IDbContextTransaction> BeginSnapshotAsync(ServerDb db, CancellationToken cancellation) =>
        db.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);

    internal override async Task<IAsyncDisposable> LockForMigrationAsync(CancellationToken cancellation)
    {
        var connection = await source.OpenConnectionAsync(cancellation);
        try
        {
            await using var command = connection.CreateCommand();
            command.CommandText = "SELECT pg_advisory_lock(4711002)";
            command.CommandTimeout = 0; // as long as the other node's migration takes
            await command.ExecuteNonQueryAsync(cancellation);
            return new AdvisoryLock(connection);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>A session lock: gone with the connection when the process is killed, but not when the connection only returns to its pool.</summary>
    sealed class AdvisoryLock(NpgsqlConnection connection) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await using (connection)
            {
                await using var command = connection.CreateCommand();
                command.CommandText = "SELECT pg_advisory_unlock(4711002)";
                await command.ExecuteNonQueryAsync();
            }
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await source.DisposeAsync();
    }
}
