using System.Net;
using OAuthServer.Apps;
using OAuthServer.Data;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features;

/// <summary>Introspection (RFC 7662): who asks proves itself, and learns of its own tokens only.</summary>
[Collection(nameof(ServersCollection))]
public sealed class IntrospectionTests(Servers servers)
{
    const string Inactive = """{"active":false}""";
    const string Path = "/services/oauth2/introspect";

    [Fact]
    public async Task An_access_token_is_described_in_full()
    {
        var scene = await SceneAsync();
        var answer = await scene.IntrospectAsync(await scene.AccessTokenAsync("api openid"));
        Assert.Equal("application/json; charset=UTF-8", answer.ContentType);
        Assert.True(answer.Headers.CacheControl!.NoStore);
        foreach (var member in new[] { "iat", "nbf", "exp", "auth_time" })
            Assert.Equal(System.Text.Json.JsonValueKind.Number, answer.Json.GetProperty(member).ValueKind);
        Assert.Equal("True", answer["active"]);
        Assert.Equal(("Bearer", scene.App.ClientId, scene.User.Username), (answer["token_type"], answer["client_id"], answer["username"]));
        Assert.Equal(("http://localhost:5000", "http://localhost:5000", RecordId.Long(scene.User.Id)), (answer["iss"], answer["aud"], answer["sub"]));
        Assert.Equal("api openid", answer["scope"]);
        foreach (var member in new[] { "jti", "acr", "amr", "urn:oauthserver:born" })
            Assert.NotNull(answer[member]);
    }

    [Fact]
    public async Task A_refresh_token_is_described_until_it_was_used()
    {
        var scene = await SceneAsync();
        var token = await scene.RefreshTokenAsync();
        var answer = await scene.IntrospectAsync(token);
        Assert.Equal(("True", "refresh_token", scene.User.Username), (answer["active"], answer["token_type"], answer["username"]));
        await scene.RefreshAsync(token);
        Assert.Equal(Inactive, (await scene.IntrospectAsync(token)).Text);
    }

    [Theory]
    [InlineData("access_token")]
    [InlineData("refresh_token")]
    [InlineData("nonsense")]
    public async Task A_wrong_hint_does_no_harm(string hint)
    {
        var scene = await SceneAsync();
        var login = await scene.LoginAsync();
        Assert.Equal("True", (await scene.IntrospectAsync(login["access_token"]!, hint))["active"]);
        Assert.Equal("True", (await scene.IntrospectAsync(login["refresh_token"]!, hint))["active"]);
    }

    [Theory]
    [InlineData(TokenFormat.Jwt)]
    [InlineData(TokenFormat.Opaque)]
    public async Task Unknown_and_mangled_tokens_are_inactive_and_nothing_more(TokenFormat format)
    {
        var scene = await SceneAsync(TestOrg.StandardApp with { TokenFormat = format });
        var login = await scene.LoginAsync();
        var (access, refresh) = (login["access_token"]!, login["refresh_token"]!);
        string[] mangled =
        [
            "x", "x.y.z", "00D000000000000!x", "...", access + "x", access[1..], access[..^3] + "AAA", access.ToUpperInvariant(), " " + access, access + "=",
            refresh + "x", refresh[1..], refresh.ToUpperInvariant(), refresh + "=", new string('x', 60_000), scene.App.Secret, scene.User.Password, "é", "'; --",
        ];
        foreach (var token in mangled)
        {
            var answer = await scene.IntrospectAsync(token);
            Assert.True(answer is { Status: HttpStatusCode.OK, Text: Inactive }, $"{token}: {answer.Text}");
        }
    }

    [Fact]
    public async Task Another_apps_tokens_are_inactive()
    {
        var scene = await SceneAsync();
        var login = await scene.LoginAsync();
        var other = scene.By(await scene.Org.AppAsync());
        Assert.Equal(Inactive, (await other.IntrospectAsync(login["access_token"]!)).Text);
        Assert.Equal(Inactive, (await other.IntrospectAsync(login["refresh_token"]!)).Text);
    }

    [Fact]
    public async Task An_app_that_introspects_all_sees_its_own_organizations_tokens_only()
    {
        var scene = await SceneAsync();
        var foreign = await SceneAsync();
        var all = TestOrg.StandardApp with { Flows = [], IntrospectsAll = true };
        var token = await scene.AccessTokenAsync();
        Assert.Equal("True", (await scene.By(await scene.Org.AppAsync(all)).IntrospectAsync(token))["active"]);
        Assert.Equal(Inactive, (await scene.By(await foreign.Org.AppAsync(all)).IntrospectAsync(token)).Text);
    }

    [Fact]
    public async Task Who_asks_proves_itself()
    {
        var scene = await SceneAsync();
        var token = await scene.AccessTokenAsync();
        (await scene.By(scene.App with { Secret = "wrong" }).IntrospectAsync(token)).IsRefused(HttpStatusCode.Unauthorized, "invalid_client");
        (await scene.Server.PostAsync(TestServer.Outside, Path, ("token", token))).IsRefused(HttpStatusCode.Unauthorized, "invalid_client");
        var named = await scene.Org.AppAsync(TestOrg.StandardApp with { AuthMethods = [ClientAuthMethod.None] });
        (await scene.Server.PostAsync(TestServer.Outside, Path, ("token", token), ("client_id", named.ClientId))).IsRefused(HttpStatusCode.Unauthorized, "invalid_client");
        var bearer = new HttpRequestMessage(HttpMethod.Post, Path) { Content = new FormUrlEncodedContent([new("token", token)]) };
        bearer.Headers.Authorization = new("Bearer", token);
        (await scene.Server.SendAsync(bearer)).IsRefused(HttpStatusCode.Unauthorized, "invalid_client");
    }

    [Fact]
    public async Task A_switched_off_app_is_told_nothing()
    {
        var scene = await SceneAsync();
        var token = await scene.AccessTokenAsync();
        var reader = scene.By(await scene.Org.AppAsync(TestOrg.StandardApp with { IntrospectsAll = true }));
        Assert.Equal("True", (await reader.IntrospectAsync(token))["active"]);
        await reader.ChangeAppAsync(app => app.IsActive = false);
        (await reader.IntrospectAsync(token)).IsRefused(HttpStatusCode.Unauthorized, "invalid_client");
    }

    [Fact]
    public async Task Only_posts_with_a_token_in_the_body_are_taken()
    {
        var scene = await SceneAsync();
        var token = await scene.AccessTokenAsync();
        var credentials = $"client_id={scene.App.ClientId}&client_secret={scene.App.Secret}";
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await scene.Server.SendAsync(new(HttpMethod.Get, $"{Path}?token={token}&{credentials}"))).Status);
        (await scene.IntrospectAsync("")).IsRefused(HttpStatusCode.BadRequest, "invalid_request");
        var query = new HttpRequestMessage(HttpMethod.Post, Path + "?token=" + token) { Content = new FormUrlEncodedContent([]) };
        query.Headers.Authorization = OAuthScene.Basic($"{scene.App.ClientId}:{scene.App.Secret}");
        (await scene.Server.SendAsync(query)).IsRefused(HttpStatusCode.BadRequest, "invalid_request");
    }

    async Task<OAuthScene> SceneAsync(AppSettings? settings = null) => await OAuthScene.NewAsync(await servers.OnAsync("SQLite"), settings);
}
