using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Data;
using OAuthServer.Login;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.Settings;

/// <summary>What holds for every page of the settings: only the own account, only who is signed in, only forms of this server.</summary>
[Collection(nameof(ServersCollection))]
public sealed class SettingsPagesTests(Servers servers)
{
    public static TheoryData<string> Pages =>
    [
        "/settings", "/settings/password", "/settings/security-token", "/settings/authenticator", "/settings/passkeys", "/settings/sessions", "/settings/apps",
        "/settings/sign-ins",
    ];

    public static TheoryData<string, string> Forms => new()
    {
        { "/settings/password", "/settings/password" },
        { "/settings/security-token", "/settings/security-token" },
        { "/settings/authenticator", "/settings/authenticator/begin" },
        { "/settings/authenticator", "/settings/authenticator/confirm" },
        { "/settings/authenticator", "/settings/authenticator/renew" },
        { "/settings/authenticator", "/settings/authenticator/remove" },
        { "/settings/passkeys", "/settings/passkeys/options" },
        { "/settings/passkeys", "/settings/passkeys/finish" },
        { "/settings/passkeys", "/settings/passkeys/rename" },
        { "/settings/passkeys", "/settings/passkeys/remove" },
        { "/settings/sessions", "/settings/sessions/end" },
        { "/settings/sessions", "/settings/sessions/endOthers" },
        { "/settings/sessions", "/settings/sessions/forget" },
        { "/settings/apps", "/settings/apps/withdraw" },
        { "/setup/connect", "/setup/connect" },
        { "/setup/connect", "/setup/connect/approve" },
        { "/setup/connect", "/setup/connect/deny" },
    };

    [Theory, MemberData(nameof(Pages))]
    public async Task Every_page_answers_in_both_languages_without_a_text_missing(string path)
    {
        var scene = await SceneAsync();
        var english = await scene.GetAsync(path);
        Assert.Contains("lang=\"en\"", english.Html, StringComparison.Ordinal);
        var german = await scene.GetAsync(path + "?ui_locales=de");
        Assert.Contains("lang=\"de\"", german.Html, StringComparison.Ordinal);
        Assert.Contains("Meine Einstellungen", WebUtility.HtmlDecode(german.Html), StringComparison.Ordinal);
        foreach (var page in new[] { english, german })
        {
            Assert.DoesNotMatch(new Regex(@">\s*(Nav|Applied|Absence|Token|Codes|Error|Rule|Flaw|Channel|Reason)\.[A-Za-z.]+\s*<", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)), page.Html);
            Assert.Contains("no-store", page.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        }
    }

    [Theory, MemberData(nameof(Pages))]
    public async Task Who_is_not_signed_in_signs_in_first_and_comes_back(string path)
    {
        var answer = await new TestBrowser(await servers.OnAsync("SQLite")).GetAsync(path + "?x=1");
        Assert.Equal(HttpStatusCode.Found, answer.Status);
        Assert.Equal("/login?to=" + Uri.EscapeDataString(path + "?x=1"), answer.Location);
    }

    [Theory, MemberData(nameof(Forms))]
    public async Task Every_form_is_refused_without_its_token(string page, string to)
    {
        var scene = await SceneAsync();
        var loaded = await scene.GetAsync(page);
        var answer = await scene.Browser.PostAsync(loaded with { Html = "" }, to, ("id", "x"), ("CurrentPassword", scene.User.Password));
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
    }

    [Theory, MemberData(nameof(Forms))]
    public async Task Every_form_is_refused_from_another_site(string page, string to)
    {
        var scene = await SceneAsync();
        var loaded = await scene.GetAsync(page);
        var request = new HttpRequestMessage(HttpMethod.Post, to)
        {
            Content = new FormUrlEncodedContent([KeyValuePair.Create("__RequestVerificationToken", loaded.AntiforgeryToken!), KeyValuePair.Create("id", "x")]),
        };
        request.Headers.TryAddWithoutValidation("Origin", "https://evil.example");
        Assert.Equal(HttpStatusCode.Forbidden, (await scene.Browser.SendAsync(request)).Status);
    }

    [Theory]
    [InlineData("/settings/passkeys", "/settings/passkeys/rename")]
    [InlineData("/settings/passkeys", "/settings/passkeys/remove")]
    [InlineData("/settings/sessions", "/settings/sessions/end")]
    [InlineData("/settings/sessions", "/settings/sessions/forget")]
    [InlineData("/settings/apps", "/settings/apps/withdraw")]
    public async Task What_is_another_users_is_not_found_and_stays(string page, string to)
    {
        var scene = await SceneAsync();
        var other = await SceneAsync();
        var now = scene.Server.Clock.GetUtcNow();
        var app = await other.Org.AppAsync();
        var id = to.Split('/')[2] == "apps" ? app.Id : to.EndsWith("/end", StringComparison.Ordinal) ? other.Session.Id : "theirs-" + other.User.Id;
        await other.AddAsync(new KnownDevice { Hash = "theirs-" + other.User.Id, UserId = other.User.Id, CreatedAt = now, LastUsedAt = now, ExpiresAt = now.AddDays(1) });
        await other.AddAsync(new Passkey { Id = "theirs-" + other.User.Id, UserId = other.User.Id, Name = "Theirs", PublicKey = [1], AttestationObject = [1], ClientDataJson = [1], CreatedAt = now });
        await other.AddAsync(new Consent { UserId = other.User.Id, AppId = app.Id, Scope = "api", GivenAt = now });
        foreach (var tried in new[] { id, "nothing", "" })
            Assert.Equal(HttpStatusCode.NotFound, (await scene.SendAsync(page, to, ("id", tried), ("Name", "Mine"))).Status);
        Assert.True(await other.IsSignedInAsync(other.Browser));
        Assert.Contains("Theirs", (await other.GetAsync("/settings/passkeys")).Html, StringComparison.Ordinal);
        Assert.Contains("theirs-", (await other.GetAsync("/settings/sessions")).Html, StringComparison.Ordinal);
        Assert.Contains(app.Id, (await other.GetAsync("/settings/apps")).Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_users_sign_in_is_not_found()
    {
        var scene = await SceneAsync();
        var other = await SceneAsync();
        var app = await other.Org.AppAsync();
        await scene.Server.NoticeAsync();
        var theirs = (await other.User.LoginAsync(app, TestServer.Outside)).Reference!;
        foreach (var path in new[] { $"/settings/sign-ins/{theirs}", $"/settings/sign-ins/{theirs}/not-me", "/settings/sign-ins/2222-2222", "/settings/sign-ins/x", "/settings/sign-ins?before=x" })
            Assert.Equal(HttpStatusCode.NotFound, (await scene.Browser.GetAsync(path)).Status);
        var page = await scene.GetAsync("/settings");
        Assert.Equal(HttpStatusCode.NotFound, (await scene.Browser.PostAsync(page, $"/settings/sign-ins/{theirs}/not-me")).Status);
        Assert.True(await other.IsSignedInAsync(other.Browser));
        (await other.GetAsync("/settings/sign-ins/" + theirs)).Html.Contains(theirs, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_is_markup_is_shown_as_text()
    {
        var scene = await SceneAsync(change: user => user.LastName = "<script>alert(1)</script>");
        await scene.AddAsync(new Passkey
        {
            Id = "p-" + scene.User.Id,
            UserId = scene.User.Id,
            Name = "<img src=x>",
            PublicKey = [1],
            AttestationObject = [1],
            ClientDataJson = [1],
            CreatedAt = scene.Server.Clock.GetUtcNow(),
        });
        Assert.DoesNotContain("<script>alert", (await scene.GetAsync("/settings")).Html, StringComparison.Ordinal);
        Assert.DoesNotContain("<img src=x>", (await scene.GetAsync("/settings/passkeys")).Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_of_an_app_that_the_rules_keep_out_of_browsers_opens_no_settings()
    {
        var org = await TestOrg.AddAsync(await servers.OnAsync("SQLite"));
        var server = await servers.OnAsync("SQLite");
        var user = await org.UserAsync(new() { LoginRanges = ["10.0.0.0/8"] });
        await server.NoticeAsync();
        var browser = new TestBrowser(server);
        await browser.SignInAsync(user, channel: LoginChannel.AuthorizationCode);
        var answer = await browser.GetAsync("/settings");
        Assert.Equal(HttpStatusCode.Forbidden, answer.Status);
        Assert.Matches("[2-9A-Z]{4}-[2-9A-Z]{4}", answer.Html);
    }

    [Fact]
    public async Task The_note_after_a_change_cannot_come_from_the_address()
    {
        var scene = await SceneAsync();
        var page = await scene.GetAsync("/settings?note=PasswordChanged&done=PasswordChanged");
        Assert.DoesNotContain("notice success", page.Html, StringComparison.Ordinal);
        scene.Browser.Cookies["note"] = "Error.Locked"; // no note of that name
        Assert.DoesNotContain("notice success", (await scene.GetAsync("/settings")).Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Explanations_are_the_same_in_parts_as_in_one_text()
    {
        var scene = await SceneAsync();
        var app = await scene.Org.AppAsync();
        await scene.Server.NoticeAsync();
        var record = await scene.Server.RecordAsync(await scene.User.LoginAsync(app, TestServer.Outside));
        var explanations = scene.Server.Services.GetRequiredService<LoginExplanations>();
        var text = await explanations.ExplainAsync(record.Id, Stop);
        var parts = (await explanations.ReadAsync(record.Id, Stop))!;
        Assert.All(parts.Rules, rule => Assert.Contains(rule.Sentence, text, StringComparison.Ordinal));
        Assert.All(parts.Conclusion, line => Assert.Contains(line, text, StringComparison.Ordinal));
        Assert.Contains(parts.Rules, rule => rule is { Rule: "SecurityTokenOffTrustedNetwork", Passed: false });
    }

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    async Task<SettingsScene> SceneAsync(Action<User>? change = null) => await SettingsScene.NewAsync(await servers.OnAsync("SQLite"), change: change);
}
