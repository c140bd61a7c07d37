using System.Net;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Administration;

/// <summary>The login history in the columns of Salesforce's, by page, API and explanation.</summary>
[Collection(nameof(ServersCollection))]
public sealed class LoginHistoryExportTests(Servers servers)
{
    const string Header = "Username,Login Time,Source IP,Location,Country,Country ISO,Subdivision,City,Postal Code,Latitude,Longitude,Login Type,Login Subtype,Status,Browser,Platform,"
        + "Application,Client Version,API Type,API Version,Login URL,Authentication Method Reference,HTTP Method,TLS Protocol,TLS Cipher Suite,Community,Login Reference";

    [Theory]
    [MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Existing_reports_find_their_columns_and_words(string database)
    {
        var (scene, user) = await SceneAsync(database);
        var (outside, inside) = (await LoginAsync(scene, user, TestServer.Outside), await LoginAsync(scene, user, TestServer.Office));
        var answer = await scene.GetAsync("/login-history.csv?user=" + Uri.EscapeDataString(user.Username));
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        var lines = Lines(answer.Text);
        Assert.Equal(Header, lines[0]);
        var (name, host) = ("App " + scene.App.ClientId["app-".Length..], scene.Server.Address.Authority);
        Assert.Equal(
            [
                $"{user.Username},*,127.0.10.7,,,,,,,,,Remote Access 2.0,OAuth Username-Password,Success,Unknown,Unknown,{name},N/A,N/A,N/A,{host},pwd,POST,,,,{inside}",
                $"{user.Username},*,127.0.0.1,,,,,,,,,Remote Access 2.0,OAuth Username-Password,Failed: API security token required,Unknown,Unknown,{name},N/A,N/A,N/A,{host},,POST,,,,{outside}",
            ],
            lines.Skip(1).Select(line => string.Join(',', line.Split(',').Select((cell, column) => column == 1 ? "*" : cell))));
        var page = await scene.Browser.GetAsync("/setup/sign-ins?handler=History&user=" + Uri.EscapeDataString(user.Username));
        Assert.Equal(lines, Lines(page.Html));
    }

    [Fact]
    public async Task More_than_one_part_is_written_without_a_gap_and_nothing_of_another_organization()
    {
        var (scene, user) = await SceneAsync("SQLite");
        var mine = new List<string>();
        for (var i = 0; i < 5; i++)
            mine.Add(await LoginAsync(scene, user, TestServer.Outside));
        await using (var db = scene.Server.Database.NewContext())
        {
            // Enough for a second part.
            for (var i = 0; i < OAuthServer.Administration.Paging.Most; i++)
                db.Add(new OAuthServer.Data.LoginRecord { OrgId = scene.Org.Id, UserId = user.Id, At = scene.Server.Clock.GetUtcNow(), Decision = "allow", Trace = "passed", Facts = "{}" });
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }
        var other = await SceneAsync("SQLite");
        await LoginAsync(other.Scene, other.User, TestServer.Outside);
        var lines = Lines((await scene.GetAsync("/login-history.csv?user=" + Uri.EscapeDataString(user.Username))).Text);
        Assert.Equal(1 + 5 + OAuthServer.Administration.Paging.Most, lines.Length);
        Assert.Equal(lines.Length, lines.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(mine.AsEnumerable().Reverse(), lines.TakeLast(5).Select(line => line.Split(',')[^1]));
        Assert.DoesNotContain(other.User.Username, (await scene.GetAsync("/login-history.csv")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_stranger_calls_itself_is_no_formula()
    {
        var (scene, user) = await SceneAsync("SQLite");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/services/oauth2/token")
        {
            Content = new FormUrlEncodedContent([new("grant_type", "password"), new("client_id", "=1+1"), new("username", user.Username), new("password", "wrong")]),
        };
        request.Headers.TryAddWithoutValidation("User-Agent", "=HYPERLINK(\"http://evil.test\",\"x\")");
        request.Headers.TryAddWithoutValidation("Sforce-Call-Options", "client=@SUM(A1)/1");
        await scene.Server.SendAsync(request);
        await LoginAsync(scene, user, TestServer.Outside, "=HYPERLINK(\"http://evil.test\",\"x\")", "client=@SUM(A1)/1");
        var cells = Lines((await scene.GetAsync("/login-history.csv")).Text).SelectMany(line => line.Split(',')).Select(cell => cell.Trim('"'));
        Assert.DoesNotContain(cells, cell => cell.StartsWith('=') || cell.StartsWith('@'));
    }

    [Fact]
    public async Task The_explanation_and_the_list_say_the_vendors_status_and_so_does_the_users_own_page()
    {
        var (scene, user) = await SceneAsync("SQLite");
        var reference = await LoginAsync(scene, user, TestServer.Outside);
        Assert.Contains("Failed: API security token required", (await scene.Browser.GetAsync("/setup/sign-ins")).Html, StringComparison.Ordinal);
        var page = (await scene.Browser.GetAsync("/setup/sign-ins/" + reference)).Html;
        Assert.Contains("<dd>Remote Access 2.0</dd>", page, StringComparison.Ordinal);
        Assert.Contains("<dd>Failed: API security token required</dd>", page, StringComparison.Ordinal);
        var history = (await scene.GetAsync("/sign-ins/" + reference)).Json.GetProperty("history");
        Assert.Equal("OAuth Username-Password", history.GetProperty("loginSubtype").GetString());
        var line = (await scene.GetAsync("/sign-ins?user=" + Uri.EscapeDataString(user.Username))).Json.GetProperty("items")[0];
        Assert.Equal("Failed: API security token required", line.GetProperty("status").GetString());
        var own = await LoginAsync(scene, scene.Admin, TestServer.Outside);
        Assert.Contains("Failed: API security token required", (await scene.Browser.GetAsync("/settings/sign-ins/" + own)).Html, StringComparison.Ordinal);
    }

    static string[] Lines(string csv) => csv.TrimStart('\ufeff').Split("\r\n", StringSplitOptions.RemoveEmptyEntries);

    static async Task<string> LoginAsync(AdminScene scene, TestUser user, string from, string? agent = null, string? options = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/services/oauth2/token")
        {
            Content = new FormUrlEncodedContent(
                [new("grant_type", "password"), new("client_id", scene.App.ClientId), new("client_secret", scene.App.Secret), new("username", user.Username), new("password", user.Password)]),
        };
        if (agent is not null)
            request.Headers.TryAddWithoutValidation("User-Agent", agent);
        if (options is not null)
            request.Headers.TryAddWithoutValidation("Sforce-Call-Options", options);
        return (await scene.Server.SendAsync(request, from)).Reference!;
    }

    async Task<(AdminScene Scene, TestUser User)> SceneAsync(string database)
    {
        var scene = await AdminScene.NewAsync(await servers.OnAsync(database));
        var user = await scene.Org.UserAsync();
        await scene.Server.NoticeAsync();
        return (scene, user);
    }
}
