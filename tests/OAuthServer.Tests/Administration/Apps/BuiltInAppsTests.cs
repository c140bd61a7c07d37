using Microsoft.EntityFrameworkCore;
using OAuthServer.Apps;
using OAuthServer.Data;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Administration.Apps;

public sealed class BuiltInAppsTests
{
    [Fact]
    public async Task Processes_that_start_at_once_on_one_file_add_them_once()
    {
        await using var scratch = await Scratch.NewAsync();
        await EnsureOftenAsync(scratch.Database);
    }

    [Fact]
    public async Task Nodes_that_start_at_once_on_one_PostgreSQL_add_them_once()
    {
        await using var database = new PostgresDatabase(await Postgres.NewDatabaseAsync());
        await SchemaUpgrade.RunAsync(database, TestContext.Current.CancellationToken);
        await EnsureOftenAsync(database);
    }

    static async Task EnsureOftenAsync(Database database)
    {
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => BuiltInApps.EnsureAsync(database))));
        await using var db = database.NewContext();
        Assert.Equal(4, await db.ConnectedApps.CountAsync(app => app.OrgId == null, TestContext.Current.CancellationToken));
    }
}
