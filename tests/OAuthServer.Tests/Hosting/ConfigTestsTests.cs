using Microsoft.EntityFrameworkCore;
using OAuthServer.Accounts;
using OAuthServer.Configuration;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Hosting;

/// <summary>Policy tests beside the configuration: kept, and run before anything is applied.</summary>
public sealed class ConfigTestsTests : IAsyncLifetime
{
    const string Office = """{ "name": "Ann from the office", "user": "ann@acme.example", "channel": "soapLogin", "from": "192.0.2.7", "presented": ["password"], "expect": "allow" }""";

    Scratch scratch = null!;
    ConfigFiles files = null!;

    public async ValueTask InitializeAsync()
    {
        scratch = await Scratch.NewAsync();
        files = ConfigFiles.OfAcme(Path.Combine(scratch.Folder, "acme")).Write("tests/office.json", Office).Set("organization.json", "soapLoginEnabled", "true");
    }

    public ValueTask DisposeAsync() => scratch.DisposeAsync();

    [Fact]
    public async Task A_test_is_made_changed_and_pruned()
    {
        Assert.Contains("+ test \"Ann from the office\" of Acme", (await ApplyAsync()).Changes);
        Assert.Empty((await ApplyAsync()).Changes);
        files.Set("tests/office.json", "deviceKnown", "true");
        Assert.Equal(["~ test \"Ann from the office\" of Acme: deviceKnown false -> true"], (await ApplyAsync()).Changes);
        files.Delete("tests/office.json");
        Assert.Contains("- test \"Ann from the office\" of Acme", (await ApplyAsync(prune: true)).Changes);
    }

    [Fact]
    public async Task Where_a_test_would_fail_nothing_is_applied_and_a_plan_says_so_too()
    {
        await ApplyAsync();
        files.Set("profiles/standard.json", "loginRanges", "[\"198.51.100.0/24\"]");
        foreach (var attempt in new Func<Task>[] { () => ApplyAsync(), () => ConfigApply.PlanAsync(scratch.Database, scratch.Key, files.Folder, false, "tests", TimeProvider.System) })
        {
            var error = Assert.Single((await Assert.ThrowsAsync<ConfigurationException>(attempt)).Errors);
            Assert.Equal(files.PathOf("tests/office.json"), error.File);
            Assert.Contains("would fail: expected allow, got deny (OutsideLoginRanges) by FromPermittedNetwork", error.Message, StringComparison.Ordinal);
        }
        await using var db = scratch.Database.NewContext();
        Assert.Equal(1, await db.ProfileVersions.CountAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_test_that_cannot_be_read_is_told_with_its_place()
    {
        files.Set("tests/office.json", "channel", "\"window\"").Set("tests/office.json", "rule", "\"Luck\"");
        var errors = (await Assert.ThrowsAsync<ConfigurationException>(() => ApplyAsync())).Errors;
        Assert.Equal(["channel", "rule"], errors.Select(error => error.Path).Order());
    }

    [Fact]
    public async Task Simulate_prints_each_case_and_fails_when_one_does()
    {
        await ApplyAsync();
        await File.WriteAllTextAsync(Path.Combine(scratch.Folder, "server.json"), """
            { "database": { "kind": "sqlite", "path": "test.db" }, "masterKey": "file:master.key", "mail": { "folder": "mail" } }
            """, TestContext.Current.CancellationToken);
        var key = Path.Combine(scratch.Folder, "master.key");
        await File.WriteAllTextAsync(key, Convert.ToBase64String(new byte[32]), TestContext.Current.CancellationToken);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var cases = Path.Combine(scratch.Folder, "cases.json");
        await File.WriteAllTextAsync(cases, $$"""[{{Office}}, { "name": "Outside", "profile": "Standard", "channel": "soapLogin", "from": "203.0.113.1", "presented": ["password"], "expect": "allow" }]""", TestContext.Current.CancellationToken);
        var (code, said) = await SimulateAsync(cases);
        Assert.Equal(1, code);
        Assert.Contains("ok      Ann from the office", said, StringComparison.Ordinal);
        Assert.Contains("FAILED  Outside: expected allow, got deny (SecurityTokenRequired) by SecurityTokenOffTrustedNetwork", said, StringComparison.Ordinal);
        await File.WriteAllTextAsync(cases, Office, TestContext.Current.CancellationToken);
        Assert.Equal(0, (await SimulateAsync(cases)).Code);
        await File.WriteAllTextAsync(cases, "[{}]", TestContext.Current.CancellationToken);
        Assert.Equal(2, (await SimulateAsync(cases)).Code);
    }

    Task<(int Code, string Output)> SimulateAsync(string cases) => ServerProcess.RunAsync("simulate", "--file", cases, "--config", Path.Combine(scratch.Folder, "server.json"));

    Task<ApplyReport> ApplyAsync(bool prune = false) => ConfigApply.ApplyAsync(
        scratch.Database, scratch.Key, new PasswordHashing(new PasswordHashingOptions { Rounds = 1000 }), files.Folder, prune, "tests", TimeProvider.System);
}
