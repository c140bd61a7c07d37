using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Apps;
using OAuthServer.Login;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.Authorize;

/// <summary>What the app may want of the person (OpenID Connect Core 1.0, section 3.1.2.1), and what becomes of it on the way back to the hub.</summary>
[Collection(nameof(ServersCollection))]
public sealed class PromptTests(Servers servers)
{
    [Fact]
    public async Task Prompt_none_answers_at_once_or_says_what_is_missing()
    {
        var scene = await AuthorizeScene.NewAsync(await servers.OnAsync("SQLite"));
        (await scene.AuthorizeAsync(("prompt", "none"))).IsErrorForTheApp("login_required");
        await scene.Browser.SignInAsync(scene.User);
        (await scene.AuthorizeAsync(("prompt", "none"))).IsErrorForTheApp("consent_required");
        await scene.AllowAsync();
        Assert.NotNull((await scene.AuthorizeAsync(("prompt", "none"))).Parameter("code"));
    }

    [Theory]
    [InlineData("prompt", "login")]
    [InlineData("prompt", "login consent")]
    [InlineData("max_age", "1")]
    [InlineData("max_age", "0")]
    public async Task A_sign_in_anew_is_one_after_the_request_came_and_auth_time_tells_it(string parameter, string value)
    {
        var scene = await ReadyAsync();
        var earlier = AuthorizeScene.Claims((await scene.TokensAsync())["id_token"]!).GetProperty("auth_time").GetInt64();
        scene.Server.Clock.Advance(TimeSpan.FromSeconds(5));
        var page = await scene.AuthorizeAsync((parameter, value));
        page.IsPage("/login");
        var handle = "urn:ietf:params:oauth:request_uri:" + page.Parameter("request");
        (await scene.WithHandleAsync(handle)).IsPage("/login"); // coming back without having signed in does not help
        scene.Server.Clock.Advance(TimeSpan.FromSeconds(5));
        await scene.Browser.SignInAsync(scene.User);
        await scene.AllowAsync();
        var code = (await scene.WithHandleAsync(handle)).Parameter("code")!;
        var later = AuthorizeScene.Claims((await scene.RedeemAsync(code))["id_token"]!).GetProperty("auth_time").GetInt64();
        Assert.True(later > earlier);
    }

    [Fact]
    public async Task A_sign_in_that_is_young_enough_is_left_alone()
    {
        var scene = await ReadyAsync();
        var first = AuthorizeScene.Claims((await scene.TokensAsync())["id_token"]!).GetProperty("auth_time").GetInt64();
        scene.Server.Clock.Advance(TimeSpan.FromMinutes(3));
        Assert.Equal(first, AuthorizeScene.Claims((await scene.TokensAsync(("max_age", "10000")))["id_token"]!).GetProperty("auth_time").GetInt64());
        (await scene.AuthorizeAsync(("max_age", "60"), ("prompt", "none"))).IsErrorForTheApp("login_required");
    }

    [Fact]
    public async Task An_account_is_chosen_by_going_on_or_by_signing_in()
    {
        var scene = await ReadyAsync();
        var page = await scene.AuthorizeAsync(("prompt", "select_account"));
        page.IsPage("/login");
        var requests = scene.Server.Services.GetRequiredService<AuthorizationRequests>();
        await requests.ChooseAccountAsync((await requests.FindAsync(page.Parameter("request")!))!);
        Assert.NotNull((await scene.WithHandleAsync(AuthorizationRequests.UriPrefix + page.Parameter("request"))).Parameter("code"));
    }

    [Fact]
    public async Task Consent_is_asked_for_again_when_the_app_wants_it_and_for_more_than_was_allowed()
    {
        var scene = await ReadyAsync();
        var page = await scene.AuthorizeAsync(("prompt", "consent"));
        page.IsPage("/consent");
        (await scene.WithHandleAsync(AuthorizationRequests.UriPrefix + page.Parameter("request"))).IsPage("/consent");
        scene.Server.Clock.Advance(TimeSpan.FromSeconds(1));
        await scene.AllowAsync();
        Assert.NotNull((await scene.WithHandleAsync(AuthorizationRequests.UriPrefix + page.Parameter("request"))).Parameter("code"));
        var other = await scene.WithAppAsync(AuthorizeScene.WebApp);
        await other.AllowAsync("openid", "profile", "api");
        Assert.NotNull((await other.AuthorizeAsync()).Parameter("code"));
        (await other.AuthorizeAsync(("scope", "openid email"))).IsPage("/consent");
    }

    [Fact]
    public async Task An_app_whose_users_an_administrator_named_needs_no_consent()
    {
        var scene = await AuthorizeScene.NewAsync(await servers.OnAsync("SQLite"));
        await scene.Browser.SignInAsync(scene.User);
        var approved = await scene.WithAppAsync(AuthorizeScene.WebApp with { Preapproval = new() { Required = true, Users = [scene.User.Username] } });
        Assert.NotNull((await approved.AuthorizeAsync(("prompt", "none"))).Parameter("code"));
    }

    [Fact]
    public async Task A_no_is_access_denied_once()
    {
        var scene = await AuthorizeScene.NewAsync(await servers.OnAsync("SQLite"));
        await scene.Browser.SignInAsync(scene.User);
        var handle = (await scene.AuthorizeAsync()).Parameter("request")!;
        var requests = scene.Server.Services.GetRequiredService<AuthorizationRequests>();
        await requests.DenyAsync((await requests.FindAsync(handle))!);
        (await scene.WithHandleAsync(AuthorizationRequests.UriPrefix + handle)).IsErrorForTheApp("access_denied");
        (await scene.WithHandleAsync(AuthorizationRequests.UriPrefix + handle)).IsForThePersonAlone("invalid_request_uri");
    }

    [Fact]
    public async Task An_id_token_hint_of_who_is_there_is_silent_and_one_of_another_is_not()
    {
        var scene = await ReadyAsync();
        var mine = (await scene.TokensAsync())["id_token"]!;
        scene.Server.Clock.Advance(TimeSpan.FromHours(1.5)); // expired, and good as a hint
        Assert.NotNull((await scene.AuthorizeAsync(("prompt", "none"), ("id_token_hint", mine))).Parameter("code"));
        var other = await scene.Org.UserAsync();
        await scene.Server.NoticeAsync();
        var browser = new TestBrowser(scene.Server, TestServer.Office);
        await browser.SignInAsync(other);
        (await browser.GetAsync(AuthorizeScene.UrlOf(scene.Request(("prompt", "none"), ("id_token_hint", mine))))).IsErrorForTheApp("login_required");
        (await browser.GetAsync(AuthorizeScene.UrlOf(scene.Request(("id_token_hint", mine))))).IsPage("/login");
    }

    [Fact]
    public async Task What_is_no_id_token_of_ours_is_no_hint()
    {
        var scene = await ReadyAsync();
        var tokens = await scene.TokensAsync();
        var idToken = tokens["id_token"]!;
        var parts = idToken.Split('.');
        var unsigned = $"{ClientKey.Part("{\"alg\":\"none\",\"typ\":\"JWT\"}")}.{parts[1]}.";
        using var key = new ClientKey("RS256", AuthorizeScene.Header(idToken).GetProperty("kid").GetString());
        var foreign = key.SignText("{\"alg\":\"RS256\",\"typ\":\"JWT\",\"kid\":\"" + key.KeyId + "\"}", AuthorizeScene.Claims(idToken).GetRawText());
        foreach (var hint in new[] { tokens["access_token"]!, unsigned, foreign, $"{parts[0]}.{parts[1]}.{parts[2][..^4]}AAAA" })
            (await scene.AuthorizeAsync(("id_token_hint", hint))).IsErrorForTheApp("invalid_request");
    }

    [Fact]
    public async Task Two_factors_are_asked_for_where_the_app_wants_them()
    {
        var scene = await ReadyAsync();
        (await scene.AuthorizeAsync(("acr_values", "urn:oauthserver:acr:2"), ("prompt", "none"))).IsErrorForTheApp("login_required");
        (await scene.AuthorizeAsync(("acr_values", "urn:oauthserver:acr:2"))).IsPage("/login");
        await scene.Browser.SignInAsync(scene.User, Proof.Password | Proof.Totp);
        var tokens = await scene.TokensAsync(("acr_values", "urn:oauthserver:acr:2"));
        Assert.Equal("urn:oauthserver:acr:2", AuthorizeScene.Claims(tokens["id_token"]!).GetProperty("acr").GetString());
    }

    async Task<AuthorizeScene> ReadyAsync(AppSettings? settings = null) => await AuthorizeScene.ReadyAsync(await servers.OnAsync("SQLite"), settings);
}
