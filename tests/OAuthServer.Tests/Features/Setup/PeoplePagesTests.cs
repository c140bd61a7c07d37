using System.Net;
using System.Text;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Policy;
using OAuthServer.Tests.Administration.People;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.Setup;

/// <summary>The administrators' pages about people, as a browser without script sees them.</summary>
[Collection(nameof(ServersCollection))]
public sealed class PeoplePagesTests(Servers servers)
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task People_are_found_looked_at_and_changed()
    {
        var (scene, browser) = await AdministratorAsync();
        var user = await scene.Test.UserAsync(change: user => user.LastName = "Ünal <b>");
        await scene.Server.NoticeAsync();
        var list = await browser.GetAsync("/setup/people?search=" + Uri.EscapeDataString("Ünal"));
        Assert.Contains($"href=\"/setup/people/user?name={Uri.EscapeDataString(user.Username)}\"", list.Html, StringComparison.Ordinal);
        Assert.Contains("Ünal &lt;b&gt;", list.Html, StringComparison.Ordinal);
        Assert.DoesNotContain(scene.Admin.Username + "</a>", list.Html, StringComparison.Ordinal);
        Assert.Contains("Nobody matches", (await browser.GetAsync("/setup/people?search=nosuch")).Html, StringComparison.Ordinal);
        var page = await browser.GetAsync(PathOf(user));
        Assert.Equal(HttpStatusCode.OK, page.Status);
        var row = await user.RowAsync();
        (string, string)[] fields =
        [
            ("name", user.Username), ("version", Between(page.Html, "name=\"version\" value=\"")), ("email", row.Email), ("firstName", "New"), ("lastName", ""),
            ("language", "de"), ("timeZone", "Europe/Berlin"), ("profile", Between(page.Html, "selected=\"selected\" value=\"", "value=\"", from: "id=\"profile\"")),
        ];
        var saved = await browser.PostAsync(page, "/setup/people/user?handler=Save", fields);
        Assert.Equal(PathOf(user), saved.LocalLocation);
        Assert.Contains("The changes are saved.", (await browser.FollowAsync(saved)).Html, StringComparison.Ordinal);
        Assert.Equal(("New", "", "de", "Europe/Berlin"), ((await user.RowAsync()).FirstName, (await user.RowAsync()).LastName, (await user.RowAsync()).Language, (await user.RowAsync()).TimeZone));
        var stale = await browser.PostAsync(page, "/setup/people/user?handler=Save", fields);
        Assert.Contains("role=\"alert\"", stale.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_stops_something_shows_first_what_and_is_done_by_a_second_button()
    {
        var (scene, browser) = await AdministratorAsync();
        var user = await scene.Test.UserAsync();
        await scene.Server.NoticeAsync();
        await scene.RecordAsync(user, scene.Server.Clock.GetUtcNow().AddDays(-1));
        var page = await browser.GetAsync(PathOf(user));
        Assert.DoesNotContain("handler=Freeze", page.Html, StringComparison.Ordinal);
        var confirm = await browser.GetAsync($"/setup/people/confirm?name={Uri.EscapeDataString(user.Username)}&step=Freeze");
        Assert.Contains("These integrations will stop", confirm.Html, StringComparison.Ordinal);
        Assert.Contains("nightly/1.0", confirm.Html, StringComparison.Ordinal);
        Assert.Equal(UserStatus.Active, (await user.RowAsync()).Status);
        var done = await browser.PostAsync(confirm, "/setup/people/confirm", ("name", user.Username), ("step", "Freeze"));
        Assert.Contains("The account is frozen.", (await browser.FollowAsync(done)).Html, StringComparison.Ordinal);
        Assert.Equal(UserStatus.Frozen, (await user.RowAsync()).Status);
        await browser.PostAsync(page, "/setup/people/user?handler=Unfreeze", ("name", user.Username));
        Assert.Equal(UserStatus.Active, (await user.RowAsync()).Status);
        foreach (var step in new[] { "Deactivate", "ResetPassword", "ResetToken", "RemoveFactors", "EndSessions" })
            Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync($"/setup/people/confirm?name={Uri.EscapeDataString(user.Username)}&step={step}")).Status);
        var own = await browser.PostAsync(confirm, "/setup/people/confirm", ("name", scene.Admin.Username), ("step", "Freeze"));
        Assert.Contains("This is your own account.", own.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_organizations_people_are_not_there()
    {
        var (_, browser) = await AdministratorAsync();
        var other = await PeopleScene.NewAsync(await servers.OnAsync("SQLite"));
        var name = Uri.EscapeDataString(other.Admin.Username);
        foreach (var path in new[] { $"/setup/people/user?name={name}", $"/setup/people/confirm?name={name}&step=Freeze", $"/setup/people/hand-over?name={name}", "/setup/people/import/job?id=x", "/setup/people/user" })
            Assert.Equal(HttpStatusCode.NotFound, (await browser.GetAsync(path)).Status);
        Assert.DoesNotContain(other.Admin.Username, (await browser.GetAsync("/setup/people")).Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_is_made_from_a_form_that_keeps_what_was_typed_when_it_is_wrong()
    {
        var (scene, browser) = await AdministratorAsync();
        var form = await browser.GetAsync("/setup/people/new");
        var profile = Between(form.Html, "<option value=\"", from: "id=\"profile\"");
        (string, string)[] Fields(string username) =>
        [
            ("username", username), ("email", "someone@x.test"), ("profile", profile), ("language", "en_US"), ("timeZone", "UTC"), ("invite", "true"),
        ];
        var wrong = await browser.PostAsync(form, null, Fields("with space"));
        Assert.Contains("value=\"with space\"", wrong.Html, StringComparison.Ordinal);
        Assert.Contains("<code>username</code>", wrong.Html, StringComparison.Ordinal);
        var name = $"made-{scene.Org.Id}@x.test";
        Assert.Equal("/setup/people/user?name=" + Uri.EscapeDataString(name), (await browser.PostAsync(form, null, Fields(name))).LocalLocation);
    }

    [Fact]
    public async Task A_file_larger_than_other_forms_is_looked_at_and_carried_out()
    {
        var (scene, browser) = await AdministratorAsync();
        var profile = await scene.Test.ProfileAsync(new());
        await scene.Server.NoticeAsync();
        var text = new StringBuilder("username,email,profile,firstName\n");
        for (var i = 0; i < 3000; i++)
            text.Append($"page-{scene.Org.Id}-{i}@x.test,p@x.test,{profile.Name},{new string('n', i == 7 ? 201 : 9)}\n");
        text.Append('\n', 1_500_000);
        var form = await browser.GetAsync("/setup/people/import");
        Assert.True(form.Html.IndexOf("__RequestVerificationToken", StringComparison.Ordinal) < form.Html.IndexOf("type=\"file\"", StringComparison.Ordinal));
        var sent = await SendAsync(browser, form.AntiforgeryToken, text.ToString());
        Assert.StartsWith("/setup/people/import/job?id=", sent.LocalLocation, StringComparison.Ordinal);
        var page = await DoneAsync(browser, sent.LocalLocation!, "Nothing has been changed yet");
        Assert.Contains("Preview: 2999 to make, 0 to change, 0 the same, 1 with errors", page.Html, StringComparison.Ordinal);
        Assert.Contains("must be at most 200 characters", (await browser.GetAsync(sent.LocalLocation + "&outcome=error")).Html, StringComparison.Ordinal);
        var id = sent.LocalLocation!.Split("id=")[1];
        await browser.PostAsync(page, "/setup/people/import/job?handler=Apply", ("id", id));
        Assert.Contains("2999 made, 0 changed, 0 the same, 1 with errors", (await DoneAsync(browser, sent.LocalLocation, "2999 made")).Html, StringComparison.Ordinal);
        Assert.Contains(id, (await browser.GetAsync("/setup/people/import")).Html, StringComparison.Ordinal);
        await using var db = scene.Server.Database.NewContext();
        Assert.Equal(3000, await db.Users.CountAsync(u => u.OrgId == scene.Org.Id, Stop));
        var export = await browser.GetAsync("/setup/people/import?handler=Export");
        Assert.Equal(3001, export.Html.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task A_file_comes_only_with_this_servers_token_before_it()
    {
        var (scene, browser) = await AdministratorAsync();
        var form = await browser.GetAsync("/setup/people/import");
        Assert.Equal(HttpStatusCode.BadRequest, (await SendAsync(browser, null, "username\n")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await SendAsync(browser, "x" + form.AntiforgeryToken, "username\n")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await SendAsync(browser, form.AntiforgeryToken, "username\n", fileFirst: true)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(browser, form.AntiforgeryToken, "username\n", site: "cross-site")).Status);
        Assert.Contains("Choose a file.", (await browser.PostAsync(form, null)).Html, StringComparison.Ordinal);
        using var broken = new HttpRequestMessage(HttpMethod.Post, "/setup/people/import") { Content = new ByteArrayContent("--x\r\nnonsense"u8.ToArray()) };
        broken.Content.Headers.TryAddWithoutValidation("Content-Type", "multipart/form-data; boundary=x");
        Assert.True((int)(await browser.SendAsync(broken)).Status < 500);
        await using var db = scene.Server.Database.NewContext();
        Assert.False(await db.Jobs.AnyAsync(j => j.OrgId == scene.Org.Id, Stop));
    }

    [Fact]
    public async Task A_leavers_integrations_are_shown_and_handed_over()
    {
        var (scene, browser) = await AdministratorAsync();
        var (leaver, taker) = (await scene.Test.UserAsync(), await scene.Test.UserAsync());
        var app = await scene.Test.AppAsync(runAs: leaver.Id);
        await scene.Server.NoticeAsync();
        Assert.Contains(app.ClientId, (await browser.GetAsync(PathOf(leaver))).Html, StringComparison.Ordinal);
        var path = $"/setup/people/hand-over?name={Uri.EscapeDataString(leaver.Username)}";
        Assert.Contains("role=\"alert\"", (await browser.GetAsync(path + "&to=nobody")).Html, StringComparison.Ordinal);
        var page = await browser.GetAsync($"{path}&to={Uri.EscapeDataString(taker.Username)}");
        Assert.Contains(app.ClientId, page.Html, StringComparison.Ordinal);
        var done = await browser.PostAsync(page, "/setup/people/hand-over", ("name", leaver.Username), ("to", taker.Username), ("deactivate", "true"));
        Assert.Equal(PathOf(leaver), done.LocalLocation);
        await using var db = scene.Server.Database.NewContext();
        Assert.Equal(taker.Id, (await db.ConnectedApps.SingleAsync(a => a.Id == app.Id, Stop)).RunAsUserId);
        Assert.Equal(UserStatus.Inactive, (await leaver.RowAsync()).Status);
    }

    async Task<(PeopleScene Scene, TestBrowser Browser)> AdministratorAsync()
    {
        var scene = await PeopleScene.NewAsync(await servers.OnAsync("SQLite"));
        var browser = new TestBrowser(scene.Server);
        await browser.SignInAsync(scene.Admin);
        return (scene, browser);
    }

    static string PathOf(TestUser user) => "/setup/people/user?name=" + Uri.EscapeDataString(user.Username);

    static string Between(string html, string start, string? orStart = null, string? from = null)
    {
        var at = from is null ? 0 : html.IndexOf(from, StringComparison.Ordinal);
        var begin = html.IndexOf(start, at, StringComparison.Ordinal);
        if (begin < 0)
            (begin, start) = (html.IndexOf(orStart!, at, StringComparison.Ordinal), orStart!);
        begin += start.Length;
        return WebUtility.HtmlDecode(html[begin..html.IndexOf('"', begin)]);
    }

    static async Task<Page> SendAsync(TestBrowser browser, string? token, string text, bool fileFirst = false, string? site = null)
    {
        var content = new MultipartFormDataContent();
        void AddFile() => content.Add(new ByteArrayContent(Encoding.UTF8.GetBytes(text)), "file", "people.csv");
        if (fileFirst)
            AddFile();
        if (token is not null)
            content.Add(new StringContent(token), "__RequestVerificationToken");
        if (!fileFirst)
            AddFile();
        var request = new HttpRequestMessage(HttpMethod.Post, "/setup/people/import") { Content = content };
        if (site is not null)
            request.Headers.Add("Sec-Fetch-Site", site);
        return await browser.SendAsync(request);
    }

    static async Task<Page> DoneAsync(TestBrowser browser, string path, string says)
    {
        Page? page = null;
        await Until.TrueAsync(async () => (page = await browser.GetAsync(path)).Html.Contains(says, StringComparison.Ordinal) && !page.Html.Contains("<progress", StringComparison.Ordinal), seconds: 120);
        return page!;
    }
}
