using System.Text;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Administration;
using OAuthServer.Administration.Apps;
using OAuthServer.Administration.Audit;
using OAuthServer.Administration.Keys;
using OAuthServer.Administration.Server;
using OAuthServer.Data;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;
using OAuthServer.Tokens;

namespace OAuthServer.Tests.Administration.Server;

/// <summary>Signing keys in administrators' hands, and the trail that all changes leave.</summary>
[Collection(nameof(ServersCollection))]
public sealed class KeyAndAuditTests(Servers servers)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task New_keys_sign_at_once_and_tokens_of_the_old_ones_are_good_until_they_expire(bool postgres)
    {
        await using var server = await TestServer.StartAsync(postgres);
        var scene = await SystemScene.NewAsync(server);
        server.Clock.Advance(TimeSpan.FromHours(1));
        var app = await scene.Org.AppAsync(new() { Flows = [LoginChannel.ClientCredentials], AccessTokenMinutes = 1440, IntrospectsAll = true }, scene.Administrator.Id);
        await server.NoticeAsync();
        var keys = scene.Get<KeyOperations>();
        var old = await LoginAsync(server, app);
        var before = (await keys.ListAsync(await scene.CallAsync("keys.list"), new())).Done();
        Assert.All(before.SigningKeys, key => Assert.Equal(KeyState.Signing, key.State));
        (await keys.RotateAsync(await scene.CallAsync("keys.rotate"), new())).Done();
        Assert.IsType<AdminRefusal.Conflict>((await keys.RotateAsync(await scene.CallAsync("keys.rotate"), new())).Refusal);
        server.Clock.Advance(TimeSpan.FromSeconds(11));
        var after = (await keys.ListAsync(await scene.CallAsync("keys.list"), new())).Done();
        Assert.Equal(2, after.SigningKeys.Count(key => key.State == KeyState.Signing));
        Assert.Equal(before.SigningKeys.Select(key => key.Kid).Order(), after.SigningKeys.Where(key => key.State == KeyState.Retiring).Select(key => key.Kid).Order());
        var fresh = await LoginAsync(server, app);
        Assert.NotEqual(KidOf(old), KidOf(fresh));
        Assert.Contains(KidOf(fresh), (await server.SendAsync(new(HttpMethod.Get, "/id/keys"))).Text, StringComparison.Ordinal);
        Assert.True(await IsActiveAsync(server, app, old));
        Assert.True(await IsActiveAsync(server, app, fresh));
        server.Clock.Advance(TimeSpan.FromHours(24) - TimeSpan.FromSeconds(20)); // one second before the old token ends
        await scene.Get<SigningKeyRing>().RotateAsync(TestContext.Current.CancellationToken);
        Assert.True(await IsActiveAsync(server, app, old));
        server.Clock.Advance(TimeSpan.FromMinutes(10));
        await scene.Get<SigningKeyRing>().RotateAsync(TestContext.Current.CancellationToken);
        Assert.DoesNotContain(KidOf(old), (await server.SendAsync(new(HttpMethod.Get, "/id/keys"))).Text, StringComparison.Ordinal);
        Assert.Equal(["signing-key", "signing-key"], (await scene.TrailAsync()).Select(entry => entry.ObjectKind));
    }

    [Fact]
    public async Task Where_there_are_several_organizations_only_the_operator_rotates_and_all_are_told()
    {
        await using var server = await TestServer.StartAsync();
        var (scene, other) = (await SystemScene.NewAsync(server), await SystemScene.NewAsync(server));
        server.Clock.Advance(TimeSpan.FromHours(1));
        var keys = scene.Get<KeyOperations>();
        foreach (var door in new[] { AuditDoor.Page, AuditDoor.Api })
            Assert.Equal("server-wide", Assert.IsType<AdminRefusal.Conflict>((await keys.RotateAsync(await scene.CallAsync("keys.rotate", door: door), new())).Refusal).Type);
        Assert.Empty(await scene.TrailAsync());
        (await keys.RotateAsync(await scene.CallAsync("keys.rotate", door: AuditDoor.Cli), new())).Done();
        foreach (var told in new[] { scene, other })
            Assert.Equal(["signing-key", "signing-key"], (await told.TrailAsync()).Select(entry => entry.ObjectKind));
    }

    [Fact]
    public async Task Replaced_again_and_again_no_key_is_published_for_ever()
    {
        await using var server = await TestServer.StartAsync();
        var (scene, keys) = (await SystemScene.NewAsync(server), server.Services);
        for (var i = 0; i < 6; i++)
        {
            server.Clock.Advance(TimeSpan.FromDays(i % 2 == 0 ? 88.5 : 0.5)); // now and then with one that waits
            await scene.Get<SigningKeyRing>().RotateAsync(TestContext.Current.CancellationToken);
            Assert.Null((await scene.Get<KeyOperations>().RotateAsync(await scene.CallAsync("keys.rotate"), new())).Refusal);
        }
        server.Clock.Advance(TimeSpan.FromDays(2));
        await scene.Get<SigningKeyRing>().RotateAsync(TestContext.Current.CancellationToken);
        Assert.Equal(2, (await scene.Get<KeyOperations>().ListAsync(await scene.CallAsync("keys.list"), new())).Done().SigningKeys.Count);
    }

    [Theory]
    [MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task The_trail_is_filtered_paged_and_explained(string database)
    {
        var server = await servers.OnAsync(database);
        var scene = await SystemScene.NewAsync(server);
        var (audit, app) = (scene.Get<AuditOperations>(), await scene.Org.AppAsync());
        var apps = scene.Get<AppOperations>();
        for (var minutes = 1; minutes <= 5; minutes++)
            (await apps.SaveAsync(await scene.CallAsync("apps.save"), new(app.ClientId, SystemScene.Json($$"""{ "name": "Same", "flows": [], "accessTokenMinutes": {{minutes}} }""")))).Done();
        await scene.Get<BrandingOperations>().SaveAsync(await scene.CallAsync("system.save-branding", door: AuditDoor.Page), new("#112233"));
        async Task<AdminPage<AuditLine>> ListAsync(ListAudit filter) => (await audit.ListAsync(await scene.CallAsync("audit.list"), filter)).Done();
        var all = (await ListAsync(new())).Items;
        Assert.Equal(6, all.Count);
        Assert.Equal(all.Select(line => line.Id).OrderDescending(), all.Select(line => line.Id));
        Assert.Equal(5, (await ListAsync(new(Operation: "apps"))).Items.Count);
        Assert.Equal(5, (await ListAsync(new(Operation: "apps.save", Actor: scene.Administrator.Username, Kind: "app"))).Items.Count);
        Assert.Equal("organization", Assert.Single((await ListAsync(new(Door: AuditDoor.Page))).Items).Kind);
        Assert.Equal(5, (await ListAsync(new(ObjectId: app.Id))).Items.Count);
        Assert.Equal(5, (await ListAsync(new(Object: app.ClientId))).Items.Count);
        Assert.Empty((await ListAsync(new(From: server.Clock.GetUtcNow().AddSeconds(1)))).Items);
        Assert.Empty((await ListAsync(new(Until: server.Clock.GetUtcNow()))).Items);
        var first = await ListAsync(new(Limit: 4));
        Assert.Equal(all.Select(line => line.Id), first.Items.Concat((await ListAsync(new(Limit: 4, After: first.Next))).Items).Select(line => line.Id));
        Assert.Equal([new AuditDifference("settings.accessTokenMinutes", "4", "5")], (await audit.GetAsync(await scene.CallAsync("audit.get"), new(all[1].Id))).Done().Differences);
        Assert.Equal("after", Assert.Single((await audit.ListAsync(await scene.CallAsync("audit.list"), new(After: "x"))).Flaws()).Path);
        var csv = Encoding.UTF8.GetString(await (await audit.ExportAsync(await scene.CallAsync("audit.export"), new(Kind: "app"))).Done().BytesAsync());
        Assert.Equal(6, csv.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
        var other = await SystemScene.NewAsync(server);
        Assert.IsType<AdminRefusal.NotFound>((await audit.GetAsync(await other.CallAsync("audit.get"), new(all[0].Id))).Refusal);
        Assert.Empty((await audit.ListAsync(await other.CallAsync("audit.list"), new(ObjectId: app.Id))).Done().Items);
    }

    [Fact]
    public async Task The_trail_is_forgotten_after_its_time_and_not_before()
    {
        await using var server = await TestServer.StartAsync();
        var scene = await SystemScene.NewAsync(server);
        await scene.Get<BrandingOperations>().SaveAsync(await scene.CallAsync("x"), new("#112233"));
        server.Clock.Advance(TimeSpan.FromDays(10));
        await scene.Get<BrandingOperations>().SaveAsync(await scene.CallAsync("x"), new("#445566"));
        await scene.Get<Purge>().RunAsync(TimeSpan.FromDays(1), TestContext.Current.CancellationToken);
        Assert.Equal(2, (await scene.TrailAsync()).Count);
        await scene.Get<Purge>().ForgetChangesAsync(TimeSpan.FromDays(9), TestContext.Current.CancellationToken);
        Assert.Contains("#445566", Assert.Single(await scene.TrailAsync()).After, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_lists_are_read_by_their_indexes()
    {
        var server = await servers.OnAsync("SQLite");
        await using var db = server.Database.NewContext();
        await db.Database.OpenConnectionAsync(TestContext.Current.CancellationToken);
        foreach (var (sql, index) in new[]
        {
            ("SELECT * FROM audit_entries WHERE org_id = 'o' AND id < 9 AND actor = 'a' ORDER BY id DESC LIMIT 51", "(org_id=? AND id<?)"),
            ("SELECT MAX(id) FROM login_records WHERE org_id = 'o' AND client_id = 'c'", "(org_id=? AND client_id=?)"),
            ("SELECT at FROM login_records WHERE org_id = 'o' AND client_id = 'c' ORDER BY id DESC LIMIT 1", "(org_id=? AND client_id=?)"),
        })
        {
            await using var command = db.Database.GetDbConnection().CreateCommand();
            command.CommandText = "EXPLAIN QUERY PLAN " + sql;
            await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
            var plan = new StringBuilder();
            while (await reader.ReadAsync(TestContext.Current.CancellationToken))
                plan.AppendLine(reader.GetString(3));
            Assert.Contains(index, plan.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain("TEMP B-TREE", plan.ToString(), StringComparison.Ordinal);
        }
    }

    static async Task<string> LoginAsync(TestServer server, TestApp app) =>
        (await server.TokenAsync(TestServer.Outside, ("grant_type", "client_credentials"), ("client_id", app.ClientId), ("client_secret", app.Secret)))["access_token"]!;

    static async Task<bool> IsActiveAsync(TestServer server, TestApp app, string token) =>
        (await server.PostAsync(TestServer.Outside, "/services/oauth2/introspect", ("token", token), ("client_id", app.ClientId), ("client_secret", app.Secret)))["active"] == "True";

    static string KidOf(string jwt) =>
        System.Text.Json.JsonDocument.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(jwt.Split('.')[0])).RootElement.GetProperty("kid").GetString()!;
}
