using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using OAuthServer.Administration.Integrations;
using OAuthServer.Hosting.Demo;
using OAuthServer.Tests.Support;

namespace OAuthServer.BrowserTests;

/// <summary>The demo's organization on a server whose clock can be turned, and its administrator at a browser.</summary>
sealed class SetupSite : IAsyncDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("oauthserver-setup-").FullName;
    string otpauth = "";

    SetupSite(TestServer server) => Server = server;

    internal TestServer Server { get; }

    internal string Url => Server.PublicUrl;

    DemoScene Demo { get; set; } = null!;

    internal static async Task<SetupSite> NewAsync()
    {
        var server = await TestServer.StartAtItsPublicUrlAsync("localhost");
        server.Clock.Set(TimeProvider.System.GetUtcNow());
        var site = new SetupSite(server);
        site.Demo = await DemoScene.SetAsync(server.Services, DemoFolder.OpenOrMake(site.folder));
        await server.NoticeAsync();
        return site;
    }

    internal DemoUser User(string beginning) => Demo.Users.Single(user => user.Username.StartsWith(beginning, StringComparison.Ordinal));

    internal DemoApp App(string clientId) => Demo.Apps.Single(app => app.ClientId == clientId);

    /// <summary>What a nightly job does: the password grant of the demo's app, from outside every trusted network.</summary>
    internal Task<Answer> JobAsync(string password)
    {
        var app = App("acme-nightly");
        return Server.TokenAsync(
            TestServer.Outside, ("grant_type", "password"), ("client_id", app.ClientId), ("client_secret", app.ClientSecret), ("username", User("olivia").Username), ("password", password));
    }

    /// <summary>The security token that came by mail.</summary>
    internal string MailedToken() => Directory.GetFiles(Server.MailFolder, $"*{User("olivia").Username}*.eml").OrderBy(File.GetLastWriteTimeUtc)
        .SelectMany(File.ReadLines).Select(line => line.Trim()).Last(line => line.Length == 24 && line.All(char.IsAsciiLetterOrDigit));

    /// <summary>Ada's first sign-in, with the authenticator that her profile demands.</summary>
    internal async Task SignInFirstAsync(IPage page, string path)
    {
        await page.GotoAsync(Url + path);
        await page.TypeNameAndPasswordAsync(User("ada").Username, User("ada").Password!);
        otpauth = await page.ReadQrCodeAsync();
        await page.TypeCodeAsync("Six-digit code", await Steps.CodeOfAsync(otpauth, Server.Clock.GetUtcNow()), "Confirm");
        await page.GetByRole(AriaRole.Button, new() { Name = "I have put them away" }).ClickAsync();
        await page.WaitForURLAsync(Url + path);
    }

    /// <summary>Ada signs in again.</summary>
    internal async Task SignInAgainAsync(IPage page, string path)
    {
        Server.Clock.Advance(TimeSpan.FromSeconds(30));
        await page.GotoAsync(Url + path);
        await page.TypeNameAndPasswordAsync(User("ada").Username, User("ada").Password!);
        await page.TypeCodeAsync("Six-digit code", await Steps.CodeOfAsync(otpauth, Server.Clock.GetUtcNow()));
        await page.WaitForURLAsync(Url + path);
    }

    internal static string Json(string text, string path, object value)
    {
        var root = System.Text.Json.Nodes.JsonNode.Parse(text)!;
        var at = root;
        var parts = path.Split('.');
        foreach (var part in parts[..^1])
            at = at[part] ??= new System.Text.Json.Nodes.JsonObject();
        at[parts[^1]] = JsonSerializer.SerializeToNode(value);
        return root.ToJsonString();
    }

    /// <summary>Counts the records that are there, as the server does every minute.</summary>
    internal async Task CountAsync()
    {
        Server.Clock.Advance(TimeSpan.FromMinutes(1));
        await Server.Services.GetRequiredService<IntegrationUpkeep>().RunAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}
