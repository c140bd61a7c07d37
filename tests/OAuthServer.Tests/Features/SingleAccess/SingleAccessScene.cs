using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Apps;
using OAuthServer.Data;
using OAuthServer.Orgs;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.SingleAccess;

/// <summary>A user in the office, with a token of a salesforce app that may open this server's pages.</summary>
sealed class SingleAccessScene
{
    internal const string Door = "/secur/frontdoor.jsp";

    SingleAccessScene(OAuthScene scene, string token) => (Scene, Token) = (scene, token);

    internal OAuthScene Scene { get; }

    internal string Token { get; }

    internal TestServer Server => Scene.Server;

    internal TestUser User => Scene.User;

    internal static AppSettings App { get; } = TestOrg.SalesforceApp with { Scopes = ["api", "web", "refresh_token"] };

    internal static async Task<SingleAccessScene> NewAsync(TestServer server, AppSettings? app = null, ProfileSettings? profile = null)
    {
        var scene = await OAuthScene.NewAsync(server, app ?? App, profile);
        return new(scene, await scene.AccessTokenAsync());
    }

    internal Task<Answer> AskAsync(string? query = null, string? token = null) => SendAsync("GET", "/services/oauth2/singleaccess" + query, "Bearer " + (token ?? Token));

    internal Task<Answer> SendAsync(string method, string path, string? authorization)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (authorization is not null)
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        return Server.SendAsync(request);
    }

    /// <summary>The address for the browser, as a path of the server.</summary>
    internal async Task<string> AddressAsync(string? query = null, string? token = null)
    {
        var answer = await AskAsync(query, token);
        answer.IsAllowed();
        Assert.StartsWith($"{Server.PublicUrl}{Door}?otp=", answer["frontdoor_uri"], StringComparison.Ordinal);
        return answer["frontdoor_uri"]![Server.PublicUrl.Length..];
    }

    internal TestBrowser Browser(string from = TestServer.Office) => new(Server, from);

    /// <summary>Comes with the address; the page, or where it led.</summary>
    internal static async Task<Page> ArriveAsync(TestBrowser browser, string address)
    {
        var led = await browser.GetAsync(address);
        Assert.Equal(Door, led.LocalLocation);
        return await browser.GetAsync(Door);
    }

    /// <summary>Presses a button of the page.</summary>
    internal static Task<Page> DecideAsync(TestBrowser browser, Page page, string decision = "continue") => browser.PostAsync(
        page, Door, ("user", Regex.Match(page.Html, "name=\"user\" value=\"(?<id>[^\"]+)\"", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Groups["id"].Value), ("decision", decision));

    /// <summary>All of the way.</summary>
    internal async Task<Page> OpenAsync(TestBrowser browser, string? query = null, string? token = null) =>
        await DecideAsync(browser, await ArriveAsync(browser, await AddressAsync(query, token)));

    /// <summary>The sessions of a user that have not been ended.</summary>
    internal async Task<List<BrowserSession>> SessionsAsync(TestUser? user = null)
    {
        await using var db = Server.Database.NewContext();
        return await db.BrowserSessions.AsNoTracking().Where(s => s.UserId == (user ?? User).Id && s.EndedAt == null).ToListAsync();
    }

    /// <summary>How many sign-ins at a browser were judged.</summary>
    internal async Task<int> JudgedAsync()
    {
        await using var db = Server.Database.NewContext();
        return await db.LoginRecords.CountAsync(r => r.UserId == User.Id && r.Channel == LoginChannel.Browser);
    }
}
