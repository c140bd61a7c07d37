using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Administration;
using OAuthServer.Data;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.SetupApi;

/// <summary>What another organization has is not there: for no operation, on none of the three ways.</summary>
[Collection(nameof(ServersCollection))]
public sealed class OtherOrganizationTests(Servers servers)
{
    /// <summary>Operations that name something of their own in the path: it need not be there yet.</summary>
    internal static readonly string[] Makes = ["policy-tests.save"];

    [Fact]
    public async Task Is_not_found_by_api_nor_by_the_operation_itself()
    {
        var server = await servers.OnAsync("SQLite");
        var theirs = await AdminScene.NewAsync(server);
        var things = await Things.OfAsync(theirs);
        var mine = await AdminScene.NewAsync(server);
        var call = await mine.CallAsync("", AuditDoor.Cli);
        var tried = 0;
        string Thing(AdminOperation operation, string member) => things.GetValueOrDefault($"{operation.Name}:{member}") ?? things[member];
        foreach (var operation in EveryOperationTests.Operations(server).Where(operation => operation.PathMembers.Count > 0 && !Makes.Contains(operation.Name)))
        {
            var path = operation.Path;
            foreach (var member in operation.PathMembers)
            {
                Assert.True(things.ContainsKey(member), $"{operation.Name}: make a {{{member}}} in this test.");
                path = path.Replace($"{{{member}}}", Uri.EscapeDataString(Thing(operation, member)), StringComparison.Ordinal);
            }
            if (!operation.IsChange)
                path += QueryString.Create(Things.Body(operation).Select(member => KeyValuePair.Create(member.Key, member.Value is JsonValue word && word.TryGetValue<string>(out var text) ? text : member.Value!.ToJsonString()))!);
            var isUpload = AdminInput.MembersOf(operation.Input).Any(member => member.IsUpload);
            var answer = await mine.SendAsync(new(operation.Method), path, operation.HasBody && !isUpload ? Things.Body(operation) : null);
            Assert.True(answer.Status == HttpStatusCode.NotFound, $"{operation.Name} by API: {(int)answer.Status} {answer.Text}");
            Assert.Equal("urn:oauthserver:problem:not-found", answer["type"]);

            var sent = Things.Body(operation);
            foreach (var member in operation.PathMembers)
                sent[member] = AdminInput.FromText(AdminInput.MembersOf(operation.Input).Single(known => known.Name == member), Thing(operation, member));
            var (input, flaws) = AdminInput.Read(operation.Input, sent, isUpload ? new MemoryStream() : null);
            Assert.True(input is not null, $"{operation.Name}: {string.Join(", ", flaws)}");
            var refusal = (await operation.RunAsync(call.For(operation.Name), input)).Refusal;
            Assert.True(refusal is AdminRefusal.NotFound, $"{operation.Name} itself: {refusal}");
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
    public async Task Is_not_found_where_a_body_or_a_query_names_it(string name, string body)
    {
        var server = await servers.OnAsync("SQLite");
        var things = await Things.OfAsync(await AdminScene.NewAsync(server));
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

    [Fact]
    public async Task Is_not_found_by_page()
    {
        var server = await servers.OnAsync("SQLite");
        var theirs = await AdminScene.NewAsync(server);
        var things = await Things.OfAsync(theirs);
        var mine = await AdminScene.NewAsync(server);
        string Of(string member) => Uri.EscapeDataString(things[member]);
        string[] paths =
        [
            $"/setup/people/user?name={Of("user")}", $"/setup/people/confirm?name={Of("user")}&step=freeze", $"/setup/people/hand-over?name={Of("user")}", $"/setup/people/import/job?id={Of("job")}",
            $"/setup/policies/profile?name={Of("profile")}", $"/setup/policies/compare?profile={Of("profile")}&from=1", $"/setup/policies/replay/{Of("job")}", $"/setup/apps/app?id={Of("app")}", $"/setup/integrations/{Of("integration")}",
            $"/setup/sign-ins/{Of("reference")}", $"/setup/system/audit/{Of("id")}",
        ];
        foreach (var path in paths)
            Assert.True((await mine.Browser.GetAsync(path)).Status == HttpStatusCode.NotFound, path);
        // Every page that shows one thing is in that list.
        var withParameter = EveryOperationTests.Pages([.. server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()])
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
}
