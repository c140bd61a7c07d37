using System.Net;
using System.Text.Json;
using OAuthServer.Apps;
using OAuthServer.Policy;
using OAuthServer.Tests.Features.Authorize;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.Recorded;

/// <summary>Clients that live on a refresh token, in the requests that their sources make (contract, sections 2.5 and 2.7).</summary>
[Collection(nameof(ServersCollection))]
public sealed class RefreshingClientsTests(Servers servers)
{
    const string Token = "/services/oauth2/token";

    static readonly AppSettings App = AuthorizeScene.WebApp with
    {
        Dialect = Dialect.Salesforce,
        Flows = [LoginChannel.AuthorizationCode, LoginChannel.RefreshToken, LoginChannel.PasswordGrant],
        Scopes = ["api", "id", "refresh_token"],
        Refresh = new() { Rotate = false },
    };

    /// <summary>Its query is not escaped, its post has neither body nor type; times are 64-bit numbers in texts, and 32-bit numbers at introspection.</summary>
    [Fact]
    public async Task NetCoreForce_refreshes_and_introspects()
    {
        var (scene, refresh) = await SceneAsync();
        var agent = ("User-Agent", "netcoreforce-client/v64.0");
        var answer = await Wire.PostAsync(
            scene.Server, $"{Token}?grant_type=refresh_token&client_id={scene.App.ClientId}&client_secret={scene.App.Secret}&refresh_token={refresh}&format=json", null, agent);
        answer.IsAllowed();
        var issuedAt = long.Parse(answer["issued_at"]!);
        Assert.True(issuedAt > 9_999_999_999, "read as seconds");
        Assert.Equal(scene.Server.Clock.GetUtcNow().ToUnixTimeMilliseconds(), issuedAt);
        Assert.Equal(("Bearer", "http://localhost:5000", null), (answer["token_type"], answer["instance_url"], answer["refresh_token"]));

        foreach (var (token, kind) in new[] { (answer["access_token"], "access_token"), (refresh, "refresh_token") })
        {
            var told = await Wire.PostAsync(
                scene.Server, $"/services/oauth2/introspect?token={token}&token_type_hint={kind}&client_id={scene.App.ClientId}&client_secret={scene.App.Secret}&format=json", null, agent);
            Assert.Equal(("True", kind, scene.User.Username, scene.App.ClientId), (told["active"], told["token_type"], told["username"], told["client_id"]));
            Assert.StartsWith("http://localhost:5000/id/00D", told["sub"], StringComparison.Ordinal);
            Assert.Contains("api", told["scope"], StringComparison.Ordinal);
            var times = new[] { "iat", "nbf", "exp" }.Select(name => told.Json.GetProperty(name).GetInt32()).ToList();
            Assert.Equal(times.Order(), times);
        }
        var dead = await Wire.PostAsync(
            scene.Server, $"{Token}?grant_type=refresh_token&client_id={scene.App.ClientId}&client_secret={scene.App.Secret}&refresh_token=dead&format=json", null, agent);
        dead.IsRefused("invalid_grant", "expired access/refresh token");
    }

    [Fact]
    public async Task Force_com_toolkit_refreshes_and_asks_for_the_versions()
    {
        var (scene, refresh) = await SceneAsync();
        var agent = ("User-Agent", "forcedotcom-toolkit-dotnet/v36.0");
        var answer = await Wire.PostAsync(
            scene.Server, $"{Token}?grant_type=refresh_token&client_id={scene.App.ClientId}&client_secret={scene.App.Secret}&refresh_token={refresh}", null, agent);
        answer.IsAllowed();
        var versions = await Wire.GetAsync(scene.Server, "/services/data/", agent);
        Assert.All(versions.Json.EnumerateArray(), version => Assert.Equal(JsonValueKind.String, version.GetProperty("version").ValueKind));
        var user = await Wire.PostAsync(scene.Server, new Uri(answer["id"]!).AbsolutePath, null, ("Authorization", "Bearer " + answer["access_token"]), agent);
        Assert.Equal(scene.User.Username, user["username"]);
        Assert.NotNull(user.Json.GetProperty("urls").GetProperty("rest").GetString());
    }

    /// <summary>A form, and a rotated refresh token is kept.</summary>
    [Fact]
    public async Task Tap_salesforce_logs_in_again_and_again()
    {
        var (scene, refresh) = await SceneAsync(App with { Refresh = new() { Rotate = true } });
        for (var turn = 0; turn < 3; turn++)
        {
            scene.Server.Clock.Advance(TimeSpan.FromMinutes(15));
            var answer = await Wire.PostAsync(scene.Server, Token, $"grant_type=refresh_token&client_id={scene.App.ClientId}&client_secret={scene.App.Secret}&refresh_token={refresh}");
            answer.IsAllowed();
            Assert.NotEqual(refresh, answer["refresh_token"]);
            refresh = answer["refresh_token"] ?? refresh;
        }
    }

    /// <summary>jsforce, nforce and restforce keep the refresh token that they have: their apps must not rotate.</summary>
    [Fact]
    public async Task Where_nothing_rotates_a_refresh_token_serves_for_long()
    {
        var (scene, refresh) = await SceneAsync();
        for (var day = 0; day < 5; day++)
        {
            scene.Server.Clock.Advance(TimeSpan.FromDays(1));
            var answer = await Wire.PostAsync(scene.Server, Token, $"grant_type=refresh_token&refresh_token={refresh}&client_id={scene.App.ClientId}&client_secret={scene.App.Secret}");
            answer.IsAllowed();
            Assert.Null(answer["refresh_token"]);
        }
    }

    /// <summary>sf CLI writes it into an address of its own (contract, section 1, no. 14).</summary>
    [Fact]
    public async Task Tokens_are_of_the_letters_that_clients_leave_unescaped()
    {
        var (scene, refresh) = await SceneAsync();
        Assert.Matches(@"^[A-Za-z0-9._-]+={0,2}$", refresh);
        var answer = await Wire.PostAsync(scene.Server, Token, $"grant_type=refresh_token&client_id={scene.App.ClientId}&client_secret={scene.App.Secret}&refresh_token={refresh}");
        Assert.Matches(@"^00D\w{12,15}![\w.]+$", answer["access_token"]);
        Assert.Equal(HttpStatusCode.OK, (await Wire.GetAsync(scene.Server, "/services/oauth2/userinfo?oauth_token=" + answer["access_token"])).Status);
    }

    async Task<(AuthorizeScene Scene, string Refresh)> SceneAsync(AppSettings? app = null)
    {
        var scene = await AuthorizeScene.ReadyAsync(await servers.OnAsync("SQLite"), app ?? App);
        return (scene, (await scene.TokensAsync(("scope", "api id refresh_token")))["refresh_token"]!);
    }
}
