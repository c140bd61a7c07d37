using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Data;

public sealed class SchemaTests
{
    [Fact]
    public async Task A_fresh_database_is_brought_up_to_date()
    {
        await using var scratch = await Scratch.NewAsync();
        Assert.Empty(await SchemaUpgrade.PendingAsync(scratch.Database, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_lock_left_by_a_killed_migration_does_not_hang_the_next_start()
    {
        await using var scratch = await Scratch.NewAsync();
        await using (var db = scratch.Database.NewContext())
        {
            await db.Database.ExecuteSqlRawAsync(
                "INSERT INTO \"__EFMigrationsLock\" (\"Id\", \"Timestamp\") VALUES (1, 'then')", TestContext.Current.CancellationToken);
            await db.Database.ExecuteSqlRawAsync("DELETE FROM \"__EFMigrationsHistory\"", TestContext.Current.CancellationToken);
        }
        var upgrade = SchemaUpgrade.RunAsync(scratch.Database, TestContext.Current.CancellationToken);
        // The forgotten history makes the migration fail; what matters is that it was tried and did not wait for a dead lock.
        await Assert.ThrowsAnyAsync<Exception>(() => upgrade.WaitAsync(TimeSpan.FromSeconds(8), TestContext.Current.CancellationToken));
        Assert.True(upgrade.IsCompleted);
    }

    [Fact]
    public async Task A_schema_of_a_newer_version_is_refused()
    {
        await using var scratch = await Scratch.NewAsync();
        await using (var db = scratch.Database.NewContext())
            await db.Database.ExecuteSqlRawAsync("INSERT INTO \"__EFMigrationsHistory\" VALUES ('99990101000000_Future', '10.0')", TestContext.Current.CancellationToken);
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => SchemaUpgrade.RunAsync(scratch.Database, TestContext.Current.CancellationToken));
        Assert.Contains("newer version", refusal.Message, StringComparison.Ordinal);
    }
}
