using System.Net;
using System.Text.RegularExpressions;
using OAuthServer.Data;
using OAuthServer.Orgs;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.Settings;

/// <summary>A person signed in at a browser, with whatever a test gives the account.</summary>
sealed class SettingsScene
{
    SettingsScene(TestServer server, TestOrg org, TestUser user, TestBrowser browser) => (Server, Org, User, Browser) = (server, org, user, browser);

    internal TestServer Server { get; }

    internal TestOrg Org { get; }

    internal TestUser User { get; }

    internal TestBrowser Browser { get; }

    internal BrowserSession Session { get; private set; } = null!;

    internal static async Task<SettingsScene> NewAsync(TestServer server, ProfileSettings? profile = null, string from = TestServer.Outside, Action<User>? change = null)
    {
        var org = await TestOrg.AddAsync(server);
        var user = await org.UserAsync(profile, change: change);
        await server.NoticeAsync();
        var scene = new SettingsScene(server, org, user, new TestBrowser(server, from));
        scene.Session = await scene.Browser.SignInAsync(user);
        return scene;
    }

    /// <summary>The sign-in gets old: changes ask for the password again.</summary>
    internal void LetTimePass() => Server.Clock.Advance(TimeSpan.FromMinutes(11));

    internal async Task<Page> GetAsync(string path)
    {
        var page = await Browser.GetAsync(path);
        Assert.True(page.Status == HttpStatusCode.OK, $"{path}: {(int)page.Status} {page.Location} {Server.Log.Lines.LastOrDefault(line => line.StartsWith("Error", StringComparison.Ordinal))}");
        return page;
    }

    /// <summary>Fills in a form of a page and sends it where the page would.</summary>
    internal async Task<Page> SendAsync(string page, string to, params (string, string)[] fields) => await Browser.PostAsync(await GetAsync(page), to, fields);

    /// <summary>Sends a form that must be taken, and returns the page it leads to.</summary>
    internal async Task<Page> DoAsync(string page, string to, params (string, string)[] fields)
    {
        var answer = await SendAsync(page, to, fields);
        Assert.True(answer.Status == HttpStatusCode.Found, $"{to}: {(int)answer.Status} {Regex.Match(answer.Html, "<p class=\"error\".*", RegexOptions.None, TimeSpan.FromSeconds(1))}");
        return await Browser.FollowAsync(answer);
    }

    /// <summary>The same person at another browser.</summary>
    internal async Task<(TestBrowser Browser, BrowserSession Session)> ElsewhereAsync(Proof proven = Proof.Password)
    {
        var other = new TestBrowser(Server);
        return (other, await other.SignInAsync(User, proven));
    }

    internal async Task<T> ReadAsync<T>(Func<ServerDb, Task<T>> read)
    {
        await using var db = Server.Database.NewContext();
        return await read(db);
    }

    internal async Task AddAsync(object row)
    {
        await using var db = Server.Database.NewContext();
        db.Add(row);
        await db.SaveChangesAsync();
    }

    internal Task<bool> IsSignedInAsync(TestBrowser browser) => IsSignedInAsync(browser.GetAsync("/settings"));

    static async Task<bool> IsSignedInAsync(Task<Page> page) => (await page).Status == HttpStatusCode.OK;
}
