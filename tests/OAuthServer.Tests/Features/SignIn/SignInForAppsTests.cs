using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Apps;
using OAuthServer.Login;
using OAuthServer.Orgs;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.SignIn;

/// <summary>Signing in because an app asks, and the way back to it through the hub.</summary>
[Collection(nameof(ServersCollection))]
public sealed class SignInForAppsTests(Servers servers)
{
    const string Hub = "/services/oauth2/authorize?";

    [Fact]
    public async Task An_apps_request_shows_its_name_fills_in_its_hint_and_leads_back_to_the_hub()
    {
        var (server, user, app) = await AppAsync();
        var browser = new TestBrowser(server);
        var start = await AskAsync(browser, app, "&login_hint=" + Uri.EscapeDataString(user.Username));
        var page = await browser.GetAsync(start);
        Assert.Contains(app.Name, page.Html, StringComparison.Ordinal);
        Assert.Contains($"value=\"{user.Username}\"", page.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("form-action", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        var answer = await browser.PasswordAsync(user.Username, user.Password, start["/login".Length..]);
        Assert.StartsWith(Hub, answer.LocalLocation, StringComparison.Ordinal);
        Assert.Equal(LoginChannel.AuthorizationCode, (await server.RecordAsync(answer)).Channel);
        Assert.NotEqual("/login", (await browser.GetAsync(answer.LocalLocation!)).LocalLocation?.Split('?')[0]);
    }

    [Fact]
    public async Task Who_typed_another_name_begins_again_for_the_same_request()
    {
        var (server, user, app) = await AppAsync();
        var browser = new TestBrowser(server);
        var start = await AskAsync(browser, app, "");
        var page = await browser.NameAsync("somebody.else@example.test", start["/login".Length..]);
        var again = System.Net.WebUtility.HtmlDecode(page.Html.Split("href=\"")[1..].Select(rest => rest.Split('"')[0]).Single(href => href.Contains("another", StringComparison.Ordinal)));
        var answer = await browser.PasswordAsync(user.Username, user.Password, again["/login".Length..]);
        Assert.StartsWith(Hub, answer.LocalLocation, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_factor_that_the_app_asks_for_is_asked_on_top_of_the_session()
    {
        var (server, user, app) = await AppAsync();
        await user.EnrolAsync();
        var browser = new TestBrowser(server, TestServer.Office); // where the policy asks for none
        await browser.PasswordAsync(user.Username, user.Password);
        Assert.True(await browser.IsSignedInAsync());
        var session = browser.Cookies["session"];
        var start = await AskAsync(browser, app, "&acr_values=" + Uri.EscapeDataString(StepUp.TwoFactors));
        Assert.Equal("/login/code", (await browser.GetAsync(start)).LocalLocation);
        var answer = await browser.CodeAsync("/login/code", user.Code());
        Assert.StartsWith(Hub, answer.LocalLocation, StringComparison.Ordinal);
        Assert.Equal(Proof.Password | Proof.Totp, (await server.RecordAsync(answer)).Proven);
        Assert.NotEqual(session, browser.Cookies["session"]); // another secret at a rise of privilege
        Assert.NotEqual("/login", (await browser.GetAsync(answer.LocalLocation!)).LocalLocation?.Split('?')[0]);
    }

    [Fact]
    public async Task An_old_session_does_not_enrol_a_factor_without_the_password()
    {
        var (server, user, app) = await AppAsync();
        var browser = new TestBrowser(server, TestServer.Office);
        await browser.PasswordAsync(user.Username, user.Password);
        var wish = "&acr_values=" + Uri.EscapeDataString(StepUp.TwoFactors);
        Assert.Equal("/login/enrol", (await browser.GetAsync(await AskAsync(browser, app, wish))).LocalLocation);
        server.Clock.Advance(OwnerProofs.Fresh + TimeSpan.FromSeconds(1));
        Assert.Equal("/login/password", (await browser.GetAsync(await AskAsync(browser, app, wish))).LocalLocation);
        Assert.NotEqual(HttpStatusCode.OK, (await browser.GetAsync("/login/enrol")).Status);
        var answer = await browser.PostAsync(await browser.GetAsync("/login/password"), "/login/password", ("Password", user.Password));
        Assert.Equal("/login/enrol", answer.LocalLocation);
    }

    [Fact]
    public async Task A_session_that_goes_on_clears_no_count_of_failures_and_a_sign_in_does()
    {
        var (server, user, app) = await AppAsync();
        var browser = new TestBrowser(server);
        await browser.PasswordAsync(user.Username, user.Password);
        await user.ChangeAsync(row => row.UntrustedFailures = 5);
        await server.Services.GetRequiredService<Consents>().GiveAsync(
            user.Id, (await server.Services.GetRequiredService<AppDirectory>().FindAsync(app.App.ClientId))!, ["openid"]);
        var silent = await browser.GetAsync(UrlOf(app, "&prompt=none"));
        Assert.NotNull(silent.Parameter("code")); // let in by the gate, on the session's proofs
        Assert.Equal(5, (await user.RowAsync()).UntrustedFailures);
        await browser.PasswordAsync(user.Username, user.Password, "?another=true");
        Assert.Equal(0, (await user.RowAsync()).UntrustedFailures);
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task No_session_begins_behind_a_change_that_ends_them_all(string database)
    {
        var server = await servers.OnAsync(database);
        var org = await TestOrg.AddAsync(server);
        var user = await org.UserAsync();
        await server.NoticeAsync();
        var account = (await server.Services.GetRequiredService<UserAccounts>().FindByIdAsync(user.Id))!;
        var directory = (await server.Services.GetRequiredService<OrgDirectory>().CurrentAsync()).Rows;
        var login = new LoginOutcome.SignedIn(
            account, directory.Orgs[account.OrgId], directory.Profiles[account.ProfileId], new Assurance(Proof.Password, null), server.Clock.GetUtcNow(), "-");
        var sessions = server.Services.GetRequiredService<BrowserSessions>();
        HttpContext Request() => new DefaultHttpContext { RequestServices = server.Services };
        Assert.NotNull(await sessions.StartAsync(Request(), login, LoginChannel.Browser, null));
        await user.ChangeAsync(row => row.MustChangePassword = true); // "this was not me"
        Assert.Null(await sessions.StartAsync(Request(), login, LoginChannel.Browser, null));
        await user.ChangeAsync(row => (row.MustChangePassword, row.PasswordChangedAt) = (false, row.PasswordChangedAt!.Value.AddSeconds(1)));
        Assert.Null(await sessions.StartAsync(Request(), login, LoginChannel.Browser, null));
    }

    [Theory]
    [InlineData("&prompt=login", "name=\"Username\"")]
    [InlineData("&max_age=0", "name=\"Username\"")]
    [InlineData("&prompt=select_account", "handler=Stay")]
    public async Task Who_is_signed_in_is_asked_again_where_the_app_wants_it(string wish, string shown)
    {
        var (server, user, app) = await AppAsync();
        var browser = new TestBrowser(server, TestServer.Office);
        await browser.PasswordAsync(user.Username, user.Password);
        server.Clock.Advance(TimeSpan.FromSeconds(1)); // a request of the same instant is answered by that sign-in
        var page = await browser.GetAsync(await AskAsync(browser, app, wish));
        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.Contains(shown, page.Html, StringComparison.Ordinal);
        Assert.Contains(user.Username, page.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_that_is_over_is_said_to_be_over()
    {
        var (server, _, _) = await AppAsync();
        Assert.Equal(HttpStatusCode.BadRequest, (await new TestBrowser(server).GetAsync("/login?request=" + new string('a', 43))).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await new TestBrowser(server).GetAsync("/login?request=x")).Status);
    }

    [Fact]
    public async Task A_session_of_an_app_is_judged_once_more_before_the_servers_own_pages_open()
    {
        var (server, user, _) = await AppAsync();
        var admitted = new TestBrowser(server);
        await admitted.SignInAsync(user, channel: LoginChannel.AuthorizationCode);
        Assert.IsType<PageAdmission.Admitted>(await AdmitAsync(server, admitted));
        await user.EnrolAsync();
        var asked = new TestBrowser(server);
        await asked.SignInAsync(user, channel: LoginChannel.AuthorizationCode);
        Assert.IsType<PageAdmission.SignInFirst>(await AdmitAsync(server, asked));
        Assert.Equal("/login/code", (await asked.GetAsync("/login?to=/settings")).LocalLocation);
        Assert.IsType<PageAdmission.SignInFirst>(await AdmitAsync(server, new TestBrowser(server)));
        Assert.IsType<PageAdmission.Admitted>(await AdmitAsync(server, admitted));
    }

    static async Task<PageAdmission> AdmitAsync(TestServer server, TestBrowser browser)
    {
        var context = new DefaultHttpContext { RequestServices = server.Services };
        context.Connection.RemoteIpAddress = IPAddress.Parse(TestServer.Outside);
        context.Request.Headers.Cookie = string.Join("; ", browser.Cookies.Select(cookie => $"{cookie.Key}={cookie.Value}"));
        return await server.Services.GetRequiredService<PageSignIn>().AdmitAsync(context);
    }

    /// <summary>Where the hub sends a browser that comes with a request.</summary>
    static async Task<string> AskAsync(TestBrowser browser, (TestApp App, string Name) app, string more)
    {
        var answer = await browser.GetAsync(UrlOf(app, more));
        return answer.LocalLocation!;
    }

    static string UrlOf((TestApp App, string Name) app, string more) =>
        $"{Hub}response_type=code&client_id={app.App.ClientId}&redirect_uri={Uri.EscapeDataString("https://app.test/back")}&scope=openid&state=s"
        + "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256" + more;

    async Task<(TestServer Server, TestUser User, (TestApp App, string Name) App)> AppAsync()
    {
        var server = await servers.OnAsync("SQLite");
        var org = await TestOrg.AddAsync(server);
        var user = await org.UserAsync();
        var app = await org.AppAsync(new AppSettings
        {
            Flows = [LoginChannel.AuthorizationCode],
            Scopes = ["openid"],
            RedirectUris = ["https://app.test/back"],
        });
        await server.NoticeAsync();
        return (server, user, (app, "App " + app.ClientId.Split('-')[1]));
    }
}
