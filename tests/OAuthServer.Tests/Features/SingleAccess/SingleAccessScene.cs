using OAuthServer.Apps;
using OAuthServer.Orgs;
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

    /// <summary>Comes with the address; where it led.</summary>
    internal async Task<Page> OpenAsync(TestBrowser browser, string? query = null, string? token = null) => await browser.GetAsync(await AddressAsync(query, token));
}
