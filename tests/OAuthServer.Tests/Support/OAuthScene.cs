using System.Net.Http.Headers;
using System.Text;
using OAuthServer.Apps;
using OAuthServer.Data;
using OAuthServer.Orgs;

namespace OAuthServer.Tests.Support;

/// <summary>A user in the office and an app that may do everything, with the requests such an app makes.</summary>
public sealed class OAuthScene
{
    OAuthScene(TestServer server, TestOrg org, TestUser user, TestApp app) => (Server, Org, User, App) = (server, org, user, app);

    public TestServer Server { get; }

    public TestOrg Org { get; }

    public TestUser User { get; }

    public TestApp App { get; }

    public static async Task<OAuthScene> NewAsync(TestServer server, AppSettings? settings = null, ProfileSettings? profile = null)
    {
        var org = await TestOrg.AddAsync(server);
        var user = await org.UserAsync(profile);
        var app = await org.AppAsync(settings, runAs: user.Id);
        await server.NoticeAsync();
        return new(server, org, user, app);
    }

    /// <summary>The same organization and user, seen by another app.</summary>
    public OAuthScene By(TestApp other) => new(Server, Org, User, other);

    public Task<Answer> LoginAsync(string? scope = null) => TokenAsync(
        ("grant_type", "password"), ("username", User.Username), ("password", User.Password), ("scope", scope));

    /// <summary>The access token of a login that holds.</summary>
    public async Task<string> AccessTokenAsync(string? scope = null) => await MemberAsync(LoginAsync(scope), "access_token");

    /// <summary>The refresh token of a login that holds.</summary>
    public async Task<string> RefreshTokenAsync() => await MemberAsync(LoginAsync(), "refresh_token");

    public Task<Answer> ClientCredentialsAsync(string? scope = null) => TokenAsync(("grant_type", "client_credentials"), ("scope", scope));

    public Task<Answer> RefreshAsync(string token, string? scope = null, string from = TestServer.Office) =>
        Server.TokenAsync(from, WithSecret([("grant_type", "refresh_token"), ("refresh_token", token), ("scope", scope)]));

    public Task<Answer> TokenAsync(params (string, string?)[] form) => Server.TokenAsync(TestServer.Office, WithSecret(form));

    public Task<Answer> IntrospectAsync(string token, string? hint = null) => Server.PostAsync(
        TestServer.Outside, "/services/oauth2/introspect", WithSecret([("token", token), ("token_type_hint", hint)]));

    public Task<Answer> RevokeAsync(string? token, string? hint = null) => Server.PostAsync(
        TestServer.Outside, "/services/oauth2/revoke", WithSecret([("token", token), ("token_type_hint", hint)]));

    public Task<Answer> UserInfoAsync(string token) => BearerAsync("/services/oauth2/userinfo", token);

    public Task<Answer> MeAsync(string token) => BearerAsync("/api/me", token);

    /// <summary>Saves a change of the app's settings as an administrator would.</summary>
    public Task ChangeSettingsAsync(Func<AppSettings, AppSettings> change) =>
        ChangeAppAsync(app => app.Settings = SettingsJson.Write(change(SettingsJson.Read<AppSettings>(app.Settings))));

    public async Task ChangeAppAsync(Action<ConnectedApp> change)
    {
        await using (var db = Server.Database.NewContext())
        {
            change((await db.ConnectedApps.FindAsync(App.Id))!);
            await db.SaveChangesAsync();
        }
        await Server.NoticeAsync();
    }

    public async Task ChangeUserAsync(Action<User> change)
    {
        await User.ChangeAsync(change);
        await Server.NoticeAsync();
    }

    /// <summary>The header of client_secret_basic as it stands on the wire.</summary>
    public static AuthenticationHeaderValue Basic(string pair) => new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(pair)));

    Task<Answer> BearerAsync(string path, string token)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + token);
        return Server.SendAsync(request);
    }

    (string, string?)[] WithSecret((string, string?)[] form) => [.. form, ("client_id", App.ClientId), ("client_secret", App.Secret)];

    static async Task<string> MemberAsync(Task<Answer> login, string member)
    {
        var answer = await login;
        answer.IsAllowed();
        return answer[member]!;
    }
}
