using System.Net;
using System.Text.RegularExpressions;
using OAuthServer.Apps;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.Authorize;

/// <summary>The page that asks what an app may have.</summary>
[Collection(nameof(ServersCollection))]
public sealed partial class ConsentTests(Servers servers)
{
    [Fact]
    public async Task The_person_reads_what_the_app_wants_allows_it_and_is_not_asked_again()
    {
        var scene = await SignedInAsync();
        var page = await scene.Browser.FollowAsync(await scene.AuthorizeAsync(("scope", "openid email api")));
        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.Contains("See your e-mail address", page.Html, StringComparison.Ordinal);
        Assert.Contains("Read and change data in your name", page.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("See your name", page.Html, StringComparison.Ordinal);
        Assert.Contains(scene.User.Username, page.Html, StringComparison.Ordinal);
        var policy = page.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("form-action 'self' https://app.example", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        var allowed = await PostAsync(scene, page, "allow");
        Assert.InRange((int)allowed.Status, 302, 303);
        var done = await scene.Browser.GetAsync(allowed.LocalLocation!);
        Assert.NotNull(done.Parameter("code"));
        Assert.NotNull((await scene.AuthorizeAsync(("scope", "openid api"))).Parameter("code"));
    }

    [Fact]
    public async Task A_no_goes_back_to_the_app_with_state_and_allows_nothing()
    {
        var scene = await SignedInAsync();
        var page = await scene.Browser.FollowAsync(await scene.AuthorizeAsync());
        (await scene.Browser.FollowAsync(await PostAsync(scene, page, "deny"))).IsErrorForTheApp("access_denied");
        (await scene.AuthorizeAsync(("prompt", "none"))).IsErrorForTheApp("consent_required");
    }

    [Fact]
    public async Task A_form_without_its_token_or_from_another_site_allows_nothing()
    {
        var scene = await SignedInAsync();
        var page = await scene.Browser.FollowAsync(await scene.AuthorizeAsync());
        var bare = new HttpRequestMessage(HttpMethod.Post, page.Path) { Content = new FormUrlEncodedContent(Fields(page, "allow").Select(field => KeyValuePair.Create(field.Name, field.Value))) };
        Assert.Equal(HttpStatusCode.BadRequest, (await scene.Browser.SendAsync(bare)).Status);
        var foreign = new HttpRequestMessage(HttpMethod.Post, page.Path)
        {
            Content = new FormUrlEncodedContent([.. Fields(page, "allow").Select(field => KeyValuePair.Create(field.Name, field.Value)), new("__RequestVerificationToken", page.AntiforgeryToken!)]),
        };
        foreign.Headers.TryAddWithoutValidation("Origin", "https://evil.example");
        Assert.Equal(HttpStatusCode.Forbidden, (await scene.Browser.SendAsync(foreign)).Status);
        (await scene.AuthorizeAsync(("prompt", "none"))).IsErrorForTheApp("consent_required");
    }

    [Fact]
    public async Task A_double_click_allows_once_and_harms_nothing()
    {
        var scene = await SignedInAsync();
        var page = await scene.Browser.FollowAsync(await scene.AuthorizeAsync());
        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => PostAsync(scene, page, "allow")));
        Assert.All(answers, answer => Assert.InRange((int)answer.Status, 302, 303));
        Assert.NotNull((await scene.Browser.FollowAsync(answers[^1])).Parameter("code"));
    }

    [Fact]
    public async Task What_was_not_on_the_page_is_not_allowed_by_it()
    {
        var scene = await SignedInAsync();
        var page = await scene.Browser.FollowAsync(await scene.AuthorizeAsync(("scope", "openid")));
        await scene.Browser.PostAsync(page, null, [.. Fields(page, "allow").Where(field => field.Name != "scope"), ("scope", "openid api email")]);
        (await scene.AuthorizeAsync(("scope", "openid api"), ("prompt", "none"))).IsErrorForTheApp("consent_required");
    }

    [Fact]
    public async Task An_answer_counts_for_who_was_asked()
    {
        var scene = await SignedInAsync();
        var page = await scene.Browser.FollowAsync(await scene.AuthorizeAsync());
        var other = await scene.Org.UserAsync();
        await scene.Server.NoticeAsync();
        await scene.Browser.SignInAsync(other); // in another tab
        (await scene.Browser.FollowAsync(await PostAsync(scene, page, "allow"))).IsStillAsked();
    }

    [Fact]
    public async Task Somebody_else_with_the_handle_is_asked_for_himself_and_a_stranger_signs_in()
    {
        var scene = await SignedInAsync();
        var consent = await scene.AuthorizeAsync();
        var stranger = new TestBrowser(scene.Server, TestServer.Office);
        var hub = await stranger.GetAsync(consent.LocalLocation!);
        (await stranger.GetAsync(hub.LocalLocation!)).IsPage("/login");
    }

    [Fact]
    public async Task A_handle_of_nothing_is_told_to_the_person()
    {
        var scene = await SignedInAsync();
        foreach (var path in new[] { "/consent", "/consent?request=x", "/consent?request=" + new string('A', 43) })
            Assert.Equal(HttpStatusCode.BadRequest, (await scene.Browser.GetAsync(path)).Status);
    }

    [Theory]
    [InlineData("com.example.app:/callback")]
    [InlineData("http://localhost:1717/callback")] // a name like any other (RFC 8252 section 8.3)
    public async Task An_app_that_any_program_could_pretend_to_be_asks_each_time_and_says_so(string redirectUri)
    {
        var scene = await AuthorizeScene.ReadyAsync(await servers.OnAsync("SQLite"), AuthorizeScene.NativeApp);
        var page = await scene.Browser.FollowAsync(await scene.AuthorizeAsync(("redirect_uri", redirectUri)));
        Assert.Contains("Any program on this device could have asked this", page.Html, StringComparison.Ordinal);
        var done = await scene.Browser.FollowAsync(await PostAsync(scene, page, "allow"));
        Assert.StartsWith(redirectUri + "?code=", done.Location, StringComparison.Ordinal);
        (await scene.AuthorizeAsync(("redirect_uri", redirectUri))).IsPage("/consent");
    }

    [Fact]
    public async Task A_client_of_the_salesforce_dialect_at_localhost_is_this_machines()
    {
        var scene = await AuthorizeScene.ReadyAsync(await servers.OnAsync("SQLite"), AuthorizeScene.NativeApp with { Dialect = OAuthServer.Apps.Dialect.Salesforce });
        var to = ("redirect_uri", "http://localhost:1717/callback");
        await scene.Browser.FollowAsync(await PostAsync(scene, await scene.Browser.FollowAsync(await scene.AuthorizeAsync(to)), "allow"));
        Assert.Contains("code=", (await scene.AuthorizeAsync(to)).Location, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_of_apps_are_text()
    {
        var scene = await SignedInAsync();
        await using (var db = scene.Server.Database.NewContext())
        {
            (await db.ConnectedApps.FindAsync([scene.App.Id], TestContext.Current.CancellationToken))!.Name = "<img src=x onerror=alert(1)>";
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }
        await scene.Server.NoticeAsync();
        var page = await scene.Browser.FollowAsync(await scene.AuthorizeAsync());
        Assert.DoesNotContain("<img src=x", page.Html, StringComparison.Ordinal);
    }

    internal static Task<Page> PostAsync(AuthorizeScene scene, Page page, string decision) => scene.Browser.PostAsync(page, null, Fields(page, decision));

    static (string Name, string Value)[] Fields(Page page, string decision) =>
    [
        .. HiddenField().Matches(page.Html).Select(match => (match.Groups["name"].Value, WebUtility.HtmlDecode(match.Groups["value"].Value)))
            .Where(field => field.Item1 is "scope" or "sid"),
        ("decision", decision),
    ];

    async Task<AuthorizeScene> SignedInAsync(AppSettings? settings = null)
    {
        var scene = await AuthorizeScene.NewAsync(await servers.OnAsync("SQLite"), settings);
        await scene.Browser.SignInAsync(scene.User);
        return scene;
    }

    [GeneratedRegex("<input type=\"hidden\" name=\"(?<name>[^\"]+)\" value=\"(?<value>[^\"]*)\"", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex HiddenField();
}

static class ConsentAssertions
{
    internal static void IsStillAsked(this Page page) => Assert.Contains("name=\"decision\" value=\"allow\"", page.Html, StringComparison.Ordinal);
}
