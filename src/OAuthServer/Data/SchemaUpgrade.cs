using System.Data.Common;
using Microsoft.EntityFrameworkCore;

namespace OAuthServer.Data;

/// <summary>Brings the schema up to date at start, one process at a time.</summary>
public static class SchemaUpgrade
{
    /// <exception cref="InvalidOperationException">The schema is newer than this program.</exception>
    public static async Task RunAsync(Database database, CancellationToken cancellation = default)
    {
        await using var exclusive = await database.LockForMigrationAsync(cancellation);
        await using var db = database.NewContext();
        var known = db.Database.GetMigrations().ToHashSet(StringComparer.Ordinal);
        var applied = await AppliedAsync(db, cancellation);
        if (applied.FirstOrDefault(name => !known.Contains(name)) is { } newer)
            throw new InvalidOperationException(
                $"The database has been migrated by a newer version of this program ({newer}). Run that version, or restore a backup from before the upgrade.");
        if (applied.Count < known.Count)
            await db.Database.MigrateAsync(cancellation);
    }

    /// <summary>The migrations the database still lacks.</summary>
    public static async Task<IReadOnlyList<string>> PendingAsync(Database database, CancellationToken cancellation = default)
    {
        await using var db = database.NewContext();
        var applied = await AppliedAsync(db, cancellation);
        return [.. db.Database.GetMigrations().Where(name => !applied.Contains(name, StringComparer.Ordinal))];
    }

    // Asked by hand because EF Core's own question logs an error for a database that is still empty.
    static async Task<IReadOnlyList<string>> AppliedAsync(ServerDb db, CancellationToken cancellation)
    {
        try
        {
            return await db.Database.SqlQueryRaw<string>("SELECT \"MigrationId\" AS \"Value\" FROM \"__EFMigrationsHistory\"").ToListAsync(cancellation);
        }
        catch (DbException)
        {
            return [];
        }
    }
}
