using System.Data.Common;
using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace OAuthServer.Data;

/// <summary>Brings the schema up to date at start, one process at a time.</summary>
public static class SchemaUpgrade
{
    /// <exception cref="InvalidOperationException">The schema is newer than this program.</exception>
    public static async Task RunAsync(Database database, CancellationToken cancellation = default)
    {
        await using var exclusive = await database.LockForMigrationAsync(cancellation);
        var applied = await AppliedAsync(database, cancellation);
        if (Unknown(database, applied) is { } newer)
            throw new InvalidOperationException(
                $"The database has been migrated by a newer version of this program ({newer}). Run that version, or restore a backup from before the upgrade.");
        if (applied.Count == Known(database).Count())
            return;
        await using var db = database.NewContext();
        db.Database.SetCommandTimeout(TimeSpan.FromDays(1)); // an index over a long history takes as long as it takes
        await db.Database.MigrateAsync(cancellation);
    }

    /// <summary>The migrations the database still lacks.</summary>
    public static async Task<IReadOnlyList<string>> PendingAsync(Database database, CancellationToken cancellation = default)
    {
        var applied = await AppliedAsync(database, cancellation);
        return [.. Known(database).Where(name => !applied.Contains(name, StringComparer.Ordinal))];
    }

    /// <summary>A migration that this program does not know, because a newer one made it; null when there is none.</summary>
    internal static async Task<string?> NewerAsync(Database database, CancellationToken cancellation = default) =>
        Unknown(database, await AppliedAsync(database, cancellation));

    /// <summary>The first of these that is none of this program's.</summary>
    internal static string? Unknown(Database database, IEnumerable<string> names) => names.Except(Known(database), StringComparer.Ordinal).FirstOrDefault();

    // What EF Core's GetMigrations finds, without starting EF Core for it.
    static IEnumerable<string> Known(Database database) => typeof(SchemaUpgrade).Assembly.GetTypes()
        .Where(type => type.IsSubclassOf(typeof(Migration)) && type.GetCustomAttribute<DbContextAttribute>()?.ContextType == database.ContextType)
        .Select(type => type.GetCustomAttribute<MigrationAttribute>()?.Id).OfType<string>().Order(StringComparer.Ordinal);

    // Asked by hand because EF Core's own question logs an error for a database that is still empty.
    static async Task<IReadOnlyList<string>> AppliedAsync(Database database, CancellationToken cancellation)
    {
        try
        {
            return await database.ReadAllAsync("SELECT \"MigrationId\" FROM \"__EFMigrationsHistory\"", row => row.GetString(0), cancellation);
        }
        catch (DbException)
        {
            return [];
        }
    }
}
