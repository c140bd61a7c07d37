using System.Text.Json;
using OAuthServer.Administration;
using OAuthServer.Administration.Integrations;
using OAuthServer.Administration.Policies;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Administration.Policies;

[Collection(nameof(ServersCollection))]
public sealed class ProfileOperationsTests(Servers servers)
{
    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task A_profile_is_made_read_saved_by_the_rules_of_files_and_restored(string database)
    {
        var scene = await PolicyScene.NewAsync(await servers.OnAsync(database));
        var (profiles, versions) = (scene.Get<ProfileOperations>(), scene.Get<VersionOperations>());
        var made = await profiles.CreateAsync(scene.Call(), new("Night shift", Json("""{ "loginHours": { "timeZone": "UTC", "friday": ["22:00-06:00"] } }""")));
        Assert.Equal("1", made.Version);
        var refusal = Assert.IsType<AdminRefusal.Invalid>((await profiles.SaveAsync(scene.Call(), new("Night shift", Json("""{ "lockut": {}, "password": { "minLength": 4 }, "sso": "maybe" }""")))).Refusal);
        Assert.Equal(["lockut", "password.minLength", "sso"], refusal.Flaws.Select(flaw => flaw.Path).Order());
        var saved = (await profiles.SaveAsync(scene.Call() with { IfMatch = "1" }, new("Night shift", Json("""{ "name": "Night shift", "apiOnly": true }""")))).Value!;
        Assert.Contains("apiOnly false -> true", saved.Differences);
        Assert.IsType<AdminRefusal.Changed>((await profiles.SaveAsync(scene.Call() with { IfMatch = "1" }, new("Night shift", Json("{}")))).Refusal);
        Assert.Equal("2", (await profiles.SaveAsync(scene.Call(), new("Night shift", Json("""{ "apiOnly": true }""")))).Version); // nothing differs, so no new version
        var difference = (await versions.CompareAsync(scene.Call(), new("Night shift", 1))).Value!;
        Assert.Equal((1, 2, true), (difference.From, difference.To, difference.After!.Value.GetProperty("apiOnly").GetBoolean()));
        await versions.RestoreAsync(scene.Call(), new("Night shift", 1));
        var sight = (await profiles.GetAsync(scene.Call(), new("Night shift"))).Value!;
        Assert.Equal((3, scene.Admin.Username, "22:00-06:00"), (sight.Version, sight.SavedBy, sight.Settings.GetProperty("loginHours").GetProperty("friday")[0].GetString()));
        var entry = (await scene.AuditAsync()).Last(entry => entry.Before is not null);
        Assert.Equal(("profile", "Night shift"), (entry.ObjectKind, entry.ObjectName));
        Assert.DoesNotContain("minLength", entry.After, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_profile_that_is_used_or_named_stays_and_one_that_is_not_goes()
    {
        var scene = await PolicyScene.NewAsync(await servers.OnAsync("SQLite"));
        var profiles = scene.Get<ProfileOperations>();
        var user = await scene.Org.UserAsync();
        var app = await scene.Org.AppAsync();
        await scene.Server.NoticeAsync();
        (await user.LoginAsync(app, TestServer.Office)).IsAllowed();
        var name = await scene.NameAsync(user.ProfileId);
        var line = (await profiles.ListAsync(scene.Call(), new())).Value!.Items.Single(profile => profile.Name == name);
        Assert.Equal((1, scene.Server.Clock.GetUtcNow().ToUnixTimeMilliseconds()), (line.UsedBy, line.LastUsedAt!.Value.ToUnixTimeMilliseconds()));
        var refusal = Assert.IsType<AdminRefusal.Conflict>((await profiles.DeleteAsync(scene.Call(), new(name))).Refusal);
        Assert.Contains("1 users have it", refusal.Detail, StringComparison.Ordinal);
        Assert.Contains("login history", refusal.Detail, StringComparison.Ordinal);
        await profiles.CreateAsync(scene.Call(), new("Spare", CopyOf: name));
        var named = await scene.Org.AppAsync(TestOrg.StandardApp with { Preapproval = new() { Required = true, Profiles = ["Spare"] } });
        Assert.Equal([$"app {named.ClientId}"], (await profiles.ImpactAsync(scene.Call(), new("Spare"))).Value!.NamedBy);
        Assert.Equal("profile-is-named", Assert.IsType<AdminRefusal.Conflict>((await profiles.RenameAsync(scene.Call(), new("Spare", "Spare 2"))).Refusal).Type);
        await profiles.CreateAsync(scene.Call(), new("Unused"));
        Assert.Equal("Unused 2", (await profiles.RenameAsync(scene.Call(), new("Unused", "Unused 2"))).Value!.Name);
        Assert.Null((await profiles.DeleteAsync(scene.Call(), new("Unused 2"))).Refusal);
        Assert.IsType<AdminRefusal.NotFound>((await profiles.GetAsync(scene.Call(), new("Unused 2"))).Refusal);
    }

    [Fact]
    public async Task What_a_save_would_stop_is_said_before_it_is_saved()
    {
        var scene = await PolicyScene.NewAsync(await servers.OnAsync("SQLite"));
        var (user, app) = (await scene.Org.UserAsync(), await scene.Org.AppAsync());
        await scene.Server.NoticeAsync();
        (await user.LoginAsync(app, TestServer.Office)).IsAllowed();
        await scene.Get<IntegrationUpkeep>().RunAsync(TestContext.Current.CancellationToken);
        var organization = scene.Get<OrganizationOperations>();
        var way = Assert.Single((await organization.PreviewAsync(scene.Call(), new(PasswordGrantEnabled: false))).Value!.Stops);
        Assert.Equal((user.Username, app.ClientId, DenyReason.ChannelClosedByOrg), (way.User, way.ClientId, way.Reason));
        Assert.Empty((await organization.PreviewAsync(scene.Call(), new(SoapLoginEnabled: false))).Value!.Stops);
        Assert.Equal(DenyReason.SecurityTokenRequired, Assert.Single((await scene.Get<NetworkOperations>().PreviewAsync(scene.Call(), new("[]"))).Value!.Stops).Reason);
        Assert.Empty((await scene.Get<NetworkOperations>().PreviewAsync(scene.Call(), new("""[{ "name": "All", "range": "127.0.0.0/8" }]"""))).Value!.Stops);
        var profile = await scene.NameAsync(user.ProfileId);
        Assert.Equal(DenyReason.OutsideLoginRanges, Assert.Single((await scene.Get<ProfileOperations>().PreviewAsync(scene.Call(), new(profile, """{ "loginRanges": ["192.0.2.0/24"] }"""))).Value!.Stops).Reason);
        var other = await PolicyScene.NewAsync(scene.Server);
        Assert.Empty((await other.Get<OrganizationOperations>().PreviewAsync(other.Call(), new(PasswordGrantEnabled: false))).Value!.Stops);
    }

    [Fact]
    public async Task Another_organizations_profile_test_and_trial_are_not_found()
    {
        var server = await servers.OnAsync("SQLite");
        var (scene, other) = (await PolicyScene.NewAsync(server), await PolicyScene.NewAsync(server));
        var name = await other.NameAsync(other.Admin.ProfileId);
        var trial = (await other.SaveAsync(other.Admin.ProfileId, PolicyScene.Administrator with { Session = new() { IdleMinutes = 30 } })).Value!.Trial!.Trial;
        var (profiles, versions) = (scene.Get<ProfileOperations>(), scene.Get<VersionOperations>());
        AdminRefusal?[] refusals =
        [
            (await profiles.GetAsync(scene.Call(), new(name))).Refusal, (await profiles.SaveAsync(scene.Call(), new(name, Json("{}")))).Refusal,
            (await profiles.PreviewAsync(scene.Call(), new(name, "{}"))).Refusal, (await profiles.RenameAsync(scene.Call(), new(name, "Mine"))).Refusal,
            (await profiles.DeleteAsync(scene.Call(), new(name))).Refusal, (await versions.ListAsync(scene.Call(), new(name))).Refusal,
            (await versions.RestoreAsync(scene.Call(), new(name, 1))).Refusal, (await scene.SaveAsync(other.Admin.ProfileId, new())).Refusal,
            (await scene.Trials.RevertAsync(scene.Call(), new(trial))).Refusal, (await scene.Trials.ConfirmAsync(scene.Call(signedIn: DateTimeOffset.MaxValue), new(trial))).Refusal,
        ];
        Assert.All(refusals, refusal => Assert.IsType<AdminRefusal.NotFound>(refusal));
        Assert.DoesNotContain((await profiles.ListAsync(scene.Call(), new())).Value!.Items, profile => profile.Name == name);
    }

    [Fact]
    public async Task Of_two_saves_of_one_version_at_once_one_is_told_that_it_has_changed()
    {
        var scene = await PolicyScene.NewAsync(await servers.OnAsync("SQLite"));
        var profile = await scene.Org.ProfileAsync(new());
        var answers = await Task.WhenAll(new[] { 30, 60 }.Select(minutes => Task.Run(() =>
            scene.SaveAsync(profile.Id, new() { Session = new() { IdleMinutes = minutes } }, scene.Call() with { IfMatch = "1" }))));
        Assert.Single(answers, answer => answer.Refusal is AdminRefusal.Changed);
        Assert.Single(answers, answer => answer.Refusal is null);
    }

    [Fact]
    public async Task A_network_wider_than_a_company_is_called_out_and_one_that_cannot_be_read_refused()
    {
        var scene = await PolicyScene.NewAsync(await servers.OnAsync("SQLite"));
        var networks = scene.Get<NetworkOperations>();
        var refusal = Assert.IsType<AdminRefusal.Invalid>((await networks.SaveAsync(scene.Call(), new(Json("""[{ "name": "Home", "range": "10.0.0.0/40" }]""")))).Refusal);
        Assert.Equal("trustedNetworks[0].range", Assert.Single(refusal.Flaws).Path);
        var saved = (await networks.SaveAsync(scene.Call(), new(Json("""[{ "name": "Home", "range": "10.0.0.0/8" }, { "name": "Office", "range": "192.0.2.0/24" }]""")))).Value!;
        Assert.StartsWith("Home: 10.0.0.0/8 holds 16,777,216 addresses", Assert.Single(saved.Warnings), StringComparison.Ordinal);
    }

    static JsonElement Json(string text) => JsonElement.Parse(text);
}
