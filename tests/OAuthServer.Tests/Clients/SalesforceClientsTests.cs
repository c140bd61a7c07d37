using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Apps;
using OAuthServer.Data;
using OAuthServer.Login;
using OAuthServer.Orgs;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Clients;

/// <summary>The tools that teams run against Salesforce, unmodified, with nothing changed but the address.</summary>
[Collection("Port 1717")]
public sealed class SalesforceClientsTests
{
    const string RedirectUri = "http://localhost:1717/OauthRedirect";

    [Theory]
    [InlineData("jsforce-salesforce.mjs", false)]
    [InlineData("jsforce-salesforce.mjs", true)]
    [InlineData("salesforce-core.mjs", false)]
    [InlineData("salesforce-core.mjs", true)]
    [InlineData("nforce.mjs", false)]
    [InlineData("nforce.mjs", true)]
    public async Task A_client_does_here_what_it_does_there(string script, bool secure)
    {
        var folder = await NodePackages.InstalledAsync("Clients");
        using var tls = await DevTls.MakeAsync();
        await using var server = await StartAsync(secure ? tls : null);
        using var key = new ClientKey("RS256");
        var home = Directory.CreateTempSubdirectory("oauthserver-home-").FullName;
        var keyFile = Path.Combine(home, "jwt.key");
        await File.WriteAllTextAsync(keyFile, key.PrivatePem, TestContext.Current.CancellationToken);
        var scene = await SceneAsync(server, key, isInside: script == "salesforce-core.mjs");
        await NodePackages.RunAsync(
            folder, script,
            new
            {
                url = server.PublicUrl,
                scene.App.ClientId,
                scene.App.Secret,
                RedirectUri,
                KeyFile = keyFile,
                scene.User.Username,
                scene.User.Password,
                SecurityToken = await scene.User.ReceiveTokenAsync(),
                UserId = RecordId.Long(scene.User.Id),
                OrgId = RecordId.Long(scene.Org.Id),
                OrgName = await scene.Org.NameAsync(),
                scene.Cookie,
                KeptOut = script == "jsforce-salesforce.mjs" ? await KeptOutAsync(server, scene.Org) : [],
            },
            ("NODE_EXTRA_CA_CERTS", tls.AuthorityFile), ("HOME", home), ("SF_USE_GENERIC_UNIX_KEYCHAIN", "true"), ("SF_DISABLE_TELEMETRY", "true"), ("SFDX_DISABLE_DNS_CHECK", "true"));
        Directory.Delete(home, recursive: true);
    }

    /// <summary>A user who has allowed an app and sf CLI, and is signed in at a browser.</summary>
    /// <param name="server">Where.</param>
    /// <param name="key">By which the app signs.</param>
    /// <param name="isInside">This machine lies in a trusted network, where the password alone will do.</param>
    internal static async Task<SignedInScene> SceneAsync(TestServer server, ClientKey key, bool isInside = false)
    {
        var org = await TestOrg.AddAsync(server);
        if (isInside)
            await org.TrustAsync("This machine", "127.0.0.1");
        await org.ChangeAsync(row => row.BuiltInApps = "PlatformCLI");
        var user = await org.UserAsync();
        var app = await org.AppAsync(AppOf(key), runAs: user.Id);
        await server.NoticeAsync();
        foreach (var clientId in new[] { app.ClientId, "PlatformCLI" })
        {
            var entry = (await server.Services.GetRequiredService<AppDirectory>().FindAsync(clientId))!;
            await server.Services.GetRequiredService<Consents>().GiveAsync(user.Id, entry, entry.Settings.Scopes);
        }
        var browser = new TestBrowser(server);
        await browser.SignInAsync(user, Proof.Password | Proof.EmailCode);
        return new(org, user, app, string.Join("; ", browser.Cookies.Select(cookie => $"{cookie.Key}={cookie.Value}")));
    }

    /// <summary>Colleagues who may not come in, what they send, which is right, and what SOAP and OAuth answer.</summary>
    static async Task<IReadOnlyList<object>> KeptOutAsync(TestServer server, TestOrg org)
    {
        var (frozen, locked, elsewhere) = (await org.UserAsync(), await org.UserAsync(), await org.UserAsync(new ProfileSettings { LoginRanges = ["127.0.20.0/24"] }));
        var (frozenSends, lockedSends) = (frozen.Password + await frozen.ReceiveTokenAsync(), locked.Password + await locked.ReceiveTokenAsync());
        await frozen.ChangeAsync(row => row.Status = UserStatus.Frozen);
        await locked.ChangeAsync(row => (row.UntrustedFailures, row.UntrustedLastFailureAt) = (10, server.Clock.GetUtcNow()));
        await server.NoticeAsync();
        return
        [
            new { frozen.Username, Password = frozenSends, Fault = "INVALID_LOGIN", Error = "inactive_user", Description = "user is inactive" },
            new { locked.Username, Password = lockedSends, Fault = "INVALID_LOGIN", Error = "invalid_grant", Description = "authentication failure" },
            new { elsewhere.Username, elsewhere.Password, Fault = "LOGIN_DURING_RESTRICTED_DOMAIN", Error = "invalid_grant", Description = "ip restricted or invalid login hours" },
        ];
    }

    static AppSettings AppOf(ClientKey key) => new()
    {
        Dialect = Dialect.Salesforce,
        Flows = [LoginChannel.PasswordGrant, LoginChannel.ClientCredentials, LoginChannel.AuthorizationCode, LoginChannel.JwtBearer, LoginChannel.RefreshToken],
        Scopes = ["api", "web", "id", "openid", "refresh_token"],
        RedirectUris = [RedirectUri],
        Jwks = key.Jwks,
    };

    /// <summary>With the real time, which clients' assertions tell.</summary>
    internal static async Task<TestServer> StartAsync(DevTls? tls)
    {
        var url = $"{(tls is null ? "http" : "https")}://localhost:{FreePort.Next()}";
        var server = await TestServer.StartAsync(change: options => options with { Listen = url, PublicUrl = url, Tls = tls?.Options });
        server.Clock.Set(TimeProvider.System.GetUtcNow());
        return server;
    }
}

/// <summary>Who is there.</summary>
sealed record SignedInScene(TestOrg Org, TestUser User, TestApp App, string Cookie);
