using System.Diagnostics;
using System.Text.Json;
using OAuthServer.Data;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Clients;

/// <summary>sf CLI, unmodified, as people type it: JWT, browser, access token, list, display, logout.</summary>
[Collection("Port 1717")]
public sealed class SfCliTests : IDisposable
{
    readonly string home = Directory.CreateTempSubdirectory("oauthserver-sf-").FullName;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task People_log_in_with_it_by_changing_the_url(bool secure)
    {
        var folder = await NodePackages.InstalledAsync("Clients/SfCli");
        using var tls = await DevTls.MakeAsync();
        await using var server = await SalesforceClientsTests.StartAsync(secure ? tls : null);
        using var key = new ClientKey("RS256");
        var keyFile = Path.Combine(home, "jwt.key");
        await File.WriteAllTextAsync(keyFile, key.PrivatePem, TestContext.Current.CancellationToken);
        var scene = await SalesforceClientsTests.SceneAsync(server, key, isInside: true);
        // What opens a browser returns at once, and the tool listens only after that.
        var browser = Path.Combine(home, "browser");
        await File.WriteAllTextAsync(browser, $"#!/bin/sh\n{NodePackages.NodeOf(folder)} {Path.Combine(AppContext.BaseDirectory, "Clients", "person.mjs")} \"$1\" >/dev/null 2>&1 &\n", TestContext.Current.CancellationToken);
#pragma warning disable CA1416 // like all that is tested with programs of Debian's
        File.SetUnixFileMode(browser, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
#pragma warning restore CA1416
        (string, string)[] environment =
        [
            ("HOME", home), ("BROWSER", browser), ("TEST_USERNAME", scene.User.Username), ("TEST_PASSWORD", scene.User.Password), ("SF_TEMP_SHOW_SECRETS", "true"),
            ("NODE_EXTRA_CA_CERTS", tls.AuthorityFile), ("SF_USE_GENERIC_UNIX_KEYCHAIN", "true"),
            ("SF_DISABLE_TELEMETRY", "true"), ("SF_AUTOUPDATE_DISABLE", "true"), ("SFDX_DISABLE_DNS_CHECK", "true"), ("SF_SKIP_NEW_VERSION_CHECK", "true"),
        ];
        async Task<JsonElement> SfAsync(params string[] arguments) => await RunAsync(folder, environment, 0, [.. arguments, "--json"]);

        var login = await SfAsync("org", "login", "jwt", "--username", scene.User.Username, "--jwt-key-file", keyFile, "--client-id", scene.App.ClientId, "--instance-url", server.PublicUrl);
        Assert.Equal(RecordId.Long(scene.Org.Id), login.GetProperty("orgId").GetString());
        var listed = (await SfAsync("org", "list")).GetProperty("other").EnumerateArray().Concat((await SfAsync("org", "list")).GetProperty("nonScratchOrgs").EnumerateArray()).First();
        Assert.Equal((scene.User.Username, "Connected"), (listed.GetProperty("username").GetString()!, listed.GetProperty("connectedStatus").GetString()!));
        var shown = await SfAsync("org", "display", "--target-org", scene.User.Username);
        Assert.Equal((server.PublicUrl, "Connected"), (shown.GetProperty("instanceUrl").GetString()!, shown.GetProperty("connectedStatus").GetString()!));
        var token = shown.GetProperty("accessToken").GetString()!;
        await SfAsync("org", "logout", "--target-org", scene.User.Username, "--no-prompt");

        var web = await SfAsync("org", "login", "web", "--instance-url", server.PublicUrl);
        Assert.Equal(scene.User.Username, web.GetProperty("username").GetString());
        var opened = (await SfAsync("org", "open", "--target-org", scene.User.Username, "--path", "settings/apps", "--url-only")).GetProperty("url").GetString()!;
        Assert.StartsWith(server.PublicUrl + "/secur/frontdoor.jsp?otp=", opened, StringComparison.Ordinal);
        if (!secure) // what a browser finds there is the same
        {
            var visitor = new TestBrowser(server);
            var page = await visitor.FollowAsync(await visitor.GetAsync(opened[server.PublicUrl.Length..]));
            Assert.Contains(scene.User.Username, page.Html, StringComparison.Ordinal);
        }
        await SfAsync("org", "logout", "--target-org", scene.User.Username, "--no-prompt");

        var given = await RunAsync(folder, [.. environment, ("SF_ACCESS_TOKEN", token)], 0, "org", "login", "access-token", "--instance-url", server.PublicUrl, "--no-prompt", "--json");
        Assert.Equal(scene.User.Username, given.GetProperty("username").GetString());

        await scene.User.ChangeAsync(row => row.Status = UserStatus.Frozen);
        await server.NoticeAsync();
        await RunAsync(folder, environment, 1, "org", "login", "jwt", "--username", scene.User.Username, "--jwt-key-file", keyFile, "--client-id", scene.App.ClientId, "--instance-url", server.PublicUrl, "--json");
    }

    static async Task<JsonElement> RunAsync(string folder, (string Name, string Value)[] environment, int code, params string[] arguments)
    {
        var start = new ProcessStartInfo(NodePackages.NodeOf(folder), ["--no-deprecation", Path.Combine(folder, "node_modules/.bin/sf"), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == code, $"sf {string.Join(' ', arguments.Take(3))}: {process.ExitCode}\n{await output}\n{await errors}");
        using var json = JsonDocument.Parse(await output);
        return json.RootElement.TryGetProperty("result", out var result) ? result.Clone() : json.RootElement.Clone();
    }

    public void Dispose() => Directory.Delete(home, recursive: true);
}
