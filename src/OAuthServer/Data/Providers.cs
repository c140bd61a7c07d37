using Microsoft.EntityFrameworkCore;

namespace OAuthServer.Data;

/// <summary>The embedded default. Its migrations are in Migrations/Sqlite.</summary>
public sealed class SqliteServerDb(DbContextOptions<SqliteServerDb> options) : ServerDb(options);

/// <summary>For several nodes. Its migrations are in Migrations/Postgres.</summary>
public sealed class PostgresServerDb(DbContextOptions<PostgresServerDb> options) : ServerDb(options)
{
    /// <summary>What is found by how it begins is ordered byte by byte, as SQLite does it: another language's order puts what begins alike apart.</summary>
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);
        modelBuilder.Entity<User>().Property(user => user.NormalizedUsername).UseCollation("C");
        modelBuilder.Entity<Integration>(e =>
        {
            e.Property(i => i.ClientId).UseCollation("C");
            e.Property(i => i.Client).UseCollation("C");
        });
    }
}
