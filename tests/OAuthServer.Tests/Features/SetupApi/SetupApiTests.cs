using System.Net;
using System.Net.Http.Json;
using OAuthServer.Administration;
using OAuthServer.Apps;
using OAuthServer.Policy;
using OAuthServer.Tests.Features.Authorize;
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
    public async Task A_question_that_needs_a_body_is_sent_as_one_and_needs_only_the_scope_to_read()
    {
        var scene = await AdminScene.NewAsync(await servers.OnAsync("SQLite"));
        var read = await scene.TokenAsync("setup_read");
        var answer = await scene.SendAsync(HttpMethod.Post, "/what-if", new { channel = "passwordGrant", user = scene.Admin.Username, presented = new[] { "password" } }, token: read);
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Text);
        Assert.Equal("securityTokenRequired", answer["reason"]);
        Assert.Equal(HttpStatusCode.OK, (await scene.SendAsync(HttpMethod.Post, "/networks/preview", new { networks = "[]" }, token: read)).Status);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await scene.GetAsync("/what-if?channel=passwordGrant", read)).Status);
    }

    /// <summary>A program makes itself a token at any moment: that shows nothing about whether a person still comes in.</summary>
    [Fact]
    public async Task A_change_on_trial_is_confirmed_by_a_token_of_a_sign_in_and_by_no_other()
    {
        var settings = AuthorizeScene.WebApp with { Scopes = [.. AuthorizeScene.WebApp.Scopes, "setup_write"] };
        var scene = await AuthorizeScene.ReadyAsync(await servers.OnAsync("SQLite"), settings, new() { Permissions = new() { Administrator = true } });
        var program = await scene.Org.AppAsync(new AppSettings { Flows = [LoginChannel.ClientCredentials, LoginChannel.PasswordGrant], Scopes = ["setup_write"] }, runAs: scene.User.Id);
        await scene.Server.NoticeAsync();
        async Task<Answer> SendAsync(HttpMethod method, string path, string? token, object? body = null)
        {
            var request = new HttpRequestMessage(method, AdminCatalogue.Root + path) { Content = body is null ? null : JsonContent.Create(body) };
            request.Headers.Authorization = new("Bearer", token);
            return await scene.Server.SendAsync(request);
        }
        var before = (await scene.TokensAsync(("scope", "openid setup_write")))["access_token"];
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(HttpMethod.Put, "/organization", before, new { disclosesMissingToken = true })).Status);
        var trial = (await SendAsync(HttpMethod.Get, "/trials", before)).Json.GetProperty("items")[0].GetProperty("trial").GetString();
        scene.Server.Clock.Advance(TimeSpan.FromSeconds(5));
        var made = await scene.Server.TokenAsync(TestServer.Outside, ("grant_type", "client_credentials"), ("client_id", program.ClientId), ("client_secret", program.Secret));
        var byPassword = await scene.User.LoginAsync(program, TestServer.Office);
        foreach (var token in new[] { before, made["access_token"], byPassword["access_token"] })
        {
            var refused = await SendAsync(HttpMethod.Post, $"/trials/{trial}/confirm", token);
            Assert.Equal((HttpStatusCode.Conflict, "urn:oauthserver:problem:needs-fresh-sign-in"), (refused.Status, refused["type"]));
        }
        await scene.Browser.SignInAsync(scene.User);
        scene.Server.Clock.Advance(TimeSpan.FromSeconds(5));
        var after = (await scene.TokensAsync(("scope", "openid setup_write")))["access_token"];
        Assert.Equal(HttpStatusCode.NoContent, (await SendAsync(HttpMethod.Post, $"/trials/{trial}/confirm", after)).Status);
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
