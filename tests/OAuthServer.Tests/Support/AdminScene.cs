using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Administration;
using OAuthServer.Apps;
using OAuthServer.Data;
using OAuthServer.Orgs;
using OAuthServer.Policy;

namespace OAuthServer.Tests.Support;

/// <summary>An organization with an administrator, who comes by page, by API and by command line.</summary>
public sealed class AdminScene
{
    AdminScene(TestServer server, TestOrg org, TestUser admin, TestApp app) => (Server, Org, Admin, App) = (server, org, admin, app);

    public TestServer Server { get; }

    public TestOrg Org { get; }

    public TestUser Admin { get; }

    /// <summary>Runs as the administrator.</summary>
    public TestApp App { get; }

    /// <summary>Signed in as the administrator.</summary>
    public TestBrowser Browser { get; private set; } = null!;

    string Token { get; set; } = "";

    public static async Task<AdminScene> NewAsync(TestServer server, string scope = "setup_read setup_write", ProfileSettings? profile = null)
    {
        var org = await TestOrg.AddAsync(server);
        var admin = await org.UserAsync(profile ?? new() { Permissions = new() { Administrator = true } });
        var app = await org.AppAsync(new AppSettings { Flows = [LoginChannel.ClientCredentials, LoginChannel.PasswordGrant], Scopes = ["api", "setup_read", "setup_write"] }, runAs: admin.Id);
        await server.NoticeAsync();
        var scene = new AdminScene(server, org, admin, app) { Browser = new(server) };
        await scene.Browser.SignInAsync(admin);
        scene.Token = await scene.TokenAsync(scope);
        return scene;
    }

    /// <summary>A token of the app, with the scope that is asked for.</summary>
    public async Task<string> TokenAsync(string scope)
    {
        var answer = await Server.TokenAsync(TestServer.Outside, ("grant_type", "client_credentials"), ("client_id", App.ClientId), ("client_secret", App.Secret), ("scope", scope));
        return answer["access_token"] ?? throw new InvalidOperationException(answer.Text);
    }

    /// <summary>A call as the API would make it for the administrator.</summary>
    public async Task<AdminCall> CallAsync(string operation, AuditDoor door = AuditDoor.Api)
    {
        await using var db = Server.Database.NewContext();
        var org = (await db.Organizations.FindAsync(Org.Id))!;
        return new(org, new(Admin.Id, Admin.Username, door, TestServer.Outside, operation, Server.Clock.GetUtcNow()), System.Net.IPAddress.Parse(TestServer.Outside), null, CancellationToken.None);
    }

    public T Room<T>()
        where T : notnull => Server.Services.GetRequiredService<T>();

    public Task<Answer> GetAsync(string path, string? token = null) => SendAsync(HttpMethod.Get, path, null, null, token);

    /// <summary>Asks the API.</summary>
    /// <param name="method">How.</param>
    /// <param name="path">After the API's root.</param>
    /// <param name="body">The JSON; null = none.</param>
    /// <param name="ifMatch">The version that is to be changed.</param>
    /// <param name="token">Another than the scene's own.</param>
    public async Task<Answer> SendAsync(HttpMethod method, string path, object? body = null, string? ifMatch = null, string? token = null)
    {
        var request = new HttpRequestMessage(method, AdminCatalogue.Root + path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token ?? Token);
        if (ifMatch is not null)
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        if (body is string text)
            request.Content = new StringContent(text, System.Text.Encoding.UTF8, "application/json");
        else if (body is not null)
            request.Content = JsonContent.Create(body, options: JsonSerializerOptions.Web);
        return await Server.SendAsync(request);
    }
}
