using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Administration.Networks;
using OAuthServer.Data;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Administration;

/// <summary>What history says of networks.</summary>
[Collection(nameof(ServersCollection))]
public sealed class NetworkInsightTests(Servers servers)
{
    [Theory]
    [MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Suggests_where_people_came_in_from_and_no_trusted_network_is(string database)
    {
        var scene = await JobScene.NewAsync(await servers.OnAsync(database));
        await RecordAsync(scene, "203.0.113.1", "203.0.113.2", "203.0.113.3", "127.0.10.7");
        await RecordAsync(await JobScene.NewAsync(scene.Server), "192.0.2.1"); // another organization's
        await RecordAsync(scene, "deny", ["198.51.100.1"]);
        var suggested = (await Room(scene).SuggestAsync(scene.Call("networks.suggest"), new())).Value!;
        var one = Assert.Single(suggested.Suggested);
        Assert.Equal(("203.0.113.0/28", 3, 3, 3L), (one.Range, one.Addresses, one.Users, one.Logins));
        Assert.Equal(["Head office"], suggested.TooWide.Select(wide => wide.Name));
        Assert.Equal(["127.0.10.7"], suggested.TooWide[0].Instead);
    }

    [Fact]
    public async Task Warns_when_nearly_everybody_comes_from_one_address()
    {
        var scene = await JobScene.NewAsync(await servers.OnAsync("SQLite"));
        await RecordAsync(scene, [.. Enumerable.Repeat("10.0.0.1", 49)]);
        Assert.Null((await Room(scene).TruthAsync(scene.Call("networks.truth"), new())).Value!.OneAddress);
        await RecordAsync(scene, "10.0.0.1", "203.0.113.1");
        var truth = (await Room(scene).TruthAsync(scene.Call("networks.truth"), new())).Value!;
        Assert.Equal(new OneAddress("10.0.0.1", 50, 51, 50), truth.OneAddress);
        Assert.False(truth.IsRequest); // nobody asks over HTTP
        await RecordAsync(scene, [.. Enumerable.Range(0, 20).Select(i => $"203.0.113.{i}")]);
        Assert.Null((await Room(scene).TruthAsync(scene.Call("networks.truth"), new())).Value!.OneAddress);
    }

    [Fact]
    public async Task Does_not_warn_of_one_busy_program()
    {
        var scene = await JobScene.NewAsync(await servers.OnAsync("SQLite"));
        await using (var db = scene.Server.Database.NewContext())
        {
            db.AddRange(Enumerable.Range(0, 100).Select(_ => Record(scene, "10.0.0.1", "allow", "one")));
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }
        Assert.Null((await Room(scene).TruthAsync(scene.Call("networks.truth"), new())).Value!.OneAddress);
    }

    static NetworkInsightOperations Room(JobScene scene) => scene.Server.Services.GetRequiredService<NetworkInsightOperations>();

    static Task RecordAsync(JobScene scene, params string[] addresses) => RecordAsync(scene, "allow", addresses);

    static async Task RecordAsync(JobScene scene, string decision, string[] addresses)
    {
        await using var db = scene.Server.Database.NewContext();
        db.AddRange(addresses.Select(address => Record(scene, address, decision, Guid.NewGuid().ToString("N"))));
        await db.SaveChangesAsync(TestContext.Current.CancellationToken);
    }

    static LoginRecord Record(JobScene scene, string address, string decision, string user) => new()
    {
        At = scene.Server.Clock.GetUtcNow(),
        OrgId = scene.Org.Id,
        UserId = user,
        SourceAddress = address,
        Decision = decision,
        Trace = "passed",
        Facts = "{}",
    };
}
