using OAuthServer.Administration.Apps;
using OAuthServer.Administration.Integrations;
using OAuthServer.Administration.Keys;
using OAuthServer.Administration.Policies;
using OAuthServer.Apps;
using OAuthServer.Data;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Administration;

/// <summary>Who uses what, and when last.</summary>
[Collection(nameof(ServersCollection))]
public sealed class UsesTests(Servers servers)
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task A_trusted_network_says_who_came_in_from_it_lately(string database)
    {
        var server = await servers.OnAsync(database);
        var (scene, other) = (await SystemScene.NewAsync(server), await SystemScene.NewAsync(server));
        var (user, gone, stranger) = (await scene.Org.UserAsync(), await scene.Org.UserAsync(), await other.Org.UserAsync());
        await RecordAsync(scene, user, "job", network: "Head office");
        await RecordAsync(scene, user, null, network: "Head office");
        await RecordAsync(scene, gone, "old", network: "Head office", daysAgo: 31);
        await RecordAsync(scene, gone, "refused", network: "Head office", decision: "deny");
        await RecordAsync(scene, gone, "elsewhere", network: null);
        await RecordAsync(other, stranger, "theirs", network: "Head office");
        await using (var db = server.Database.NewContext())
        {
            var now = server.Clock.GetUtcNow();
            db.Add(new Integration { Id = RandomId.New(16), OrgId = scene.Org.Id, UserId = user.Id, ClientId = "job", Network = "Head office", Client = "curl", FirstSeenAt = now, LastSeenAt = now, Summary = "{}" });
            await db.SaveChangesAsync(Stop);
        }
        var line = (await scene.Get<NetworkOperations>().ListAsync(await scene.CallAsync("networks.list"), new())).Done().Networks.Single(network => network.Name == "Head office");
        Assert.Equal([user.Username], line.UsedBy.Users.First);
        Assert.Equal(["job"], line.UsedBy.Apps.First);
        Assert.Equal((0, 1), (line.UsedBy.Users.More, line.UsedBy.Integrations));
        var found = (await scene.Get<IntegrationOperations>().ListAsync(await scene.CallAsync("integrations.list"), new(Network: "Head office"))).Done().Items;
        Assert.NotEmpty(found);
        Assert.All(found, row => Assert.Equal("Head office", row.Network));
        Assert.Empty((await scene.Get<IntegrationOperations>().ListAsync(await scene.CallAsync("integrations.list"), new(Network: "Elsewhere"))).Done().Items);
    }

    [Theory]
    [MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task A_signing_key_says_what_it_signs_and_when_last_in_its_time(string database)
    {
        await using var server = await TestServer.StartAsync(database != "SQLite");
        var (scene, other) = (await SystemScene.NewAsync(server), await SystemScene.NewAsync(server));
        var job = await scene.Org.AppAsync(new() { Flows = [LoginChannel.ClientCredentials], TokenFormat = TokenFormat.Jwt }, scene.Administrator.Id);
        var page = await scene.Org.AppAsync(new() { Flows = [LoginChannel.AuthorizationCode], Scopes = ["openid"], TokenFormat = TokenFormat.Opaque, RedirectUris = ["https://app.test/"], IdTokenAlgorithm = "RS256" });
        await other.Org.AppAsync(new() { Flows = [LoginChannel.ClientCredentials], TokenFormat = TokenFormat.Jwt }, other.Administrator.Id);
        await server.NoticeAsync();
        await RecordAsync(scene, scene.Administrator, job.ClientId);
        var used = server.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        await RecordAsync(scene, scene.Administrator, job.ClientId, decision: "deny");
        var keys = (await scene.Get<KeyOperations>().ListAsync(await scene.CallAsync("keys.list"), new())).Done().SigningKeys;
        var (ec, rsa) = (keys.Single(key => key.Algorithm == "ES256").Use, keys.Single(key => key.Algorithm == "RS256").Use);
        Assert.Equal([job.ClientId], ec.AccessTokens.First);
        Assert.Equal((0, used), (ec.IdTokens.All, ec.LastUsedAt?.ToUnixTimeMilliseconds()));
        Assert.Equal([page.ClientId], rsa.IdTokens.First);
        Assert.Equal((0, null), (rsa.AccessTokens.All, rsa.LastUsedAt));

        // The old key keeps the last use of its own time; the new one has none yet.
        server.Clock.Advance(TimeSpan.FromHours(1));
        (await scene.Get<KeyOperations>().RotateAsync(await scene.CallAsync("keys.rotate", door: AuditDoor.Cli), new())).Done();
        server.Clock.Advance(TimeSpan.FromMinutes(1));
        keys = (await scene.Get<KeyOperations>().ListAsync(await scene.CallAsync("keys.list"), new())).Done().SigningKeys;
        Assert.Equal(used, keys.Single(key => key is { Algorithm: "ES256", State: KeyState.Retiring }).Use.LastUsedAt?.ToUnixTimeMilliseconds());
        Assert.Null(keys.Single(key => key is { Algorithm: "ES256", State: KeyState.Signing }).Use.LastUsedAt);
        await RecordAsync(scene, scene.Administrator, job.ClientId);
        keys = (await scene.Get<KeyOperations>().ListAsync(await scene.CallAsync("keys.list"), new())).Done().SigningKeys;
        Assert.Equal(used, keys.Single(key => key is { Algorithm: "ES256", State: KeyState.Retiring }).Use.LastUsedAt?.ToUnixTimeMilliseconds());
        Assert.Equal(server.Clock.GetUtcNow().ToUnixTimeMilliseconds(), keys.Single(key => key is { Algorithm: "ES256", State: KeyState.Signing }).Use.LastUsedAt?.ToUnixTimeMilliseconds());
    }

    [Theory]
    [MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task An_apps_keys_are_used_where_an_assertion_let_it_in(string database)
    {
        var scene = await SystemScene.NewAsync(await servers.OnAsync(database));
        using var key = new ClientKey("RS256");
        var app = await scene.Org.AppAsync(new() { Flows = [LoginChannel.JwtBearer, LoginChannel.PasswordGrant], AuthMethods = [ClientAuthMethod.ClientSecretPost, ClientAuthMethod.PrivateKeyJwt], Jwks = key.Jwks });
        async Task<AppKeys> KeysAsync() => (await scene.Get<AppOperations>().GetAsync(await scene.CallAsync("apps.get"), new(app.ClientId))).Done().Keys!;
        await RecordAsync(scene, scene.Administrator, app.ClientId);
        Assert.Null((await KeysAsync()).LastUsedAt);
        await RecordAsync(scene, scene.Administrator, app.ClientId, channel: LoginChannel.JwtBearer, daysAgo: 2);
        Assert.Equal(scene.Server.Clock.GetUtcNow().AddDays(-2).ToUnixTimeMilliseconds(), (await KeysAsync()).LastUsedAt?.ToUnixTimeMilliseconds());
        Assert.Single((await KeysAsync()).Kids);
    }

    [Theory]
    [MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Of_many_the_first_twenty_are_named_and_the_rest_is_counted(string database)
    {
        var scene = await SystemScene.NewAsync(await servers.OnAsync(database));
        var app = await scene.Org.AppAsync();
        var users = new List<string>();
        var now = scene.Server.Clock.GetUtcNow();
        for (var i = 0; i < 23; i++)
        {
            var user = await scene.Org.UserAsync();
            users.Add(user.Username);
            await using var db = scene.Server.Database.NewContext();
            db.Add(new Grant { Id = RandomId.New(16), OrgId = scene.Org.Id, UserId = user.Id, AppId = app.Id, Channel = LoginChannel.PasswordGrant, Scope = "api", AuthenticatedAt = now });
            db.Add(new Integration { Id = RandomId.New(16), OrgId = scene.Org.Id, UserId = user.Id, ClientId = app.ClientId, Network = "n", Client = "c", FirstSeenAt = now, LastSeenAt = now.AddMinutes(-i), Summary = "{}" });
            await db.SaveChangesAsync(Stop);
        }
        var impact = (await scene.Get<AppOperations>().ImpactAsync(await scene.CallAsync("apps.impact"), new(app.ClientId))).Done();
        Assert.Equal((20, 3, 23), (impact.Users.First.Count, impact.Users.More, impact.Use.People));
        Assert.All(impact.Users.First, name => Assert.Contains(name, users));
        Assert.Equal((users[0], 20, 3, 23), (impact.Programs.First[0].User, impact.Programs.First.Count, impact.Programs.More, impact.Integrations));
    }

    static async Task RecordAsync(
        SystemScene scene, TestUser user, string? clientId, LoginChannel channel = LoginChannel.PasswordGrant, string? network = null, string decision = "allow", int daysAgo = 0)
    {
        await using var db = scene.Server.Database.NewContext();
        db.Add(new LoginRecord
        {
            At = scene.Server.Clock.GetUtcNow().AddDays(-daysAgo),
            OrgId = scene.Org.Id,
            UserId = user.Id,
            ClientId = clientId,
            Channel = channel,
            SourceAddress = "127.0.10.7",
            TrustedNetwork = network,
            Decision = decision,
            DecidingRule = decision == "deny" ? "x" : null,
            Trace = "[]",
            Facts = "{}",
        });
        await db.SaveChangesAsync(Stop);
    }
}
