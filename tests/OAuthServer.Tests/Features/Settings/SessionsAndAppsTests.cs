using System.Net;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.Settings;

/// <summary>What owners end: sessions, known browsers, apps, and everything at once when a sign-in was not theirs.</summary>
[Collection(nameof(ServersCollection))]
public sealed class SessionsAndAppsTests(Servers servers)
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sessions_are_listed_with_this_one_marked_and_one_is_ended()
    {
        var scene = await SceneAsync();
        var (other, session) = await scene.ElsewhereAsync();
        var page = await scene.GetAsync("/settings/sessions");
        Assert.Contains("this browser", page.Html, StringComparison.Ordinal);
        Assert.Contains($"value=\"{session.Id}\"", page.Html, StringComparison.Ordinal);
        Assert.DoesNotContain($"value=\"{scene.Session.Id}\"", page.Html, StringComparison.Ordinal);
        await scene.DoAsync("/settings/sessions", "/settings/sessions/end", ("id", session.Id));
        Assert.False(await scene.IsSignedInAsync(other));
        Assert.True(await scene.IsSignedInAsync(scene.Browser));
    }

    [Fact]
    public async Task All_other_sessions_are_ended_together()
    {
        var scene = await SceneAsync();
        var others = new[] { await scene.ElsewhereAsync(), await scene.ElsewhereAsync() };
        await scene.DoAsync("/settings/sessions", "/settings/sessions/endOthers");
        foreach (var (other, _) in others)
            Assert.False(await scene.IsSignedInAsync(other));
        Assert.True(await scene.IsSignedInAsync(scene.Browser));
    }

    [Fact]
    public async Task Sessions_that_have_timed_out_are_not_listed()
    {
        var scene = await SceneAsync();
        scene.Server.Clock.Advance(TimeSpan.FromHours(3));
        await scene.Browser.SignInAsync(scene.User);
        Assert.DoesNotContain(scene.Session.Id, (await scene.GetAsync("/settings/sessions")).Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_known_browser_is_forgotten()
    {
        var scene = await SceneAsync();
        var now = scene.Server.Clock.GetUtcNow();
        await scene.AddAsync(new KnownDevice
        {
            Hash = "device-" + scene.User.Id,
            UserId = scene.User.Id,
            UserAgent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            CreatedAt = now,
            LastUsedAt = now,
            ExpiresAt = now.AddDays(1),
        });
        Assert.Contains("Firefox, Linux", (await scene.GetAsync("/settings/sessions")).Html, StringComparison.Ordinal);
        await scene.DoAsync("/settings/sessions", "/settings/sessions/forget", ("id", "device-" + scene.User.Id));
        Assert.Equal(0, await scene.ReadAsync(db => db.KnownDevices.CountAsync(d => d.UserId == scene.User.Id, Stop)));
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Withdrawing_an_app_kills_its_tokens_and_its_consent_at_once(string database)
    {
        var scene = await SceneAsync(database);
        var app = await scene.Org.AppAsync();
        var other = await scene.Org.AppAsync();
        await scene.Server.NoticeAsync();
        var tokens = await scene.User.LoginAsync(app, TestServer.Office);
        var others = await scene.User.LoginAsync(other, TestServer.Office);
        await scene.AddAsync(new Consent { UserId = scene.User.Id, AppId = app.Id, Scope = "api email", GivenAt = scene.Server.Clock.GetUtcNow() });
        var page = await scene.GetAsync("/settings/apps");
        Assert.Contains("See your e-mail address", page.Html, StringComparison.Ordinal);
        await scene.DoAsync("/settings/apps", "/settings/apps/withdraw", ("id", app.Id));
        Assert.Equal(HttpStatusCode.Unauthorized, await MeAsync(scene, tokens));
        Assert.Equal(HttpStatusCode.OK, await MeAsync(scene, others));
        (await RefreshAsync(scene, app, tokens)).IsRefused("invalid_grant", "expired access/refresh token");
        Assert.Equal(0, await scene.ReadAsync(db => db.Consents.CountAsync(c => c.UserId == scene.User.Id, Stop)));
        Assert.DoesNotContain(app.Id, (await scene.GetAsync("/settings/apps")).Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_apps_own_login_as_its_run_as_user_is_not_the_persons_to_withdraw()
    {
        var scene = await SceneAsync();
        var app = await scene.Org.AppAsync(runAs: scene.User.Id);
        await scene.Server.NoticeAsync();
        (await scene.Server.TokenAsync(TestServer.Office, ("grant_type", "client_credentials"), ("client_id", app.ClientId), ("client_secret", app.Secret))).IsAllowed();
        Assert.DoesNotContain(app.Id, (await scene.GetAsync("/settings/apps")).Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sign_ins_are_paged_and_explained_rule_by_rule()
    {
        var scene = await SceneAsync();
        var app = await scene.Org.AppAsync();
        await scene.Server.NoticeAsync();
        var first = await scene.User.LoginAsync(app, TestServer.Office);
        var refused = await scene.User.LoginAsync(app, TestServer.Outside);
        for (var i = 0; i < 24; i++)
            await scene.User.LoginAsync(app, TestServer.Office);
        var page = await scene.GetAsync("/settings/sign-ins");
        Assert.Contains("The security token was missing", page.Html, StringComparison.Ordinal);
        Assert.DoesNotContain(first.Reference!, page.Html, StringComparison.Ordinal);
        Assert.Contains(first.Reference!, (await scene.GetAsync("/settings/sign-ins?before=" + refused.Reference)).Html, StringComparison.Ordinal);
        var one = await scene.GetAsync("/settings/sign-ins/" + refused.Reference);
        Assert.Contains("in no trusted network and no security token was appended", WebUtility.HtmlDecode(one.Html), StringComparison.Ordinal);
        Assert.Contains("It would have been let in by one change", one.Html, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task A_sign_in_that_was_not_me_ends_everything(string database)
    {
        var scene = await SceneAsync(database);
        var app = await scene.Org.AppAsync();
        var token = await scene.User.ReceiveTokenAsync();
        var tokens = await scene.User.LoginAsync(app, TestServer.Outside, token);
        var (other, _) = await scene.ElsewhereAsync();
        var now = scene.Server.Clock.GetUtcNow();
        await scene.AddAsync(new KnownDevice { Hash = "d-" + scene.User.Id, UserId = scene.User.Id, CreatedAt = now, LastUsedAt = now, ExpiresAt = now.AddDays(1) });
        await scene.AddAsync(new MailedLink { Hash = "l-" + scene.User.Id, UserId = scene.User.Id, CreatedAt = now, ExpiresAt = now.AddDays(1) });
        await scene.AddAsync(new Consent { UserId = scene.User.Id, AppId = app.Id, Scope = "api", GivenAt = now });
        await scene.AddAsync(PasskeyOf(scene, "before", now.AddDays(-1)));
        await scene.AddAsync(PasskeyOf(scene, "since", now));
        var path = $"/settings/sign-ins/{tokens.Reference}/not-me";
        var asked = await scene.GetAsync(path);
        Assert.Contains("you must choose a new password", asked.Html, StringComparison.Ordinal);
        Assert.True(await scene.IsSignedInAsync(other)); // asking changes nothing
        var done = await scene.Browser.PostAsync(asked, path);
        Assert.Equal(HttpStatusCode.OK, done.Status);
        Assert.Contains("Your account is safe", done.Html, StringComparison.Ordinal);
        Assert.False(await scene.IsSignedInAsync(scene.Browser));
        Assert.False(await scene.IsSignedInAsync(other));
        Assert.Equal(HttpStatusCode.Unauthorized, await MeAsync(scene, tokens));
        (await RefreshAsync(scene, app, tokens)).IsRefused("invalid_grant", "expired access/refresh token");
        (await scene.User.LoginAsync(app, TestServer.Outside, token)).IsRefused("invalid_grant", "authentication failure");
        Assert.True((await scene.User.RowAsync()).MustChangePassword);
        Assert.Equal((0, 0, 0), await scene.ReadAsync(async db => (
            await db.KnownDevices.CountAsync(d => d.UserId == scene.User.Id, Stop),
            await db.Consents.CountAsync(c => c.UserId == scene.User.Id, Stop),
            await db.MailedLinks.CountAsync(l => l.UserId == scene.User.Id && l.UsedAt == null, Stop))));
        // The owner's own key stays; what came since may be the stranger's.
        Assert.Equal(["before"], await scene.ReadAsync(db => db.Passkeys.Where(p => p.UserId == scene.User.Id).Select(p => p.Name).ToListAsync(Stop)));
        await Until.TrueAsync(() => Task.FromResult(Directory.GetFiles(scene.Server.MailFolder).Any(file => IsNotice(file, tokens.Reference!))));
    }

    static Passkey PasskeyOf(SettingsScene scene, string name, DateTimeOffset at) => new()
    {
        Id = name + scene.User.Id,
        UserId = scene.User.Id,
        Name = name,
        PublicKey = [1],
        AttestationObject = [1],
        ClientDataJson = [1],
        CreatedAt = at,
    };

    static bool IsNotice(string file, string reference) => File.ReadAllText(file) is var text && text.Contains("Your account was made safe", StringComparison.Ordinal) && text.Contains(reference, StringComparison.Ordinal);

    static async Task<HttpStatusCode> MeAsync(SettingsScene scene, Answer tokens)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/api/me");
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + tokens["access_token"]);
        return (await scene.Server.SendAsync(request)).Status;
    }

    static Task<Answer> RefreshAsync(SettingsScene scene, TestApp app, Answer tokens) => scene.Server.TokenAsync(
        TestServer.Office, ("grant_type", "refresh_token"), ("refresh_token", tokens["refresh_token"]), ("client_id", app.ClientId), ("client_secret", app.Secret));

    async Task<SettingsScene> SceneAsync(string database = "SQLite") => await SettingsScene.NewAsync(await servers.OnAsync(database));
}
