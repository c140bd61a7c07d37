using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Administration;
using OAuthServer.Administration.Integrations;
using OAuthServer.Data;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Administration.Integrations;

/// <summary>The inventory as a list: in which order, whose, and how much of the server's work a look at it does.</summary>
public sealed class IntegrationListTests : IAsyncLifetime
{
    TestServer server = null!;
    DeskScene scene = null!;

    public async ValueTask InitializeAsync()
    {
        server = await TestServer.StartAsync();
        scene = await DeskScene.NewAsync(server);
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task A_list_is_by_urgency_or_by_time_and_read_in_parts_either_way()
    {
        (await scene.OldLoginAsync()).IsAllowed(); // good from anywhere
        server.Clock.Advance(TimeSpan.FromSeconds(1));
        (await scene.OldLoginAsync(TestServer.Office)).IsAllowed(); // needs no token there: less urgent
        Assert.Equal(["Head office", "127.0.0.0/24"], await NetworksAsync(IntegrationOrder.LastSeen));
        Assert.Equal(["127.0.0.0/24", "Head office"], await NetworksAsync(IntegrationOrder.Score));
    }

    [Fact]
    public async Task A_list_holds_those_that_somebody_answers_for()
    {
        (await scene.OldLoginAsync()).IsAllowed();
        (await scene.OldLoginAsync(TestServer.Office)).IsAllowed();
        var line = (await ListAsync(new())).Items.Single(line => line.Network == "Head office");
        DeskScene.Done(await scene.Inventory.AssignAsync(await scene.CallAsync(), new(line.Id, scene.Administrator.Username)));
        foreach (var order in Enum.GetValues<IntegrationOrder>())
            Assert.Equal(line.Id, (await ListAsync(new(Owner: scene.Administrator.Username, Order: order))).Items.Single().Id);
        Assert.Empty((await ListAsync(new(Owner: scene.User.Username))).Items);
    }

    [Fact]
    public async Task Who_looks_does_not_count_a_long_history_but_is_told_how_far_it_is_counted()
    {
        await InventoryTests.AddRecordsAsync(server, scene.Org.Id, [scene.User.Id], IntegrationUpkeep.MostAwaited + 1);
        Assert.Empty((await ListAsync(new())).Items);
        Assert.NotNull((await BurnDownAsync()).CountedUntil);
        await server.Services.GetRequiredService<IntegrationUpkeep>().RunAsync(TestContext.Current.CancellationToken);
        Assert.Single((await ListAsync(new())).Items);
        Assert.Null((await BurnDownAsync()).CountedUntil);
    }

    [Fact]
    public async Task The_most_urgent_is_first_however_many_were_seen_later_and_the_day_changes_the_score()
    {
        var now = server.Clock.GetUtcNow();
        await using (var db = server.Database.NewContext())
        {
            for (var i = 0; i < 1_050; i++)
                db.Add(Row("job " + i, IntegrationWays.PasswordTokenUnneeded, isTrusted: true, now.AddMinutes(-i)));
            db.Add(Row("forgotten", IntegrationWays.Password, isTrusted: false, now.AddDays(-60)));
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }
        var page = await ListAsync(new(Order: IntegrationOrder.Score, Limit: 500));
        Assert.Equal("forgotten", page.Items[0].Client);
        Assert.True(page.Items[0].Score > page.Items[1].Score);
        Assert.Equal(page.Items.OrderByDescending(line => line.Score).Select(line => line.Score), page.Items.Select(line => line.Score));
        // Ninety days after its last password it uses none.
        server.Clock.Advance(TimeSpan.FromDays(31));
        await ListAsync(new(Limit: 1));
        Assert.Equal(0, (await ListAsync(new(Presents: IntegrationWays.Password, Order: IntegrationOrder.Score, Limit: 500, After: "0.~"))).Items.Single(line => line.Client == "forgotten").Score);

        Integration Row(string client, string way, bool isTrusted, DateTimeOffset at)
        {
            var summary = new IntegrationSummary();
            summary.Add(new(1, at, way, null, isTrusted));
            return new() { Id = RandomId.New(16), OrgId = scene.Org.Id, UserId = scene.User.Id, ClientId = "", Network = "somewhere", Client = client, FirstSeenAt = at, LastSeenAt = at, PasswordLastSeenAt = at, Summary = SettingsJson.Write(summary) };
        }
    }

    async Task<List<string>> NetworksAsync(IntegrationOrder order)
    {
        var first = await ListAsync(new(Limit: 1, Order: order));
        var second = await ListAsync(new(Limit: 1, Order: order, After: first.Next));
        Assert.Null(second.Next);
        return [.. first.Items.Concat(second.Items).Select(line => line.Network)];
    }

    async Task<AdminPage<IntegrationLine>> ListAsync(ListIntegrations filter) => DeskScene.Done(await scene.Inventory.ListAsync(await scene.CallAsync(), filter));

    async Task<BurnDownSight> BurnDownAsync() => DeskScene.Done(await scene.Inventory.BurnDownAsync(await scene.CallAsync(), new()));
}
