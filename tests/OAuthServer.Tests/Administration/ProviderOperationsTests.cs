using OAuthServer.Administration;
using OAuthServer.Administration.Providers;
using OAuthServer.Data;
using OAuthServer.Federation;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Administration;

/// <summary>Identity providers in administrators' hands.</summary>
[Collection(nameof(ServersCollection))]
public sealed class ProviderOperationsTests(Servers servers)
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task A_provider_is_switched_off_and_on_once_per_version_and_the_trail_has_it(string database)
    {
        var server = await servers.OnAsync(database);
        var scene = await SystemScene.NewAsync(server);
        var provider = await scene.Org.ProviderAsync(ScriptedProvider.Settings(), "a-secret-of-ours");
        var (operations, name) = (scene.Get<ProviderOperations>(), new ProviderName(provider.Row.Name));
        var seen = await operations.GetAsync(await scene.CallAsync("providers.get"), name);
        Assert.True(seen.Done().IsActive);
        Assert.False((await operations.DeactivateAsync(await scene.CallAsync("providers.deactivate", seen.Version), name)).Done().IsActive);
        Assert.Empty((await scene.Get<IdentityProviders>().CurrentAsync()).Of(scene.Org.Id));
        Assert.IsType<AdminRefusal.Changed>((await operations.ActivateAsync(await scene.CallAsync("providers.activate", seen.Version), name)).Refusal);
        Assert.True((await operations.ActivateAsync(await scene.CallAsync("providers.activate"), name)).Done().IsActive);
        Assert.Single((await scene.Get<IdentityProviders>().CurrentAsync()).Of(scene.Org.Id));
        var trail = await scene.TrailAsync();
        Assert.Equal([("providers.deactivate", "provider"), ("providers.activate", "provider")], trail.Select(entry => (entry.Operation, entry.ObjectKind)));
        Assert.All(trail, entry => Assert.DoesNotContain("a-secret-of-ours", entry.Before + entry.After, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task The_provider_by_which_the_last_administrator_comes_in_stays_on(string database)
    {
        var server = await servers.OnAsync(database);
        var scene = await SystemScene.NewAsync(server);
        await scene.Administrator.ChangeAsync(user => user.Status = UserStatus.Frozen);
        var boss = await scene.Org.UserAsync(new() { Permissions = new() { Administrator = true }, Sso = SsoMode.Required });
        var first = await scene.Org.ProviderAsync(ScriptedProvider.Settings("First"));
        await LinkAsync(server, first, boss, null);
        var (operations, name) = (scene.Get<ProviderOperations>(), new ProviderName(first.Row.Name));
        var impact = (await operations.ImpactAsync(await scene.CallAsync("providers.impact"), name)).Done();
        Assert.Equal((1, 1, true), (impact.People, impact.OnlyWay, impact.IsLast));
        var refusal = Assert.IsType<AdminRefusal.Conflict>((await operations.DeactivateAsync(await scene.CallAsync("providers.deactivate"), name)).Refusal);
        Assert.Equal("no-administrator-left", refusal.Type);
        Assert.True((await operations.GetAsync(await scene.CallAsync("providers.get"), name)).Done().IsActive);
        await LinkAsync(server, await scene.Org.ProviderAsync(ScriptedProvider.Settings("Second")), boss, null);
        impact = (await operations.ImpactAsync(await scene.CallAsync("providers.impact"), name)).Done();
        Assert.Equal((1, 0, false), (impact.People, impact.OnlyWay, impact.IsLast));
        Assert.Null((await operations.DeactivateAsync(await scene.CallAsync("providers.deactivate"), name)).Refusal);
    }

    [Theory]
    [MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task The_last_use_is_the_later_of_who_came_in_and_who_tried(string database)
    {
        var server = await servers.OnAsync(database);
        var scene = await SystemScene.NewAsync(server);
        var (linked, tried, idle) = (
            await scene.Org.ProviderAsync(ScriptedProvider.Settings("A")), await scene.Org.ProviderAsync(ScriptedProvider.Settings("B")), await scene.Org.ProviderAsync(ScriptedProvider.Settings("C")));
        var now = DateTimeOffset.FromUnixTimeMilliseconds(server.Clock.GetUtcNow().ToUnixTimeMilliseconds());
        var user = await scene.Org.UserAsync();
        await LinkAsync(server, linked, user, now.AddDays(-2));
        await LinkAsync(server, tried, user, now.AddDays(-3));
        await using (var db = server.Database.NewContext())
        {
            db.Add(new LoginRecord { At = now.AddDays(-1), OrgId = scene.Org.Id, Channel = LoginChannel.Browser, ProviderId = tried.Id, Decision = "deny", Trace = "", Facts = "{}" });
            await db.SaveChangesAsync(Stop);
        }
        var lines = (await scene.Get<ProviderOperations>().ListAsync(await scene.CallAsync("providers.list"), new())).Done().Items;
        Assert.Equal([now.AddDays(-2), now.AddDays(-1), null], lines.Select(line => line.LastUsedAt));
        Assert.Equal([linked.Row.Name, tried.Row.Name, idle.Row.Name], lines.Select(line => line.Provider));
    }

    static async Task LinkAsync(TestServer server, ProviderEntry provider, TestUser user, DateTimeOffset? used)
    {
        await using var db = server.Database.NewContext();
        db.Add(new FederatedIdentity { ProviderId = provider.Id, Subject = "s", UserId = user.Id, CreatedAt = server.Clock.GetUtcNow(), LastUsedAt = used });
        await db.SaveChangesAsync(Stop);
    }
}
