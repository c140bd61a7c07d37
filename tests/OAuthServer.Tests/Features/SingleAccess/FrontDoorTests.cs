using System.Net;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.SingleAccess;

/// <summary>What a browser finds that comes with a token's link: a sign-in with the name filled in, or the page where that person is signed in.</summary>
[Collection(nameof(ServersCollection))]
public sealed class FrontDoorTests(Servers servers)
{
    [Fact]
    public async Task Nobody_is_signed_in_by_a_link_but_is_asked_for_no_name()
    {
        var scene = await SceneAsync();
        var browser = scene.Browser();
        var led = await scene.OpenAsync(browser, "?redirect_uri=/settings/sessions");
        Assert.Equal("/login/password", led.LocalLocation);
        var page = await browser.FollowAsync(led);
        Assert.Contains(scene.User.Username, page.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("session", browser.Cookies.Keys);
        var done = await browser.PostAsync(page, null, ("password", scene.User.Password));
        Assert.Equal("/settings/sessions", done.LocalLocation);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/settings/sessions")).Status);
    }

    [Fact]
    public async Task Whoever_is_signed_in_goes_on_to_the_page_and_without_one_to_the_settings()
    {
        var scene = await SceneAsync();
        var browser = scene.Browser();
        await browser.SignInAsync(scene.User);
        Assert.Equal("/settings/apps", (await scene.OpenAsync(browser, "?redirect_uri=settings/apps")).LocalLocation);
        Assert.Equal("/settings", (await scene.OpenAsync(browser)).LocalLocation);
    }

    [Fact]
    public async Task Somebody_else_who_is_signed_in_stays_so_until_the_person_has_signed_in()
    {
        var scene = await SceneAsync();
        var other = await scene.Scene.Org.UserAsync();
        await scene.Server.NoticeAsync();
        var browser = scene.Browser();
        await browser.SignInAsync(other);
        Assert.Equal("/login/password", (await scene.OpenAsync(browser, "?redirect_uri=/settings/apps")).LocalLocation);
        Assert.Contains(other.Username, (await browser.GetAsync("/settings")).Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_ends_after_a_minute_and_with_its_account_and_is_whole()
    {
        var server = await servers.OnAsync("SQLite");
        var scene = await SceneAsync();
        var address = await scene.AddressAsync("?redirect_uri=/settings");
        foreach (var broken in new[] { address[..^1], address + "A", address[..address.IndexOf('=', StringComparison.Ordinal)], address + "&otp=x", "/secur/frontdoor.jsp", address[..^30] + new string('A', 30) + "=" })
            await IsDeadAsync(scene, broken);
        await IsDeadAsync(scene, "/secur/frontdoor.jsp?otp=" + new string('A', 8_000));
        var frozen = await SceneAsync();
        var theirs = await frozen.AddressAsync();
        await frozen.Scene.ChangeUserAsync(user => user.Status = UserStatus.Inactive);
        await IsDeadAsync(frozen, theirs);
        Assert.Equal(HttpStatusCode.Redirect, (await scene.Browser().GetAsync(address)).Status);
        server.Clock.Advance(TimeSpan.FromSeconds(60));
        await IsDeadAsync(scene, address);
    }

    [Fact]
    public async Task What_a_link_says_reaches_no_log_and_is_not_to_be_read()
    {
        var scene = await SceneAsync();
        var address = await scene.AddressAsync("?redirect_uri=/settings");
        await scene.Browser().GetAsync(address);
        var otp = address[(address.IndexOf('=', StringComparison.Ordinal) + 1)..];
        Assert.DoesNotContain(scene.Server.Log.Lines, line => line.Contains(otp, StringComparison.Ordinal));
        Assert.DoesNotContain(scene.User.Id, System.Text.Encoding.Latin1.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(otp)), StringComparison.Ordinal);
        Assert.NotEqual(address, await scene.AddressAsync("?redirect_uri=/settings"));
    }

    static async Task IsDeadAsync(SingleAccessScene scene, string address)
    {
        var page = await scene.Browser().GetAsync(address);
        Assert.Equal((HttpStatusCode.Gone, null), (page.Status, page.LocalLocation));
        Assert.Contains("This link does not work any more", page.Html, StringComparison.Ordinal);
    }

    async Task<SingleAccessScene> SceneAsync() => await SingleAccessScene.NewAsync(await servers.OnAsync("SQLite"));
}
