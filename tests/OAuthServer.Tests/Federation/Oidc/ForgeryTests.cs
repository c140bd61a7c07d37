using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using OAuthServer.Federation;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Federation.Oidc;

/// <summary>Answers that must not sign anybody in; the record has the exact reason of each.</summary>
[Collection(nameof(ServersCollection))]
public sealed class ForgeryTests(Servers servers)
{
    static readonly Dictionary<string, (AssertionFlaw Flaw, Action<FakeProvider> Arrange)> Forgeries = new(StringComparer.Ordinal)
    {
        ["nonce of another request"] = (AssertionFlaw.WrongNonce, fake => fake.Claims = claims => claims["nonce"] = new string('n', 43)),
        ["no nonce"] = (AssertionFlaw.WrongNonce, fake => fake.Claims = claims => claims.Remove("nonce")),
        ["alg none"] = (AssertionFlaw.AlgorithmRefused, fake => fake.Sign = claims => $"{ClientKey.Part("{\"alg\":\"none\",\"kid\":\"first\"}")}.{ClientKey.Part(claims.ToJsonString())}."),
        ["HS256 with the public key"] = (AssertionFlaw.AlgorithmRefused, fake => fake.Sign = claims => Hmac(fake.Key.PublicPem, claims)),
        ["HS256 with the client secret"] = (AssertionFlaw.AlgorithmRefused, fake => fake.Sign = claims => Hmac(FakeProvider.Secret, claims)),
        ["an algorithm that the key is not for"] = (AssertionFlaw.AlgorithmRefused, fake => fake.Key = new("PS256", "first")),
        ["another key of the same name"] = (AssertionFlaw.SignatureInvalid, fake => fake.Key = new("RS256", "first")),
        ["an unknown key"] = (AssertionFlaw.KeyUnknown, fake => fake.Rotate("strange", publish: false)),
        ["a foreign key without a name"] = (AssertionFlaw.SignatureInvalid, fake => fake.Sign = claims => new ClientKey("RS256").SignText("{\"alg\":\"RS256\"}", claims.ToJsonString())),
        ["a key in the header"] = (AssertionFlaw.KeyUnknown, fake => fake.Sign = claims => Embedded(claims)),
        ["claims changed after signing"] = (AssertionFlaw.SignatureInvalid, fake => fake.Sign = claims => Tampered(fake.Key, claims)),
        ["another audience"] = (AssertionFlaw.WrongAudience, fake => fake.Claims = claims => claims["aud"] = "somebody else"),
        ["no audience"] = (AssertionFlaw.WrongAudience, fake => fake.Claims = claims => claims.Remove("aud")),
        ["another audience beside ours"] = (AssertionFlaw.WrongAudience, fake => fake.Claims = claims => claims["aud"] = new JsonArray(FakeProvider.ClientId, "other")),
        ["made for another party"] = (AssertionFlaw.WrongAudience, fake => fake.Claims = claims => claims["azp"] = "other"),
        ["another issuer"] = (AssertionFlaw.WrongIssuer, fake => fake.Claims = claims => claims["iss"] = "https://evil.example"),
        ["issuer with a slash"] = (AssertionFlaw.WrongIssuer, fake => fake.Claims = claims => claims["iss"] = fake.Issuer + "/"),
        ["no issuer"] = (AssertionFlaw.WrongIssuer, fake => fake.Claims = claims => claims.Remove("iss")),
        ["no subject"] = (AssertionFlaw.NoSubject, fake => fake.Claims = claims => claims.Remove("sub")),
        ["subject that is a number"] = (AssertionFlaw.NoSubject, fake => fake.Claims = claims => claims["sub"] = 248289761001),
        ["subject of 256 characters"] = (AssertionFlaw.NoSubject, fake => fake.Claims = claims => claims["sub"] = new string('s', 256)),
        ["subject with a NUL"] = (AssertionFlaw.NoSubject, fake => fake.Claims = claims => claims["sub"] = FakeProvider.Subject + "\0"),
        ["no time of issue"] = (AssertionFlaw.Malformed, fake => fake.Claims = claims => claims.Remove("iat")),
        ["no end"] = (AssertionFlaw.Malformed, fake => fake.Claims = claims => claims.Remove("exp")),
        ["expired"] = (AssertionFlaw.Expired, fake => fake.Claims = claims => claims["exp"] = (long)claims["iat"]! - 61),
        ["issued in the future"] = (AssertionFlaw.NotYetValid, fake => fake.Claims = claims => claims["iat"] = (long)claims["iat"]! + 62),
        ["begins in the future"] = (AssertionFlaw.NotYetValid, fake => fake.Claims = claims => claims["nbf"] = (long)claims["iat"]! + 62),
        ["hash of another access token"] = (AssertionFlaw.HashMismatch, fake => fake.Claims = claims => claims["at_hash"] = "AAAAAAAAAAAAAAAAAAAAAA"),
        ["a logout token"] = (AssertionFlaw.Malformed, fake => fake.Claims = claims => claims["events"] = new JsonObject()),
        ["an access token"] = (AssertionFlaw.Malformed, fake => fake.Sign = claims => fake.Key.Sign(claims, new() { ["alg"] = "RS256", ["kid"] = "first", ["typ"] = "at+jwt" })),
        ["repeated claims"] = (AssertionFlaw.Malformed, fake => fake.Sign = claims => fake.Key.SignText(fake.Key.Header().ToJsonString(), "{\"sub\":\"admin\"," + claims.ToJsonString()[1..])),
        ["no JWT"] = (AssertionFlaw.Malformed, fake => fake.Sign = _ => "a.b.c"),
        ["60 kB of ID token"] = (AssertionFlaw.Malformed, fake => fake.Claims = claims => claims["filler"] = new string('x', 60_000)),
        ["too many claims"] = (AssertionFlaw.TooLarge, fake => fake.Claims = claims => Fill(claims)),
        ["no ID token"] = (AssertionFlaw.Malformed, fake => fake.Tokens = answer => answer.Remove("id_token")),
        ["ID token that is an object"] = (AssertionFlaw.Malformed, fake => fake.Tokens = answer => answer["id_token"] = new JsonObject()),
        ["userinfo of somebody else"] = (AssertionFlaw.WrongUserInfo, fake => Thin(fake, new() { ["sub"] = "admin", ["email"] = "jane@corp.example" })),
        ["userinfo of nobody"] = (AssertionFlaw.WrongUserInfo, fake => Thin(fake, new() { ["email"] = "jane@corp.example" })),
        ["an error"] = (AssertionFlaw.ProviderRefused, fake => fake.Answer = answer => (answer["code"], answer["error"], answer["error_description"]) = (null, "access_denied", "<script>alert(1)</script>")),
        ["neither code nor error"] = (AssertionFlaw.Malformed, fake => fake.Answer = answer => answer["code"] = null),
        ["a foreign code"] = (AssertionFlaw.ProviderRefused, fake => fake.Answer = answer => answer["code"] = "stolen"),
        ["issuer of another provider"] = (AssertionFlaw.MixUp, fake => fake.Answer = answer => answer["iss"] = "https://evil.example"),
        ["no issuer though it is promised"] = (AssertionFlaw.MixUp, fake => fake.Answer = answer => answer["iss"] = null),
        ["error with another issuer"] = (AssertionFlaw.MixUp, fake => fake.Answer = answer => (answer["error"], answer["iss"]) = ("access_denied", "https://evil.example")),
        ["state of nobody"] = (AssertionFlaw.StateUnknown, fake => fake.Answer = answer => answer["state"] = new string('s', 43)),
        ["no state"] = (AssertionFlaw.StateUnknown, fake => fake.Answer = answer => answer["state"] = null),
        ["endless state"] = (AssertionFlaw.StateUnknown, fake => fake.Answer = answer => answer["state"] = new string('s', 6000)),
        ["endless code"] = (AssertionFlaw.Malformed, fake => fake.Answer = answer => answer["code"] = new string('c', 5000)),
    };

    public static TheoryData<string> Names => [.. Forgeries.Keys];

    [Theory, MemberData(nameof(Names))]
    public async Task It_signs_nobody_in(string name)
    {
        var (flaw, arrange) = Forgeries[name];
        await using var scene = await OidcScene.NewAsync(await servers.OnAsync("SQLite"));
        await scene.LinkedUserAsync();
        arrange(scene.Fake);
        await scene.IsRefusedAsync(await scene.SignInAsync(), flaw);
    }

    [Fact]
    public async Task The_same_answer_counts_once_and_asks_the_provider_nothing_a_second_time()
    {
        await using var scene = await OidcScene.NewAsync(await servers.OnAsync("PostgreSQL"));
        await scene.LinkedUserAsync();
        var path = scene.PathOf(scene.Fake.Authorize(await scene.LeaveAsync()));
        OidcScene.IsIn(await scene.Browser.GetAsync(path));
        scene.Browser.Cookies.Remove("session");
        await scene.IsRefusedAsync(await scene.Browser.GetAsync(path), AssertionFlaw.StateUnknown);
        Assert.Single(scene.Fake.Forms);
    }

    [Fact]
    public async Task Of_many_at_once_with_one_state_one_gets_in()
    {
        await using var scene = await OidcScene.NewAsync(await servers.OnAsync("PostgreSQL"));
        await scene.LinkedUserAsync();
        var path = scene.PathOf(scene.Fake.Authorize(await scene.LeaveAsync()));
        var pages = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => CopyOf(scene).GetAsync(path)));
        Assert.Single(pages, page => page.LocalLocation == "/settings");
        Assert.Equal(7, pages.Count(page => page.Status == HttpStatusCode.Forbidden));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Another_browsers_answer_is_refused_and_the_owners_still_counts(bool withOwn)
    {
        await using var scene = await OidcScene.NewAsync(await servers.OnAsync("SQLite"));
        await scene.LinkedUserAsync();
        var victim = new TestBrowser(scene.Server, TestServer.Office);
        if (withOwn)
            await scene.LeaveAsync(victim, scene.Provider);
        var path = scene.PathOf(scene.Fake.Authorize(await scene.LeaveAsync()));
        await scene.IsRefusedAsync(await victim.GetAsync(path), AssertionFlaw.StateUnknown, victim);
        Assert.Empty(scene.Fake.Forms);
        OidcScene.IsIn(await scene.Browser.GetAsync(path));
    }

    [Fact]
    public async Task A_code_of_another_browsers_sign_in_is_worth_nothing_with_ones_own_state()
    {
        await using var scene = await OidcScene.NewAsync(await servers.OnAsync("SQLite"));
        await scene.LinkedUserAsync();
        var stolen = OidcScene.Parameter(scene.Fake.Authorize(await scene.LeaveAsync()), "code");
        var attacker = new TestBrowser(scene.Server, TestServer.Office);
        var url = await scene.LeaveAsync(attacker, scene.Provider);
        scene.Fake.Answer = answer => answer["code"] = stolen;
        // The provider refuses it: the verifier is another one's (RFC 9700 section 4.5).
        await scene.IsRefusedAsync(await scene.ReturnAsync(url, attacker), AssertionFlaw.ProviderRefused, attacker);
    }

    [Fact]
    public async Task One_providers_answer_is_nothing_at_anothers_callback()
    {
        var server = await servers.OnAsync("SQLite");
        await using var scene = await OidcScene.NewAsync(server);
        await using var other = await OidcScene.NewAsync(server, org: scene.Org);
        await scene.LinkedUserAsync();
        await other.LinkedUserAsync();
        var path = scene.PathOf(scene.Fake.Authorize(await scene.LeaveAsync()));
        var there = other.Provider.Path + path[scene.Provider.Path.Length..];
        await other.IsRefusedAsync(await scene.Browser.GetAsync(there), AssertionFlaw.StateUnknown, scene.Browser);
        Assert.Empty(other.Fake.Forms);
        OidcScene.IsIn(await scene.Browser.GetAsync(path));
    }

    [Fact]
    public async Task A_request_is_over_after_a_quarter_of_an_hour()
    {
        await using var server = await TestServer.StartAsync();
        await using var scene = await OidcScene.NewAsync(server);
        await scene.LinkedUserAsync();
        var url = await scene.LeaveAsync();
        server.Clock.Advance(SsoRequests.Time);
        await scene.IsRefusedAsync(await scene.ReturnAsync(url), AssertionFlaw.StateUnknown);
    }

    [Theory]
    [InlineData("state=a&state=b&code=x")]
    [InlineData("state=%00&code=x")]
    [InlineData("state=%ff&code=x")]
    public async Task Parameters_that_cannot_be_read_are_refused(string query)
    {
        await using var scene = await OidcScene.NewAsync(await servers.OnAsync("SQLite"));
        await scene.IsRefusedAsync(await scene.Browser.GetAsync($"{scene.Provider.Path}/callback?{query}"), AssertionFlaw.Malformed);
    }

    [Fact]
    public async Task A_clock_that_is_a_minute_off_is_borne_and_right_hashes_hold()
    {
        await using var scene = await OidcScene.NewAsync(await servers.OnAsync("SQLite"));
        await scene.LinkedUserAsync();
        scene.Fake.Claims = claims =>
        {
            var ahead = (long)claims["iat"]! + 55;
            (claims["iat"], claims["nbf"]) = (ahead, ahead);
            claims["at_hash"] = System.Buffers.Text.Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes("access-token")).AsSpan(0, 16));
            (claims["aud"], claims["azp"]) = (new JsonArray("other", FakeProvider.ClientId), FakeProvider.ClientId);
        };
        OidcScene.IsIn(await scene.SignInAsync());
    }

    [Fact]
    public async Task Every_check_is_told_with_what_was_seen_also_those_after_the_first_flaw()
    {
        await using var scene = await OidcScene.NewAsync(await servers.OnAsync("SQLite"));
        scene.Fake.Claims = claims => (claims["iss"], claims["aud"], claims["nonce"]) = ("https://evil.example", "evil", "n");
        var answer = await scene.AnswerAsync();
        Assert.Equal(AssertionFlaw.WrongIssuer, answer.Flaw);
        Assert.Equal(
            [AssertionFlaw.WrongIssuer, AssertionFlaw.WrongAudience, AssertionFlaw.WrongNonce],
            answer.Checks.Where(check => !check.Holds).Select(check => check.Against));
        Assert.Equal("https://evil.example", answer.Checks.First(check => !check.Holds).Seen);
        Assert.Contains(answer.Checks, check => check is { Against: AssertionFlaw.SignatureInvalid, Holds: true });
        Assert.Contains("\"given_name\": \"Jane\"", answer.Decoded, StringComparison.Ordinal);
        Assert.Empty(answer.Subject);
    }

    static TestBrowser CopyOf(OidcScene scene)
    {
        var copy = new TestBrowser(scene.Server, TestServer.Office);
        foreach (var (name, value) in scene.Browser.Cookies)
            copy.Cookies[name] = value;
        return copy;
    }

    static void Thin(FakeProvider fake, JsonObject userInfo)
    {
        fake.Claims = claims => claims.Remove("email");
        fake.UserInfo = userInfo;
    }

    static void Fill(JsonObject claims)
    {
        for (var i = 0; i < 600; i++)
            claims["c" + i] = i;
    }

    static string Hmac(string secret, JsonObject claims)
    {
        var body = ClientKey.Part("{\"alg\":\"HS256\",\"kid\":\"first\"}") + "." + ClientKey.Part(claims.ToJsonString());
        return body + "." + System.Buffers.Text.Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.ASCII.GetBytes(body)));
    }

    static string Embedded(JsonObject claims)
    {
        var key = new ClientKey("RS256", "own");
        return key.Sign(claims, new() { ["alg"] = "RS256", ["kid"] = "own", ["jwk"] = key.PublicJwk() });
    }

    static string Tampered(ClientKey key, JsonObject claims)
    {
        var parts = key.Sign(claims).Split('.');
        claims["sub"] = "admin";
        return $"{parts[0]}.{ClientKey.Part(claims.ToJsonString())}.{parts[2]}";
    }
}
