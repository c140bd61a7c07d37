using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Administration;
using OAuthServer.Data;
using OAuthServer.Hosting.Commands;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.SetupApi;

/// <summary>What holds for everything an administrator can do, on each of the three ways, now and when more is added: found where the server finds it.</summary>
[Collection(nameof(ServersCollection))]
public sealed class EveryOperationTests(Servers servers)
{
    /// <summary>Operations that name something of their own in the path: it need not be there yet.</summary>
    static readonly string[] Makes = ["policy-tests.save"];

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

    [Fact]
    public async Task What_another_organization_has_is_not_found_by_api_and_command_line()
    {
        var server = await servers.OnAsync("SQLite");
        var theirs = await AdminScene.NewAsync(server);
        var things = await ThingsAsync(theirs);
        var mine = await AdminScene.NewAsync(server);
        var call = await mine.CallAsync("", AuditDoor.Cli);
        var tried = 0;
        string Thing(AdminOperation operation, string member) => things.GetValueOrDefault($"{operation.Name}:{member}") ?? things[member];
        foreach (var operation in Operations(server).Where(operation => operation.PathMembers.Count > 0 && !Makes.Contains(operation.Name)))
        {
            var path = operation.Path;
            foreach (var member in operation.PathMembers)
            {
                Assert.True(things.ContainsKey(member), $"{operation.Name}: make a {{{member}}} in this test.");
                path = path.Replace($"{{{member}}}", Uri.EscapeDataString(Thing(operation, member)), StringComparison.Ordinal);
            }
            if (!operation.IsChange)
                path += QueryString.Create(Body(operation).Select(member => KeyValuePair.Create(member.Key, member.Value is JsonValue word && word.TryGetValue<string>(out var text) ? text : member.Value!.ToJsonString()))!);
            var isUpload = AdminInput.MembersOf(operation.Input).Any(member => member.IsUpload);
            var answer = await mine.SendAsync(new(operation.Method), path, operation.HasBody && !isUpload ? Body(operation) : null);
            Assert.True(answer.Status == HttpStatusCode.NotFound, $"{operation.Name} by API: {(int)answer.Status} {answer.Text}");
            Assert.Equal("urn:oauthserver:problem:not-found", answer["type"]);

            var sent = Body(operation);
            foreach (var member in operation.PathMembers)
                sent[member] = AdminInput.FromText(AdminInput.MembersOf(operation.Input).Single(known => known.Name == member), Thing(operation, member));
            var (input, flaws) = AdminInput.Read(operation.Input, sent, isUpload ? new MemoryStream() : null);
            Assert.True(input is not null, $"{operation.Name}: {string.Join(", ", flaws)}");
            var refusal = (await operation.RunAsync(call.For(operation.Name), input)).Refusal;
            Assert.True(refusal is AdminRefusal.NotFound, $"{operation.Name} by command line: {refusal}");
            tried++;
        }
        Assert.True(tried > 30, $"{tried} operations");
        // It is there for who owns it: the test would pass with nonsense otherwise.
        foreach (var (member, path) in new[] { ("user", "/users/"), ("profile", "/profiles/"), ("app", "/apps/"), ("reference", "/sign-ins/"), ("job", "/jobs/"), ("draft", "/drafts/"), ("integration", "/integrations/"), ("provider", "/providers/") })
            Assert.True((await theirs.GetAsync(path + Uri.EscapeDataString(things[member]))).Status == HttpStatusCode.OK, member);
    }

    /// <summary>What is named in a body or a query, and not in the path, is looked for in the own organization too.</summary>
    [Theory]
    [InlineData("policies.what-if", """{"user":"{user}","channel":"browser"}""")]
    [InlineData("policies.what-if", """{"user":"{me}","channel":"passwordGrant","app":"{app}"}""")]
    [InlineData("policies.what-if", """{"user":"{me}","channel":"browser","draft":"{draft}"}""")]
    [InlineData("replay.start", """{"drafts":["{draft}"],"days":1}""")]
    [InlineData("replay.start", """{"profile":"{profile}","settings":{},"days":1}""")]
    [InlineData("drafts.save", """{"profile":"{profile}","settings":{}}""")]
    [InlineData("users.create", """{"username":"new@mine.test","email":"new@mine.test","profile":"{profile}"}""")]
    [InlineData("users.hand-over", """{"user":"{me}","to":"{user}"}""")]
    [InlineData("brown-outs.announce", """{"startsAt":"{soon}","endsAt":"{later}","integrations":["{integration}"]}""")]
    [InlineData("apps.create", """{"settings":{"clientId":"new-app","name":"x","flows":["clientCredentials"],"runAs":"{user}"}}""")]
    [InlineData("sign-ins.list", """{"user":"{user}"}""")]
    public async Task What_is_named_inside_is_not_found_either(string name, string body)
    {
        var server = await servers.OnAsync("SQLite");
        var things = await ThingsAsync(await AdminScene.NewAsync(server));
        var mine = await AdminScene.NewAsync(server);
        things["me"] = (await mine.Org.UserAsync()).Username;
        things["soon"] = server.Clock.GetUtcNow().AddDays(5).ToString("O");
        things["later"] = server.Clock.GetUtcNow().AddDays(5).AddHours(1).ToString("O");
        await server.NoticeAsync();
        foreach (var (key, value) in things)
            body = body.Replace($"{{{key}}}", value, StringComparison.Ordinal);
        var operation = server.Services.GetRequiredService<AdminCatalogue>().Find(name)!;
        var (input, flaws) = AdminInput.Read(operation.Input, JsonNode.Parse(body)!.AsObject());
        Assert.True(input is not null, string.Join(", ", flaws));
        var refusal = (await operation.RunAsync(await mine.CallAsync(name), input)).Refusal;
        // Not found, or wrong just where the other organization's thing was named.
        Assert.True(
            refusal is AdminRefusal.NotFound
            || refusal is AdminRefusal.Invalid { Flaws: [var flaw] } && things.Values.Any(value => (flaw.Message + JsonNode.Parse(body)![flaw.Path.Split('.', '[')[0]]?.ToJsonString()).Contains(value, StringComparison.Ordinal)),
            refusal?.ToString() ?? "done");
    }

    /// <summary>A version that is sent is compared, or the change is refused: nobody believes to be protected and is not.</summary>
    [Fact]
    public async Task No_change_ignores_the_version_that_was_sent()
    {
        var scene = await AdminScene.NewAsync(await servers.OnAsync("SQLite"));
        var things = await ThingsAsync(scene);
        var (compared, wrong) = (0, new List<string>());
        foreach (var operation in Operations(scene.Server).Where(operation => operation.IsChange && !AdminInput.MembersOf(operation.Input).Any(member => member.IsUpload)))
        {
            var path = operation.PathMembers.Aggregate(operation.Path, (path, member) => path.Replace($"{{{member}}}", Uri.EscapeDataString(things[member]), StringComparison.Ordinal));
            var body = Sound.TryGetValue(operation.Name, out var text) ? JsonNode.Parse(text.Replace("USER", things["user"], StringComparison.Ordinal)) : Body(operation);
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

    [Fact]
    public async Task What_another_organization_has_is_not_found_by_page()
    {
        var server = await servers.OnAsync("SQLite");
        var theirs = await AdminScene.NewAsync(server);
        var things = await ThingsAsync(theirs);
        var mine = await AdminScene.NewAsync(server);
        string Of(string member) => Uri.EscapeDataString(things[member]);
        string[] paths =
        [
            $"/setup/people/user?name={Of("user")}", $"/setup/people/confirm?name={Of("user")}&step=freeze", $"/setup/people/hand-over?name={Of("user")}", $"/setup/people/import/job?id={Of("job")}",
            $"/setup/policies/profile?name={Of("profile")}", $"/setup/policies/replay/{Of("job")}", $"/setup/apps/app?id={Of("app")}", $"/setup/integrations/{Of("integration")}",
            $"/setup/sign-ins/{Of("reference")}", $"/setup/system/audit/{Of("id")}",
        ];
        foreach (var path in paths)
            Assert.True((await mine.Browser.GetAsync(path)).Status == HttpStatusCode.NotFound, path);
        // Every page that shows one thing is in that list.
        var withParameter = Pages([.. server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()])
            .Where(page => page.StartsWith("/setup/", StringComparison.Ordinal) && page.Contains('{', StringComparison.Ordinal)).Select(page => page.Split("/{")[0]);
        Assert.All(withParameter.Except(["/setup/integrations/brown-outs", "/setup/connect"]), page => Assert.Contains(paths, path => path.StartsWith(page + "/", StringComparison.Ordinal)));
        // And no list shows it either.
        foreach (var list in new[] { "/setup", "/setup/sign-ins", "/setup/people", "/setup/policies", "/setup/apps", "/setup/integrations", "/setup/system/audit", "/setup/policies/tests", $"/setup/find?q={Of("user")}" })
        {
            var page = await mine.Browser.GetAsync(list);
            Assert.True(page.Status == HttpStatusCode.OK, $"{list}: {page.Status}");
            Assert.DoesNotContain(list.StartsWith("/setup/find", StringComparison.Ordinal) ? $">{things["user"]}</a>" : things["user"], page.Html, StringComparison.Ordinal);
            Assert.DoesNotContain(things["app"] + "<", page.Html, StringComparison.Ordinal);
        }
    }

    static async Task<Dictionary<string, string>> ThingsAsync(AdminScene scene)
    {
        var user = await scene.Org.UserAsync();
        await scene.Server.NoticeAsync();
        var answer = await user.LoginAsync(scene.App, TestServer.Outside);
        var now = scene.Server.Clock.GetUtcNow();
        await using var db = scene.Server.Database.NewContext();
        var profile = (await db.Profiles.FindAsync(user.ProfileId))!;
        var draft = new Draft { Id = RandomId.New(16), OrgId = scene.Org.Id, Kind = DraftKind.Networks, Content = "[]", SavedBy = "test", SavedAt = now };
        var trial = new TrialChange { Id = RandomId.New(16), OrgId = scene.Org.Id, Kind = "networks", ObjectId = scene.Org.Id, Before = "[]", After = "[]", SavedBy = "test", SavedAt = now, RevertsAt = now.AddDays(3000) };
        var job = new Job { Id = RandomId.New(16), OrgId = scene.Org.Id, Kind = "replay", State = JobState.Cancelled, Input = "{}", Actor = "{}", CreatedAt = now, FinishedAt = now };
        var integration = new Integration
        {
            Id = RandomId.New(16),
            OrgId = scene.Org.Id,
            UserId = user.Id,
            ClientId = scene.App.ClientId,
            Network = "somewhere",
            Client = "curl",
            FirstSeenAt = now,
            LastSeenAt = now,
            Summary = "{}",
        };
        var test = new PolicyTest { Id = RandomId.New(16), OrgId = scene.Org.Id, Name = "test " + RandomId.New(16), Content = "{}" };
        var window = new BrownOut { Id = RandomId.New(16), OrgId = scene.Org.Id, StartsAt = now.AddDays(3000), EndsAt = now.AddDays(3001), Selection = "{}", AnnouncedBy = "test", AnnouncedAt = now };
        var provider = await scene.Org.ProviderAsync(ScriptedProvider.Settings());
        var audit = new AuditEntry { OrgId = scene.Org.Id, At = now, Actor = "test", Door = AuditDoor.Cli, Operation = "test", ObjectKind = "user", ObjectId = user.Id, ObjectName = user.Username };
        var mail = new OutboxMessage { Id = RandomId.New(16), OrgId = scene.Org.Id, Recipient = (await user.RowAsync()).Email, Subject = "x", Body = [1], CreatedAt = now, NextAttemptAt = now.AddDays(1), Attempts = 3, LastError = "away" };
        db.AddRange(draft, trial, job, integration, test, window, audit, mail);
        await db.SaveChangesAsync();
        return new(StringComparer.Ordinal)
        {
            ["user"] = user.Username,
            ["profile"] = profile.Name,
            ["app"] = scene.App.ClientId,
            ["secret"] = "first",
            ["reference"] = answer.Reference!,
            ["line"] = answer.Reference!,
            ["provider"] = provider.Row.Name,
            ["draft"] = draft.Id,
            ["trial"] = trial.Id,
            ["job"] = job.Id,
            ["integration"] = integration.Id,
            ["test"] = test.Name,
            ["brownOut"] = window.Id,
            ["entry"] = audit.Id.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["id"] = audit.Id.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["system.outbox-retry:id"] = mail.Id,
            ["version"] = "1",
        };
    }

    /// <summary>Something for each member that must be there, so that nothing else is wrong with the request.</summary>
    static JsonObject Body(AdminOperation operation) => new(
        AdminInput.MembersOf(operation.Input).Where(member => member is { IsRequired: true, IsUpload: false } && !operation.PathMembers.Contains(member.Name))
            .Select(member => KeyValuePair.Create<string, JsonNode?>(member.Name, Sample(member.Type))));

    static JsonNode Sample(Type type) =>
        type == typeof(string) ? "x"
        : type == typeof(bool) ? true
        : type == typeof(int) || type == typeof(long) ? 1
        : type == typeof(DateTimeOffset) ? "2030-01-01T00:00:00Z"
        : type.IsEnum ? System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(Enum.GetNames(type)[0])
        : type.IsAssignableTo(typeof(System.Collections.IEnumerable)) && type != typeof(string) ? new JsonArray()
        : new JsonObject();

    static IEnumerable<string> Pages(List<RouteEndpoint> endpoints) =>
        endpoints.Where(endpoint => endpoint.Metadata.GetMetadata<PageActionDescriptor>() is not null).Select(endpoint => "/" + endpoint.RoutePattern.RawText!.Trim('/'));

    static IReadOnlyList<AdminOperation> Operations(TestServer server) => server.Services.GetRequiredService<AdminCatalogue>().All;

    static string ThisFolder([System.Runtime.CompilerServices.CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
