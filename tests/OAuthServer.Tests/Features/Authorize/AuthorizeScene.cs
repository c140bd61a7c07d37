using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Apps;
using OAuthServer.Login;
using OAuthServer.Orgs;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.Authorize;

/// <summary>A person in the office at a browser, an app that sends it here, and the requests that both make.</summary>
public sealed class AuthorizeScene
{
    public const string RedirectUri = "https://app.example/callback";
    public const string Verifier = "a-verifier-of-at-least-forty-three-characters-0123456789";
    public const string State = "some state/+&=\"<>äß";

    /// <summary>What a usual app of a company is: it keeps a secret, and refreshes.</summary>
    public static AppSettings WebApp { get; } = new()
    {
        Flows = [LoginChannel.AuthorizationCode, LoginChannel.RefreshToken],
        Scopes = ["openid", "profile", "email", "api", "offline_access"],
        RedirectUris = [RedirectUri],
        PostLogoutRedirectUris = ["https://app.example/goodbye"],
    };

    /// <summary>An app on a person's own machine.</summary>
    public static AppSettings NativeApp { get; } = WebApp with
    {
        AuthMethods = [ClientAuthMethod.None],
        RedirectUris = ["http://127.0.0.1/callback", "http://[::1]/callback", "com.example.app:/callback", "http://localhost:1717/callback"],
    };

    AuthorizeScene(TestServer server, TestOrg org, TestUser user, TestApp app, AppSettings settings)
    {
        (Server, Org, User, App, Settings) = (server, org, user, app, settings);
        Browser = new(server, TestServer.Office);
    }

    public TestServer Server { get; }

    public TestOrg Org { get; }

    public TestUser User { get; }

    public TestApp App { get; }

    public AppSettings Settings { get; }

    public TestBrowser Browser { get; private set; }

    /// <summary>Nobody is signed in, and nothing is allowed.</summary>
    public static async Task<AuthorizeScene> NewAsync(TestServer server, AppSettings? settings = null, ProfileSettings? profile = null)
    {
        var org = await TestOrg.AddAsync(server);
        var user = await org.UserAsync(profile);
        var app = await org.AppAsync(settings ?? WebApp);
        await server.NoticeAsync();
        return new(server, org, user, app, settings ?? WebApp);
    }

    /// <summary>The person is signed in and has allowed the app all it may have.</summary>
    public static async Task<AuthorizeScene> ReadyAsync(TestServer server, AppSettings? settings = null, ProfileSettings? profile = null)
    {
        var scene = await NewAsync(server, settings, profile);
        await scene.Browser.SignInAsync(scene.User);
        await scene.AllowAsync();
        scene.Server.Clock.Advance(TimeSpan.FromSeconds(5));
        return scene;
    }

    /// <summary>The same person and browser, and another app.</summary>
    public async Task<AuthorizeScene> WithAppAsync(AppSettings settings)
    {
        var app = await Org.AppAsync(settings);
        await Server.NoticeAsync();
        return new(Server, Org, User, app, settings) { Browser = Browser };
    }

    public async Task AllowAsync(params string[] scopes) => await Server.Services.GetRequiredService<Consents>().GiveAsync(
        User.Id, (await Server.Services.GetRequiredService<AppDirectory>().FindAsync(App.ClientId))!, scopes.Length == 0 ? Settings.Scopes : scopes);

    public static string ChallengeOf(string verifier) => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)));

    /// <summary>A request that works; each change replaces a parameter, or takes it out when it is null.</summary>
    public Dictionary<string, string?> Request(params (string Name, string? Value)[] changes)
    {
        var request = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["client_id"] = App.ClientId,
            ["response_type"] = "code",
            ["redirect_uri"] = Settings.RedirectUris[0],
            ["scope"] = "openid profile api",
            ["state"] = State,
            ["nonce"] = "n-0S6_WzA2Mj",
            ["code_challenge"] = ChallengeOf(Verifier),
            ["code_challenge_method"] = "S256",
        };
        foreach (var (name, value) in changes)
            request[name] = value;
        return request;
    }

    public static string UrlOf(Dictionary<string, string?> request) =>
        QueryHelpers.AddQueryString("/services/oauth2/authorize", request.Where(pair => pair.Value is not null));

    public Task<Page> AuthorizeAsync(params (string Name, string? Value)[] changes) => Browser.GetAsync(UrlOf(Request(changes)));

    /// <summary>The code of a request that works.</summary>
    public async Task<string> CodeAsync(params (string Name, string? Value)[] changes)
    {
        var page = await AuthorizeAsync(changes);
        return page.Parameter("code") ?? throw new InvalidOperationException($"{(int)page.Status} {page.Location} {page.Html}");
    }

    /// <summary>Brings a code to the token endpoint as the app would.</summary>
    public Task<Answer> RedeemAsync(string code, params (string Name, string? Value)[] changes)
    {
        var form = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["grant_type"] = "authorization_code",
            ["code"] = code,
            ["redirect_uri"] = Settings.RedirectUris[0],
            ["code_verifier"] = Verifier,
            ["client_id"] = App.ClientId,
            ["client_secret"] = Settings.IsPublic ? null : App.Secret,
        };
        foreach (var (name, value) in changes)
            form[name] = value;
        return Server.TokenAsync(TestServer.Outside, [.. form.Select(pair => (pair.Key, pair.Value))]);
    }

    public async Task<Answer> TokensAsync(params (string Name, string? Value)[] changes)
    {
        var answer = await RedeemAsync(await CodeAsync(changes));
        answer.IsAllowed();
        return answer;
    }

    public Task<Answer> PushAsync(params (string Name, string? Value)[] changes) => Server.PostAsync(
        TestServer.Outside, "/services/oauth2/par",
        [.. Request([("client_secret", Settings.IsPublic ? null : App.Secret), .. changes]).Select(pair => (pair.Key, pair.Value))]);

    /// <summary>Sends the browser with a handle.</summary>
    public Task<Page> WithHandleAsync(string requestUri, string? clientId = null) => Browser.GetAsync(
        $"/services/oauth2/authorize?client_id={clientId ?? App.ClientId}&request_uri={Uri.EscapeDataString(requestUri)}");

    public Task<Answer> UserInfoAsync(string token)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/services/oauth2/userinfo");
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + token);
        return Server.SendAsync(request);
    }

    /// <summary>The claims of a JWT, unverified.</summary>
    public static System.Text.Json.JsonElement Claims(string jwt) => System.Text.Json.JsonDocument.Parse(Base64Url.DecodeFromChars(jwt.Split('.')[1])).RootElement;

    /// <summary>The header of a JWT.</summary>
    public static System.Text.Json.JsonElement Header(string jwt) => System.Text.Json.JsonDocument.Parse(Base64Url.DecodeFromChars(jwt.Split('.')[0])).RootElement;
}

/// <summary>What is asked of an answer that went to an app.</summary>
static class PageAssertions
{
    internal static void IsErrorForTheApp(this Page page, string error, string to = AuthorizeScene.RedirectUri, string state = AuthorizeScene.State)
    {
        Assert.True(page.Location?.StartsWith(to, StringComparison.Ordinal) == true, $"{(int)page.Status} {page.Location} {page.Html}");
        Assert.Equal(error, page.Parameter("error"));
        Assert.Equal(state, page.Parameter("state"));
        Assert.Equal(page.PublicUrl, page.Parameter("iss"));
        Assert.Null(page.Parameter("code"));
        Assert.Matches("^[\\x20\\x21\\x23-\\x5B\\x5D-\\x7E]+$", page.Parameter("error_description"));
    }

    internal static void IsForThePersonAlone(this Page page, string error)
    {
        Assert.Null(page.Location);
        Assert.InRange((int)page.Status, 400, 499);
        Assert.Contains(error, page.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("href=\"http", page.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("<form", page.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("evil", page.Html, StringComparison.Ordinal);
    }

    internal static void IsPage(this Page page, string path) =>
        Assert.True(page.LocalLocation?.StartsWith(path + "?request=", StringComparison.Ordinal) == true, $"{(int)page.Status} {page.Location} {page.Html}");
}
