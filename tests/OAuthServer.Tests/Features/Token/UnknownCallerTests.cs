using System.Net;
using System.Text.Json.Nodes;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.Token;

/// <summary>
/// Who is no app here is answered by the RFC, unless its request can only come from a client of the salesforce dialect: that reads 400 alone.
/// </summary>
[Collection(nameof(ServersCollection))]
public sealed class UnknownCallerTests(Servers servers)
{
    const string Token = "/services/oauth2/token";

    /// <summary>What each client's JWT has of its own (contract, section 2).</summary>
    [Theory]
    [InlineData("@salesforce/core")]
    [InlineData("simple-salesforce")]
    [InlineData("go-salesforce")]
    [InlineData("restforce")]
    [InlineData("Camel")]
    public async Task An_assertion_as_only_these_clients_make_it_has_an_invalid_client_id(string client)
    {
        using var scene = await BearerScene.NewAsync(await servers.OnAsync("SQLite"));
        var answer = await scene.SendAsync(AssertionOf(scene, client));
        answer.IsRefused("invalid_client_id", "client identifier invalid");
        Assert.Equal("no-such-app", (await scene.Server.RecordAsync(answer)).ClientId);
    }

    [Fact]
    public async Task An_assertion_by_the_rfc_is_answered_by_the_rfc()
    {
        using var scene = await BearerScene.NewAsync(await servers.OnAsync("SQLite"));
        (await scene.SendAsync(scene.With("iss", "no-such-app"))).IsRefused(HttpStatusCode.Unauthorized, "invalid_client");
    }

    [Theory]
    [InlineData("?grant_type=refresh_token&client_id=no-such-app&client_secret=x&refresh_token=y&format=json")] // NetCoreForce
    [InlineData("?grant_type=device&client_id=no-such-app&code=x")]
    [InlineData("?response_type=device_code&client_id=no-such-app")]
    [InlineData("?grant_type=password&format=json")]
    public async Task So_has_a_request_in_a_form_that_only_they_have(string query)
    {
        var server = await servers.OnAsync("SQLite");
        (await server.SendAsync(new(HttpMethod.Post, Token + query))).IsRefused("invalid_client_id", "client identifier invalid");
    }

    [Fact]
    public async Task Anybody_else_is_an_unknown_client()
    {
        var server = await servers.OnAsync("SQLite");
        (await server.TokenAsync(TestServer.Office, ("grant_type", "password"), ("client_id", "no-such-app"), ("client_secret", "x"))).IsRefused(HttpStatusCode.Unauthorized, "invalid_client");
        // A name and a wrong secret of an app of the standard dialect are told the same, whatever else is sent.
        var standard = await OAuthScene.NewAsync(server);
        (await server.TokenAsync(TestServer.Office, ("grant_type", "device"), ("format", "json"), ("client_id", standard.App.ClientId), ("client_secret", "x")))
            .IsRefused(HttpStatusCode.Unauthorized, "invalid_client");
    }

    static string AssertionOf(BearerScene scene, string client)
    {
        var seconds = scene.Now.ToUnixTimeSeconds();
        JsonObject Claims(JsonNode end, string audience) => new() { ["iss"] = "no-such-app", ["sub"] = scene.User.Username, ["aud"] = audience, ["exp"] = end };
        JsonObject header = new() { ["alg"] = "RS256" };
        switch (client)
        {
            case "@salesforce/core": return scene.Key.Sign(Claims((seconds * 1000) + 300, BearerScene.Issuer + "/"), header);
            case "simple-salesforce": return scene.Key.Sign(Claims((seconds + 180).ToString(), BearerScene.Issuer), header);
            case "go-salesforce": return scene.Key.Sign(Claims(seconds + 300, "https://login.salesforce.com"), header);
            case "restforce": return scene.Key.Sign(Claims(seconds + 180, "localhost:5000"), header);
            default:
                var parts = scene.Key.Sign(Claims(seconds + 270, BearerScene.Issuer), header).Split('.');
                return string.Join('.', parts.Select(part => part.PadRight((part.Length + 3) / 4 * 4, '=')));
        }
    }
}
