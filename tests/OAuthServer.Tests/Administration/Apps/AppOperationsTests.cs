using Microsoft.EntityFrameworkCore;
using OAuthServer.Administration;
using OAuthServer.Administration.Apps;
using OAuthServer.Administration.Policies;
using OAuthServer.Apps;
using OAuthServer.Data;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Administration.Apps;

/// <summary>Connected apps in their administrators' hands.</summary>
[Collection(nameof(ServersCollection))]
public sealed class AppOperationsTests(Servers servers)
{
    static int count;

    [Theory]
    [MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task A_policy_test_that_would_fail_refuses_an_apps_save_unless_it_is_ignored(string database)
    {
        var scene = await SystemScene.NewAsync(await servers.OnAsync(database));
        var (apps, app, user) = (scene.Get<AppOperations>(), await scene.Org.AppAsync(), await scene.Org.UserAsync());
        var login = $$"""{ "user": "{{user.Username}}", "app": "{{app.ClientId}}", "channel": "passwordGrant", "from": "127.0.10.7", "presented": ["password"], "expect": "allow" }""";
        Assert.True((await scene.Get<PolicyTestOperations>().SaveAsync(await scene.CallAsync("policy-tests.save"), new("By the app", SystemScene.Json(login)))).Done().Passed);
        var shut = SystemScene.Json("""{ "name": "Shut", "flows": [] }""");
        var refusal = Assert.IsType<AdminRefusal.Conflict>((await apps.SaveAsync(await scene.CallAsync("apps.save"), new(app.ClientId, shut))).Refusal);
        Assert.Equal("tests-fail", refusal.Type);
        Assert.NotEqual("Shut", (await apps.GetAsync(await scene.CallAsync("apps.get"), new(app.ClientId))).Done().Settings.GetProperty("name").GetString());
        Assert.Equal("Shut", (await apps.SaveAsync(await scene.CallAsync("apps.save"), new(app.ClientId, shut, IgnoreTests: true))).Done().Settings.GetProperty("name").GetString());
        Assert.Contains(await scene.TrailAsync(), entry => entry.After?.Contains("ignoredTests", StringComparison.Ordinal) == true);
    }

    [Theory]
    [MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task An_app_is_made_shown_changed_and_removed_and_each_step_is_written_down(string database)
    {
        var scene = await SystemScene.NewAsync(await servers.OnAsync(database));
        var (apps, id) = (scene.Get<AppOperations>(), NewId());
        var made = await apps.CreateAsync(await scene.CallAsync("apps.create"), new(SystemScene.Json($$"""{ "clientId": "{{id}}", "name": "Night", "flows": ["passwordGrant"] }""")));
        Assert.Equal("Night", made.Done().Settings.GetProperty("name").GetString());
        Assert.Equal(60, made.Done().Settings.GetProperty("accessTokenMinutes").GetInt32());
        var seen = await apps.GetAsync(await scene.CallAsync("apps.get"), new(id));
        Assert.Equal(made.Version, seen.Version);
        var saved = await apps.SaveAsync(await scene.CallAsync("apps.save", seen.Version), new(id, SystemScene.Json("""{ "name": "Day", "flows": ["passwordGrant"], "accessTokenMinutes": 5 }""")));
        Assert.Equal(5, saved.Done().Settings.GetProperty("accessTokenMinutes").GetInt32());
        Assert.IsType<AdminRefusal.Changed>((await apps.SaveAsync(await scene.CallAsync("apps.save", seen.Version), new(id, SystemScene.Json("""{ "name": "Late", "flows": [] }""")))).Refusal);
        Assert.False((await apps.DeactivateAsync(await scene.CallAsync("apps.deactivate"), new(id))).Done().Settings.GetProperty("active").GetBoolean());
        Assert.True((await apps.ActivateAsync(await scene.CallAsync("apps.activate"), new(id))).Done().Settings.GetProperty("active").GetBoolean());
        Assert.Null((await apps.DeleteAsync(await scene.CallAsync("apps.delete"), new(id))).Refusal);
        Assert.IsType<AdminRefusal.NotFound>((await apps.GetAsync(await scene.CallAsync("apps.get"), new(id))).Refusal);
        var trail = await scene.TrailAsync();
        Assert.Equal(["apps.create", "apps.save", "apps.deactivate", "apps.activate", "apps.delete"], trail.Select(entry => entry.Operation));
        Assert.All(trail, entry => Assert.Equal((scene.Administrator.Username, "192.0.2.7", id), (entry.Actor, entry.SourceAddress, entry.ObjectName)));
        Assert.Equal((null, null), (trail[0].Before, trail[^1].After));
        Assert.Equal("""{"name":"Night","settings":{"accessTokenMinutes":60}}""", trail[1].Before);
        Assert.Equal("""{"name":"Day","settings":{"accessTokenMinutes":5}}""", trail[1].After);
    }

    [Fact]
    public async Task A_new_secret_works_beside_the_old_one_is_told_once_and_the_old_one_can_go()
    {
        var server = await servers.OnAsync("SQLite");
        var scene = await SystemScene.NewAsync(server);
        var app = await scene.Org.AppAsync(new() { Flows = [LoginChannel.ClientCredentials] }, scene.Administrator.Id);
        await server.NoticeAsync();
        var secrets = scene.Get<AppSecretOperations>();
        var added = (await secrets.AddAsync(await scene.CallAsync("apps.add-secret"), new(app.ClientId, "second"))).Done();
        Assert.DoesNotContain(added.Value, added.ToString(), StringComparison.Ordinal);
        (await LoginAsync(server, app.ClientId, app.Secret)).IsAllowed();
        (await LoginAsync(server, app.ClientId, added.Value)).IsAllowed();
        var lines = (await scene.Get<AppOperations>().GetAsync(await scene.CallAsync("apps.get"), new(app.ClientId))).Done();
        Assert.Equal(["first", "second"], lines.Secrets.Select(secret => secret.Name));
        Assert.DoesNotContain(added.Value, lines.Settings.GetRawText(), StringComparison.Ordinal);
        Assert.Equal((scene.Administrator.Username, 2), (lines.Use.LastUsedBy, lines.Use.Logins));
        await Until.TrueAsync(async () => (await scene.Get<AppOperations>().GetAsync(await scene.CallAsync("apps.get"), new(app.ClientId))).Done().Secrets[1].LastUsedAt is not null);
        Assert.Single((await secrets.RemoveAsync(await scene.CallAsync("apps.remove-secret"), new(app.ClientId, "first"))).Done().Secrets);
        (await LoginAsync(server, app.ClientId, app.Secret)).IsRefused(System.Net.HttpStatusCode.Unauthorized, "invalid_client");
        (await LoginAsync(server, app.ClientId, added.Value)).IsAllowed();
        var hash = scene.Get<MasterKey>().KeyedHash(ClientAuthenticator.SecretPurpose, added.Value);
        foreach (var text in (await scene.TrailAsync()).Select(entry => entry.Before + entry.After))
        {
            Assert.DoesNotContain(added.Value, text, StringComparison.Ordinal);
            Assert.DoesNotContain(hash, text, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Revoked_tokens_are_dead_also_those_of_an_app_by_itself_and_the_next_login_gives_living_ones(string database)
    {
        var server = await servers.OnAsync(database);
        var scene = await SystemScene.NewAsync(server);
        var app = await scene.Org.AppAsync(TestOrg.StandardApp with { TokenFormat = TokenFormat.Opaque, Scopes = ["api", "openid"] }, scene.Administrator.Id);
        await server.NoticeAsync();
        var before = await LoginAsync(server, app.ClientId, app.Secret);
        Assert.True(await IsActiveAsync(server, app, before["access_token"]!));
        Assert.Equal(1, (await scene.Get<AppOperations>().ImpactAsync(await scene.CallAsync("apps.impact"), new(app.ClientId))).Done().Use.People);
        Assert.Equal(1, (await scene.Get<AppSecretOperations>().RevokeTokensAsync(await scene.CallAsync("apps.revoke-tokens"), new(app.ClientId))).Done().Grants);
        Assert.False(await IsActiveAsync(server, app, before["access_token"]!));
        Assert.True(await IsActiveAsync(server, app, (await LoginAsync(server, app.ClientId, app.Secret))["access_token"]!));
        Assert.Equal("apps.revoke-tokens", (await scene.TrailAsync())[^1].Operation);
    }

    [Fact]
    public async Task What_is_sent_is_judged_by_the_rules_of_files()
    {
        var scene = await SystemScene.NewAsync(await servers.OnAsync("SQLite"));
        var apps = scene.Get<AppOperations>();
        async Task<IReadOnlyList<AdminFlaw>> FlawsAsync(string json) => (await apps.CreateAsync(await scene.CallAsync("apps.create"), new(SystemScene.Json(json)))).Flaws();
        Assert.Contains(await FlawsAsync("""{ "name": "A", "flow": [], "clientId": "a" }"""), flaw => flaw.Path == "settings.flow");
        Assert.Contains(await FlawsAsync("""{ "name": "A", "flows": ["authorizationCode"], "clientId": "a", "redirectUris": ["http://a.example"] }"""), flaw => flaw.Path == "settings.redirectUris[0]");
        Assert.Contains(await FlawsAsync("""{ "name": "A", "flows": [], "clientId": "a", "secrets": [] }"""), flaw => flaw.Path == "settings.secrets");
        Assert.Contains(await FlawsAsync("""{ "name": "A", "flows": ["clientCredentials"], "clientId": "a", "runAs": "nobody@example.test" }"""), flaw => flaw.Path == "settings.runAs");
        Assert.Contains(await FlawsAsync("""{ "name": "A", "name": "B", "flows": [], "clientId": "a" }"""), flaw => flaw.Path.StartsWith("settings", StringComparison.Ordinal));
        Assert.Contains(await FlawsAsync("""{ "name": "A", "flows": [], "clientId": "a", "jwks": { "keys": [{ "kty": "RSA", "d": "x" }] } }"""), flaw => flaw.Path == "settings.jwks.keys[0]");
        Assert.Contains(await FlawsAsync("[1]"), flaw => flaw.Path == "settings");
        Assert.Contains(await FlawsAsync("null"), flaw => flaw.Path == "settings");
        Assert.Empty(await scene.TrailAsync());
    }

    [Fact]
    public async Task Another_organizations_app_is_not_there_and_its_client_id_is_taken()
    {
        var server = await servers.OnAsync("SQLite");
        var (scene, other) = (await SystemScene.NewAsync(server), await SystemScene.NewAsync(server));
        var app = await other.Org.AppAsync();
        var (apps, secrets) = (scene.Get<AppOperations>(), scene.Get<AppSecretOperations>());
        AdminAnswer[] answers =
        [
            await apps.GetAsync(await scene.CallAsync("x"), new(app.ClientId)), await apps.ImpactAsync(await scene.CallAsync("x"), new(app.ClientId)),
            await apps.SaveAsync(await scene.CallAsync("x"), new(app.ClientId, SystemScene.Json("""{ "name": "A", "flows": [] }"""))),
            await apps.ActivateAsync(await scene.CallAsync("x"), new(app.ClientId)), await apps.DeactivateAsync(await scene.CallAsync("x"), new(app.ClientId)),
            await apps.DeleteAsync(await scene.CallAsync("x"), new(app.ClientId)), await secrets.AddAsync(await scene.CallAsync("x"), new(app.ClientId, "n")),
            await secrets.RemoveAsync(await scene.CallAsync("x"), new(app.ClientId, "first")), await secrets.RevokeTokensAsync(await scene.CallAsync("x"), new(app.ClientId)),
        ];
        Assert.All(answers, answer => Assert.IsType<AdminRefusal.NotFound>(answer.Refusal));
        Assert.Empty((await apps.ListAsync(await scene.CallAsync("x"), new())).Done().Items);
        Assert.Contains((await apps.CreateAsync(await scene.CallAsync("x"), new(SystemScene.Json($$"""{ "clientId": "{{app.ClientId}}", "name": "A", "flows": [] }""")))).Flaws(), flaw => flaw.Path == "settings.clientId");
    }

    [Theory]
    [MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task The_list_goes_on_where_it_ended_and_knows_the_last_use(string database)
    {
        var server = await servers.OnAsync(database);
        var scene = await SystemScene.NewAsync(server);
        var used = await scene.Org.AppAsync(new() { Flows = [LoginChannel.ClientCredentials] }, scene.Administrator.Id);
        for (var i = 0; i < 4; i++)
            await scene.Org.AppAsync();
        await server.NoticeAsync();
        (await LoginAsync(server, used.ClientId, used.Secret)).IsAllowed();
        var all = new List<AppLine>();
        for (string? after = null; all.Count == 0 || after is not null;)
        {
            var page = (await scene.Get<AppOperations>().ListAsync(await scene.CallAsync("apps.list"), new(Limit: 2, After: after))).Done();
            Assert.InRange(page.Items.Count, 1, 2);
            all.AddRange(page.Items);
            after = page.Next;
        }
        Assert.Equal(5, all.Select(line => line.ClientId).Distinct().Count());
        var line = Assert.Single(all, line => line.LastUsedAt is not null);
        Assert.Equal((used.ClientId, scene.Administrator.Username, 1), (line.ClientId, line.LastUsedBy, line.Secrets));
        Assert.Equal(used.ClientId, Assert.Single((await scene.Get<AppOperations>().ListAsync(await scene.CallAsync("apps.list"), new(Search: used.ClientId.ToUpperInvariant()))).Done().Items, item => item.ClientId == used.ClientId).ClientId);
    }

    [Fact]
    public async Task Of_two_who_make_an_app_of_one_name_at_once_one_is_told()
    {
        var server = await servers.OnAsync("SQLite");
        var (scene, id) = (await SystemScene.NewAsync(server), NewId());
        var call = await scene.CallAsync("apps.create");
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => scene.Get<AppOperations>().CreateAsync(call, new(SystemScene.Json($$"""{ "clientId": "{{id}}", "name": "A", "flows": [] }"""))))));
        Assert.Single(answers, answer => answer.Refusal is null);
        Assert.All(answers.Where(answer => answer.Refusal is not null), answer => Assert.Equal("settings.clientId", Assert.Single(answer.Flaws()).Path));
    }

    static string NewId() => $"made-{Interlocked.Increment(ref count)}-{Guid.NewGuid():N}";

    static Task<Answer> LoginAsync(TestServer server, string clientId, string secret) =>
        server.TokenAsync(TestServer.Outside, ("grant_type", "client_credentials"), ("client_id", clientId), ("client_secret", secret));

    static async Task<bool> IsActiveAsync(TestServer server, TestApp app, string token) =>
        (await server.PostAsync(TestServer.Outside, "/services/oauth2/introspect", ("token", token), ("client_id", app.ClientId), ("client_secret", app.Secret)))["active"] == "True";
}
