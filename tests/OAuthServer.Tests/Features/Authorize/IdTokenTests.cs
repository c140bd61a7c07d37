using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using OAuthServer.Apps;
using OAuthServer.Data;
using OAuthServer.Http;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.Authorize;

/// <summary>ID tokens (OpenID Connect Core 1.0, sections 2 and 12.2).</summary>
[Collection(nameof(ServersCollection))]
public sealed class IdTokenTests(Servers servers)
{
    [Theory]
    [InlineData("RS256")]
    [InlineData("ES256")]
    public async Task An_id_token_says_who_for_whom_when_and_how_under_a_published_key(string algorithm)
    {
        var scene = await ReadyAsync(AuthorizeScene.WebApp with { IdTokenAlgorithm = algorithm });
        var session = await scene.Browser.SignInAsync(scene.User, Proof.Password | Proof.Totp);
        scene.Server.Clock.Advance(TimeSpan.FromSeconds(30));
        var tokens = await scene.TokensAsync();
        var idToken = tokens["id_token"]!;
        var claims = AuthorizeScene.Claims(idToken);
        var now = scene.Server.Clock.GetUtcNow().ToUnixTimeSeconds();
        Assert.Equal(scene.Server.PublicUrl, claims.GetProperty("iss").GetString());
        Assert.Equal(RecordId.Long(scene.User.Id), claims.GetProperty("sub").GetString());
        Assert.Equal(scene.App.ClientId, claims.GetProperty("aud").GetString());
        Assert.Equal(now, claims.GetProperty("iat").GetInt64());
        Assert.Equal(now + 3600, claims.GetProperty("exp").GetInt64());
        Assert.Equal(now - 30, claims.GetProperty("auth_time").GetInt64());
        Assert.Equal("n-0S6_WzA2Mj", claims.GetProperty("nonce").GetString());
        Assert.Equal("urn:oauthserver:acr:2", claims.GetProperty("acr").GetString());
        Assert.Equal(["pwd", "otp", "mfa"], claims.GetProperty("amr").EnumerateArray().Select(method => method.GetString()));
        Assert.Equal(session.Id, claims.GetProperty("sid").GetString());
        Assert.Equal(Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(tokens["access_token"]!)).AsSpan(0, 16)), claims.GetProperty("at_hash").GetString());
        var header = AuthorizeScene.Header(idToken);
        Assert.Equal(algorithm, header.GetProperty("alg").GetString());
        Assert.Equal("JWT", header.GetProperty("typ").GetString());
        var set = (await scene.Server.SendAsync(new(HttpMethod.Get, "/id/keys"))).Json;
        Assert.Contains(VerificationKey.FromSet(set), key => key.KeyId == header.GetProperty("kid").GetString() && CompactJws.TryParse(idToken)!.IsSignedBy(key));
    }

    [Fact]
    public async Task No_nonce_sent_none_told_and_no_openid_no_id_token()
    {
        var scene = await ReadyAsync();
        Assert.False(AuthorizeScene.Claims((await scene.TokensAsync(("nonce", null)))["id_token"]!).TryGetProperty("nonce", out _));
        Assert.Null((await scene.TokensAsync(("scope", "api")))["id_token"]);
    }

    [Fact]
    public async Task State_and_nonce_may_be_long_and_strange()
    {
        var scene = await ReadyAsync();
        var text = string.Concat(Enumerable.Repeat("ä\"<'&%+ ", 48)); // 384 characters
        var page = await scene.AuthorizeAsync(("state", text), ("nonce", text));
        Assert.Equal(text, page.Parameter("state"));
        Assert.Equal(text, AuthorizeScene.Claims((await scene.RedeemAsync(page.Parameter("code")!))["id_token"]!).GetProperty("nonce").GetString());
    }

    [Fact]
    public async Task A_refresh_tells_the_same_with_a_later_time_of_issue()
    {
        var scene = await ReadyAsync();
        var first = await scene.TokensAsync(("scope", "openid offline_access"));
        scene.Server.Clock.Advance(TimeSpan.FromMinutes(20));
        var second = await scene.Server.TokenAsync(
            TestServer.Office, ("grant_type", "refresh_token"), ("refresh_token", first["refresh_token"]), ("client_id", scene.App.ClientId), ("client_secret", scene.App.Secret));
        second.IsAllowed();
        var (before, after) = (AuthorizeScene.Claims(first["id_token"]!), AuthorizeScene.Claims(second["id_token"]!));
        foreach (var same in new[] { "iss", "sub", "aud", "auth_time", "sid", "acr" })
            Assert.Equal(before.GetProperty(same).ToString(), after.GetProperty(same).ToString());
        Assert.Equal(before.GetProperty("iat").GetInt64() + 1200, after.GetProperty("iat").GetInt64());
        Assert.False(after.TryGetProperty("nonce", out _));
    }

    [Fact]
    public async Task The_session_of_an_id_token_opens_nothing()
    {
        var scene = await ReadyAsync();
        var sid = AuthorizeScene.Claims((await scene.TokensAsync())["id_token"]!).GetProperty("sid").GetString()!;
        var thief = new TestBrowser(scene.Server, TestServer.Office);
        thief.Cookies["session"] = sid;
        (await thief.GetAsync(AuthorizeScene.UrlOf(scene.Request(("prompt", "none"))))).IsErrorForTheApp("login_required");
    }

    [Fact]
    public async Task An_id_token_is_no_access_token()
    {
        var scene = await ReadyAsync();
        Assert.Equal(System.Net.HttpStatusCode.Unauthorized, (await scene.UserInfoAsync((await scene.TokensAsync())["id_token"]!)).Status);
    }

    async Task<AuthorizeScene> ReadyAsync(AppSettings? settings = null) => await AuthorizeScene.ReadyAsync(await servers.OnAsync("SQLite"), settings);
}
