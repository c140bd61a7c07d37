using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using OAuthServer.Data;

namespace OAuthServer.EfDesign;

/// <summary>Makes the SQLite context for `dotnet ef`; it is never opened.</summary>
public sealed class SqliteDesign : IDesignTimeDbContextFactory<SqliteServerDb>
{
    public SqliteServerDb CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<SqliteServerDb>().UseSqlite("Data Source=design.db").Options);
}

/// <summary>Makes the PostgreSQL context for `dotnet ef`; it is never opened.</summary>
public sealed class PostgresDesign : IDesignTimeDbContextFactory<PostgresServerDb>
{
    public PostgresServerDb CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<PostgresServerDb>().UseNpgsql("Host=localhost;Database=design").Options);
}
