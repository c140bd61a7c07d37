using System.Net;
using Microsoft.AspNetCore.WebUtilities;
using OAuthServer.Tests.Features.Authorize;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.EndSession;

/// <summary>Logout that an app asks for (OpenID Connect RP-Initiated Logout 1.0).</summary>
[Collection(nameof(ServersCollection))]
public sealed class EndSessionTests(Servers servers)
{
    const string Goodbye = "https://app.example/goodbye";

    [Fact]
    public async Task An_app_that_shows_an_id_token_signs_the_person_out_and_gets_the_browser_back_with_state()
    {
        var (scene, hint) = await SceneAsync();
        scene.Server.Clock.Advance(TimeSpan.FromHours(1.5)); // expired, and good as a hint
        var page = await LogoutAsync(scene, ("id_token_hint", hint), ("post_logout_redirect_uri", Goodbye), ("state", "a b&c"));
        Assert.Equal(Goodbye + "?state=a%20b%26c", page.Location);
        (await scene.AuthorizeAsync(("prompt", "none"))).IsErrorForTheApp("login_required");
    }

    [Fact]
    public async Task Without_state_none_comes_back_and_without_an_address_a_page_says_that_it_is_done()
    {
        var (scene, hint) = await SceneAsync();
        Assert.Equal(Goodbye, (await LogoutAsync(scene, ("id_token_hint", hint), ("post_logout_redirect_uri", Goodbye))).Location);
        await scene.Browser.SignInAsync(scene.User);
        var again = (await scene.TokensAsync())["id_token"]!;
        var done = await scene.Browser.FollowAsync(await LogoutAsync(scene, ("id_token_hint", again)));
        Assert.Contains("You are signed out", done.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_form_from_the_apps_own_site_signs_out_though_it_brings_no_cookie()
    {
        var (scene, hint) = await SceneAsync();
        var post = new HttpRequestMessage(HttpMethod.Post, "/services/auth/idp/oidc/logout")
        {
            Content = new FormUrlEncodedContent([new("id_token_hint", hint), new("post_logout_redirect_uri", Goodbye)]),
        };
        var page = await new TestBrowser(scene.Server).SendAsync(post);
        Assert.Equal((HttpStatusCode.SeeOther, Goodbye), (page.Status, page.Location));
        (await scene.AuthorizeAsync(("prompt", "none"))).IsErrorForTheApp("login_required");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Whoever_shows_no_id_token_has_the_person_asked(bool out_)
    {
        var (scene, _) = await SceneAsync();
        var ask = await scene.Browser.FollowAsync(await LogoutAsync(scene, ("client_id", scene.App.ClientId), ("post_logout_redirect_uri", Goodbye), ("state", "s")));
        Assert.Contains("Sign out?", ask.Html, StringComparison.Ordinal);
        Assert.NotNull((await scene.AuthorizeAsync(("prompt", "none"))).Parameter("code")); // still there
        var answer = await scene.Browser.PostAsync(ask, null, ("decision", out_ ? "out" : "stay"));
        if (out_)
        {
            Assert.Equal(Goodbye + "?state=s", answer.Location);
            (await scene.AuthorizeAsync(("prompt", "none"))).IsErrorForTheApp("login_required");
        }
        else
        {
            Assert.Equal("/settings", answer.LocalLocation);
            Assert.NotNull((await scene.AuthorizeAsync(("prompt", "none"))).Parameter("code"));
        }
    }

    [Fact]
    public async Task A_question_is_not_answered_by_a_form_without_its_token()
    {
        var (scene, _) = await SceneAsync();
        var bare = new HttpRequestMessage(HttpMethod.Post, "/logout") { Content = new FormUrlEncodedContent([new("decision", "out")]) };
        Assert.Equal(HttpStatusCode.BadRequest, (await scene.Browser.SendAsync(bare)).Status);
        Assert.NotNull((await scene.AuthorizeAsync(("prompt", "none"))).Parameter("code"));
    }

    [Fact]
    public async Task No_address_but_a_registered_one_is_gone_to()
    {
        var (scene, hint) = await SceneAsync();
        string?[] wrong = ["https://evil.example/", Goodbye + "/", Goodbye + "?x=1", "https://app.example/callback", "//evil.example", "javascript:alert(1)"];
        foreach (var uri in wrong)
        {
            Refused(await LogoutAsync(scene, ("id_token_hint", hint), ("post_logout_redirect_uri", uri)));
            Refused(await LogoutAsync(scene, ("client_id", scene.App.ClientId), ("post_logout_redirect_uri", uri)));
            Refused(await scene.Browser.GetAsync(QueryHelpers.AddQueryString("/logout", new Dictionary<string, string?> { ["client_id"] = scene.App.ClientId, ["post_logout_redirect_uri"] = uri })));
        }
        Refused(await LogoutAsync(scene, ("post_logout_redirect_uri", Goodbye)));
        Refused(await LogoutAsync(scene, ("client_id", "unknown"), ("post_logout_redirect_uri", Goodbye)));
        Assert.NotNull((await scene.AuthorizeAsync(("prompt", "none"))).Parameter("code")); // and nobody was signed out
    }

    [Fact]
    public async Task What_is_no_id_token_of_ours_signs_nobody_out()
    {
        var (scene, hint) = await SceneAsync();
        var parts = hint.Split('.');
        var unsigned = $"{ClientKey.Part("{\"alg\":\"none\",\"typ\":\"JWT\"}")}.{parts[1]}.";
        using var key = new ClientKey("RS256", AuthorizeScene.Header(hint).GetProperty("kid").GetString());
        var foreign = key.SignText($"{{\"alg\":\"RS256\",\"typ\":\"JWT\",\"kid\":\"{key.KeyId}\"}}", AuthorizeScene.Claims(hint).GetRawText());
        foreach (var wrong in new[] { "x", unsigned, foreign, (await scene.TokensAsync())["access_token"]! })
            Refused(await LogoutAsync(scene, ("id_token_hint", wrong), ("post_logout_redirect_uri", Goodbye)));
        var other = await scene.WithAppAsync(AuthorizeScene.WebApp);
        Refused(await LogoutAsync(scene, ("id_token_hint", hint), ("client_id", other.App.ClientId)));
        Assert.NotNull((await scene.AuthorizeAsync(("prompt", "none"))).Parameter("code"));
    }

    [Fact]
    public async Task A_hint_of_somebody_else_does_not_sign_out_who_is_there_without_asking()
    {
        var (scene, hint) = await SceneAsync();
        var other = await scene.Org.UserAsync();
        await scene.Server.NoticeAsync();
        var browser = new TestBrowser(scene.Server, TestServer.Office);
        await browser.SignInAsync(other);
        var page = await browser.FollowAsync(await browser.GetAsync("/services/auth/idp/oidc/logout?id_token_hint=" + hint));
        Assert.Contains("Sign out?", page.Html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("out")]
    [InlineData("stay")]
    public async Task Who_is_signed_in_as_another_is_asked_and_then_goes_where_the_app_wanted(string decision)
    {
        var (scene, hint) = await SceneAsync();
        var other = await scene.Org.UserAsync();
        await scene.Server.NoticeAsync();
        var browser = new TestBrowser(scene.Server, TestServer.Office);
        await browser.SignInAsync(other);
        var asked = await browser.FollowAsync(await browser.GetAsync(
            $"/services/auth/idp/oidc/logout?id_token_hint={hint}&post_logout_redirect_uri={Uri.EscapeDataString(Goodbye)}&state=s")); // and no client_id
        Assert.Equal(HttpStatusCode.OK, asked.Status);
        Assert.Contains(other.Username, asked.Html, StringComparison.Ordinal);
        (await scene.AuthorizeAsync(("prompt", "none"))).IsErrorForTheApp("login_required"); // the hinted session has ended
        var answer = await browser.PostAsync(asked, null, ("decision", decision));
        Assert.Equal(decision == "out" ? Goodbye + "?state=s" : "/settings", answer.LocalLocation ?? answer.Location);
    }

    [Fact]
    public async Task An_older_id_token_of_the_same_person_signs_out_without_an_error()
    {
        var (scene, hint) = await SceneAsync();
        await LogoutAsync(scene, ("id_token_hint", hint));
        await scene.Browser.SignInAsync(scene.User); // another sid
        Assert.Equal(Goodbye, (await LogoutAsync(scene, ("id_token_hint", hint), ("post_logout_redirect_uri", Goodbye))).Location);
        (await scene.AuthorizeAsync(("prompt", "none"))).IsErrorForTheApp("login_required");
        Assert.Equal(Goodbye, (await LogoutAsync(scene, ("id_token_hint", hint), ("post_logout_redirect_uri", Goodbye))).Location); // nobody is there any more
    }

    [Fact]
    public async Task A_form_without_a_hint_where_nobody_is_signed_in_leads_where_the_app_wanted()
    {
        var (scene, _) = await SceneAsync();
        var browser = new TestBrowser(scene.Server);
        var post = new HttpRequestMessage(HttpMethod.Post, "/services/auth/idp/oidc/logout")
        {
            Content = new FormUrlEncodedContent([new("client_id", scene.App.ClientId), new("post_logout_redirect_uri", Goodbye)]),
        };
        var page = await browser.SendAsync(post);
        Assert.Equal(Goodbye, (await browser.GetAsync(page.LocalLocation!)).Location);
    }

    [Fact]
    public async Task Tokens_outlive_the_session()
    {
        var (scene, hint) = await SceneAsync();
        var tokens = await scene.TokensAsync();
        await LogoutAsync(scene, ("id_token_hint", hint));
        (await scene.UserInfoAsync(tokens["access_token"]!)).IsAllowed();
    }

    static void Refused(Page page)
    {
        Assert.Null(page.Location);
        Assert.Equal(HttpStatusCode.BadRequest, page.Status);
        Assert.DoesNotContain("evil", page.Html, StringComparison.Ordinal);
    }

    static Task<Page> LogoutAsync(AuthorizeScene scene, params (string Name, string? Value)[] parameters) => scene.Browser.GetAsync(
        QueryHelpers.AddQueryString("/services/auth/idp/oidc/logout", parameters.Select(pair => KeyValuePair.Create(pair.Name, pair.Value))));

    async Task<(AuthorizeScene Scene, string IdToken)> SceneAsync()
    {
        var scene = await AuthorizeScene.ReadyAsync(await servers.OnAsync("SQLite"));
        return (scene, (await scene.TokensAsync())["id_token"]!);
    }
}
