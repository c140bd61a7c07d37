using System.Net;
using System.Text;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Apps;
using OAuthServer.Tests.Features.Authorize;
using OAuthServer.Tests.Features.Identity;
using OAuthServer.Tests.Features.Soap;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features;

/// <summary>What a token of the salesforce dialect is good for, and for how little some are.</summary>
[Collection(nameof(ServersCollection))]
public sealed class SalesforceTokenTests(Servers servers)
{
    [Fact]
    public async Task A_token_for_another_resource_server_opens_no_door_here()
    {
        var server = await servers.OnAsync("SQLite");
        var oauth = await OAuthScene.NewAsync(server, TestOrg.SalesforceApp with { Scopes = ["api", "full", "id"], Audience = "https://api.example.test" });
        var scene = new IdentityScene(oauth, await oauth.AccessTokenAsync());
        foreach (var path in new[] { scene.Path, "/services/oauth2/userinfo" })
            Assert.Equal((HttpStatusCode.Forbidden, "Bad_OAuth_Token"), await WordAsync(scene.GetAsync(path)));
        Assert.Equal(HttpStatusCode.Unauthorized, (await scene.GetAsync("/services/data/v59.0")).Status);
        var soap = await SoapScene.NewAsync(server);
        (await soap.CallAsync(scene.Token, "getUserInfo")).Faults("INVALID_SESSION_ID");
    }

    [Fact]
    public async Task An_apps_token_sets_no_password_without_the_old_one()
    {
        var scene = await SoapScene.NewAsync(await servers.OnAsync("SQLite"));
        foreach (var scope in new[] { "api", "full", "web" })
        {
            var reply = await scene.CallAsync(await scene.TokenAsync(scope), "setPassword", $"<userId>{scene.User.Id}</userId><password>Another-Horse-8</password>");
            reply.Faults("INSUFFICIENT_ACCESS");
        }
        (await scene.LoginAsync()).Holds();
    }

    [Fact]
    public async Task Sessions_and_tokens_of_public_apps_introspect_nothing()
    {
        var scene = await SoapScene.NewAsync(await servers.OnAsync("SQLite"));
        await scene.User.ChangeAsync(user => user.MustChangePassword = true);
        await scene.Server.NoticeAsync();
        var expired = await scene.SessionAsync();
        await scene.User.ChangeAsync(user => user.MustChangePassword = false);
        foreach (var session in new[] { expired, await scene.SessionAsync() })
            Assert.Equal("invalid_client", (await IntrospectAsync(scene.Server, session))["error"]);
        var cli = await BuiltInScene.NewAsync(scene.Server, "PlatformCLI");
        const string redirectUri = "http://localhost:1717/OauthRedirect";
        var token = (await cli.RedeemAsync((await cli.AuthorizeAsync(redirectUri, "api")).Parameter("code"), redirectUri))["access_token"]!;
        Assert.Equal("invalid_client", (await IntrospectAsync(scene.Server, token))["error"]);
    }

    [Theory]
    [InlineData("""{"NewPassword":"\ud800"}""")]
    [InlineData("""{"\ud800":"Another-Horse-8"}""")]
    public async Task Half_a_character_is_no_password(string body)
    {
        var scene = await SoapScene.NewAsync(await servers.OnAsync("SQLite"));
        var request = new HttpRequestMessage(HttpMethod.Post, $"/services/data/v59.0/sobjects/User/{scene.User.Id}/password") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + await scene.SessionAsync());
        var answer = await scene.Server.SendAsync(request);
        Assert.Equal((HttpStatusCode.BadRequest, "JSON_PARSER_ERROR"), (answer.Status, answer.Json[0].GetProperty("errorCode").GetString()));
    }

    [Fact]
    public async Task A_failure_of_the_server_is_an_array_on_the_rest_surface()
    {
        await using var server = await TestServer.StartAsync();
        var scene = await IdentityScene.NewAsync(server);
        await using (var db = server.Database.NewContext())
            await db.Database.ExecuteSqlRawAsync("ALTER TABLE access_tokens RENAME TO gone", TestContext.Current.CancellationToken);
        foreach (var path in new[] { "/services/data/v59.0/limits", $"/services/data/v59.0/sobjects/User/{scene.Scene.User.Id}/password" })
        {
            var answer = await scene.GetAsync(path);
            var code = answer.Json.EnumerateArray().Single().GetProperty("errorCode").GetString()!;
            Assert.Contains((answer.Status, code), new[] { (HttpStatusCode.InternalServerError, "UNKNOWN_EXCEPTION"), (HttpStatusCode.ServiceUnavailable, "SERVER_UNAVAILABLE") });
        }
    }

    [Fact]
    public async Task Nobody_gets_a_device_code_in_the_name_of_sf_CLI()
    {
        var scene = await SoapScene.NewAsync(await servers.OnAsync("SQLite"));
        await scene.Org.ChangeAsync(org => org.BuiltInApps = "PlatformCLI");
        await scene.Server.NoticeAsync();
        var old = await scene.Server.PostAsync(TestServer.Outside, "/services/oauth2/token", ("response_type", "device_code"), ("client_id", "PlatformCLI"));
        old.IsRefused(HttpStatusCode.BadRequest, "invalid_grant");
        Assert.Equal("device flow not enabled", old["error_description"]);
        var standard = await scene.Server.PostAsync(TestServer.Outside, "/services/oauth2/device_authorization", ("client_id", "PlatformCLI"));
        Assert.Equal((HttpStatusCode.BadRequest, null), (standard.Status, standard["device_code"]));
    }

    [Fact]
    public async Task The_bearer_revokes_whatever_else_names_the_app()
    {
        var scene = await OAuthScene.NewAsync(await servers.OnAsync("SQLite"), TestOrg.SalesforceApp with { Scopes = ["api", "id"] });
        foreach (var (name, bearer) in new[] { (scene.App.ClientId, false), (null, true), (scene.App.ClientId, true) })
        {
            var token = await scene.AccessTokenAsync();
            var request = new HttpRequestMessage(HttpMethod.Post, "/services/oauth2/revoke")
            {
                Content = new FormUrlEncodedContent(new (string Name, string? Value)[] { ("token", token), ("client_id", name) }
                    .Where(field => field.Value is not null).Select(field => KeyValuePair.Create(field.Name, field.Value!))),
            };
            if (bearer)
                request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + token);
            Assert.Equal(HttpStatusCode.OK, (await scene.Server.SendAsync(request)).Status);
            Assert.Equal(HttpStatusCode.Forbidden, (await scene.UserInfoAsync(token)).Status);
        }
    }

    [Fact]
    public async Task A_server_whose_own_name_an_organization_has_taken_does_not_start()
    {
        await using var scratch = await Scratch.NewAsync();
        await using (var db = scratch.Database.NewContext())
        {
            db.Organizations.Add(new() { Id = "00D000000000001", Name = "Acme" });
            db.ConnectedApps.Add(new() { Id = "0H4000000000001", OrgId = "00D000000000001", ClientId = BuiltInApps.SoapSession, Name = "Ours", Settings = "{}" });
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }
        await Assert.ThrowsAsync<InvalidOperationException>(() => BuiltInApps.EnsureAsync(scratch.Database, TestContext.Current.CancellationToken));
    }

    static Task<Answer> IntrospectAsync(TestServer server, string token)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/services/oauth2/introspect") { Content = new FormUrlEncodedContent([new("token", token)]) };
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + token);
        return server.SendAsync(request);
    }

    static async Task<(HttpStatusCode, string)> WordAsync(Task<Answer> asked) => ((await asked).Status, (await asked).Text);
}
