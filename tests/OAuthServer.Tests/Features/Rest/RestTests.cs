using System.Net;
using System.Text.Json;
using OAuthServer.Data;
using OAuthServer.Tests.Features.Identity;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.Rest;

/// <summary>The REST surface around a login (contract, section 6), as sf CLI, jsforce and .NET clients call it.</summary>
[Collection(nameof(ServersCollection))]
public sealed class RestTests(Servers servers)
{
    const string Root = "/services/data";

    /// <summary>Force.com Toolkit reads <c>version</c> of each, @salesforce/core takes the last.</summary>
    [Theory]
    [InlineData(Root)]
    [InlineData(Root + "/")]
    [InlineData("/" + Root)]
    public async Task The_versions_are_told_to_everybody_oldest_first(string path)
    {
        var scene = await SceneAsync();
        var answer = await scene.SendAsync("GET", path);
        Assert.Equal((HttpStatusCode.OK, "application/json; charset=UTF-8"), (answer.Status, answer.ContentType));
        var versions = answer.Json.EnumerateArray().ToList();
        Assert.All(versions, version => Assert.Equal(["label", "url", "version"], version.EnumerateObject().Select(member => member.Name)));
        var names = versions.ConvertAll(version => version.GetProperty("version").GetString()!);
        Assert.All(names, name => Assert.Matches(@"^[1-9]\d\.0$", name));
        Assert.Equal(names.OrderBy(decimal.Parse), names);
        Assert.Contains("51.0", names); // which @salesforce/core names whatever the newest is
        foreach (var (version, season) in new[] { ("68.0", "Winter '27"), ("67.0", "Summer '26"), ("66.0", "Spring '26"), ("65.0", "Winter '26"), ("64.0", "Summer '25"), ("60.0", "Spring '24"), ("51.0", "Spring '21"), ("20.0", "Winter '11") })
        {
            var one = versions[names.IndexOf(version)];
            Assert.Equal((season, $"{Root}/v{version}"), (one.GetProperty("label").GetString(), one.GetProperty("url").GetString()));
        }
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task The_resources_of_a_version_are_as_reviewed_and_lead_to_the_identity(string database)
    {
        var scene = await SceneAsync(database);
        var answer = await scene.GetAsync(Root + "/v59.0");
        Snapshot.Matches(Masked.Text(answer.Text), "salesforce-resources");
        Assert.Equal(scene.Scene.User.Username, (await scene.GetAsync(new Uri(answer["identity"]!).PathAndQuery))["username"]);
        foreach (var resource in new[] { "limits", "query" })
            Assert.NotEqual(HttpStatusCode.NotFound, (await scene.GetAsync(answer[resource]!)).Status);
    }

    [Theory]
    [InlineData("/v51.0/sobjects/User/{0}", 18, "SQLite")]
    [InlineData("/v51.0/sobjects/User/{0}", 18, "PostgreSQL")]
    [InlineData("//v51.0//sobjects/User/{0}/", 18, "SQLite")]
    [InlineData("/v51.0/sobjects/User/{0}", 15, "SQLite")]
    public async Task A_users_record_is_as_reviewed(string path, int length, string database)
    {
        var scene = await SceneAsync(database);
        var id = length == 18 ? RecordId.Long(scene.Scene.User.Id) : scene.Scene.User.Id;
        var answer = await scene.GetAsync(Root + string.Format(path, id));
        Assert.Equal(scene.Scene.User.Username, answer["Username"]); // what sf CLI needs to call the login one
        Snapshot.Matches(Masked.Text(answer.Text), "salesforce-user-record");
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task A_record_of_nobody_or_of_another_organization_is_not_found(string database)
    {
        var (scene, stranger) = (await SceneAsync(database), await SceneAsync(database));
        foreach (var id in new[] { RecordId.NewUser(), stranger.Scene.User.Id, RecordId.Long(stranger.Scene.User.Id), "me", "005" })
            IsError(await scene.GetAsync($"{Root}/v59.0/sobjects/User/{id}"), 404, "NOT_FOUND");
    }

    [Fact]
    public async Task The_limits_are_untouched()
    {
        var scene = await SceneAsync();
        Assert.Equal("""{"DailyApiRequests":{"Max":15000,"Remaining":15000}}""", (await scene.GetAsync(Root + "/v59.0/limits")).Text);
    }

    [Fact]
    public async Task Only_a_token_for_the_api_opens_it()
    {
        var scene = await SceneAsync();
        foreach (var path in new[] { "/v59.0", "/v59.0/query?q=x", "/v59.0/limits", "/v59.0/sobjects/User/x", "/v99.0", "/nonsense" })
        {
            foreach (var authorization in new[] { null, "Bearer", "Bearer nonsense", $"Bearer {scene.Token}x", "Basic eDp5", $"OAuth {scene.Token[..^1]}" })
            {
                var answer = await scene.SendAsync("GET", Root + path, authorization);
                IsError(answer, 401, "INVALID_SESSION_ID");
                Assert.Equal("Session expired or invalid", answer.Json[0].GetProperty("message").GetString());
            }
        }
        Assert.Equal(HttpStatusCode.OK, (await scene.SendAsync("GET", Root + "/v59.0", "OAuth " + scene.Token)).Status); // restforce, forrest
        await scene.Scene.RevokeAsync(scene.Token);
        IsError(await scene.GetAsync(Root + "/v59.0"), 401, "INVALID_SESSION_ID");
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task A_token_that_is_not_for_the_api_is_told_so(string database)
    {
        var server = await servers.OnAsync(database);
        var web = await IdentityScene.NewAsync(server, "web", "id");
        IsError(await web.GetAsync(Root + "/v59.0"), 403, "INSUFFICIENT_ACCESS");
        var full = await IdentityScene.NewAsync(server, "full");
        Assert.Equal(HttpStatusCode.OK, (await full.GetAsync(Root + "/v59.0")).Status);
        await full.Scene.Org.ChangeProfileAsync(full.Scene.User.ProfileId, new() { Permissions = new() { ApiEnabled = false } });
        await server.NoticeAsync();
        IsError(await full.GetAsync(Root + "/v59.0"), 403, "API_DISABLED_FOR_ORG");
        var standard = await OAuthScene.NewAsync(server, TestOrg.StandardApp);
        IsError(await new IdentityScene(standard, await standard.AccessTokenAsync()).GetAsync(Root + "/v59.0"), 401, "INVALID_SESSION_ID");
    }

    [Theory]
    [InlineData("GET", "/v99.0")]
    [InlineData("GET", "/v19.0/limits")]
    [InlineData("GET", "/v59")]
    [InlineData("GET", "/v59.0/sobjects")]
    [InlineData("GET", "/v59.0/sobjects/Account/001000000000001")]
    [InlineData("POST", "/v59.0/sobjects/Account")]
    [InlineData("DELETE", "/v59.0/limits")]
    [InlineData("GET", "/nonsense")]
    public async Task What_is_not_here_is_not_found(string method, string path)
    {
        var scene = await SceneAsync();
        IsError(await scene.SendAsync(method, Root + path, "Bearer " + scene.Token), 404, "NOT_FOUND");
    }

    [Fact]
    public async Task Who_wants_to_read_it_gets_lines()
    {
        var scene = await SceneAsync();
        Assert.StartsWith("{\n  \"identity\"", (await scene.GetAsync(Root + "/v59.0", ("X-PrettyPrint", "1"))).Text, StringComparison.Ordinal);
        Assert.StartsWith("[\n  {\n", (await scene.GetAsync(Root + "/v99.0", ("X-PrettyPrint", "1"))).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_head_says_whether_it_is_there()
    {
        var scene = await SceneAsync();
        var answer = await scene.SendAsync("HEAD", Root + "/v59.0", "Bearer " + scene.Token);
        Assert.Equal((HttpStatusCode.OK, ""), (answer.Status, answer.Text));
        Assert.Equal(HttpStatusCode.Unauthorized, (await scene.SendAsync("HEAD", Root + "/v59.0")).Status);
    }

    /// <summary>An array of one, with both members: what every client of this surface reads.</summary>
    internal static void IsError(Answer answer, int status, string code)
    {
        Assert.Equal((status, "application/json; charset=UTF-8"), ((int)answer.Status, answer.ContentType));
        Assert.Equal(JsonValueKind.Array, answer.Json.ValueKind);
        var error = Assert.Single(answer.Json.EnumerateArray());
        Assert.Equal(["message", "errorCode"], error.EnumerateObject().Select(member => member.Name));
        Assert.Equal(code, error.GetProperty("errorCode").GetString());
        Assert.NotEqual("", error.GetProperty("message").GetString());
    }

    async Task<IdentityScene> SceneAsync(string database = "SQLite") => await IdentityScene.NewAsync(await servers.OnAsync(database));
}
