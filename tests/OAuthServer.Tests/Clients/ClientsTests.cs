using System.Diagnostics;
using System.Text.Json;
using OAuthServer.Apps;
using OAuthServer.Data;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Clients;

/// <summary>Other people's clients, unmodified, as they come from their registry.</summary>
public sealed class ClientsTests
{
    [Fact]
    public async Task Jsforce_logs_in_with_the_security_token_and_not_without_reads_who_it_is_and_logs_out()
    {
        var folder = await NodePackages.InstalledAsync();
        await using var server = await TestServer.StartAtItsPublicUrlAsync();
        var scene = await OAuthScene.NewAsync(server, TestOrg.SalesforceApp);
        var token = await scene.User.ReceiveTokenAsync();
        await NodePackages.RunAsync(folder, "jsforce.mjs", new
        {
            url = Url(server),
            scene.App.ClientId,
            scene.App.Secret,
            scene.User.Username,
            scene.User.Password,
            SecurityToken = token,
            UserId = RecordId.Long(scene.User.Id),
            OrgId = RecordId.Long(scene.Org.Id),
        });
    }

    [Theory]
    [InlineData("basic")]
    [InlineData("post")]
    public async Task Openid_client_with_a_secret_gets_refreshes_introspects_and_revokes_tokens(string method)
    {
        var folder = await NodePackages.InstalledAsync();
        await using var server = await TestServer.StartAtItsPublicUrlAsync();
        var only = method == "basic" ? ClientAuthMethod.ClientSecretBasic : ClientAuthMethod.ClientSecretPost;
        var scene = await OAuthScene.NewAsync(server, TestOrg.StandardApp with { AuthMethods = [only] });
        await NodePackages.RunAsync(folder, "openid-client.mjs", new
        {
            url = Url(server),
            method,
            scene.App.ClientId,
            scene.App.Secret,
            scene.User.Username,
            Password = scene.User.Password + await scene.User.ReceiveTokenAsync(),
            Subject = RecordId.Long(scene.User.Id),
        });
    }

    [Theory]
    [InlineData("ES256")]
    [InlineData("RS256")]
    [InlineData("PS256")]
    public async Task Openid_client_with_a_private_key_gets_refreshes_introspects_and_revokes_tokens(string algorithm)
    {
        var folder = await NodePackages.InstalledAsync();
        await using var server = await TestServer.StartAtItsPublicUrlAsync();
        server.Clock.Set(TimeProvider.System.GetUtcNow()); // the client's assertions tell the real time
        using var key = new ClientKey(algorithm);
        var scene = await OAuthScene.NewAsync(server, TestOrg.StandardApp with { AuthMethods = [ClientAuthMethod.PrivateKeyJwt], Jwks = key.Jwks });
        await NodePackages.RunAsync(folder, "openid-client.mjs", new
        {
            url = Url(server),
            method = "private_key_jwt",
            algorithm,
            Key = key.PrivatePem,
            key.KeyId,
            scene.App.ClientId,
            scene.User.Username,
            Password = scene.User.Password + await scene.User.ReceiveTokenAsync(),
            Subject = RecordId.Long(scene.User.Id),
        });
    }

    static string Url(TestServer server) => server.Address.ToString().TrimEnd('/');
}

/// <summary>The packages of package-lock.json, installed once into a folder beside the test's binaries.</summary>
static class NodePackages
{
    static readonly Lazy<Task<string>> Installing = new(InstallAsync);
    static readonly string Sources = Path.Combine(AppContext.BaseDirectory, "Clients");

    /// <summary>The folder; skips the test where node or npm is absent or the registry is out of reach.</summary>
    internal static async Task<string> InstalledAsync()
    {
        foreach (var program in new[] { "node", "npm" })
            Assert.SkipUnless(await WorksAsync(program), $"{program} is not installed (Debian packages nodejs and npm).");
        var problem = await Installing.Value;
        Assert.SkipUnless(problem.Length == 0, "npm ci could not install the clients: " + problem);
        return Sources;
    }

    /// <summary>Runs a script; what it needs goes in by its standard input, so that no secret stands in a list of processes.</summary>
    internal static async Task RunAsync(string folder, string script, object facts)
    {
        var (code, output) = await StartAsync(folder, "node", [script], JsonSerializer.Serialize(facts, JsonSerializerOptions.Web));
        Assert.True(code == 0, output);
    }

    static async Task<string> InstallAsync()
    {
        // The lock file of what is installed is npm's own mark that it finished.
        var installed = Path.Combine(Sources, "node_modules", ".package-lock.json");
        if (File.Exists(installed) && File.GetLastWriteTimeUtc(installed) > File.GetLastWriteTimeUtc(Path.Combine(Sources, "package-lock.json")))
            return "";
        var (code, output) = await StartAsync(Sources, "npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"], "");
        return code == 0 ? "" : output;
    }

    static async Task<bool> WorksAsync(string program)
    {
        try
        {
            return (await StartAsync(Sources, program, ["--version"], "")).Code == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    static async Task<(int Code, string Output)> StartAsync(string folder, string program, string[] arguments, string input)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }
}
