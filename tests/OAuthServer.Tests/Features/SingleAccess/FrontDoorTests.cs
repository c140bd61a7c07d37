using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Login;
using OAuthServer.Orgs;
using OAuthServer.Policy;
using OAuthServer.Tests.Features.SignIn;
using OAuthServer.Tests.Support;
using OAuthServer.Tokens;

namespace OAuthServer.Tests.Features.SingleAccess;

/// <summary>What a browser finds that comes with a one-time password: a question, one answer, and nothing for whoever comes after.</summary>
[Collection(nameof(ServersCollection))]
public sealed class FrontDoorTests(Servers servers)
{
    [Theory]
    [MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task A_token_opens_the_pages_once_and_only_when_the_person_says_so(string database)
    {
        var scene = await SceneAsync(database);
        var address = await scene.AddressAsync("?redirect_uri=/settings/sessions");
        // Scanners and previews come first, and use nothing up.
        var second = scene.Browser(TestServer.Outside);
        var seen = await SingleAccessScene.ArriveAsync(second, address);
        Assert.Equal(HttpStatusCode.OK, seen.Status);
        var browser = scene.Browser();
        var page = await SingleAccessScene.ArriveAsync(browser, address);
        Assert.Contains(scene.User.Username, page.Html, StringComparison.Ordinal);
        Assert.Contains("/settings/sessions", page.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("session", browser.Cookies.Keys);
        Assert.Empty(await scene.SessionsAsync());
        Assert.Equal(0, await scene.JudgedAsync());

        var opened = await SingleAccessScene.DecideAsync(browser, page);
        Assert.Equal("/settings/sessions", opened.LocalLocation);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/settings/sessions")).Status);
        var record = await scene.Server.RecordAsync(opened);
        Assert.Equal((LoginChannel.Browser, "allow", scene.User.Id, scene.Scene.App.ClientId), (record.Channel, record.Decision, record.UserId, record.ClientId));
        Assert.Contains($"browser through app {scene.Scene.App.ClientId}", await scene.Server.Services.GetRequiredService<LoginExplanations>().ExplainAsync(record.Id, TestContext.Current.CancellationToken), StringComparison.Ordinal);

        IsDead(await SingleAccessScene.DecideAsync(second, seen));
        IsDead(await SingleAccessScene.ArriveAsync(scene.Browser(), address));
        Assert.Single(await scene.SessionsAsync());
    }

    [Fact]
    public async Task Without_a_path_it_leads_to_the_settings()
    {
        var scene = await SceneAsync();
        Assert.Equal("/settings", (await scene.OpenAsync(scene.Browser())).LocalLocation);
    }

    [Theory]
    [MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Of_many_who_come_at_once_one_gets_in(string database)
    {
        var scene = await SceneAsync(database);
        var address = await scene.AddressAsync();
        var arrived = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            var browser = scene.Browser();
            return (Browser: browser, Page: await SingleAccessScene.ArriveAsync(browser, address));
        }));
        var answers = await Task.WhenAll(arrived.Select(one => SingleAccessScene.DecideAsync(one.Browser, one.Page)));
        Assert.Equal("/settings", Assert.Single(answers, answer => answer.Status == HttpStatusCode.Found).LocalLocation);
        Assert.Equal(7, answers.Count(answer => answer.Status == HttpStatusCode.Gone));
        Assert.Single(await scene.SessionsAsync());
    }

    [Fact]
    public async Task A_minute_is_all_the_time_there_is()
    {
        var scene = await SceneAsync();
        var (browser, late) = (scene.Browser(), scene.Browser());
        var page = await SingleAccessScene.ArriveAsync(browser, await scene.AddressAsync());
        scene.Server.Clock.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal("/settings", (await SingleAccessScene.DecideAsync(browser, page)).LocalLocation);

        var other = await SingleAccessScene.ArriveAsync(late, await scene.AddressAsync());
        scene.Server.Clock.Advance(TimeSpan.FromSeconds(61));
        IsDead(await SingleAccessScene.DecideAsync(late, other));
        IsDead(await late.GetAsync(SingleAccessScene.Door));
    }

    [Fact]
    public async Task It_lives_no_longer_than_its_token()
    {
        var scene = await SingleAccessScene.NewAsync(await servers.OnAsync("SQLite"), SingleAccessScene.App with { AccessTokenMinutes = 1 });
        scene.Server.Clock.Advance(TimeSpan.FromSeconds(40));
        var address = await scene.AddressAsync();
        scene.Server.Clock.Advance(TimeSpan.FromSeconds(30));
        IsDead(await SingleAccessScene.ArriveAsync(scene.Browser(), address));
    }

    [Theory]
    [InlineData("SQLite", false)]
    [InlineData("SQLite", true)]
    [InlineData("PostgreSQL", false)]
    [InlineData("PostgreSQL", true)]
    public async Task A_token_that_is_revoked_in_between_takes_it_along(string database, bool isJwt)
    {
        var scene = await SingleAccessScene.NewAsync(
            await servers.OnAsync(database), SingleAccessScene.App with { TokenFormat = isJwt ? Apps.TokenFormat.Jwt : Apps.TokenFormat.Opaque });
        Assert.Equal(isJwt, scene.Token.StartsWith("eyJ", StringComparison.Ordinal));
        var browser = scene.Browser();
        var page = await SingleAccessScene.ArriveAsync(browser, await scene.AddressAsync());
        Assert.Equal(HttpStatusCode.OK, page.Status);
        var found = (await scene.Server.Services.GetRequiredService<FrontDoors>().FindAsync(browser.Cookies["frontdoor"]))!;
        (await scene.Scene.RevokeAsync(scene.Token)).IsAllowed();
        IsDead(await SingleAccessScene.DecideAsync(browser, page));
        IsDead(await browser.GetAsync(SingleAccessScene.Door));
        // Also for whoever had looked just before.
        Assert.False(await scene.Server.Services.GetRequiredService<FrontDoors>().SpendAsync(found));
        Assert.Empty(await scene.SessionsAsync());
    }

    [Fact]
    public async Task Whatever_else_ends_the_access_ends_it_too()
    {
        var withdrawn = await SceneAsync();
        var address = await withdrawn.AddressAsync();
        await withdrawn.Server.Services.GetRequiredService<UserGrants>().WithdrawAsync(withdrawn.User.Id, withdrawn.Scene.App.Id, TestContext.Current.CancellationToken);
        IsDead(await SingleAccessScene.ArriveAsync(withdrawn.Browser(), address));

        var frozen = await SceneAsync();
        address = await frozen.AddressAsync();
        await frozen.Scene.ChangeUserAsync(user => user.Status = UserStatus.Frozen);
        IsDead(await SingleAccessScene.ArriveAsync(frozen.Browser(), address));

        var off = await SceneAsync();
        address = await off.AddressAsync();
        await off.Scene.ChangeAppAsync(app => app.IsActive = false);
        IsDead(await SingleAccessScene.ArriveAsync(off.Browser(), address));
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task What_opens_nothing_says_so_and_takes_no_earlier_one_in_its_place(string otp)
    {
        var scene = await SceneAsync();
        var browser = scene.Browser();
        await SingleAccessScene.ArriveAsync(browser, await scene.AddressAsync());
        var page = await SingleAccessScene.ArriveAsync(browser, SingleAccessScene.Door + "?otp=" + otp);
        IsDead(page);
        Assert.Contains("sf org open", page.Html, StringComparison.Ordinal);
        IsDead(await scene.Browser().GetAsync(SingleAccessScene.Door));
    }

    [Fact]
    public async Task Whoever_says_no_uses_it_up_and_stays_who_he_is()
    {
        var scene = await SceneAsync();
        var other = await SceneAsync();
        var browser = scene.Browser();
        await browser.SignInAsync(other.User);
        var page = await SingleAccessScene.ArriveAsync(browser, await scene.AddressAsync());
        Assert.Equal("/", (await SingleAccessScene.DecideAsync(browser, page, "cancel")).LocalLocation);
        IsDead(await SingleAccessScene.DecideAsync(browser, page));
        Assert.Single(await scene.SessionsAsync(other.User));
        Assert.Empty(await scene.SessionsAsync());
    }

    [Fact]
    public async Task Whoever_is_signed_in_as_another_is_told_so_and_is_not_any_more()
    {
        var scene = await SceneAsync();
        var other = await SceneAsync(); // of another organization
        var browser = scene.Browser();
        await browser.SignInAsync(other.User);
        var page = await SingleAccessScene.ArriveAsync(browser, await scene.AddressAsync());
        Assert.Contains(scene.User.Username, page.Html, StringComparison.Ordinal);
        Assert.Contains(other.User.Username, page.Html, StringComparison.Ordinal);
        Assert.Single(await scene.SessionsAsync(other.User));
        Assert.Equal("/settings", (await SingleAccessScene.DecideAsync(browser, page)).LocalLocation);
        Assert.Empty(await scene.SessionsAsync(other.User));
        Assert.Single(await scene.SessionsAsync());
        Assert.Contains(await scene.Scene.Org.NameAsync(), (await browser.GetAsync("/settings")).Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_answer_counts_for_the_account_that_was_seen()
    {
        var scene = await SceneAsync();
        var attacker = await SceneAsync();
        var browser = scene.Browser();
        var page = await SingleAccessScene.ArriveAsync(browser, await scene.AddressAsync());
        await SingleAccessScene.ArriveAsync(browser, await attacker.AddressAsync()); // another window, meanwhile
        var again = await SingleAccessScene.DecideAsync(browser, page);
        Assert.Equal(HttpStatusCode.OK, again.Status);
        Assert.Contains(attacker.User.Username, again.Html, StringComparison.Ordinal);
        Assert.Empty(await attacker.SessionsAsync());
        Assert.Empty(await scene.SessionsAsync());
    }

    [Fact]
    public async Task Whoever_is_signed_in_as_the_same_goes_on_with_the_session_that_is_there()
    {
        var scene = await SceneAsync();
        var browser = scene.Browser();
        var before = await browser.SignInAsync(scene.User, Proof.Password | Proof.Totp);
        scene.Server.Clock.Advance(TimeSpan.FromMinutes(1));
        var led = await SingleAccessScene.ArriveAsync(browser, await scene.AddressAsync("?redirect_uri=/settings/apps"));
        Assert.Equal("/settings/apps", led.LocalLocation);
        var after = Assert.Single(await scene.SessionsAsync());
        Assert.Equal((before.Id, before.Hash, before.Proven, before.AuthenticatedAt), (after.Id, after.Hash, after.Proven, after.AuthenticatedAt));
    }

    [Fact]
    public async Task It_outlives_the_server_and_is_forgotten_in_time()
    {
        await using var server = await TestServer.StartAsync();
        var scene = await SingleAccessScene.NewAsync(server);
        var address = await scene.AddressAsync();
        await server.RestartAsync();
        var browser = scene.Browser();
        Assert.Equal("/settings", (await SingleAccessScene.DecideAsync(browser, await SingleAccessScene.ArriveAsync(browser, address))).LocalLocation);
        await scene.AddressAsync();
        server.Clock.Advance(TimeSpan.FromSeconds(61));
        await server.Services.GetRequiredService<Purge>().RunAsync(TimeSpan.FromDays(180), TestContext.Current.CancellationToken);
        await using var db = server.Database.NewContext();
        Assert.Equal(0, await db.FrontDoors.CountAsync(TestContext.Current.CancellationToken));
    }

    static void IsDead(Page page)
    {
        Assert.Equal(HttpStatusCode.Gone, page.Status);
        Assert.Contains("<h1>", page.Html, StringComparison.Ordinal);
    }

    async Task<SingleAccessScene> SceneAsync(string database = "SQLite", ProfileSettings? profile = null) =>
        await SingleAccessScene.NewAsync(await servers.OnAsync(database), profile: profile);
}
