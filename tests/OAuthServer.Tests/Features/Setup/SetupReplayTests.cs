using System.Net;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Administration.Replay;
using OAuthServer.Data;
using OAuthServer.Orgs;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.Setup;

/// <summary>The pages of replays, long work and networks.</summary>
[Collection(nameof(ServersCollection))]
public sealed class SetupReplayTests(Servers servers)
{
    [Fact]
    public async Task A_draft_is_typed_replayed_and_read_line_by_line()
    {
        var scene = await AdminScene.NewAsync(await servers.OnAsync("SQLite"));
        var (user, app) = (await scene.Org.UserAsync(), await scene.Org.AppAsync());
        var login = await user.LoginAsync(app, TestServer.Office);
        var start = await scene.Browser.GetAsync($"/setup/policies/replay?profile={Uri.EscapeDataString(user.ProfileName)}");
        Assert.Contains("&quot;offTrustedNetworks&quot;: true", start.Html, StringComparison.Ordinal);
        var refused = await scene.Browser.PostAsync(start, "/setup/policies/replay", ("Profile", user.ProfileName), ("Settings", "{ \"apiOnly\": 1 }"), ("Days", "7"));
        Assert.Contains("settings.apiOnly", refused.Html, StringComparison.Ordinal);
        var nonsense = await scene.Browser.PostAsync(start, "/setup/policies/replay", ("Profile", user.ProfileName), ("Settings", "{"), ("Days", "7"));
        Assert.Contains("not the JSON", nonsense.Html, StringComparison.Ordinal);

        var begun = await scene.Browser.PostAsync(start, "/setup/policies/replay", ("Profile", user.ProfileName), ("Settings", SettingsJson.Write(new ProfileSettings { LoginRanges = ["192.0.2.1"] })), ("Days", "7"));
        var path = begun.LocalLocation!;
        Assert.StartsWith("/setup/policies/replay/", path, StringComparison.Ordinal);
        await Until.TrueAsync(async () => (await scene.Browser.GetAsync(path)).Html.Contains("1 of 1 integrations would have stopped.", StringComparison.Ordinal));
        var page = await scene.Browser.GetAsync(path);
        Assert.Contains($"{path}/{login.Reference}", page.Html, StringComparison.Ordinal);
        Assert.Contains("/setup/policies/profile?name=", page.Html, StringComparison.Ordinal);
        var line = await scene.Browser.GetAsync($"{path}/{login.Reference}");
        Assert.Contains("is in the trusted network", line.Html, StringComparison.Ordinal);
        Assert.Contains("Decided by FromPermittedNetwork.", line.Html, StringComparison.Ordinal);
        Assert.Contains(path, (await scene.Browser.GetAsync("/setup/jobs")).Html, StringComparison.Ordinal);

        var stranger = await AdminScene.NewAsync(scene.Server);
        foreach (var theirs in new[] { path, $"{path}/{login.Reference}", "/setup/policies/replay/nothing" })
            Assert.Equal(HttpStatusCode.NotFound, (await stranger.Browser.GetAsync(theirs)).Status);
        Assert.DoesNotContain(path, (await stranger.Browser.GetAsync("/setup/jobs")).Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_that_runs_reloads_its_page_until_it_is_cancelled()
    {
        var scene = await AdminScene.NewAsync(await servers.OnAsync("SQLite"));
        var id = RandomId.New(16);
        await using (var db = scene.Server.Database.NewContext())
        {
            db.Add(new Job
            {
                Id = id,
                OrgId = scene.Org.Id,
                Kind = ReplayJob.Word,
                State = JobState.Running,
                Done = 40,
                Total = 100,
                SeenAt = scene.Server.Clock.GetUtcNow(),
                CreatedAt = scene.Server.Clock.GetUtcNow(),
                Input = SettingsJson.Write(new ReplayInput { Days = 30 }),
                Actor = SettingsJson.Write(new AuditActor(null, "anna", AuditDoor.Page, null, "replay.start", scene.Server.Clock.GetUtcNow())),
            });
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }
        var page = await scene.Browser.GetAsync($"/setup/policies/replay/{id}");
        Assert.Contains("<progress max=\"100\" value=\"40\"", page.Html, StringComparison.Ordinal);
        Assert.Equal("2", Refresh(page));
        Assert.Null(Refresh(await scene.Browser.GetAsync($"/setup/policies/replay/{id}?still=1")));
        var cancelled = await scene.Browser.PostAsync(page, "/setup/jobs?handler=Cancel", ("job", id));
        Assert.Equal($"/setup/policies/replay/{id}", cancelled.LocalLocation);
        var after = await scene.Browser.GetAsync(cancelled.LocalLocation!);
        Assert.Null(Refresh(after));
        Assert.Contains("Cancelled", after.Html, StringComparison.Ordinal);
        var stranger = await AdminScene.NewAsync(scene.Server);
        Assert.Equal(HttpStatusCode.NotFound, (await stranger.Browser.PostAsync(await stranger.Browser.GetAsync("/setup/policies/replay"), "/setup/jobs?handler=Cancel", ("job", id))).Status);
    }

    [Fact]
    public async Task Networks_show_a_forged_header_as_ignored_and_try_a_suggestion_on_replay()
    {
        var scene = await AdminScene.NewAsync(await servers.OnAsync("SQLite"));
        var answer = await scene.SendAsync(HttpMethod.Get, "/networks/truth");
        Assert.Equal("127.0.0.1", answer["address"]);

        var forged = new HttpRequestMessage(HttpMethod.Get, "/setup/networks");
        forged.Headers.TryAddWithoutValidation("X-Forwarded-For", "127.0.10.7");
        forged.Headers.TryAddWithoutValidation("X-Real-IP", "127.0.10.8");
        var seen = (await scene.Browser.SendAsync(forged)).Html;
        Assert.Contains("<code>127.0.0.1</code>, in no trusted network", seen, StringComparison.Ordinal);
        Assert.Matches("(?s)Ignored</span>.*<code>127.0.10.7</code>.*is no listed proxy", seen);
        Assert.Contains("never read: X-Real-IP", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("127.0.10.8", seen, StringComparison.Ordinal);

        Assert.DoesNotContain("outside the trusted networks, no wider than was seen", seen, StringComparison.Ordinal); // reads much: only on request
        Assert.Contains("outside the trusted networks, no wider than was seen", (await scene.Browser.GetAsync("/setup/networks?suggest=true")).Html, StringComparison.Ordinal);
        var page = await scene.Browser.GetAsync("/setup/networks?add=203.0.113.0%2F28");
        Assert.Contains("&quot;range&quot;: &quot;203.0.113.0/28&quot;", page.Html, StringComparison.Ordinal);
        Assert.Contains("No proxy is listed", page.Html, StringComparison.Ordinal);
        var tried = await scene.Browser.PostAsync(page, "/setup/networks?handler=Replay", ("Networks", """[{ "name": "Lab", "range": "203.0.113.0/28" }]"""));
        Assert.StartsWith("/setup/policies/replay/", tried.LocalLocation, StringComparison.Ordinal);
        await using var db = scene.Server.Database.NewContext();
        Assert.Contains("Lab", (await db.Drafts.SingleAsync(d => d.OrgId == scene.Org.Id, TestContext.Current.CancellationToken)).Content, StringComparison.Ordinal);
        Assert.DoesNotContain(await db.TrustedNetworks.Where(n => n.OrgId == scene.Org.Id).ToListAsync(TestContext.Current.CancellationToken), n => n.Name == "Lab");
        Assert.Contains("is no JSON", (await scene.Browser.PostAsync(page, "/setup/networks?handler=Save", ("Networks", "["))).Html, StringComparison.Ordinal);
        var looked = await scene.Browser.PostAsync(page, "/setup/networks?handler=Review", ("Networks", """[{ "name": "Lab", "range": "203.0.113.0/28" }]"""));
        Assert.Contains("<code>&#x2B; Lab 203.0.113.0/28</code>", looked.Html, StringComparison.Ordinal);
        Assert.False(await db.TrustedNetworks.AnyAsync(n => n.OrgId == scene.Org.Id && n.Name == "Lab", TestContext.Current.CancellationToken));
        Assert.Equal("/setup/networks", (await scene.Browser.PostAsync(looked, "/setup/networks?handler=Save", ("Networks", """[{ "name": "Lab", "range": "203.0.113.0/28" }]"""))).LocalLocation);
        Assert.True(await db.TrustedNetworks.AnyAsync(n => n.OrgId == scene.Org.Id && n.Name == "Lab", TestContext.Current.CancellationToken));
    }

    static string? Refresh(Page page) => page.Headers.TryGetValues("Refresh", out var values) ? values.Single() : null;
}
