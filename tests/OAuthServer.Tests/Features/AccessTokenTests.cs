using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using OAuthServer.Apps;
using OAuthServer.Data;
using OAuthServer.Http;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features;

/// <summary>What access tokens say (RFC 9068), and that they are worth nothing the moment they are revoked or their bearer may no longer come in.</summary>
[Collection(nameof(ServersCollection))]
public sealed class AccessTokenTests(Servers servers)
{
    [Fact]
    public async Task A_jwt_access_token_has_the_claims_of_the_rfc_and_says_how_it_was_born()
    {
        var scene = await SceneAsync();
        var (header, claims) = Parse(await scene.AccessTokenAsync("api openid"));
        var now = scene.Server.Clock.GetUtcNow().ToUnixTimeSeconds();
        Assert.Equal(("at+jwt", "ES256"), (header.GetProperty("typ").GetString(), header.GetProperty("alg").GetString()));
        Assert.Equal("http://localhost:5000", claims.GetProperty("iss").GetString());
        Assert.Equal("http://localhost:5000", claims.GetProperty("aud").GetString());
        Assert.Equal(RecordId.Long(scene.User.Id), claims.GetProperty("sub").GetString());
        Assert.Equal(scene.App.ClientId, claims.GetProperty("client_id").GetString());
        Assert.Equal("api openid", claims.GetProperty("scope").GetString());
        Assert.Equal((now, now + 3600, now), (claims.GetProperty("iat").GetInt64(), claims.GetProperty("exp").GetInt64(), claims.GetProperty("auth_time").GetInt64()));
        Assert.True(claims.GetProperty("jti").GetString()!.Length >= 22);
        Assert.Equal(["pwd"], claims.GetProperty("amr").EnumerateArray().Select(method => method.GetString()));
        Assert.False(string.IsNullOrEmpty(claims.GetProperty("acr").GetString()));
        var born = claims.GetProperty("urn:oauthserver:born");
        Assert.Equal("password", born.GetProperty("grant").GetString());
        Assert.Equal("Head office", born.GetProperty("trusted_network").GetString());
        Assert.Equal(1, born.GetProperty("policy_version").GetInt32());
    }

    [Fact]
    public async Task A_refreshed_token_goes_on_telling_of_its_birth()
    {
        var scene = await SceneAsync();
        var login = await scene.LoginAsync();
        scene.Server.Clock.Advance(TimeSpan.FromMinutes(1));
        var (_, first) = Parse(login["access_token"]!);
        var (_, second) = Parse((await scene.RefreshAsync(login["refresh_token"]!))["access_token"]!);
        foreach (var claim in new[] { "sub", "auth_time", "urn:oauthserver:born", "amr", "acr", "scope", "client_id", "iss" })
            Assert.Equal(first.GetProperty(claim).GetRawText(), second.GetProperty(claim).GetRawText());
        Assert.NotEqual(first.GetProperty("jti").GetString(), second.GetProperty("jti").GetString());
        Assert.Equal(first.GetProperty("iat").GetInt64() + 60, second.GetProperty("iat").GetInt64());
    }

    [Fact]
    public async Task A_client_credentials_token_says_so_and_speaks_for_the_run_as_user()
    {
        var scene = await SceneAsync();
        var (_, claims) = Parse((await scene.ClientCredentialsAsync())["access_token"]!);
        Assert.Equal(RecordId.Long(scene.User.Id), claims.GetProperty("sub").GetString());
        Assert.Equal("client_credentials", claims.GetProperty("urn:oauthserver:born").GetProperty("grant").GetString());
    }

    [Fact]
    public async Task The_audience_is_the_apps_where_it_has_one()
    {
        var scene = await SceneAsync(settings: TestOrg.StandardApp with { Audience = "https://orders.example" });
        var (_, claims) = Parse(await scene.AccessTokenAsync());
        Assert.Equal("https://orders.example", claims.GetProperty("aud").GetString());
    }

    [Fact]
    public async Task The_published_key_verifies_the_token()
    {
        var scene = await SceneAsync();
        var keys = await scene.Server.SendAsync(new(HttpMethod.Get, "/id/keys"));
        var jws = CompactJws.TryParse(await scene.AccessTokenAsync())!;
        Assert.Contains(VerificationKey.FromSet(keys.Json), key => key.KeyId == jws.KeyId && jws.IsSignedBy(key));
    }

    [Fact]
    public async Task No_token_outlives_the_key_that_signed_it()
    {
        var scene = await SceneAsync(settings: TestOrg.StandardApp with { AccessTokenMinutes = 3_000 });
        Assert.Equal(24 * 3600, (await scene.LoginAsync()).Json.GetProperty("expires_in").GetInt32());
    }

    [Theory]
    [InlineData("SQLite", TokenFormat.Jwt)]
    [InlineData("SQLite", TokenFormat.Opaque)]
    [InlineData("PostgreSQL", TokenFormat.Jwt)]
    [InlineData("PostgreSQL", TokenFormat.Opaque)]
    public async Task A_revoked_token_is_refused_at_once_everywhere_and_alone(string database, TokenFormat format)
    {
        var scene = await SceneAsync(database, TestOrg.StandardApp with { TokenFormat = format });
        var (revoked, other) = (await scene.AccessTokenAsync(), await scene.AccessTokenAsync());
        await IsLiveAsync(scene, revoked);
        Assert.Equal(HttpStatusCode.OK, (await scene.RevokeAsync(revoked)).Status);
        await IsDeadAsync(scene, revoked, format);
        await IsLiveAsync(scene, other);
    }

    [Theory]
    [InlineData("SQLite", TokenFormat.Jwt)]
    [InlineData("SQLite", TokenFormat.Opaque)]
    [InlineData("PostgreSQL", TokenFormat.Jwt)]
    [InlineData("PostgreSQL", TokenFormat.Opaque)]
    public async Task A_revoked_refresh_token_takes_every_access_token_of_its_line_along(string database, TokenFormat format)
    {
        var scene = await SceneAsync(database, TestOrg.StandardApp with { TokenFormat = format });
        var other = await scene.AccessTokenAsync();
        var login = await scene.LoginAsync();
        var refreshed = await scene.RefreshAsync(login["refresh_token"]!);
        Assert.Equal(HttpStatusCode.OK, (await scene.RevokeAsync(refreshed["refresh_token"]!)).Status);
        await IsDeadAsync(scene, login["access_token"]!, format);
        await IsDeadAsync(scene, refreshed["access_token"]!, format);
        (await scene.RefreshAsync(refreshed["refresh_token"]!)).IsRefused(HttpStatusCode.BadRequest, "invalid_grant");
        await IsLiveAsync(scene, other);
    }

    [Theory]
    [InlineData(TokenFormat.Jwt)]
    [InlineData(TokenFormat.Opaque)]
    public async Task An_access_tokens_revocation_leaves_the_refresh_token_alive(TokenFormat format)
    {
        var scene = await SceneAsync(settings: TestOrg.StandardApp with { TokenFormat = format });
        var login = await scene.LoginAsync();
        await scene.RevokeAsync(login["access_token"]!);
        (await scene.RefreshAsync(login["refresh_token"]!)).IsAllowed();
    }

    [Theory]
    [InlineData(UserStatus.Inactive)]
    [InlineData(UserStatus.Frozen)]
    public async Task Tokens_of_a_user_who_may_no_longer_come_in_are_worth_nothing_at_once(UserStatus status)
    {
        var scene = await SceneAsync();
        var login = await scene.LoginAsync();
        await IsLiveAsync(scene, login["access_token"]!);
        await scene.User.ChangeAsync(user => user.Status = status);
        await IsDeadAsync(scene, login["access_token"]!);
        Assert.Equal("""{"active":false}""", (await scene.IntrospectAsync(login["refresh_token"]!)).Text);
    }

    [Fact]
    public async Task Tokens_of_a_switched_off_app_are_worth_nothing_at_once()
    {
        var scene = await SceneAsync();
        var other = scene.By(await scene.Org.AppAsync(TestOrg.StandardApp with { IntrospectsAll = true }));
        var token = await scene.AccessTokenAsync();
        await scene.ChangeAppAsync(app => app.IsActive = false);
        Assert.Equal(HttpStatusCode.Unauthorized, (await scene.UserInfoAsync(token)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await scene.MeAsync(token)).Status);
        Assert.Equal("""{"active":false}""", (await other.IntrospectAsync(token)).Text);
    }

    [Fact]
    public async Task Tokens_of_a_locked_organization_are_worth_nothing_at_once()
    {
        var scene = await SceneAsync();
        var login = await scene.LoginAsync();
        await scene.Org.ChangeAsync(org => org.Status = OrgStatus.Locked);
        await IsDeadAsync(scene, login["access_token"]!);
        Assert.Equal("""{"active":false}""", (await scene.IntrospectAsync(login["refresh_token"]!)).Text);
    }

    [Theory]
    [InlineData(TokenFormat.Jwt)]
    [InlineData(TokenFormat.Opaque)]
    public async Task An_expired_token_is_worth_nothing(TokenFormat format)
    {
        await using var server = await TestServer.StartAsync();
        var scene = await OAuthScene.NewAsync(server, TestOrg.StandardApp with { TokenFormat = format, AccessTokenMinutes = 1 });
        var token = await scene.AccessTokenAsync();
        server.Clock.Advance(TimeSpan.FromSeconds(59));
        await IsLiveAsync(scene, token);
        server.Clock.Advance(TimeSpan.FromSeconds(1));
        await IsDeadAsync(scene, token, format);
    }

    [Fact]
    public async Task A_forged_token_is_worth_nothing()
    {
        var scene = await SceneAsync();
        var honest = await scene.AccessTokenAsync();
        var (header, claims) = Parse(honest);
        using var stranger = new ClientKey("ES256", header.GetProperty("kid").GetString());
        var text = claims.GetRawText();
        var strangers = new JsonObject { ["typ"] = "at+jwt", ["alg"] = "ES256", ["kid"] = stranger.KeyId, ["jwk"] = stranger.PublicJwk() };
        string[] forged =
        [
            honest[..^4] + "AAAA", honest[..^1] + SameBits(honest[^1]), honest + "=", honest.Replace(".", "=.", StringComparison.Ordinal), honest[..9] + "\t" + honest[9..], honest + ".", "." + honest, honest[..honest.LastIndexOf('.')] + ".",
            stranger.SignText(header.GetRawText(), text), stranger.SignText(strangers.ToJsonString(), text),
            ClientKey.Part("""{"typ":"at+jwt","alg":"none"}""") + "." + ClientKey.Part(text) + ".",
            ClientKey.Part("""{"typ":"at+jwt","alg":"\ud800","kid":"\ud800"}""") + "." + ClientKey.Part(text) + ".AAAA",
            honest.Split('.')[0] + "." + ClientKey.Part(text.Replace("\"api ", "\"admin ", StringComparison.Ordinal)) + "." + honest.Split('.')[2],
            HmacWithPublicKey(header, text, await KeysAsync(scene)),
        ];
        foreach (var token in forged)
        {
            Assert.NotEqual(honest, token);
            Assert.NotEqual(HttpStatusCode.OK, (await scene.UserInfoAsync(token)).Status);
            Assert.Equal("""{"active":false}""", (await scene.IntrospectAsync(token)).Text);
        }
    }

    /// <summary>Another last character of a signature of 64 bytes, that differs only in bits which a careless decoder throws away.</summary>
    static char SameBits(char last)
    {
        const string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        return alphabet[alphabet.IndexOf(last, StringComparison.Ordinal) ^ 1];
    }

    static string HmacWithPublicKey(JsonElement header, string claims, string secret)
    {
        var body = ClientKey.Part($$"""{"typ":"at+jwt","alg":"HS256","kid":"{{header.GetProperty("kid").GetString()}}"}""") + "." + ClientKey.Part(claims);
        return body + "." + Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.ASCII.GetBytes(body)));
    }

    static async Task<string> KeysAsync(OAuthScene scene) => (await scene.Server.SendAsync(new(HttpMethod.Get, "/id/keys"))).Text;

    static async Task IsLiveAsync(OAuthScene scene, string token)
    {
        Assert.Equal(HttpStatusCode.OK, (await scene.UserInfoAsync(token)).Status);
        Assert.Equal(HttpStatusCode.OK, (await scene.MeAsync(token)).Status);
        Assert.Equal("True", (await scene.IntrospectAsync(token))["active"]);
    }

    static async Task IsDeadAsync(OAuthScene scene, string token, TokenFormat format = TokenFormat.Jwt)
    {
        var refused = await scene.UserInfoAsync(token);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.Status);
        Assert.Contains("invalid_token", refused.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, (await scene.MeAsync(token)).Status);
        Assert.Equal("""{"active":false}""", (await scene.IntrospectAsync(token)).Text);
        Assert.True(format == TokenFormat.Opaque == token.Contains('!', StringComparison.Ordinal));
    }

    static (JsonElement Header, JsonElement Claims) Parse(string token)
    {
        var parts = token.Split('.');
        return (Read(parts[0]), Read(parts[1]));

        static JsonElement Read(string part) => JsonDocument.Parse(Base64Url.DecodeFromChars(part)).RootElement;
    }

    async Task<OAuthScene> SceneAsync(string database = "SQLite", AppSettings? settings = null) =>
        await OAuthScene.NewAsync(await servers.OnAsync(database), settings);
}
