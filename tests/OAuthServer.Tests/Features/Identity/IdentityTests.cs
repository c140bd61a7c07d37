using System.Net;
using System.Text;
using System.Xml.Linq;
using OAuthServer.Data;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.Identity;

/// <summary>The identity URL (contract, section 4.11): what it tells, in which form, and by which of a client's ways.</summary>
[Collection(nameof(ServersCollection))]
public sealed class IdentityTests(Servers servers)
{
    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Who_the_tokens_user_is_is_as_reviewed(string database)
    {
        var scene = await SceneAsync(database);
        var answer = await scene.GetAsync(scene.Path);
        answer.IsAllowed();
        Assert.Equal("application/json; charset=UTF-8", answer.ContentType);
        Assert.True(answer.Headers.CacheControl!.NoStore);
        Snapshot.Matches(Masked.Text(answer.Text), "salesforce-identity");
    }

    /// <summary>jsforce sends both; forrest, omniauth-salesforce and python-social-auth each one of the others (contract, section 1, no. 15).</summary>
    [Fact]
    public async Task The_token_is_taken_in_every_place_that_a_client_puts_it()
    {
        var scene = await SceneAsync();
        var expected = (await scene.GetAsync(scene.Path)).Text;
        var (path, token) = (scene.Path, scene.Token);
        Task<Answer>[] ways =
        [
            scene.SendAsync("GET", $"{path}?format=json&oauth_token={token}", "Bearer " + token), // jsforce
            scene.SendAsync("GET", path, "OAuth " + token), // forrest
            scene.SendAsync("GET", path, "bearer " + token),
            scene.SendAsync("GET", $"{path}?access_token={token}"), // python-social-auth
            scene.SendAsync("GET", $"{path}?oauth_token={token}"),
            scene.SendAsync("POST", $"{path}?oauth_token={token}"), // omniauth-salesforce: a post without a body
            scene.SendAsync("POST", path, null, Form(("oauth_token", token))),
            scene.SendAsync("POST", path, "Bearer " + token, Form(("format", "json"))),
            scene.SendAsync("GET", $"/{path}/", "Bearer " + token), // a slash too many
            scene.SendAsync("GET", $"/id/{scene.Scene.Org.Id}/{scene.Scene.User.Id}", "Bearer " + token), // ids in fifteen characters
            scene.SendAsync("GET", path, "Bearer " + token, new StringContent("", Encoding.UTF8, "application/json")), // @salesforce/core
        ];
        foreach (var answer in await Task.WhenAll(ways))
            Assert.Equal((HttpStatusCode.OK, expected), (answer.Status, answer.Text));
    }

    [Theory]
    [InlineData("xml", "*/*", "application/xml; charset=UTF-8", "salesforce-identity-xml")]
    [InlineData(null, "application/xml", "application/xml; charset=UTF-8", "salesforce-identity-xml")]
    [InlineData("xml", "application/json", "application/xml; charset=UTF-8", "salesforce-identity-xml")]
    [InlineData("urlencoded", "application/json", "application/x-www-form-urlencoded; charset=UTF-8", "salesforce-identity-urlencoded")]
    [InlineData("json", "application/xml", "application/json; charset=UTF-8", "salesforce-identity")]
    [InlineData(null, "*/*", "application/json; charset=UTF-8", "salesforce-identity")]
    public async Task It_comes_in_the_form_that_was_asked_for(string? format, string accept, string type, string snapshot)
    {
        var scene = await SceneAsync();
        var answer = await scene.GetAsync(format is null ? scene.Path : $"{scene.Path}?format={format}", ("Accept", accept));
        Assert.Equal((HttpStatusCode.OK, type), (answer.Status, answer.ContentType));
        Snapshot.Matches(Masked.Text(answer.Text), snapshot);
    }

    [Fact]
    public async Task Who_wants_to_read_it_gets_lines()
    {
        var scene = await SceneAsync();
        var plain = await scene.GetAsync(scene.Path);
        var json = await scene.GetAsync(scene.Path, ("X-PrettyPrint", "1"));
        Assert.StartsWith("{\n  \"id\": \"", json.Text, StringComparison.Ordinal);
        Assert.Equal(plain.Json.ToString(), System.Text.Json.JsonSerializer.Serialize(json.Json));
        var xml = await scene.GetAsync(scene.Path + "?format=xml", ("X-PrettyPrint", "1"));
        Assert.Contains("\n  <photos>\n    <picture>", xml.Text, StringComparison.Ordinal);
        Assert.True(XNode.DeepEquals(XDocument.Parse((await scene.GetAsync(scene.Path + "?format=xml")).Text), XDocument.Parse(xml.Text)));
        Assert.Equal(plain.Text, (await scene.GetAsync(scene.Path, ("X-PrettyPrint", "0"))).Text);
    }

    [Theory]
    [InlineData(null, "{version}")]
    [InlineData("59.0", "59.0")]
    [InlineData("latest", "68.0")]
    public async Task The_version_stands_in_the_addresses_where_the_caller_names_one(string? asked, string written)
    {
        var scene = await SceneAsync();
        var urls = (await scene.GetAsync(asked is null ? scene.Path : $"{scene.Path}?version={asked}")).Json.GetProperty("urls");
        Assert.Equal($"http://localhost:5000/services/Soap/u/{written}/{scene.Scene.Org.Id}", urls.GetProperty("partner").GetString());
        Assert.Equal($"http://localhost:5000/services/data/v{written}/sobjects/", urls.GetProperty("sobjects").GetString());
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task A_token_for_the_api_also_asks_for_colleagues(string database)
    {
        var scene = await SceneAsync(database);
        var colleague = await scene.ColleagueAsync();
        var answer = await scene.GetAsync(IdentityScene.PathOf(scene.Scene.Org.Id, colleague.Id));
        answer.IsAllowed();
        Assert.Equal((RecordId.Long(colleague.Id), "False"), (answer["user_id"], answer["asserted_user"]));
        var own = await IdentityScene.NewAsync(scene.Scene.Server, "id");
        Assert.Equal("True", (await own.GetAsync(own.Path))["asserted_user"]);
    }

    [Fact]
    public async Task No_callback_is_called()
    {
        var scene = await SceneAsync();
        var answer = await scene.GetAsync(scene.Path + "?callback=alert");
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.DoesNotContain("alert", answer.Text, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task The_id_of_a_token_answer_leads_here(string database)
    {
        var scene = await SceneAsync(database);
        var login = await scene.Scene.LoginAsync();
        var answer = await scene.SendAsync("GET", new Uri(login["id"]!).PathAndQuery, $"{login["token_type"]} {login["access_token"]}");
        Assert.Equal((login["id"], scene.Scene.User.Username), (answer["id"], answer["username"]));
    }

    static FormUrlEncodedContent Form(params (string Name, string Value)[] form) => new(form.Select(p => new KeyValuePair<string, string>(p.Name, p.Value)));

    async Task<IdentityScene> SceneAsync(string database = "SQLite") => await IdentityScene.NewAsync(await servers.OnAsync(database));
}
