using System.Net;
using System.Text.Json;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features;

/// <summary>Discovery (OpenID Connect Discovery 1.0, RFC 8414) lists what works and nothing else; the key set shows no private part.</summary>
[Collection(nameof(ServersCollection))]
public sealed class DiscoveryTests(Servers servers)
{
    const string OpenId = "/.well-known/openid-configuration";
    const string OAuth = "/.well-known/oauth-authorization-server";

    [Fact]
    public async Task The_document_is_as_reviewed()
    {
        var server = await servers.OnAsync("SQLite");
        var answer = await GetAsync(server, OpenId);
        Snapshot.Matches(JsonSerializer.Serialize(answer.Json, Indented), "discovery");
    }

    [Theory]
    [InlineData(OpenId)]
    [InlineData(OAuth)]
    [InlineData("/id/keys")]
    public async Task Documents_are_public_json_for_browsers_of_any_origin(string path)
    {
        var server = await servers.OnAsync("SQLite");
        var answer = await GetAsync(server, path);
        Assert.Equal("application/json", answer.ContentType);
        Assert.Equal("*", Assert.Single(answer.Headers.GetValues("Access-Control-Allow-Origin")));
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Credentials"));
        Assert.Equal(HttpStatusCode.OK, (await server.SendAsync(new(HttpMethod.Head, path))).Status);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await server.SendAsync(new(HttpMethod.Post, path))).Status);
    }

    [Fact]
    public async Task Both_documents_are_the_same_and_their_issuer_is_where_they_are()
    {
        await using var server = await TestServer.StartAtItsPublicUrlAsync();
        var document = await GetAsync(server, OpenId);
        Assert.Equal(document.Text, (await GetAsync(server, OAuth)).Text);
        Assert.Equal(server.Address.ToString().TrimEnd('/'), document["issuer"]);
    }

    [Fact]
    public async Task An_issuer_with_a_path_is_found_by_both_rules_and_so_are_its_doors()
    {
        var root = $"http://127.0.0.1:{FreePort.Next()}";
        await using var server = await TestServer.StartAsync(change: options => options with { Listen = root, PublicUrl = root + "/sign-in" });
        var appended = await GetAsync(server, "/sign-in" + OpenId); // OpenID Connect Discovery 1.0, section 4.1
        var inserted = await GetAsync(server, OAuth + "/sign-in"); // RFC 8414, section 3.1
        Assert.Equal(root + "/sign-in", appended["issuer"]);
        Assert.Equal(appended.Text, inserted.Text);
        Assert.Equal(HttpStatusCode.OK, (await server.SendAsync(new(HttpMethod.Get, appended["jwks_uri"]))).Status);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await server.SendAsync(new(HttpMethod.Get, appended["token_endpoint"]))).Status);
    }

    [Fact]
    public async Task The_host_of_a_request_changes_nothing()
    {
        var server = await servers.OnAsync("SQLite");
        var request = new HttpRequestMessage(HttpMethod.Get, OpenId);
        request.Headers.Host = "evil.example";
        request.Headers.TryAddWithoutValidation("X-Forwarded-Host", "evil.example");
        Assert.Equal((await GetAsync(server, OpenId)).Text, (await server.SendAsync(request)).Text);
    }

    [Fact]
    public async Task Every_endpoint_that_is_listed_answers_and_every_grant_is_known()
    {
        await using var server = await TestServer.StartAtItsPublicUrlAsync();
        var scene = await OAuthScene.NewAsync(server);
        var document = (await GetAsync(server, OpenId)).Json;
        foreach (var member in document.EnumerateObject().Where(m => m.Name.EndsWith("_endpoint", StringComparison.Ordinal) || m.Name == "jwks_uri"))
            Assert.NotEqual(HttpStatusCode.NotFound, (await server.SendAsync(new(HttpMethod.Get, member.Value.GetString()))).Status);
        foreach (var grant in document.GetProperty("grant_types_supported").EnumerateArray())
            Assert.NotEqual("unsupported_grant_type", (await scene.TokenAsync(("grant_type", grant.GetString())))["error"]);
    }

    [Fact]
    public async Task Keys_have_distinct_ids_and_no_private_part()
    {
        var keys = (await GetAsync(await servers.OnAsync("SQLite"), "/id/keys")).Json.GetProperty("keys").EnumerateArray().ToList();
        Assert.Equal(keys.Count, keys.Select(key => key.GetProperty("kid").GetString()).Distinct().Count());
        foreach (var key in keys)
        {
            string[] expected = key.GetProperty("kty").GetString() == "EC" ? ["alg", "crv", "kid", "kty", "use", "x", "y"] : ["alg", "e", "kid", "kty", "n", "use"];
            Assert.Equal(expected, key.EnumerateObject().Select(member => member.Name).Order(StringComparer.Ordinal));
        }
        Assert.Equal(["ES256", "RS256"], keys.Select(key => key.GetProperty("alg").GetString()!).Order(StringComparer.Ordinal));
    }

    static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    static async Task<Answer> GetAsync(TestServer server, string path) => await server.SendAsync(new(HttpMethod.Get, path));
}
