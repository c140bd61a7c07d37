using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Apps;
using OAuthServer.Login;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.Authorize;

/// <summary>
/// A person signed in at a browser in the office, whose organization has switched on an app that the server brings along, and who has allowed it.
/// </summary>
sealed class BuiltInScene
{
    internal const string Verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

    readonly string clientId;

    BuiltInScene(TestServer server, TestOrg org, TestUser user, string clientId)
    {
        (Server, Org, User, this.clientId) = (server, org, user, clientId);
        Browser = new(server, TestServer.Office);
    }

    internal TestServer Server { get; }

    internal TestOrg Org { get; }

    internal TestUser User { get; }

    internal TestBrowser Browser { get; }

    internal static async Task<BuiltInScene> NewAsync(TestServer server, string clientId)
    {
        var org = await TestOrg.AddAsync(server);
        var scene = new BuiltInScene(server, org, await org.UserAsync(), clientId);
        await scene.SwitchAsync(true);
        await scene.Browser.SignInAsync(scene.User);
        var app = (await server.Services.GetRequiredService<AppDirectory>().FindAsync(clientId))!;
        await server.Services.GetRequiredService<Consents>().GiveAsync(scene.User.Id, app, app.Settings.Scopes);
        server.Clock.Advance(TimeSpan.FromSeconds(5));
        return scene;
    }

    /// <summary>As an administrator switches it for the organization.</summary>
    internal async Task SwitchAsync(bool on)
    {
        await Org.ChangeAsync(org => org.BuiltInApps = on ? clientId : "");
        await Server.NoticeAsync();
    }

    /// <summary>Sends the browser to an address as it stands, double slashes and all.</summary>
    internal Task<Page> VisitAsync(string path) => Browser.SendAsync(new(HttpMethod.Get, new Uri(Server.Address.ToString().TrimEnd('/') + path)));

    /// <summary>An app's request, with a challenge.</summary>
    internal Task<Page> AuthorizeAsync(string redirectUri, string scope) => VisitAsync(QueryHelpers.AddQueryString("/services/oauth2/authorize", new Dictionary<string, string?>
    {
        ["response_type"] = "code",
        ["client_id"] = clientId,
        ["redirect_uri"] = redirectUri,
        ["scope"] = scope,
        ["state"] = AuthorizeScene.State,
        ["code_challenge"] = AuthorizeScene.ChallengeOf(Verifier),
    }));

    /// <summary>A public app's exchange.</summary>
    internal Task<Answer> RedeemAsync(string? code, string redirectUri) => Server.TokenAsync(
        TestServer.Office, ("grant_type", "authorization_code"), ("client_id", clientId), ("code", code), ("redirect_uri", redirectUri), ("code_verifier", Verifier));

    internal Task<Answer> RefreshAsync(string? token) => Server.TokenAsync(TestServer.Office, ("grant_type", "refresh_token"), ("refresh_token", token), ("client_id", clientId));

    /// <summary>Shows an access token at an address.</summary>
    internal Task<Answer> AskAsync(string path, string? token)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + token);
        return Server.SendAsync(request, TestServer.Office);
    }
}
