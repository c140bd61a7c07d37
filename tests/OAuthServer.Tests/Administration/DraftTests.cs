using System.Text.Json;
using OAuthServer.Administration;
using OAuthServer.Data;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Administration;

/// <summary>Drafts are checked as files are, kept, and remember what their last replay found.</summary>
[Collection(nameof(ServersCollection))]
public sealed class DraftTests(Servers servers)
{
    [Theory]
    [InlineData("""{ "loginRange": [] }""", "settings.loginRange")]
    [InlineData("""{ "loginRanges": ["300.1.1.1"] }""", "settings.loginRanges[0]")]
    [InlineData("""{ "lockout": { "minutes": 7 } }""", "settings.lockout.minutes")]
    [InlineData("""{ "apiOnly": "yes" }""", "settings.apiOnly")]
    [InlineData("""{ "apiOnly": true, "apiOnly": false }""", "settings")]
    [InlineData("[]", "settings")]
    [InlineData("\"x\"", "settings")]
    public async Task Settings_that_no_file_may_have_are_refused_with_their_place(string json, string path)
    {
        var scene = await ReplayScene.NewAsync(await servers.OnAsync("SQLite"));
        var user = await scene.Jobs.TestOrg.UserAsync();
        var element = JsonElement.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = true });
        foreach (var refusal in new[]
        {
            (await scene.Drafts.SaveAsync(scene.Call(), new(Profile: user.ProfileName, Settings: element))).Refusal,
            (await scene.Replays.StartAsync(scene.Call(), new(Profile: user.ProfileName, Settings: element))).Refusal,
        })
            Assert.Contains(Assert.IsType<AdminRefusal.Invalid>(refusal).Flaws, flaw => flaw.Path == path);
    }

    [Fact]
    public async Task Networks_are_checked_one_by_one()
    {
        var scene = await ReplayScene.NewAsync(await servers.OnAsync("SQLite"));
        var answer = await scene.Drafts.SaveAsync(scene.Call(), new(Networks: [new("Office", "10.0.0.0/8"), new("", "10.0.0.1"), new("Home", "nowhere"), new("Office", "10.0.0.0/8")]));
        Assert.Equal(["networks[1].name", "networks[2].range", "networks[3]"], Assert.IsType<AdminRefusal.Invalid>(answer.Refusal).Flaws.Select(flaw => flaw.Path));
        Assert.IsType<AdminRefusal.Invalid>((await scene.Drafts.SaveAsync(scene.Call(), new())).Refusal);
    }

    [Fact]
    public async Task Remembers_its_last_replay_and_that_it_was_changed_since()
    {
        var scene = await ReplayScene.NewAsync(await servers.OnAsync("SQLite"));
        var org = scene.Jobs.TestOrg;
        var (user, app) = (await org.UserAsync(), await org.AppAsync());
        await user.LoginAsync(app, TestServer.Office);
        var saved = await scene.Drafts.SaveAsync(scene.Call("drafts.save"), new(Profile: user.ProfileName, Settings: ReplayScene.Json(new() { LoginRanges = ["192.0.2.1"] })));
        var draft = saved.Value!;
        Assert.Equal((DraftKind.Profile, user.ProfileName, 1, "anna@example.test", null), (draft.Kind, draft.Profile, draft.BasedOn, draft.SavedBy, draft.LastReplay));

        await scene.ReplayAsync(new([draft.Id]));
        var replayed = (await scene.Drafts.GetAsync(scene.Call(), new(draft.Id))).Value!.LastReplay!;
        Assert.Equal((true, JobState.Done, 1, 1, 1L), (replayed.IsOfThis, replayed.State, replayed.Summary!.Stopped, replayed.Summary.Integrations, replayed.Summary.Counts.NewlyRefused));

        Assert.IsType<AdminRefusal.Changed>((await scene.Drafts.SaveAsync(scene.Call() with { IfMatch = "older" }, new(draft.Id, user.ProfileName, ReplayScene.Json(new())))).Refusal);
        await scene.Drafts.SaveAsync(scene.Call() with { IfMatch = saved.Version }, new(draft.Id, user.ProfileName, ReplayScene.Json(new())));
        Assert.False((await scene.Drafts.GetAsync(scene.Call(), new(draft.Id))).Value!.LastReplay!.IsOfThis);
        await scene.Drafts.DeleteAsync(scene.Call(), new(draft.Id));
        Assert.IsType<AdminRefusal.NotFound>((await scene.Drafts.GetAsync(scene.Call(), new(draft.Id))).Refusal);
    }
}
