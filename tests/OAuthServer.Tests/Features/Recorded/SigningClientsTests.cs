using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using OAuthServer.Data;
using OAuthServer.Tests.Features.Token;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.Recorded;

/// <summary>Clients that sign a JWT, or send a password or secret, in the requests that their sources make (contract, sections 2.3, 2.6 and 2.7).</summary>
[Collection(nameof(ServersCollection))]
public sealed class SigningClientsTests(Servers servers)
{
    const string Token = "/services/oauth2/token";
    const string Bearer = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=";

    /// <summary>Success is 200 alone, all members are texts, the limits come next, and it logs in again at instance_url.</summary>
    [Fact]
    public async Task Go_salesforce()
    {
        using var scene = await SceneAsync();
        var assertion = scene.Plain((scene.Now.ToUnixTimeSeconds() + 300).ToString(), "https://login.salesforce.com");
        var answer = await Wire.PostAsync(scene.Server, Token, Bearer + assertion);
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        var session = Wire.AsMapOfStrings(answer);
        Assert.Equal("http://localhost:5000", session["instance_url"]);
        var limits = await Wire.GetAsync(scene.Server, "/services/data/v63.0/limits", ("Authorization", "Bearer " + session["access_token"]));
        Assert.True(limits.Json.GetProperty("DailyApiRequests").GetProperty("Max").GetInt32() > 0);
    }

    /// <summary>It decodes whatever comes, of whatever status, into a map of strings.</summary>
    [Fact]
    public async Task Go_soapforce()
    {
        using var scene = await SceneAsync();
        var session = Wire.AsMapOfStrings(await Wire.PostAsync(scene.Server, Token, PasswordOf(scene, scene.User.Password)));
        Assert.Contains("access_token", session.Keys);
        var refused = Wire.AsMapOfStrings(await Wire.PostAsync(scene.Server, Token, PasswordOf(scene, "wrong")));
        Assert.Equal(("invalid_grant", "authentication failure"), (refused["error"], refused["error_description"]));
        Assert.DoesNotContain("access_token", refused.Keys);
    }

    /// <summary>The audience is the host alone; data calls say OAuth; what is not 200 is "error: description (status)".</summary>
    [Fact]
    public async Task Restforce()
    {
        using var scene = await SceneAsync();
        var seconds = scene.Now.ToUnixTimeSeconds();
        var claims = new JsonObject { ["iss"] = scene.App.ClientId, ["sub"] = scene.User.Username, ["aud"] = "localhost:5000", ["iat"] = seconds, ["exp"] = seconds + 180 };
        var answer = await Wire.PostAsync(scene.Server, Token, Bearer + scene.Key.Sign(claims, new() { ["alg"] = "RS256" }), ("Accept", "*/*"));
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(HttpStatusCode.OK, (await Wire.GetAsync(scene.Server, "/services/data/v26.0", ("Authorization", "OAuth " + answer["access_token"]))).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await Wire.GetAsync(scene.Server, "/services/data/v26.0", ("Authorization", "OAuth dead"))).Status);
        Assert.Equal(HttpStatusCode.OK, (await Wire.PostAsync(scene.Server, Token, PasswordOf(scene, scene.User.Password))).Status);
    }

    /// <summary>Padded parts and an end as text; the organization is read from the identity URL; errors are read from 400 alone; it revokes by GET.</summary>
    [Fact]
    public async Task Camel()
    {
        using var scene = await SceneAsync();
        static string Part(string json) => Convert.ToBase64String(Encoding.UTF8.GetBytes(json)).Replace('+', '-').Replace('/', '_');
        async Task<Answer> LoginAsync(string audience)
        {
            var claims = $$"""{"iss":"{{scene.App.ClientId}}","sub":"{{scene.User.Username}}","aud":"{{audience}}","exp":"{{scene.Now.ToUnixTimeSeconds() + 270}}"}""";
            var body = Part("""{"alg":"RS256"}""") + "." + Part(claims);
            var signature = ((System.Security.Cryptography.RSA)scene.Key.Key).SignData(
                Encoding.UTF8.GetBytes(body), System.Security.Cryptography.HashAlgorithmName.SHA256, System.Security.Cryptography.RSASignaturePadding.Pkcs1);
            var assertion = body + "." + Convert.ToBase64String(signature).Replace('+', '-').Replace('/', '_');
            return await Wire.PostAsync(scene.Server, Token, Bearer + Uri.EscapeDataString(assertion) + "&format=json");
        }
        var answer = await LoginAsync("https://login.salesforce.com");
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        var id = answer["id"]!;
        Assert.Equal(RecordId.Long(scene.Org.Id), id.Substring(id.IndexOf("id/", StringComparison.Ordinal) + 3, 18));
        (await LoginAsync("https://elsewhere.example")).IsRefused("invalid_grant", "audience is invalid");
        var revoked = await Wire.GetAsync(scene.Server, "/services/oauth2/revoke?token=" + answer["access_token"]);
        Assert.Equal((HttpStatusCode.OK, ""), (revoked.Status, revoked.Text));
        Assert.Equal(HttpStatusCode.Unauthorized, (await Wire.GetAsync(scene.Server, "/services/data/v64.0", ("Authorization", "Bearer " + answer["access_token"]))).Status);
    }

    /// <summary>The app proves itself in the header, and the body says the grant alone; a JWT ends at a text.</summary>
    [Fact]
    public async Task Simple_salesforce()
    {
        using var scene = await SceneAsync();
        var answer = await Wire.PostAsync(
            scene.Server, Token, "grant_type=client_credentials", ("Authorization", OAuthScene.Basic($"{scene.App.ClientId}:{scene.App.Secret}").ToString()));
        answer.IsAllowed();
        Assert.EndsWith(RecordId.Long(scene.User.Id), answer["id"], StringComparison.Ordinal);
        Assert.Equal("localhost", new Uri(answer["instance_url"]!).Host);
        (await Wire.PostAsync(scene.Server, Token, Bearer + scene.Plain((scene.Now.ToUnixTimeSeconds() + 180).ToString(), "https://login.salesforce.com"))).IsAllowed();
        using var stranger = await BearerScene.NewAsync(scene.Server, salesforce: true, approved: null);
        var refused = await Wire.PostAsync(scene.Server, Token, Bearer + stranger.Plain((scene.Now.ToUnixTimeSeconds() + 180).ToString()));
        Assert.Equal("user hasn't approved this consumer", refused["error_description"]); // for which it has a hint of its own
    }

    /// <summary>The password has the security token at its end; a dead token is known by the whole body at the identity URL; it revokes by GET.</summary>
    [Fact]
    public async Task Nforce()
    {
        using var scene = await SceneAsync();
        var answer = await Wire.PostAsync(scene.Server, Token, PasswordOf(scene, scene.User.Password));
        answer.IsAllowed();
        var path = new Uri(answer["id"]!).AbsolutePath;
        Assert.Equal(scene.User.Username, (await Wire.GetAsync(scene.Server, path, ("Authorization", "Bearer " + answer["access_token"]), ("Accept", "application/json;charset=UTF-8")))["username"]);
        Assert.Equal(HttpStatusCode.OK, (await Wire.GetAsync(scene.Server, "/services/oauth2/revoke?token=" + answer["access_token"])).Status);
        Assert.Equal("Bad_OAuth_Token", (await Wire.GetAsync(scene.Server, path, ("Authorization", "Bearer " + answer["access_token"]))).Text);
    }

    /// <summary>Both sign a person in and then ask who that is: a post with the token in the address, or a get.</summary>
    [Fact]
    public async Task Omniauth_salesforce_and_python_social_auth()
    {
        using var scene = await SceneAsync();
        var token = await Wire.PostAsync(scene.Server, Token, PasswordOf(scene, scene.User.Password));
        var path = new Uri(token["id"]!).AbsolutePath;
        var info = await Wire.PostAsync(scene.Server, $"{path}?oauth_token={token["access_token"]}", null, ("Accept", "application/json"));
        foreach (var member in new[] { "display_name", "email", "nick_name", "first_name", "last_name", "organization_id", "user_id", "username" })
            Assert.False(string.IsNullOrEmpty(info[member]), member);
        Assert.NotNull(info.Json.GetProperty("urls").GetProperty("profile").GetString());
        Assert.Equal(info.Text, (await Wire.GetAsync(scene.Server, $"{path}?access_token={token["access_token"]}")).Text);
    }

    /// <summary>Its header is made of the answer's own words; then the identity, the versions, the resources.</summary>
    [Fact]
    public async Task Forrest()
    {
        using var scene = await SceneAsync();
        var token = await Wire.PostAsync(scene.Server, Token, PasswordOf(scene, scene.User.Password));
        var identity = await Wire.GetAsync(scene.Server, new Uri(token["id"]!).AbsolutePath, ("Authorization", "OAuth " + token["access_token"]), ("Accept", "application/json"));
        Assert.Equal(RecordId.Long(scene.User.Id), identity["user_id"]);
        var versions = await Wire.GetAsync(scene.Server, "/services/data");
        var latest = versions.Json.EnumerateArray().Last().GetProperty("url").GetString()!;
        var resources = await Wire.GetAsync(scene.Server, latest, ("Authorization", $"{token["token_type"]} {token["access_token"]}"), ("Accept", "application/json"));
        Assert.Equal(token["id"], resources["identity"]);
    }

    static string PasswordOf(BearerScene scene, string password) =>
        $"grant_type=password&client_id={scene.App.ClientId}&client_secret={scene.App.Secret}&username={Uri.EscapeDataString(scene.User.Username)}&password={password}";

    async Task<BearerScene> SceneAsync() => await BearerScene.NewAsync(await servers.OnAsync("SQLite"), salesforce: true);
}
