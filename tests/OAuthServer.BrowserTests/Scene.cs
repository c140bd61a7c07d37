using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Accounts;
using OAuthServer.Apps;
using OAuthServer.Orgs;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;

namespace OAuthServer.BrowserTests;

/// <summary>A server at http://localhost (which passkeys want) with an organization, on the real time that browsers keep.</summary>
sealed class Scene : IAsyncDisposable
{
    internal const string Verifier = "a-verifier-of-at-least-forty-three-characters-0123456789";

    Scene(TestServer server, TestOrg org) => (Server, Org) = (server, org);

    internal TestServer Server { get; }

    internal TestOrg Org { get; }

    internal string Url => Server.PublicUrl;

    /// <param name="customize">Replaces services.</param>
    /// <param name="host">Another one than localhost makes everything there another site.</param>
    internal static async Task<Scene> NewAsync(Action<WebApplicationBuilder>? customize = null, string host = "localhost")
    {
        var server = await TestServer.StartAtItsPublicUrlAsync(host, customize);
        server.Clock.Set(TimeProvider.System.GetUtcNow());
        var org = await TestOrg.AddAsync(server);
        return new(server, org);
    }

    /// <summary>A user; from now on the server knows all that was added.</summary>
    internal async Task<TestUser> UserAsync(ProfileSettings? profile = null, Action<Data.User>? change = null)
    {
        var user = await Org.UserAsync(profile, change: change);
        await Server.NoticeAsync();
        return user;
    }

    /// <summary>A web app whose answers arrive at the callback.</summary>
    internal async Task<TestApp> AppAsync(string redirectUri, Func<AppSettings, AppSettings>? change = null)
    {
        var settings = new AppSettings
        {
            Flows = [LoginChannel.AuthorizationCode, LoginChannel.RefreshToken, LoginChannel.Device],
            Scopes = ["openid", "profile", "email", "api", "offline_access"],
            RedirectUris = [redirectUri],
        };
        var app = await Org.AppAsync(change?.Invoke(settings) ?? settings);
        await Server.NoticeAsync();
        return app;
    }

    /// <summary>Where the app sends its people.</summary>
    internal string AuthorizeUrl(TestApp app, string redirectUri, string scope = "openid profile email api offline_access") =>
        $"{Url}/services/oauth2/authorize?response_type=code&client_id={app.ClientId}&redirect_uri={Uri.EscapeDataString(redirectUri)}"
        + $"&scope={Uri.EscapeDataString(scope)}&state=the-state&nonce=the-nonce&code_challenge_method=S256&code_challenge="
        + Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(Verifier)));

    /// <summary>The mails to an address, oldest first, once there are so many.</summary>
    internal async Task<IReadOnlyList<string>> MailsAsync(string address, int atLeast = 1)
    {
        string[] Files() => Directory.Exists(Server.MailFolder) ? Directory.GetFiles(Server.MailFolder, $"*{address}*.eml") : [];
        await Until.TrueAsync(() => Task.FromResult(Files().Length >= atLeast));
        return [.. Files().OrderBy(File.GetLastWriteTimeUtc).Select(File.ReadAllText)];
    }

    /// <summary>The last thing of this form in the mails to an address.</summary>
    internal async Task<string> FromMailAsync(string address, string pattern, int atLeast = 1) =>
        (await MailsAsync(address, atLeast)).Select(mail => Regex.Match(mail, pattern, RegexOptions.Multiline, TimeSpan.FromSeconds(1)))
            .Last(match => match.Success).Groups[1].Value;

    /// <summary>Mails an invitation, as an administrator does.</summary>
    internal Task InviteAsync(TestUser user) => Server.Services.GetRequiredService<MailedLinks>().SendAsync(user.Id);

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
