using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Administration;
using OAuthServer.Hosting.Commands;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.SetupApi;

/// <summary>What holds for everything an administrator can do, on each of the three ways, now and when more is added: found where the server finds it.</summary>
[Collection(nameof(ServersCollection))]
public sealed class EveryOperationTests(Servers servers)
{
    /// <summary>Bodies for operations that look at what was sent before they look at the thing.</summary>
    static readonly Dictionary<string, string> Sound = new(StringComparer.Ordinal)
    {
        ["networks.save"] = """{ "networks": [] }""",
        ["users.update"] = """{ "firstName": "New" }""",
        ["users.hand-over"] = """{ "to": "USER" }""",
        ["policy-tests.save"] = """{ "login": { "user": "USER", "channel": "passwordGrant", "from": "127.0.10.7", "presented": ["password"], "expect": "allow" } }""",
    };

    [Fact]
    public async Task What_pages_do_the_api_and_the_command_line_do()
    {
        var server = await servers.OnAsync("SQLite");
        var operations = Operations(server);
        var endpoints = server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().ToList();
        var api = endpoints.SelectMany(endpoint => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Select(method => $"{method} {endpoint.RoutePattern.RawText}") ?? []).ToHashSet(StringComparer.Ordinal);
        var pages = Pages(endpoints).ToHashSet(StringComparer.Ordinal);
        var areas = (await AdminCommands.AllAsync()).ToDictionary(area => area.Name, StringComparer.Ordinal);
        Assert.True(operations.Count > 60, $"{operations.Count} operations");
        Assert.Equal(operations.Count, operations.Select(operation => operation.Name).Distinct(StringComparer.Ordinal).Count());
        foreach (var operation in operations)
        {
            Assert.True(api.Contains($"{operation.Method} {AdminCatalogue.Root}{operation.Path}"), $"{operation.Name} has no endpoint.");
            Assert.True(pages.Any(page => page.Split("/{")[0] == operation.Page.Split("/{")[0]), $"{operation.Name} names the page {operation.Page}, which is not there.");
            var verb = Assert.Single(areas[operation.Name.Split('.')[0]].Subcommands, command => command.Name == operation.Name.Split('.', 2)[1]);
            Assert.Equal(operation.PathMembers, verb.Arguments.Select(argument => argument.Name));
            Assert.Equal(operation.Summary, verb.Description);
            Assert.EndsWith(".", operation.Summary, StringComparison.Ordinal);
        }
    }

    /// <summary>Each page says which operations it is made of, and each operation is named by a page.</summary>
    [Fact]
    public async Task Each_operation_is_shown_on_a_page_with_its_other_ways()
    {
        var server = await servers.OnAsync("SQLite");
        var features = Path.GetFullPath(Path.Combine(ThisFolder(), "../../../../src/OAuthServer/Features/Setup"));
        var shown = Directory.GetFiles(features, "*.cshtml*", SearchOption.AllDirectories).Select(File.ReadAllText).ToList();
        Assert.All(Operations(server), operation => Assert.True(shown.Exists(text => text.Contains($"\"{operation.Name}\"", StringComparison.Ordinal)), operation.Name));
    }

    /// <summary>A version that is sent is compared, or the change is refused: nobody believes to be protected and is not.</summary>
    [Fact]
    public async Task No_change_ignores_the_version_that_was_sent()
    {
        var scene = await AdminScene.NewAsync(await servers.OnAsync("SQLite"));
        var things = await Things.OfAsync(scene);
        var (compared, wrong) = (0, new List<string>());
        foreach (var operation in Operations(scene.Server).Where(operation => operation.IsChange && !AdminInput.MembersOf(operation.Input).Any(member => member.IsUpload)))
        {
            var path = operation.PathMembers.Aggregate(operation.Path, (path, member) => path.Replace($"{{{member}}}", Uri.EscapeDataString(things[member]), StringComparison.Ordinal));
            var body = Sound.TryGetValue(operation.Name, out var text) ? JsonNode.Parse(text.Replace("USER", things["user"], StringComparison.Ordinal)) : Things.Body(operation);
            var answer = await scene.SendAsync(new(operation.Method), path, body, ifMatch: "\"another\"");
            compared += operation.IsVersioned ? 1 : 0;
            var isRight = operation.IsVersioned
                ? answer.Status == HttpStatusCode.PreconditionFailed
                : answer.Status == HttpStatusCode.UnprocessableEntity && answer.Json.GetProperty("errors")[0].GetProperty("path").GetString() == "If-Match";
            if (!isRight)
                wrong.Add($"{operation.Name}: {(int)answer.Status} {answer.Text}");
        }
        Assert.Empty(wrong);
        Assert.True(compared > 30, $"{compared} compared");
    }

    internal static IEnumerable<string> Pages(List<RouteEndpoint> endpoints) =>
        endpoints.Where(endpoint => endpoint.Metadata.GetMetadata<PageActionDescriptor>() is not null).Select(endpoint => "/" + endpoint.RoutePattern.RawText!.Trim('/'));

    internal static IReadOnlyList<AdminOperation> Operations(TestServer server) => server.Services.GetRequiredService<AdminCatalogue>().All;

    static string ThisFolder([System.Runtime.CompilerServices.CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
