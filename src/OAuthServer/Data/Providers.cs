using Microsoft.EntityFrameworkCore;

namespace OAuthServer.Data;

/// <summary>The embedded default. Its migrations are in Migrations/Sqlite.</summary>
public sealed class SqliteServerDb(DbContextOptions<SqliteServerDb> options) : ServerDb(options);

/// <summary>For several nodes. Its migrations are in Migrations/Postgres.</summary>
public sealed class PostgresServerDb(DbContextOptions<PostgresServerDb> options) : ServerDb(options);
