using System.Net;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Administration.Server;
using OAuthServer.Email;
using OAuthServer.Tests.Administration;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.Setup;

/// <summary>Apps, keys, audit trail, mail and looks, as an administrator does them at the pages.</summary>
[Collection(nameof(ServersCollection))]
public sealed class SystemPagesTests(Servers servers)
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_app_is_connected_given_two_secrets_changed_and_removed()
    {
        var (scene, browser) = await AdministratorAsync();
        var empty = await browser.GetAsync("/setup/apps");
        Assert.Contains("No app is connected yet", empty.Html, StringComparison.Ordinal);
        var id = "page-" + Guid.NewGuid().ToString("N");
        var wrong = await browser.PostAsync(empty, "/setup/apps", ("ClientId", id), ("Name", "Job"), ("Kind", "Service"));
        Assert.Contains("settings.runAs", wrong.Html, StringComparison.Ordinal);
        var made = await browser.PostAsync(empty, "/setup/apps", ("ClientId", id), ("Name", "Job"), ("Kind", "Service"), ("RunAs", scene.Administrator.Username));
        var page = await browser.FollowAsync(made);
        Assert.Contains("The app is connected", page.Html, StringComparison.Ordinal);
        var address = "/setup/apps/app?id=" + id;
        var first = await SecretAsync(browser, page, address, "first");
        Assert.DoesNotContain(first, (await browser.GetAsync(address)).Html, StringComparison.Ordinal);
        (await LoginAsync(scene, id, first)).IsAllowed();
        var second = await SecretAsync(browser, page, address, "second");
        Assert.Contains("Step 2 of 3", (await browser.GetAsync(address)).Html, StringComparison.Ordinal);
        (await LoginAsync(scene, id, second)).IsAllowed();
        await Until.TrueAsync(async () => (await browser.GetAsync(address)).Html.Contains("Step 3 of 3", StringComparison.Ordinal));
        page = await browser.GetAsync(address);
        await browser.PostAsync(page, address + "&handler=RemoveSecret", ("secret", "first"));
        (await LoginAsync(scene, id, first)).IsRefused(HttpStatusCode.Unauthorized, "invalid_client");
        (await LoginAsync(scene, id, second)).IsAllowed();

        page = await browser.GetAsync(address);
        var version = new[] { page.Html }.FindOne("name=\"version\" value=\"([^\"]+)\"");
        var text = $$"""{ "name": "Renamed", "flows": ["clientCredentials"], "runAs": "{{scene.Administrator.Username}}", "accessTokenMinutes": 7 }""";
        Assert.Contains("Saved.", (await browser.FollowAsync(await browser.PostAsync(page, address + "&handler=Save", ("version", version), ("text", text)))).Html, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await browser.PostAsync(page, address + "&handler=Save", ("version", version), ("text", text))).Status); // somebody was faster
        var late = await browser.PostAsync(page, address + "&handler=Save", ("version", version), ("text", "{ \"name\": \"Late\" "));
        Assert.Equal(HttpStatusCode.OK, late.Status);
        Assert.Contains("&quot;Late&quot;", late.Html, StringComparison.Ordinal);

        Assert.Contains("switched off", (await browser.FollowAsync(await browser.PostAsync(page, address + "&handler=Deactivate"))).Html, StringComparison.Ordinal);
        Assert.NotEqual(HttpStatusCode.OK, (await LoginAsync(scene, id, second)).Status);
        Assert.Equal("/setup/apps", (await browser.PostAsync(page, address + "&handler=Delete")).LocalLocation);
        Assert.Equal(HttpStatusCode.NotFound, (await browser.GetAsync(address)).Status);
        var trail = await browser.GetAsync("/setup/system/audit?object=" + id);
        Assert.Contains("apps.remove-secret", trail.Html, StringComparison.Ordinal);
        Assert.DoesNotContain(second, trail.Html, StringComparison.Ordinal);
        var entry = await browser.GetAsync(new[] { (await browser.GetAsync("/setup/system/audit?operation=apps.save&object=" + id)).Html }.FindOne("href=\"(/setup/system/audit/[0-9]+)\""));
        Assert.Contains("<code>settings.accessTokenMinutes</code>", entry.Html, StringComparison.Ordinal);
        Assert.Contains("<ins>7</ins>", entry.Html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("en")]
    [InlineData("de")]
    public async Task Every_page_is_there_in_both_languages_and_empty_ones_teach(string language)
    {
        var (_, browser) = await AdministratorAsync();
        foreach (var path in new[] { "/setup/apps", "/setup/system", "/setup/system/keys", "/setup/system/audit", "/setup/system/outbox", "/setup/system/branding" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Add("Accept-Language", language);
            var page = await browser.SendAsync(request);
            Assert.True(page.Status == HttpStatusCode.OK, path);
            Assert.Contains($"<html lang=\"{language}\"", page.Html, StringComparison.Ordinal);
            Assert.Contains("oauthserver ", page.Html, StringComparison.Ordinal);
            // A text that is missing shows its key.
            Assert.DoesNotMatch(@">(Kind|Door|Level|KeyState|Rotation|Note)\.\w+<", page.Html);
        }
    }

    [Fact]
    public async Task Another_organizations_app_entry_and_mail_are_not_there()
    {
        var (scene, browser) = await AdministratorAsync();
        var other = await SystemScene.NewAsync(scene.Server);
        var app = await other.Org.AppAsync();
        await other.Get<BrandingOperations>().SaveAsync(await other.CallAsync("x"), new("#112233"));
        Assert.Equal(HttpStatusCode.NotFound, (await browser.GetAsync("/setup/apps/app?id=" + app.ClientId)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await browser.GetAsync("/setup/system/audit/" + (await other.TrailAsync())[0].Id)).Status);
        var page = await browser.GetAsync("/setup/apps");
        foreach (var handler in new[] { "Save", "AddSecret", "RemoveSecret", "Activate", "Deactivate", "RevokeTokens", "Delete" })
            Assert.Equal(HttpStatusCode.NotFound, (await browser.PostAsync(page, $"/setup/apps/app?id={app.ClientId}&handler={handler}", ("secret", "first"), ("text", "{\"name\":\"A\",\"flows\":[]}"))).Status);
        await using var db = scene.Server.Database.NewContext();
        Assert.True(await db.ConnectedApps.AnyAsync(row => row.ClientId == app.ClientId && row.IsActive, Stop));
    }

    [Fact]
    public async Task A_logo_a_test_mail_and_what_waits_are_handled_at_their_pages()
    {
        var (scene, browser) = await AdministratorAsync();
        var page = await browser.GetAsync("/setup/system/branding");
        using var form = new MultipartFormDataContent { { new StringContent(page.AntiforgeryToken!), "__RequestVerificationToken" } };
        using var png = new ByteArrayContent([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, (byte)'I', (byte)'H', (byte)'D', (byte)'R', 0, 0, 0, 9, 0, 0, 0, 9, 1]);
        form.Add(png, "file", "logo.png");
        var saved = await browser.FollowAsync(await browser.SendAsync(new(HttpMethod.Post, "/setup/system/branding?handler=Logo") { Content = form }));
        Assert.Contains("The logo is saved", saved.Html, StringComparison.Ordinal);
        Assert.Contains("not a colour", (await browser.PostAsync(page, "/setup/system/branding?handler=Color", ("color", "red"))).Html, StringComparison.Ordinal);
        Assert.Contains("on its way to you", (await browser.FollowAsync(await browser.PostAsync(page, "/setup/system?handler=MailTest"))).Html, StringComparison.Ordinal);
        await using (var db = scene.Server.Database.NewContext())
        {
            scene.Get<Outbox>().Add(db, new((await scene.Administrator.RowAsync()).Email, "Stuck", "text") { OrgId = scene.Org.Id });
            db.OutboxMessages.Local.Single().NextAttemptAt = scene.Server.Clock.GetUtcNow().AddHours(1);
            await db.SaveChangesAsync(Stop);
        }
        var outbox = await browser.GetAsync("/setup/system/outbox");
        Assert.Contains("Stuck", outbox.Html, StringComparison.Ordinal);
        Assert.Contains("tried again now", (await browser.FollowAsync(await browser.PostAsync(outbox, "/setup/system/outbox?handler=Retry", ("id", new[] { outbox.Html }.FindOne("name=\"id\" value=\"([^\"]+)\""))))).Html, StringComparison.Ordinal);
        var csv = await browser.GetAsync("/setup/system/audit?handler=Csv");
        Assert.StartsWith("id,at,actor,", csv.Html, StringComparison.Ordinal);
        Assert.StartsWith("PK", (await browser.GetAsync("/setup/system?handler=Export&users=true")).Html, StringComparison.Ordinal);
    }

    async Task<(SystemScene Scene, TestBrowser Browser)> AdministratorAsync()
    {
        var scene = await SystemScene.NewAsync(await servers.OnAsync("SQLite"));
        var browser = new TestBrowser(scene.Server);
        await browser.SignInAsync(scene.Administrator);
        return (scene, browser);
    }

    static async Task<string> SecretAsync(TestBrowser browser, Page page, string address, string name)
    {
        var answer = await browser.PostAsync(page, address + "&handler=AddSecret", ("secret", name));
        return new[] { answer.Html }.FindOne("<code class=\"secret\">([A-Za-z0-9_-]{43})</code>");
    }

    static Task<Answer> LoginAsync(SystemScene scene, string clientId, string secret) =>
        scene.Server.TokenAsync(TestServer.Outside, ("grant_type", "client_credentials"), ("client_id", clientId), ("client_secret", secret));
}

/// <summary>Looks into pages.</summary>
static class PageText
{
    internal static string FindOne(this string[] pages, string pattern)
    {
        var match = Regex.Match(pages[0], pattern, RegexOptions.None, TimeSpan.FromSeconds(1));
        Assert.True(match.Success, pages[0]);
        return WebUtility.HtmlDecode(match.Groups[1].Value);
    }
}
