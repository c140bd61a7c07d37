using System.Net;
using OAuthServer.Login;
using OAuthServer.Orgs;
using OAuthServer.Policy;
using OAuthServer.Tests.Features.SignIn;
using OAuthServer.Tests.Features.Sso;
using OAuthServer.Tests.Features.Token;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.SingleAccess;

/// <summary>What the gate makes of a token's sign-in at a browser: never more than it was, and nothing where nobody was there.</summary>
[Collection(nameof(ServersCollection))]
public sealed class FrontDoorPolicyTests(Servers servers)
{
    [Fact]
    public async Task The_session_is_no_stronger_than_the_token_no_fresher_and_no_longer()
    {
        var scene = await SceneAsync();
        var made = scene.Server.Clock.GetUtcNow();
        scene.Server.Clock.Advance(TimeSpan.FromMinutes(50));
        var browser = scene.Browser();
        Assert.Equal("/settings", (await scene.OpenAsync(browser)).LocalLocation);
        var session = Assert.Single(await scene.SessionsAsync());
        Assert.Equal((Proof.Password, made, made, LoginChannel.Browser), (session.Proven, session.AuthenticatedAt, session.StartedAt, session.Channel));
        for (var i = 0; i < 23; i++)
        {
            scene.Server.Clock.Advance(TimeSpan.FromHours(1));
            Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/settings")).Status);
        }
        scene.Server.Clock.Set(made + TimeSpan.FromHours(24)); // the profile's longest session
        Assert.NotEqual(HttpStatusCode.OK, (await browser.GetAsync("/settings")).Status);
    }

    [Fact]
    public async Task A_sign_in_of_this_minute_spares_no_question_for_the_owner()
    {
        var scene = await SceneAsync();
        var made = scene.Server.Clock.GetUtcNow();
        await scene.OpenAsync(scene.Browser());
        var session = Assert.Single(await scene.SessionsAsync());
        Assert.True(made - session.AuthenticatedAt > OwnerProofs.Fresh);
        Assert.Equal(session.AuthenticatedAt, session.StartedAt);
    }

    [Fact]
    public void A_token_that_is_renewed_for_days_renews_no_sign_in()
    {
        var now = new DateTimeOffset(2026, 3, 4, 10, 0, 0, TimeSpan.Zero);
        Assert.True(Earlier(Proof.Password, now).Lasts(now));
        Assert.True(Earlier(Proof.Password, now - TimeSpan.FromHours(23)).Lasts(now));
        Assert.False(Earlier(Proof.Password, now - TimeSpan.FromHours(24)).Lasts(now));
        Assert.Equal(now - TimeSpan.FromHours(23), Earlier(Proof.Password, now - TimeSpan.FromHours(23)).CountsFrom(now));
    }

    [Theory]
    [InlineData(Proof.Password, Proof.Password)]
    [InlineData(Proof.Password | Proof.SecurityToken | Proof.EmailCode, Proof.Password)]
    [InlineData(Proof.Password | Proof.Totp, Proof.Password | Proof.Totp)]
    [InlineData(Proof.Passkey | Proof.RecoveryCode, Proof.Passkey | Proof.RecoveryCode)]
    [InlineData(Proof.SsoAssertion, Proof.None)]
    [InlineData(Proof.SsoAssertion | Proof.SsoSecondFactor | Proof.Passkey, Proof.None)]
    [InlineData(Proof.ClientAssertion, Proof.None)]
    [InlineData(Proof.ClientSecret | Proof.RefreshToken, Proof.None)]
    [InlineData(Proof.Totp, Proof.None)]
    public void What_a_person_showed_to_this_server_counts_and_nothing_else(Proof proven, Proof counted) =>
        Assert.Equal(counted, Earlier(proven, DateTimeOffset.UnixEpoch).Counted);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Hours_and_ranges_refuse_it_as_browsers_are_refused(bool isHours)
    {
        var scene = await SceneAsync();
        await scene.Scene.Org.ChangeProfileAsync(
            scene.User.ProfileId, isHours ? new() { LoginHours = new() { TimeZone = "UTC" } } : new() { LoginRanges = ["127.0.99.0/24"] });
        await scene.Server.NoticeAsync();
        var refused = await scene.OpenAsync(scene.Browser());
        Assert.Equal(HttpStatusCode.Forbidden, refused.Status);
        Assert.Contains(isHours ? "at this hour" : "from this network", refused.Html, StringComparison.Ordinal);
        var record = await scene.Server.RecordAsync(refused);
        Assert.Equal((isHours ? DenyReason.OutsideLoginHours : DenyReason.OutsideLoginRanges, LoginChannel.Browser), (record.Reason, record.Channel));
        Assert.Contains(refused.Headers.GetValues("Login-Reference").Single(), refused.Html, StringComparison.Ordinal);
        Assert.Empty(await scene.SessionsAsync());
    }

    [Fact]
    public async Task An_account_for_programs_has_no_pages()
    {
        var scene = await SceneAsync(new() { ApiOnly = true });
        var refused = await scene.OpenAsync(scene.Browser());
        Assert.Equal((HttpStatusCode.Forbidden, DenyReason.ApiOnlyUser), (refused.Status, (await scene.Server.RecordAsync(refused)).Reason));
        Assert.Empty(await scene.SessionsAsync());
    }

    [Fact]
    public async Task The_pages_of_administrators_want_the_administrator()
    {
        var scene = await SceneAsync(new() { Permissions = new() { Administrator = true } });
        var browser = scene.Browser();
        await AsksForPasswordAsync(scene, browser, await scene.OpenAsync(browser, "?redirect_uri=/setup"));
        Assert.NotEqual(HttpStatusCode.OK, (await browser.GetAsync("/setup")).Status);
        Assert.Equal("/setup", (await browser.PostAsync(await browser.GetAsync("/login/password"), "/login/password", ("Password", scene.User.Password))).LocalLocation);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/setup")).Status);
        // Who is signed in is asked nothing.
        Assert.Equal("/setup", (await SingleAccessScene.ArriveAsync(browser, await scene.AddressAsync("?redirect_uri=/setup"))).LocalLocation);
    }

    [Fact]
    public async Task Where_the_browser_is_not_known_the_person_signs_in_with_the_name_filled_in()
    {
        var scene = await SceneAsync();
        await scene.User.HasSignedInBeforeAsync(scene.Server);
        var browser = scene.Browser(TestServer.Outside);
        await AsksForPasswordAsync(scene, browser, await scene.OpenAsync(browser, "?redirect_uri=/settings/apps"));
        // What the token proved is no part of this sign-in.
        var row = Assert.Single(await scene.Server.PendingAsync(scene.User.Username));
        Assert.Equal((Proof.None, null), (row.Proven, row.UserId));
        var step = await browser.PostAsync(await browser.GetAsync("/login/password"), "/login/password", ("Password", scene.User.Password));
        Assert.Equal("/login/mailed-code", step.LocalLocation);
        var code = (await scene.Server.MailsAsync(scene.User)).Find("^([0-9]{8})\r?$");
        Assert.Equal("/settings/apps", (await browser.CodeAsync("/login/mailed-code", code)).LocalLocation);
    }

    [Fact]
    public async Task A_browser_that_is_known_is_let_in()
    {
        var scene = await SceneAsync();
        var browser = scene.Browser(TestServer.Outside);
        await scene.User.ChangeAsync(row => row.FirstLoginAt = null);
        Assert.Equal("/settings", (await browser.PasswordAsync(scene.User.Username, scene.User.Password)).LocalLocation);
        browser.Cookies.Remove("session");
        Assert.Equal("/settings", (await scene.OpenAsync(browser)).LocalLocation);
    }

    [Fact]
    public async Task A_second_factor_that_the_token_did_not_show_is_asked_for_after_the_password()
    {
        var scene = await SceneAsync();
        await scene.User.EnrolAsync();
        var browser = scene.Browser(TestServer.Outside);
        await AsksForPasswordAsync(scene, browser, await scene.OpenAsync(browser));
        Assert.Equal("/login/code", (await browser.PostAsync(await browser.GetAsync("/login/password"), "/login/password", ("Password", scene.User.Password))).LocalLocation);
    }

    [Fact]
    public async Task Nobody_enrols_a_factor_or_chooses_a_password_with_a_token()
    {
        var forced = await SceneAsync();
        await forced.Scene.Org.ChangeProfileAsync(forced.User.ProfileId, new() { SecondFactor = new() { EnrolmentForced = true } });
        await forced.Server.NoticeAsync();
        var browser = forced.Browser();
        await AsksForPasswordAsync(forced, browser, await forced.OpenAsync(browser));
        Assert.Equal("/login", (await browser.GetAsync("/login/enrol")).LocalLocation);

        var must = await SceneAsync();
        await must.Scene.ChangeUserAsync(user => user.MustChangePassword = true);
        browser = must.Browser();
        await AsksForPasswordAsync(must, browser, await must.OpenAsync(browser));
        Assert.Equal("/login", (await browser.GetAsync("/login/new-password")).LocalLocation);
    }

    [Fact]
    public async Task A_token_that_no_person_signed_in_for_leads_to_the_sign_in()
    {
        var server = await servers.OnAsync("SQLite");
        using var bearer = await BearerScene.NewAsync(server, salesforce: true, settings => settings with { Scopes = [.. settings.Scopes, "web"] }, approved: "api web offline_access");
        var byAssertion = await bearer.SendHonestAsync();
        byAssertion.IsAllowed();
        var scene = await SceneAsync();
        await LeadsToSignInAsync(scene, bearer.User, byAssertion["access_token"]!);

        var byApp = await scene.Scene.ClientCredentialsAsync();
        byApp.IsAllowed();
        await LeadsToSignInAsync(scene, scene.User, byApp["access_token"]!);
    }

    [Fact]
    public async Task Whoever_signs_in_at_a_provider_is_sent_there()
    {
        var sso = await SsoScene.NewAsync(await servers.OnAsync("SQLite"), isRequired: true);
        var user = await sso.UserAsync();
        var scene = await SceneAsync();
        var app = await sso.Org.AppAsync(SingleAccessScene.App, runAs: user.Id);
        await sso.Server.NoticeAsync();
        var answer = await scene.Scene.By(app).ClientCredentialsAsync();
        answer.IsAllowed();
        var browser = scene.Browser();
        var page = await SingleAccessScene.ArriveAsync(browser, await scene.AddressAsync("?redirect_uri=/settings/apps", answer["access_token"]));
        Assert.DoesNotContain("form-action", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        var sent = await SingleAccessScene.DecideAsync(browser, page);
        Assert.StartsWith($"/sso/{sso.Alias}/", sent.LocalLocation, StringComparison.Ordinal);
        Assert.Equal(("/settings/apps", user.Username), (sent.Parameter("to"), sent.Parameter("login_hint")));
    }

    static async Task LeadsToSignInAsync(SingleAccessScene scene, TestUser user, string token)
    {
        var browser = scene.Browser();
        var led = await scene.OpenAsync(browser, token: token);
        Assert.Equal("/login/password", led.LocalLocation);
        Assert.False(led.Headers.Contains("Login-Reference")); // nothing was shown that could be judged
        Assert.Contains(user.Username, (await browser.GetAsync("/login/password")).Html, StringComparison.Ordinal);
        Assert.DoesNotContain("session", browser.Cookies.Keys);
        Assert.Empty(await scene.SessionsAsync(user));
    }

    static async Task AsksForPasswordAsync(SingleAccessScene scene, TestBrowser browser, Page led)
    {
        Assert.Equal("/login/password", led.LocalLocation);
        Assert.Contains(scene.User.Username, (await browser.GetAsync("/login/password")).Html, StringComparison.Ordinal);
        Assert.DoesNotContain("session", browser.Cookies.Keys);
        Assert.Empty(await scene.SessionsAsync());
    }

    static EarlierSignIn Earlier(Proof proven, DateTimeOffset at) => new(null!, Strangers.Profile, proven, at, "app");

    async Task<SingleAccessScene> SceneAsync(ProfileSettings? profile = null) => await SingleAccessScene.NewAsync(await servers.OnAsync("SQLite"), profile: profile);
}
