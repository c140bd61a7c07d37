using System.Net;
using OAuthServer.Administration;
using OAuthServer.Apps;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.SetupApi;

/// <summary>The administrators' API as a door: who comes in, how what is sent is read, how refusals read.</summary>
[Collection(nameof(ServersCollection))]
public sealed class SetupApiTests(Servers servers)
{
    [Fact]
    public async Task Without_a_token_every_operation_is_refused_alike()
    {
        var server = await servers.OnAsync("SQLite");
        foreach (var operation in Operations(server))
        {
            var answer = await server.SendAsync(new(new(operation.Method), AdminCatalogue.Root + operation.Path.Replace('{', 'x').Replace('}', 'x')));
            Assert.True(answer.Status == HttpStatusCode.Unauthorized, $"{operation.Name}: {answer.Status}");
            Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.ToString());
        }
    }

    [Fact]
    public async Task Reading_needs_one_scope_and_changing_the_other_and_full_is_neither()
    {
        var scene = await AdminScene.NewAsync(await servers.OnAsync("SQLite"));
        var (read, other) = (await scene.TokenAsync("setup_read"), await scene.TokenAsync("api"));
        Assert.Equal(HttpStatusCode.OK, (await scene.GetAsync("/sign-ins", read)).Status);
        foreach (var operation in Operations(scene.Server))
        {
            var path = operation.Path.Replace('{', 'x').Replace('}', 'x');
            Assert.True((await scene.SendAsync(new(operation.Method), path, token: other)).Status == HttpStatusCode.Forbidden, operation.Name);
            if (operation.IsChange)
                Assert.True((await scene.SendAsync(new(operation.Method), path, token: read)).Status == HttpStatusCode.Forbidden, operation.Name);
        }
    }

    [Fact]
    public async Task A_user_who_is_no_administrator_is_told_so_whatever_the_scope()
    {
        var scene = await AdminScene.NewAsync(await servers.OnAsync("SQLite"));
        var user = await scene.Org.UserAsync();
        var app = await scene.Org.AppAsync(new AppSettings { Flows = [LoginChannel.ClientCredentials], Scopes = ["setup_write"] }, runAs: user.Id);
        await scene.Server.NoticeAsync();
        var token = (await scene.Server.TokenAsync(TestServer.Outside, ("grant_type", "client_credentials"), ("client_id", app.ClientId), ("client_secret", app.Secret)))["access_token"];
        var answer = await scene.GetAsync("/sign-ins", token);
        Assert.Equal(HttpStatusCode.Forbidden, answer.Status);
        Assert.Equal("urn:oauthserver:problem:not-an-administrator", answer["type"]);
    }

    [Theory]
    [InlineData("/sign-ins?limit=0", "limit")]
    [InlineData("/sign-ins?limit=many", "limit")]
    [InlineData("/sign-ins?limit=1&limit=2", "limit")]
    [InlineData("/sign-ins?colour=red", "colour")]
    [InlineData("/sign-ins?channel=window", "channel")]
    [InlineData("/sign-ins?decision=maybe", "decision")]
    [InlineData("/sign-ins?from=yesterday", "from")]
    [InlineData("/sign-ins?after=nonsense", "after")]
    [InlineData("/sign-ins?user=nobody@example.test", "user")]
    [InlineData("/find", "q")]
    public async Task What_cannot_be_used_is_named(string path, string member)
    {
        var scene = await AdminScene.NewAsync(await servers.OnAsync("SQLite"));
        var answer = await scene.GetAsync(path);
        Assert.True(answer.Status == HttpStatusCode.UnprocessableEntity, answer.Text);
        Assert.Equal(member, answer.Json.GetProperty("errors")[0].GetProperty("path").GetString());
    }

    [Fact]
    public async Task The_openapi_document_has_every_operation_and_nothing_else()
    {
        var server = await servers.OnAsync("SQLite");
        var answer = await server.SendAsync(new(HttpMethod.Get, AdminCatalogue.Root + "/openapi.json"));
        Assert.Equal("3.1.0", answer["openapi"]);
        var described = answer.Json.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(method => $"{method.Name.ToUpperInvariant()} {path.Name} {method.Value.GetProperty("operationId").GetString()}"));
        Assert.Equal(Operations(server).Select(operation => $"{operation.Method} {AdminCatalogue.Root}{operation.Path} {operation.Name}").Order(StringComparer.Ordinal), described.Order(StringComparer.Ordinal));
    }

    static IReadOnlyList<AdminOperation> Operations(TestServer server) => ((AdminCatalogue)server.Services.GetService(typeof(AdminCatalogue))!).All;
}
