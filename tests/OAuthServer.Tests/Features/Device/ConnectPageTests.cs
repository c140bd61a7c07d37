using System.Net;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Orgs;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.Device;

/// <summary>The person's side of the device flow (RFC 8628 sections 3.3, 5.1 and 5.4): typing the code, seeing who asks, yes and no.</summary>
[Collection(nameof(ServersCollection))]
public sealed class ConnectPageTests(Servers servers)
{
    const string Connect = "/setup/connect";

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task A_person_types_the_code_sees_who_asks_says_yes_and_the_device_gets_its_tokens(string database)
    {
        var (scene, browser) = await SceneAsync(database);
        var started = await scene.StartAsync("api offline_access");
        var typed = started["user_code"]!.ToLowerInvariant().Replace("-", " ", StringComparison.Ordinal);
        var confirm = await browser.PostAsync(await browser.GetAsync(Connect), Connect, ("user_code", typed));
        Assert.Contains("App ", confirm.Html, StringComparison.Ordinal);
        Assert.Contains("Read and change data in your name", confirm.Html, StringComparison.Ordinal);
        Assert.Contains("Stay signed in for you", confirm.Html, StringComparison.Ordinal);
        Assert.Contains(TestServer.Outside, confirm.Html, StringComparison.Ordinal);
        Assert.Contains(started["user_code"]!, confirm.Html, StringComparison.Ordinal);
        (await scene.PollAsync(started["device_code"])).IsRefused("authorization_pending", ""); // seeing is not approving
        var done = await browser.PostAsync(confirm, Connect + "/approve", ("user_code", started["user_code"]!));
        Assert.Contains("is connected to your account", done.Html, StringComparison.Ordinal);
        var tokens = await scene.PollLaterAsync(started["device_code"]);
        tokens.IsAllowed();
        var record = await scene.Server.RecordAsync(tokens);
        Assert.Equal((LoginChannel.Device, "allow", scene.App.ClientId), (record.Channel, record.Decision, record.ClientId));
    }

    [Fact]
    public async Task A_link_with_the_code_asks_all_the_same()
    {
        var (scene, browser) = await SceneAsync();
        var started = await scene.StartAsync();
        var confirm = await browser.GetAsync(started["verification_uri_complete"]!["http://localhost:5000".Length..]);
        Assert.Contains("Go on only if you started this yourself", confirm.Html, StringComparison.Ordinal);
        (await scene.PollAsync(started["device_code"])).IsRefused("authorization_pending", "");
        Assert.Contains("Not connected", (await browser.PostAsync(confirm, Connect + "/deny", ("user_code", started["user_code"]!))).Html, StringComparison.Ordinal);
        (await scene.PollLaterAsync(started["device_code"])).IsRefused("access_denied", "");
    }

    [Fact]
    public async Task Approving_by_a_link_alone_is_not_possible()
    {
        var (scene, browser) = await SceneAsync();
        var started = await scene.StartAsync();
        foreach (var link in new[] { $"{Connect}/approve?user_code={started["user_code"]}", $"{Connect}?handler=approve&user_code={started["user_code"]}" })
            Assert.Contains("Go on only if you started this yourself", (await browser.GetAsync(link)).Html, StringComparison.Ordinal);
        (await scene.PollAsync(started["device_code"])).IsRefused("authorization_pending", "");
    }

    [Fact]
    public async Task Who_is_not_signed_in_signs_in_first_and_keeps_the_code()
    {
        var (scene, _) = await SceneAsync();
        var stranger = new TestBrowser(scene.Server);
        Assert.Equal("/login?to=%2Fsetup%2Fconnect%3Fuser_code%3DWDJBMJHT", (await stranger.GetAsync(Connect + "?user_code=wdjb-mjht")).Location);
        Assert.Equal("/login?to=%2Fsetup%2Fconnect", (await stranger.GetAsync(Connect + "?user_code=%2F%2Fevil.example")).Location);
    }

    [Fact]
    public async Task A_second_click_is_harmless_and_a_no_after_a_yes_changes_nothing()
    {
        var (scene, browser) = await SceneAsync();
        var started = await scene.StartAsync();
        var code = ("user_code", started["user_code"]!);
        var page = await browser.GetAsync(Connect);
        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => browser.PostAsync(page, Connect + "/approve", code)));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
        Assert.Contains("is connected", (await browser.PostAsync(page, Connect + "/approve", code)).Html, StringComparison.Ordinal);
        Assert.Contains("is connected", (await browser.PostAsync(page, Connect + "/deny", code)).Html, StringComparison.Ordinal);
        (await scene.PollAsync(started["device_code"])).IsAllowed();
    }

    [Fact]
    public async Task A_code_of_another_organizations_app_is_no_code_here()
    {
        var (_, browser) = await SceneAsync();
        var (other, _) = await SceneAsync();
        var started = await other.StartAsync();
        var answer = await browser.PostAsync(await browser.GetAsync(Connect), Connect + "/approve", ("user_code", started["user_code"]!));
        Assert.Contains("No device shows this code now", answer.Html, StringComparison.Ordinal);
        (await other.PollAsync(started["device_code"])).IsRefused("authorization_pending", "");
    }

    [Fact]
    public async Task Guessing_codes_is_slowed_down_for_a_person_and_a_network()
    {
        await using var server = await TestServer.StartAsync();
        var scene = await DeviceScene.NewAsync(server);
        var browser = new TestBrowser(server, TestServer.Office);
        await browser.SignInAsync(scene.User);
        var page = await browser.GetAsync(Connect);
        var guesses = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => browser.PostAsync(page, Connect, ("user_code", "BCDF-GHJK"))));
        var looked = guesses.Count(guess => guess.Status == HttpStatusCode.OK);
        Assert.InRange(looked, 10, 11); // the first may be a little forgiven already
        Assert.Equal(20 - looked, guesses.Count(guess => guess.Status == HttpStatusCode.TooManyRequests && guess.Headers.RetryAfter is not null));
        var started = await scene.StartAsync();
        Assert.Equal(HttpStatusCode.TooManyRequests, (await browser.GetAsync($"{Connect}?user_code={started["user_code"]}")).Status);
        var elsewhere = new TestBrowser(server, "127.0.0.9"); // the same person
        await elsewhere.SignInAsync(scene.User);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await elsewhere.GetAsync($"{Connect}?user_code={started["user_code"]}")).Status);
        var neighbour = new TestBrowser(server, TestServer.Office); // the same network
        var colleague = await scene.Org.UserAsync();
        await server.NoticeAsync();
        await neighbour.SignInAsync(colleague);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await neighbour.GetAsync($"{Connect}?user_code={started["user_code"]}")).Status);
        server.Clock.Advance(TimeSpan.FromMinutes(2));
        started = await scene.StartAsync();
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync($"{Connect}?user_code={started["user_code"]}")).Status);
    }

    [Fact]
    public async Task Right_codes_cost_no_guess()
    {
        var (scene, browser) = await SceneAsync();
        for (var i = 0; i < 15; i++)
            Assert.Contains("Connect App", (await browser.GetAsync($"{Connect}?user_code={(await scene.StartAsync())["user_code"]}")).Html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hours")]
    [InlineData("door")]
    public async Task The_rules_decide_and_a_refusal_is_shown_with_its_reference(string rule)
    {
        var (scene, browser) = await SceneAsync();
        await scene.Org.ChangeProfileAsync(scene.User.ProfileId, rule == "hours"
            ? new ProfileSettings { LoginHours = new() { TimeZone = "UTC" } }
            : new ProfileSettings { Doors = [LoginChannel.Browser] });
        await scene.Server.NoticeAsync();
        var started = await scene.StartAsync();
        var refused = await browser.PostAsync(await browser.GetAsync(Connect), Connect + "/approve", ("user_code", started["user_code"]!));
        Assert.Contains(rule == "hours" ? "outside the hours" : "does not let devices log in", refused.Html, StringComparison.Ordinal);
        Assert.Matches("[2-9A-Z]{4}-[2-9A-Z]{4}</code>", refused.Html);
        (await scene.PollAsync(started["device_code"])).IsRefused("authorization_pending", "");
        await using var db = scene.Server.Database.NewContext();
        Assert.Equal("deny", (await db.LoginRecords.OrderBy(r => r.Id).LastAsync(r => r.UserId == scene.User.Id, Stop)).Decision);
    }

    [Fact]
    public async Task Whoever_withdraws_the_app_before_the_device_polls_has_taken_the_yes_back()
    {
        var (scene, browser) = await SceneAsync();
        var started = await scene.StartAsync();
        var page = await browser.GetAsync(Connect);
        await browser.PostAsync(page, Connect + "/approve", ("user_code", started["user_code"]!));
        await using (var db = scene.Server.Database.NewContext())
        {
            db.Add(new OAuthServer.Data.Consent { UserId = scene.User.Id, AppId = scene.App.Id, Scope = "api", GivenAt = scene.Server.Clock.GetUtcNow() });
            await db.SaveChangesAsync(Stop);
        }
        Assert.Equal(HttpStatusCode.Found, (await browser.PostAsync(page, "/settings/apps/withdraw", ("id", scene.App.Id))).Status);
        (await scene.PollAsync(started["device_code"])).IsRefused("expired_token", "");
    }

    async Task<(DeviceScene Scene, TestBrowser Browser)> SceneAsync(string database = "SQLite")
    {
        var server = await servers.OnAsync(database);
        var scene = await DeviceScene.NewAsync(server);
        var browser = new TestBrowser(server, TestServer.Office);
        await browser.SignInAsync(scene.User);
        return (scene, browser);
    }
}
