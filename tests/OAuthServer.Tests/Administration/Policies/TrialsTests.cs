using Microsoft.EntityFrameworkCore;
using OAuthServer.Administration;
using OAuthServer.Administration.Policies;
using OAuthServer.Data;
using OAuthServer.Orgs;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Administration.Policies;

/// <summary>A risky change is live on a timer: it stays when somebody has signed in under it and says so, and else it does not.</summary>
[Collection(nameof(ServersCollection))]
public sealed class TrialsTests(Servers servers)
{
    static readonly ProfileSettings Shorter = PolicyScene.Administrator with { Session = new() { IdleMinutes = 30 } };

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task What_nobody_confirms_comes_back_as_a_version_of_the_server(string database)
    {
        var scene = await PolicyScene.NewAsync(await servers.OnAsync(database));
        var saved = (await scene.SaveAsync(scene.Admin.ProfileId, Shorter)).Value!;
        Assert.Equal(600, saved.Trial!.SecondsLeft);
        Assert.Equal(["session.idleMinutes 120 -> 30"], saved.Trial.Differences);
        scene.Server.Clock.Advance(TimeSpan.FromSeconds(599));
        await scene.Trials.RevertDueAsync(TestContext.Current.CancellationToken);
        Assert.Equal(30, (await scene.SettingsAsync(scene.Admin.ProfileId)).Session.IdleMinutes);
        scene.Server.Clock.Advance(TimeSpan.FromSeconds(1));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => scene.Trials.RevertDueAsync(TestContext.Current.CancellationToken)));
        Assert.Equal(120, (await scene.SettingsAsync(scene.Admin.ProfileId)).Session.IdleMinutes);
        var versions = (await scene.Get<VersionOperations>().ListAsync(scene.Call(), new(await scene.NameAsync(scene.Admin.ProfileId)))).Value!.Items;
        Assert.Equal([3, 2, 1], versions.Select(version => version.Version));
        Assert.Equal("server: not confirmed", versions[0].SavedBy);
        var entry = (await scene.AuditAsync())[^1];
        Assert.Equal(("server", AuditDoor.Server, "trials.revert"), (entry.Actor, entry.Door, entry.Operation));
        Assert.Contains("120", entry.After, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_from_before_the_change_confirms_nothing_and_one_from_after_does()
    {
        var scene = await PolicyScene.NewAsync(await servers.OnAsync("SQLite"));
        var before = scene.Server.Clock.GetUtcNow();
        scene.Server.Clock.Advance(TimeSpan.FromMinutes(1));
        var trial = (await scene.SaveAsync(scene.Admin.ProfileId, Shorter)).Value!.Trial!;
        foreach (var signedIn in new DateTimeOffset?[] { before, scene.Server.Clock.GetUtcNow(), null })
            Assert.Equal("needs-fresh-sign-in", Assert.IsType<AdminRefusal.Conflict>((await scene.Trials.ConfirmAsync(scene.Call(signedIn: signedIn), new(trial.Trial, WithoutSignIn: true))).Refusal).Type);
        scene.Server.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Null((await scene.Trials.ConfirmAsync(scene.Call(signedIn: scene.Server.Clock.GetUtcNow()), new(trial.Trial))).Refusal);
        scene.Server.Clock.Advance(TimeSpan.FromHours(1));
        await scene.Trials.RevertDueAsync(TestContext.Current.CancellationToken);
        Assert.Equal(30, (await scene.SettingsAsync(scene.Admin.ProfileId)).Session.IdleMinutes);
    }

    [Fact]
    public async Task One_that_cannot_be_reverted_keeps_no_other_from_coming_back()
    {
        var server = await servers.OnAsync("SQLite");
        var (broken, scene) = (await PolicyScene.NewAsync(server), await PolicyScene.NewAsync(server));
        var id = (await broken.SaveAsync(broken.Admin.ProfileId, Shorter)).Value!.Trial!.Trial;
        await scene.SaveAsync(scene.Admin.ProfileId, Shorter);
        await using var db = server.Database.NewContext();
        await db.TrialChanges.Where(t => t.Id == id).ExecuteUpdateAsync(set => set.SetProperty(t => t.Before, "{"), TestContext.Current.CancellationToken);
        server.Clock.Advance(TimeSpan.FromMinutes(11));
        await scene.Trials.RevertDueAsync(TestContext.Current.CancellationToken);
        Assert.Equal(120, (await scene.SettingsAsync(scene.Admin.ProfileId)).Session.IdleMinutes);
        Assert.Equal(30, (await broken.SettingsAsync(broken.Admin.ProfileId)).Session.IdleMinutes);
        await db.TrialChanges.Where(t => t.Id == id).ExecuteDeleteAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task At_the_machine_it_is_kept_only_by_saying_so()
    {
        var scene = await PolicyScene.NewAsync(await servers.OnAsync("SQLite"));
        var trial = (await scene.SaveAsync(scene.Admin.ProfileId, Shorter)).Value!.Trial!;
        var operation = scene.Call(from: null, door: AuditDoor.Cli);
        Assert.IsType<AdminRefusal.Conflict>((await scene.Trials.ConfirmAsync(operation, new(trial.Trial))).Refusal);
        Assert.Null((await scene.Trials.ConfirmAsync(operation, new(trial.Trial, WithoutSignIn: true))).Refusal);
    }

    [Fact]
    public async Task After_its_time_it_cannot_be_confirmed_any_more()
    {
        var scene = await PolicyScene.NewAsync(await servers.OnAsync("SQLite"));
        var trial = (await scene.SaveAsync(scene.Admin.ProfileId, Shorter)).Value!.Trial!;
        scene.Server.Clock.Advance(TimeSpan.FromMinutes(11));
        Assert.NotNull((await scene.Trials.ConfirmAsync(scene.Call(signedIn: scene.Server.Clock.GetUtcNow()), new(trial.Trial))).Refusal);
    }

    [Fact]
    public async Task It_can_be_reverted_at_once_and_networks_and_switches_come_back_too()
    {
        var scene = await PolicyScene.NewAsync(await servers.OnAsync("SQLite"));
        var networks = scene.Get<NetworkOperations>();
        var saved = await networks.SaveAsync(scene.Call(), new(PolicyScene.Json(new[] { new NetworkRange("Home", "192.0.2.0/24") })));
        Assert.Equal(["+ Home 192.0.2.0/24", "- Head office 127.0.10.0/24"], saved.Value!.Differences);
        await scene.Trials.RevertAsync(scene.Call(), new(saved.Value.Trial!.Trial));
        Assert.Equal("Head office", Assert.Single((await networks.ListAsync(scene.Call(), new())).Value!.Networks).Name);
        var organization = scene.Get<OrganizationOperations>();
        var switched = (await organization.SaveAsync(scene.Call(), new(PasswordGrantEnabled: false))).Value!;
        Assert.False((await organization.GetAsync(scene.Call(), new())).Value!.Switches.PasswordGrantEnabled);
        await scene.Trials.RevertAsync(scene.Call(), new(switched.Trial!.Trial));
        Assert.True((await organization.GetAsync(scene.Call(), new())).Value!.Switches.PasswordGrantEnabled);
        Assert.Empty((await scene.Trials.ListAsync(scene.Call(), new())).Value!.Items);
    }

    [Fact]
    public async Task While_one_change_is_on_trial_no_other_is_saved()
    {
        var scene = await PolicyScene.NewAsync(await servers.OnAsync("SQLite"));
        await scene.SaveAsync(scene.Admin.ProfileId, Shorter);
        var profile = await scene.Org.ProfileAsync(new());
        Assert.Equal("trial-pending", Assert.IsType<AdminRefusal.Conflict>((await scene.SaveAsync(profile.Id, new() { ApiOnly = true })).Refusal).Type);
        // Bringing back an old version is a save like any other.
        var restored = await scene.Get<VersionOperations>().RestoreAsync(scene.Call(), new(await scene.NameAsync(scene.Admin.ProfileId), 1));
        Assert.Equal("trial-pending", Assert.IsType<AdminRefusal.Conflict>(restored.Refusal).Type);
    }

    [Fact]
    public async Task An_ordinary_profile_is_tried_only_when_asked()
    {
        var scene = await PolicyScene.NewAsync(await servers.OnAsync("SQLite"));
        var profile = await scene.Org.ProfileAsync(new());
        Assert.Null((await scene.SaveAsync(profile.Id, new() { ApiOnly = true })).Value!.Trial);
        Assert.Equal(180, (await scene.SaveAsync(profile.Id, new(), wish: new(TrialMinutes: 3))).Value!.Trial!.SecondsLeft);
    }

    [Fact]
    public async Task What_a_file_has_made_of_it_meanwhile_stays()
    {
        var scene = await PolicyScene.NewAsync(await servers.OnAsync("SQLite"));
        await scene.SaveAsync(scene.Admin.ProfileId, Shorter);
        await scene.Org.ChangeProfileAsync(scene.Admin.ProfileId, Shorter with { Session = new() { IdleMinutes = 45 } });
        scene.Server.Clock.Advance(TimeSpan.FromMinutes(10));
        await scene.Trials.RevertDueAsync(TestContext.Current.CancellationToken);
        Assert.Equal(45, (await scene.SettingsAsync(scene.Admin.ProfileId)).Session.IdleMinutes);
    }

    [Fact]
    public async Task A_server_that_was_away_when_the_time_ran_out_reverts_before_it_lets_anybody_in()
    {
        await using var server = await TestServer.StartAsync();
        var scene = await PolicyScene.NewAsync(server);
        var networks = scene.Get<NetworkOperations>();
        await networks.SaveAsync(scene.Call(), new(PolicyScene.Json(new[] { new NetworkRange("Everywhere", "127.0.0.0/8") })));
        var user = await scene.Org.UserAsync();
        var app = await scene.Org.AppAsync();
        (await user.LoginAsync(app, TestServer.Outside)).IsAllowed();
        server.Clock.Advance(TimeSpan.FromMinutes(10));
        await server.RestartAsync();
        (await user.LoginAsync(app, TestServer.Outside)).IsRefused("invalid_grant", "authentication failure");
        await using var db = server.Database.NewContext();
        Assert.NotNull((await db.TrialChanges.AsNoTracking().SingleAsync(TestContext.Current.CancellationToken)).RevertedAt);
    }
}
