using System.Net;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Apps;
using OAuthServer.Login;
using OAuthServer.Orgs;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.Authorize;

/// <summary>The authorization endpoint (RFC 6749 section 4.1, OpenID Connect Core 1.0 section 3.1.2): what is asked, and where the answer goes.</summary>
[Collection(nameof(ServersCollection))]
public sealed class AuthorizeTests(Servers servers)
{
    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task A_person_who_is_signed_in_and_has_consented_sends_a_code_with_state_and_issuer(string database)
    {
        var scene = await AuthorizeScene.ReadyAsync(await servers.OnAsync(database));
        var page = await scene.AuthorizeAsync();
        Assert.Equal(HttpStatusCode.Redirect, page.Status);
        Assert.StartsWith(AuthorizeScene.RedirectUri + "?code=", page.Location, StringComparison.Ordinal);
        Assert.Equal(AuthorizeScene.State, page.Parameter("state"));
        Assert.Equal(scene.Server.PublicUrl, page.Parameter("iss"));
        Assert.True(page.Parameter("code")!.Length >= 22); // 128 bits
        Assert.Contains("no-store", page.Headers.GetValues("Cache-Control").Single(), StringComparison.Ordinal);
        Assert.False(page.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task Whoever_is_not_signed_in_is_sent_to_sign_in_and_comes_back_by_the_handle()
    {
        var scene = await SceneAsync();
        var signIn = await scene.AuthorizeAsync();
        signIn.IsPage("/login");
        var handle = signIn.Parameter("request")!;
        scene.Server.Clock.Advance(TimeSpan.FromSeconds(30));
        await scene.Browser.SignInAsync(scene.User);
        var consent = await scene.WithHandleAsync("urn:ietf:params:oauth:request_uri:" + handle);
        consent.IsPage("/consent");
        Assert.Equal(handle, consent.Parameter("request"));
        await scene.AllowAsync();
        var done = await scene.WithHandleAsync("urn:ietf:params:oauth:request_uri:" + handle);
        Assert.NotNull(done.Parameter("code"));
        Assert.Equal(AuthorizeScene.State, done.Parameter("state"));
        (await scene.WithHandleAsync("urn:ietf:params:oauth:request_uri:" + handle)).IsForThePersonAlone("invalid_request_uri");
    }

    [Theory]
    [InlineData("https://app.example/callback/")]
    [InlineData("https://app.example/callback?x=1")]
    [InlineData("https://app.example/callback#x")]
    [InlineData("https://app.example/Callback")]
    [InlineData("https://APP.example/callback")]
    [InlineData("https://app.example:443/callback")]
    [InlineData("https://app.example/x/../callback")]
    [InlineData("https://app.example/%63allback")]
    [InlineData("https://app.example/callback%20")]
    [InlineData("https://app.example.evil.example/callback")]
    [InlineData("https://app.example@evil.example/callback")]
    [InlineData("https://evil.example/https://app.example/callback")]
    [InlineData("http://app.example/callback")]
    [InlineData("//app.example/callback")]
    [InlineData("javascript:alert(1)")]
    [InlineData("data:text/html,evil")]
    [InlineData(" https://app.example/callback")]
    [InlineData("https://app.example/call\u200Bback")]
    [InlineData(null)]
    public async Task An_answer_goes_nowhere_but_to_what_is_registered(string? redirectUri)
    {
        var scene = await ReadyAsync();
        (await scene.AuthorizeAsync(("redirect_uri", redirectUri))).IsForThePersonAlone("invalid_request");
        (await scene.AuthorizeAsync(("redirect_uri", redirectUri), ("prompt", "none"), ("response_mode", "form_post"))).IsForThePersonAlone("invalid_request");
    }

    [Theory]
    [InlineData("unknown")]
    [InlineData("<script>evil</script>")]
    [InlineData(null)]
    public async Task An_app_that_nobody_knows_gets_no_answer(string? clientId)
    {
        var scene = await ReadyAsync();
        (await scene.AuthorizeAsync(("client_id", clientId))).IsForThePersonAlone("invalid_client");
    }

    [Theory]
    [InlineData("http://127.0.0.1:51234/callback", true)]
    [InlineData("http://127.0.0.1/callback", true)]
    [InlineData("http://[::1]:8/callback", true)]
    [InlineData("com.example.app:/callback", true)]
    [InlineData("http://127.0.0.1:51234/other", false)]
    [InlineData("http://127.0.0.1:51234/callback?x", false)]
    [InlineData("http://127.0.0.1:999999/callback", false)]
    [InlineData("http://127.0.0.1:65536/callback", false)]
    [InlineData("http://127.0.0.1:65535/callback", true)]
    [InlineData("http://127.0.0.1:/callback", false)]
    [InlineData("http://127.0.0.1:80@evil.example/callback", false)]
    [InlineData("http://127.0.0.1.evil.example/callback", false)]
    [InlineData("https://127.0.0.1:51234/callback", false)]
    [InlineData("http://localhost:51234/callback", false)]
    [InlineData("http://127.0.0.2:51234/callback", false)]
    [InlineData("com.example.app:/callback2", false)]
    public async Task Only_the_port_of_a_loopback_address_is_free(string redirectUri, bool goes)
    {
        var scene = await ReadyAsync(AuthorizeScene.NativeApp);
        var page = await scene.AuthorizeAsync(("redirect_uri", redirectUri));
        if (!goes)
            page.IsForThePersonAlone("invalid_request");
        else if (redirectUri.StartsWith("http", StringComparison.Ordinal))
            Assert.StartsWith(redirectUri + "?code=", page.Location, StringComparison.Ordinal);
        else
            page.IsPage("/consent"); // any app may claim the scheme: the person is asked each time
    }

    [Fact]
    public async Task The_port_of_an_app_that_keeps_a_secret_is_not_free()
    {
        var scene = await ReadyAsync(AuthorizeScene.WebApp with { RedirectUris = ["http://127.0.0.1:8080/callback"] });
        Assert.NotNull((await scene.AuthorizeAsync()).Parameter("code"));
        (await scene.AuthorizeAsync(("redirect_uri", "http://127.0.0.1:8081/callback"))).IsForThePersonAlone("invalid_request");
    }

    [Fact]
    public async Task The_only_redirect_uri_need_not_be_named_outside_openid()
    {
        var scene = await ReadyAsync();
        var page = await scene.AuthorizeAsync(("redirect_uri", null), ("scope", "api"));
        Assert.StartsWith(AuthorizeScene.RedirectUri + "?code=", page.Location, StringComparison.Ordinal);
        (await scene.RedeemAsync(page.Parameter("code")!, ("redirect_uri", null))).IsAllowed();
        var other = await scene.AuthorizeAsync(("redirect_uri", null), ("scope", "api"));
        (await scene.RedeemAsync(other.Parameter("code")!, ("redirect_uri", "https://evil.example/"))).IsRefused(HttpStatusCode.BadRequest, "invalid_grant");
        var two = await scene.WithAppAsync(AuthorizeScene.WebApp with { RedirectUris = [AuthorizeScene.RedirectUri, "https://app.example/2"] });
        (await two.AuthorizeAsync(("redirect_uri", null), ("scope", "api"))).IsForThePersonAlone("invalid_request");
    }

    [Theory]
    [InlineData("response_type", null, "invalid_request")]
    [InlineData("response_type", "token", "unsupported_response_type")]
    [InlineData("response_type", "id_token", "unsupported_response_type")]
    [InlineData("response_type", "code id_token", "unsupported_response_type")]
    [InlineData("response_type", "none", "unsupported_response_type")]
    [InlineData("response_mode", "web_message", "invalid_request")]
    [InlineData("scope", "admin", "invalid_scope")]
    [InlineData("scope", "api\"", "invalid_scope")]
    [InlineData("prompt", "none login", "invalid_request")]
    [InlineData("prompt", "dance", "invalid_request")]
    [InlineData("max_age", "-1", "invalid_request")]
    [InlineData("max_age", "soon", "invalid_request")]
    [InlineData("id_token_hint", "nonsense", "invalid_request")]
    [InlineData("request", "eyJhbGciOiJub25lIn0.e30.", "request_not_supported")]
    [InlineData("request_uri", "https://evil.example/request.jwt", "request_uri_not_supported")]
    [InlineData("code_challenge_method", "plain", "invalid_request")]
    [InlineData("code_challenge_method", null, "invalid_request")]
    [InlineData("code_challenge", null, "invalid_request")]
    [InlineData("code_challenge", "short", "invalid_request")]
    [InlineData("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM=", "invalid_request")]
    public async Task What_is_wrong_with_a_request_is_told_to_the_app(string parameter, string? value, string error) =>
        (await (await ReadyAsync()).AuthorizeAsync((parameter, value))).IsErrorForTheApp(error);

    [Fact]
    public async Task Values_without_end_are_told_to_the_app() =>
        (await (await ReadyAsync()).AuthorizeAsync(("nonce", new string('n', 4097)))).IsErrorForTheApp("invalid_request");

    [Fact]
    public async Task A_repeated_parameter_is_refused_to_the_person_and_an_empty_one_is_none()
    {
        var scene = await ReadyAsync();
        (await scene.Browser.GetAsync(AuthorizeScene.UrlOf(scene.Request()) + "&state=2")).IsForThePersonAlone("invalid_request");
        Assert.NotNull((await scene.AuthorizeAsync(("prompt", ""), ("max_age", ""), ("response_mode", ""))).Parameter("code"));
    }

    [Theory]
    [InlineData("display", "popup")]
    [InlineData("ui_locales", "se fr de")]
    [InlineData("claims_locales", "se")]
    [InlineData("claims", "{\"userinfo\":{\"name\":{\"essential\":true}}}")]
    [InlineData("login_hint", "<b>\"somebody\"</b>")]
    [InlineData("acr_values", "1 2 urn:oauthserver:acr:1")]
    [InlineData("extra", "foobar")]
    [InlineData("immediate", "false")]
    [InlineData("scope", "openid address phone profile unheard-of")]
    [InlineData("scope", "profile api openid")]
    [InlineData("nonce", null)]
    [InlineData("max_age", "10000")]
    public async Task What_is_not_understood_or_not_needed_does_no_harm(string parameter, string? value) =>
        Assert.NotNull((await (await ReadyAsync()).AuthorizeAsync((parameter, value))).Parameter("code"));

    [Fact]
    public async Task Without_state_no_state_comes_back() => Assert.Null((await (await ReadyAsync()).AuthorizeAsync(("state", null))).Parameter("state"));

    [Fact]
    public async Task A_public_app_must_use_pkce_and_one_that_keeps_a_secret_need_not()
    {
        var scene = await ReadyAsync(AuthorizeScene.NativeApp);
        var none = new (string, string?)[] { ("code_challenge", null), ("code_challenge_method", null) };
        (await scene.AuthorizeAsync(none)).IsErrorForTheApp("invalid_request", "http://127.0.0.1/callback");
        Assert.NotNull((await (await ReadyAsync()).AuthorizeAsync(none)).Parameter("code"));
    }

    [Fact]
    public async Task An_app_without_the_flow_or_switched_off_is_told_so()
    {
        var scene = await ReadyAsync(AuthorizeScene.WebApp with { Flows = [LoginChannel.RefreshToken] });
        (await scene.AuthorizeAsync()).IsErrorForTheApp("unauthorized_client");
    }

    [Fact]
    public async Task A_posted_request_is_kept_and_comes_again_by_see_other()
    {
        var scene = await ReadyAsync();
        var post = new HttpRequestMessage(HttpMethod.Post, "/services/oauth2/authorize") { Content = new FormUrlEncodedContent(scene.Request()!) };
        var stranger = await new TestBrowser(scene.Server).SendAsync(post); // another site's form brings no cookie
        Assert.Equal(HttpStatusCode.SeeOther, stranger.Status);
        var page = await scene.Browser.GetAsync(stranger.LocalLocation!);
        Assert.Equal(AuthorizeScene.State, page.Parameter("state"));
        (await scene.RedeemAsync(page.Parameter("code")!)).IsAllowed();
        var wrong = new HttpRequestMessage(HttpMethod.Post, "/services/oauth2/authorize") { Content = new FormUrlEncodedContent(scene.Request(("scope", "admin"))!) };
        var refused = await scene.Browser.SendAsync(wrong);
        Assert.Equal(HttpStatusCode.SeeOther, refused.Status);
        refused.IsErrorForTheApp("invalid_scope");
    }

    [Fact]
    public async Task Other_methods_and_other_bodies_are_refused()
    {
        var scene = await ReadyAsync();
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await scene.Browser.SendAsync(new(HttpMethod.Put, "/services/oauth2/authorize"))).Status);
        using var multipart = new MultipartFormDataContent();
        foreach (var (name, value) in scene.Request())
            multipart.Add(new StringContent(value!), name);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await scene.Browser.SendAsync(new(HttpMethod.Post, "/services/oauth2/authorize") { Content = multipart })).Status);
        var json = new HttpRequestMessage(HttpMethod.Post, "/services/oauth2/authorize") { Content = Json.Of(scene.Request()) };
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await scene.Browser.SendAsync(json)).Status);
    }

    [Fact]
    public async Task The_fragment_carries_the_answer_when_asked_to()
    {
        var scene = await ReadyAsync();
        Assert.StartsWith(AuthorizeScene.RedirectUri + "#code=", (await scene.AuthorizeAsync(("response_mode", "fragment"))).Location, StringComparison.Ordinal);
        Assert.StartsWith(
            AuthorizeScene.RedirectUri + "#error=", (await scene.AuthorizeAsync(("response_mode", "fragment"), ("scope", "admin"))).Location, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_registered_query_stays()
    {
        var scene = await ReadyAsync(AuthorizeScene.WebApp with { RedirectUris = ["https://app.example/callback?tenant=7"] });
        Assert.StartsWith("https://app.example/callback?tenant=7&code=", (await scene.AuthorizeAsync()).Location, StringComparison.Ordinal);
        (await scene.AuthorizeAsync(("redirect_uri", "https://app.example/callback?tenant=8"))).IsForThePersonAlone("invalid_request");
    }

    [Theory]
    [InlineData(null, "code")]
    [InlineData("admin", "error")]
    public async Task Form_post_posts_the_answer_under_a_policy_that_lets_it_go_there_only(string? scope, string member)
    {
        var scene = await ReadyAsync();
        var page = await scene.AuthorizeAsync(("response_mode", "form_post"), ("scope", scope ?? "openid"));
        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.Null(page.Location);
        Assert.Contains($"action=\"{AuthorizeScene.RedirectUri}\"", page.Html, StringComparison.Ordinal);
        Assert.Contains($"name=\"{member}\"", page.Html, StringComparison.Ordinal);
        Assert.Contains("name=\"iss\"", page.Html, StringComparison.Ordinal);
        var state = page.Html[page.Html.IndexOf("name=\"state\" value=\"", StringComparison.Ordinal)..].Split('"')[3];
        Assert.Equal(AuthorizeScene.State, WebUtility.HtmlDecode(state));
        Assert.DoesNotContain("<>", page.Html, StringComparison.Ordinal);
        var policy = page.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("https://app.example", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe-inline", policy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_organizations_user_is_nobody_to_an_app()
    {
        var scene = await ReadyAsync();
        var stranger = await AuthorizeScene.ReadyAsync(scene.Server);
        var page = await stranger.Browser.GetAsync(AuthorizeScene.UrlOf(scene.Request()));
        page.IsPage("/login");
        (await stranger.Browser.GetAsync(AuthorizeScene.UrlOf(scene.Request(("prompt", "none"))))).IsErrorForTheApp("login_required");
    }

    [Fact]
    public async Task A_user_whom_the_policy_refuses_for_this_app_sends_access_denied_with_the_reference()
    {
        var scene = await ReadyAsync(AuthorizeScene.WebApp with { Preapproval = new() { Required = true, Users = ["somebody.else@example.test"] } });
        var page = await scene.AuthorizeAsync();
        page.IsErrorForTheApp("access_denied");
        Assert.Contains("(reference ", page.Parameter("error_description"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_that_proved_less_than_the_policy_wants_here_signs_in_again()
    {
        var scene = await AuthorizeScene.NewAsync(await servers.OnAsync("SQLite"), profile: new() { SecondFactor = new() { Browser = BrowserSecondFactor.Always } });
        await scene.User.EnrolAsync();
        await scene.AllowAsync();
        await scene.Browser.SignInAsync(scene.User);
        scene.Server.Clock.Advance(TimeSpan.FromSeconds(1));
        (await scene.AuthorizeAsync()).IsPage("/login");
        (await scene.AuthorizeAsync(("prompt", "none"))).IsErrorForTheApp("login_required");
        await scene.Browser.SignInAsync(scene.User, Proof.Password | Proof.Totp);
        Assert.NotNull((await scene.AuthorizeAsync()).Parameter("code"));
    }

    [Fact]
    public async Task A_sign_in_for_this_request_is_not_judged_a_second_time_and_one_for_another_is()
    {
        var strict = new ProfileSettings { SecondFactor = new() { Browser = BrowserSecondFactor.Always } };
        var scene = await AuthorizeScene.NewAsync(await servers.OnAsync("SQLite"), profile: strict);
        await scene.User.EnrolAsync();
        await scene.AllowAsync();
        var handle = (await scene.AuthorizeAsync()).Parameter("request")!;
        var other = (await scene.AuthorizeAsync()).Parameter("request")!;
        var stored = await scene.Server.Services.GetRequiredService<AuthorizationRequests>().FindAsync(handle);
        await scene.Browser.SignInAsync(scene.User, Proof.Password, LoginChannel.AuthorizationCode, stored!.Id);
        (await scene.WithHandleAsync(AuthorizationRequests.UriPrefix + other)).IsPage("/login");
        Assert.NotNull((await scene.WithHandleAsync(AuthorizationRequests.UriPrefix + handle)).Parameter("code"));
        (await scene.AuthorizeAsync()).IsPage("/login");
    }

    [Theory]
    [InlineData("de fr", "lang=\"de\"")]
    [InlineData("fr", "lang=\"en\"")]
    public async Task The_languages_that_the_app_names_go_along_to_the_pages(string languages, string expected)
    {
        var scene = await SceneAsync();
        await scene.Browser.SignInAsync(scene.User);
        Assert.Contains(expected, (await scene.Browser.FollowAsync(await scene.AuthorizeAsync(("ui_locales", languages)))).Html, StringComparison.Ordinal);
    }

    async Task<AuthorizeScene> SceneAsync() => await AuthorizeScene.NewAsync(await servers.OnAsync("SQLite"));

    async Task<AuthorizeScene> ReadyAsync(AppSettings? settings = null) => await AuthorizeScene.ReadyAsync(await servers.OnAsync("SQLite"), settings);
}
