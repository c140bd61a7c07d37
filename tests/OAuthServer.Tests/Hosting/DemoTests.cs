using System.Diagnostics;
using System.Text.Json;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Hosting;

/// <summary>The first five minutes: the demo is started as the README says, and its printed lines are pasted into a shell.</summary>
public sealed class DemoTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("oauthserver-demo-").FullName;
    readonly string url = $"http://localhost:{FreePort.Next()}";

    [Fact]
    public async Task Each_printed_line_gives_what_it_says()
    {
        await using var demo = await StartAsync();
        var stories = demo.Output[demo.Output.IndexOf("Paste these", StringComparison.Ordinal)..].Split("\n# ")[1..];
        Assert.Equal(7, stories.Length);
        foreach (var story in stories)
        {
            var title = story[..story.IndexOf('\n')];
            var said = await PasteAsync(story[story.IndexOf('\n')..]);
            if (title.Contains("refused (400", StringComparison.Ordinal))
                Assert.Contains("400 Bad Request", said, StringComparison.Ordinal);
            else if (title.Contains("accepted", StringComparison.Ordinal))
                Assert.True(said.Contains("200 OK", StringComparison.Ordinal) && said.Contains("\"access_token\"", StringComparison.Ordinal), title + "\n" + said);
            else if (title.Contains("by API", StringComparison.Ordinal))
                Assert.True(said.Contains("200 OK", StringComparison.Ordinal) && said.Contains("\"securityTokenRequired\"", StringComparison.Ordinal), said);
            else
                Assert.Contains("append the current security token to the password", said, StringComparison.Ordinal);
        }
        Assert.Equal(0, await demo.StopAsync());
    }

    [Fact]
    public async Task The_summary_serves_scripts_and_a_second_start_goes_on_where_the_first_ended()
    {
        string first;
        await using (var demo = await StartAsync())
        {
            first = await File.ReadAllTextAsync(SummaryFile, TestContext.Current.CancellationToken);
            Assert.Equal(0, await demo.StopAsync());
        }
        await using var again = await StartAsync();
        Assert.Equal(first, await File.ReadAllTextAsync(SummaryFile, TestContext.Current.CancellationToken));
        var summary = JsonDocument.Parse(first).RootElement;
        Assert.Equal(url, summary.GetProperty("baseUrl").GetString());
        Assert.True(Directory.Exists(summary.GetProperty("mailFolder").GetString()));
        var admin = Assert.Single(summary.GetProperty("users").EnumerateArray(), user => user.GetProperty("username").GetString() == "ada.admin@acme.example");
        Assert.True(admin.GetProperty("admin").GetBoolean());
        Assert.Equal("Acme", admin.GetProperty("organization").GetString());
        var app = Assert.Single(summary.GetProperty("apps").EnumerateArray(), app => app.GetProperty("dialect").GetString() == "salesforce");
        Assert.Contains("client_credentials", app.GetProperty("flows").EnumerateArray().Select(flow => flow.GetString()));
        Assert.Equal("nightly.integration@acme.example", app.GetProperty("runAs").GetString());
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(SummaryFile));
    }

    [Fact]
    public async Task No_password_of_the_demo_is_the_same_twice()
    {
        await using var demo = await StartAsync();
        var passwords = JsonDocument.Parse(await File.ReadAllTextAsync(SummaryFile, TestContext.Current.CancellationToken)).RootElement
            .GetProperty("users").EnumerateArray().Select(user => user.GetProperty("password").GetString()).Where(password => password is not null).ToList();
        Assert.Equal(passwords.Count, passwords.Distinct().Count());
        Assert.All(passwords, password => Assert.True(password!.Length >= 20));
    }

    [Fact]
    public async Task Demo_data_is_not_offered_to_a_network()
    {
        var (code, said) = await ServerProcess.RunAsync("demo", "--url", "http://0.0.0.0:5000", "--data", folder);
        Assert.Equal(2, code);
        Assert.Contains("--demo-anywhere", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_reference_is_said_to_be_unknown()
    {
        await using var demo = await StartAsync();
        var (code, said) = await ServerProcess.RunAsync("explain", "ZZZZ-ZZZZ", "--data", folder);
        Assert.Equal(1, code);
        Assert.Contains("No login has the reference ZZZZ-ZZZZ", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_doctor_finds_a_fresh_demo_in_good_health()
    {
        await using var demo = await StartAsync();
        var (code, said) = await ServerProcess.RunAsync("doctor", "--data", folder);
        Assert.True(code == 0, said);
        Assert.DoesNotContain("FAIL", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_operator_unlocks_a_user_and_resets_a_token()
    {
        await using var demo = await StartAsync();
        foreach (var verb in new[] { "unlock", "reset-token" })
        {
            var (done, said) = await ServerProcess.RunAsync("users", verb, "olivia.outside@acme.example", "--data", folder);
            Assert.True(done == 0, said);
        }
        var (_, trail) = await ServerProcess.RunAsync("audit", "list", "--data", folder);
        Assert.Contains("users.reset-token", trail, StringComparison.Ordinal);
        var (code, unknown) = await ServerProcess.RunAsync("users", "unlock", "nobody@acme.example", "--data", folder);
        Assert.Equal(1, code);
        Assert.Contains("no such user", unknown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_operator_changes_only_the_version_that_was_looked_at()
    {
        await using var demo = await StartAsync();
        var (_, seen) = await ServerProcess.RunAsync("apps", "get", "acme-nightly", "--data", folder);
        var version = seen.Split("Version: ")[1].Split('\n')[0].Trim();
        var (code, said) = await ServerProcess.RunAsync("apps", "deactivate", "acme-nightly", "--if-match", "another", "--data", folder);
        Assert.Equal(1, code);
        Assert.Contains("changed meanwhile", said, StringComparison.Ordinal);
        (code, said) = await ServerProcess.RunAsync("apps", "deactivate", "acme-nightly", "--if-match", version, "--data", folder);
        Assert.True(code == 0, said);
    }

    [Fact]
    public async Task A_plan_makes_neither_key_nor_database()
    {
        var (code, said) = await ServerProcess.RunAsync("apply", Path.Combine(AppContext.BaseDirectory, "config", "demo"), "--plan", "--config", ConfigFile());
        Assert.Equal(2, code);
        Assert.Contains("there is no key", said, StringComparison.Ordinal);
        Assert.Equal(["server.json"], Directory.GetFiles(folder).Select(Path.GetFileName));
    }

    [Fact]
    public async Task An_app_and_a_user_that_were_applied_a_moment_ago_may_log_in_at_once()
    {
        await using var demo = await StartAsync();
        var summary = JsonDocument.Parse(await File.ReadAllTextAsync(SummaryFile, TestContext.Current.CancellationToken)).RootElement;
        var app = summary.GetProperty("apps").EnumerateArray().Single(a => a.GetProperty("clientId").GetString() == "acme-nightly");
        var declared = Path.Combine(folder, "declared");
        CopyFolder(Path.Combine(AppContext.BaseDirectory, "config", "demo"), declared);
        await File.WriteAllTextAsync(Path.Combine(declared, "profiles", "new.json"), """{ "name": "Brand new", "securityToken": { "offTrustedNetworks": false } }""", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(
            Path.Combine(declared, "users", "new.json"),
            """{ "username": "nina@acme.example", "email": "nina@acme.example", "profile": "Brand new", "password": "Salt-and-Pepper-77" }""", TestContext.Current.CancellationToken);
        var (code, said) = await ServerProcess.RunAsync("apply", declared, "--data", folder);
        Assert.True(code == 0, said);
        using var client = new HttpClient();
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "password",
            ["client_id"] = "acme-nightly",
            ["client_secret"] = app.GetProperty("clientSecret").GetString()!,
            ["username"] = "nina@acme.example",
            ["password"] = "Salt-and-Pepper-77",
        });
        using var answer = await client.PostAsync(url + "/services/oauth2/token", form, TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    string SummaryFile => folder + "-summary.json";

    async Task<ServerProcess> StartAsync()
    {
        var demo = ServerProcess.Start("demo", "--url", url, "--data", folder, "--summary", SummaryFile);
        await demo.SaysAsync("explain $REF");
        return demo;
    }

    string ConfigFile()
    {
        var file = Path.Combine(folder, "server.json");
        File.WriteAllText(file, """{ "database": { "kind": "sqlite", "path": "x.db" }, "masterKey": "file:x.key", "mail": { "folder": "mail" } }""");
        return file;
    }

    static void CopyFolder(string from, string to)
    {
        foreach (var file in Directory.GetFiles(from, "*.json", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    static async Task<string> PasteAsync(string lines)
    {
        using var shell = Process.Start(new ProcessStartInfo("bash", ["-c", lines]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        var output = await shell.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
        return output;
    }
}
