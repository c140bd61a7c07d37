using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Administration;
using OAuthServer.Hosting.Commands;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.SetupApi;

/// <summary>The commands as an operator types them, on the database of a server that runs: each stays in the organization that was named.</summary>
public sealed class CommandLineTests : IAsyncLifetime
{
    readonly string folder = Directory.CreateTempSubdirectory("oauthserver-commands-").FullName;
    TestServer server = null!;
    AdminScene mine = null!;
    AdminScene theirs = null!;
    Dictionary<string, string> things = null!;
    RootCommand root = null!;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        server = await TestServer.StartAsync(now: TimeProvider.System.GetUtcNow()); // the commands have no other clock
        (theirs, mine) = (await AdminScene.NewAsync(server), await AdminScene.NewAsync(server));
        things = await Things.OfAsync(theirs);
        await theirs.GetAsync("/integrations"); // what is read from the records is read now
        root = await CommandLine.RootAsync(null);
        var key = Path.Combine(folder, "master.key");
        await File.WriteAllTextAsync(key, Convert.ToBase64String(new byte[32]), Stop);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await File.WriteAllTextAsync(Upload, "username\nsomebody@mine.test\n", Stop);
        await File.WriteAllTextAsync(Config, new JsonObject
        {
            ["database"] = new JsonObject { ["kind"] = "sqlite", ["path"] = server.DatabaseFile },
            ["masterKey"] = "file:master.key",
            ["mail"] = new JsonObject { ["folder"] = "mail" },
        }.ToJsonString(), Stop);
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    string Config => Path.Combine(folder, "server.json");

    string Upload => Path.Combine(folder, "upload.csv");

    [Fact]
    public async Task What_another_organization_has_is_not_found_by_any_command_and_stays_as_it_is()
    {
        var before = await Things.RowsAsync(server, theirs.Org.Id, things);
        Assert.True(before.Count > 20, $"{before.Count} rows");
        var (tried, wrong) = (0, new List<string>());
        foreach (var operation in EveryOperationTests.Operations(server).Where(operation => operation.PathMembers.Count > 0 && !OtherOrganizationTests.Makes.Contains(operation.Name)))
        {
            var (code, output, error) = await RunAsync(operation, await NameAsync(mine));
            if (code != 1 || output.Length > 0 || !NotFound(error))
                wrong.Add($"{operation.Name}: {code} {output} {error}");
            tried++;
        }
        Assert.Empty(wrong);
        Assert.True(tried > 30, $"{tried} operations");
        Assert.Equal(before, await Things.RowsAsync(server, theirs.Org.Id, things));
    }

    [Fact]
    public async Task What_is_there_is_shown_to_the_operator_who_names_its_organization()
    {
        foreach (var (name, member) in new[]
        {
            ("users.get", "user"), ("profiles.get", "profile"), ("apps.get", "app"), ("sign-ins.explain", "reference"), ("jobs.get", "job"), ("drafts.get", "draft"), ("integrations.get", "integration"),
            ("providers.get", "provider"),
        })
        {
            var operation = EveryOperationTests.Operations(server).Single(operation => operation.Name == name);
            var (code, output, error) = await RunAsync(operation, await NameAsync(theirs), "--json");
            Assert.True(code == 0, $"{name}: {code} {error}");
            Assert.Contains(things[member], output, StringComparison.Ordinal);
        }
        foreach (var (org, isThere) in new[] { (theirs, true), (mine, false) })
        {
            foreach (var (area, member) in new[] { ("users", "user"), ("profiles", "profile"), ("apps", "app"), ("drafts", "draft") })
            {
                var (code, output, error) = await InvokeAsync(area, "list", "--json", "--config", Config, "--org", await NameAsync(org));
                Assert.True(code == 0, $"{area}: {code} {error}");
                Assert.True(output.Contains($"\"{things[member]}\"", StringComparison.Ordinal) == isThere, output);
            }
        }
    }

    [Fact]
    public async Task The_program_itself_says_the_same()
    {
        var (code, said) = await ServerProcess.RunAsync("users", "freeze", things["user"], "--config", Config, "--org", await NameAsync(mine));
        Assert.True(code == 1 && NotFound(said.Trim()), said);
        Assert.Equal(Policy.UserStatus.Active, await StatusAsync());
        (code, said) = await ServerProcess.RunAsync("users", "freeze", things["user"], "--config", Config, "--org", await NameAsync(theirs));
        Assert.True(code == 0, said);
        Assert.Equal(Policy.UserStatus.Frozen, await StatusAsync());
        (code, said) = await ServerProcess.RunAsync("users", "get", things["user"], "--config", Config);
        Assert.True(code == 2 && said.Contains("name one with --org", StringComparison.Ordinal), said);
    }

    static bool NotFound(string said) => said.StartsWith("There is no such ", StringComparison.Ordinal) && said.TrimEnd().EndsWith(" in this organization.", StringComparison.Ordinal);

    Task<(int Code, string Output, string Error)> RunAsync(AdminOperation operation, string org, params string[] more)
    {
        var body = Things.Body(operation);
        var options = AdminInput.MembersOf(operation.Input).Where(member => !operation.PathMembers.Contains(member.Name)).SelectMany(member => Typed(member, body));
        // After the two dashes: an id may begin with one.
        return InvokeAsync([.. operation.Name.Split('.', 2), .. options, .. more, "--config", Config, "--org", org, "--", .. operation.PathMembers.Select(member => Thing(operation, member))]);
    }

    string Thing(AdminOperation operation, string member) => things.GetValueOrDefault($"{operation.Name}:{member}") ?? things[member];

    IEnumerable<string> Typed(AdminMember member, JsonObject body)
    {
        if (member.IsUpload)
            return ["--file", Upload];
        if (body[member.Name] is not { } value)
            return [];
        var name = "--" + JsonNamingPolicy.KebabCaseLower.ConvertName(member.Name);
        return member.Type == typeof(bool) ? [name] : [name, value is JsonArray && member.IsList ? "x" : value is JsonValue word && word.TryGetValue<string>(out var text) ? text : value.ToJsonString()];
    }

    async Task<(int Code, string Output, string Error)> InvokeAsync(params string[] typed)
    {
        await using StringWriter output = new(), error = new();
        var code = await root.Parse(typed).InvokeAsync(new InvocationConfiguration { Output = output, Error = error, ProcessTerminationTimeout = null }, Stop);
        return (code, output.ToString(), error.ToString());
    }

    async Task<Policy.UserStatus> StatusAsync()
    {
        await using var db = server.Database.NewContext();
        return (await db.Users.SingleAsync(user => user.Username == things["user"], Stop)).Status;
    }

    async Task<string> NameAsync(AdminScene scene)
    {
        await using var db = server.Database.NewContext();
        return (await db.Organizations.FindAsync([scene.Org.Id], Stop))!.Name;
    }
}
