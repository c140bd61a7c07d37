using System.Net;
using OAuthServer.Tests.Features.SignIn;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.Authorize;

/// <summary>The whole way through the pages: hub, sign-in, hub, consent, hub, app. No page knows the next, and none leads in a circle.</summary>
[Collection(nameof(ServersCollection))]
public sealed class WalkTests(Servers servers)
{
    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task From_the_app_through_sign_in_and_consent_back_to_the_app(string database)
    {
        var scene = await AuthorizeScene.NewAsync(await servers.OnAsync(database));
        var signedIn = await SignInAsync(scene, await scene.AuthorizeAsync(("prompt", "login consent"), ("max_age", "0")));
        var consent = await scene.Browser.FollowAsync(signedIn);
        consent.IsStillAsked();
        scene.Server.Clock.Advance(TimeSpan.FromSeconds(2));
        var done = await scene.Browser.FollowAsync(await ConsentTests.PostAsync(scene, consent, "allow"));
        Assert.StartsWith(AuthorizeScene.RedirectUri + "?code=", done.Location, StringComparison.Ordinal);
        (await scene.RedeemAsync(done.Parameter("code")!)).IsAllowed();
        Assert.NotNull((await scene.AuthorizeAsync(("prompt", "none"))).Parameter("code"));
    }

    [Theory]
    [InlineData("prompt", "login")]
    [InlineData("max_age", "0")]
    [InlineData("max_age", "4")]
    [InlineData("prompt", "select_account")]
    [InlineData("acr_values", "urn:oauthserver:acr:2")]
    public async Task Whoever_is_signed_in_and_must_do_more_is_shown_a_page_and_not_sent_in_a_circle(string parameter, string value)
    {
        var scene = await AuthorizeScene.ReadyAsync(await servers.OnAsync("SQLite"));
        var page = await scene.Browser.FollowAsync(await scene.AuthorizeAsync((parameter, value)));
        Assert.Equal(HttpStatusCode.OK, page.Status);
    }

    [Fact]
    public async Task Whoever_is_not_the_hinted_user_is_asked_to_sign_in_as_that_one()
    {
        var scene = await AuthorizeScene.ReadyAsync(await servers.OnAsync("SQLite"));
        var hint = (await scene.TokensAsync())["id_token"]!;
        var other = await scene.Org.UserAsync();
        await scene.Server.NoticeAsync();
        await scene.Browser.SignInAsync(other);
        scene.Server.Clock.Advance(TimeSpan.FromSeconds(2));
        var hub = await scene.AuthorizeAsync(("id_token_hint", hint));
        Assert.Equal(HttpStatusCode.OK, (await scene.Browser.FollowAsync(hub)).Status);
        Assert.NotNull((await scene.Browser.FollowAsync(await SignInAsync(scene, hub))).Parameter("code"));
    }

    [Fact]
    public async Task A_sign_in_of_another_than_the_hinted_user_is_login_required()
    {
        var scene = await AuthorizeScene.ReadyAsync(await servers.OnAsync("SQLite"));
        var hint = (await scene.TokensAsync())["id_token"]!;
        var other = await scene.Org.UserAsync();
        await scene.Server.NoticeAsync();
        var stranger = new TestBrowser(scene.Server, TestServer.Office);
        var hub = await stranger.GetAsync(AuthorizeScene.UrlOf(scene.Request(("id_token_hint", hint))));
        var signedIn = await stranger.PasswordAsync(other.Username, other.Password, "?request=" + hub.Parameter("request"));
        (await stranger.FollowAsync(signedIn)).IsErrorForTheApp("login_required");
    }

    [Fact]
    public async Task Another_organizations_user_may_sign_in_as_one_of_this()
    {
        var scene = await AuthorizeScene.NewAsync(await servers.OnAsync("SQLite"));
        await scene.AllowAsync();
        var stranger = await AuthorizeScene.ReadyAsync(scene.Server);
        var hub = await stranger.Browser.GetAsync(AuthorizeScene.UrlOf(scene.Request()));
        Assert.Equal(HttpStatusCode.OK, (await stranger.Browser.FollowAsync(hub)).Status);
        var signedIn = await stranger.Browser.PasswordAsync(scene.User.Username, scene.User.Password, "?another=true&request=" + hub.Parameter("request"));
        Assert.NotNull((await stranger.Browser.FollowAsync(signedIn)).Parameter("code"));
    }

    static Task<Page> SignInAsync(AuthorizeScene scene, Page hub) =>
        scene.Browser.PasswordAsync(scene.User.Username, scene.User.Password, "?another=true&request=" + hub.Parameter("request"));
}
