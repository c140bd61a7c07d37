using System.Buffers.Text;
using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using OAuthServer.Apps;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features;

/// <summary>Apps that prove themselves by a signed assertion (RFC 7523), honest and forged (RFC 8725).</summary>
[Collection(nameof(ServersCollection))]
public sealed class ClientAssertionTests(Servers servers)
{
    const string Issuer = "http://localhost:5000";

    [Theory]
    [InlineData("ES256")]
    [InlineData("RS256")]
    [InlineData("PS256")]
    public async Task An_honest_assertion_is_accepted(string algorithm)
    {
        using var key = new ClientKey(algorithm);
        var scene = await SceneAsync(key);
        (await SendAsync(scene, key.Sign(Claims(scene)))).IsAllowed();
        (await SendAsync(scene, key.Sign(Claims(scene)), scene.App.ClientId)).IsAllowed();
    }

    [Theory]
    [InlineData(Issuer)]
    [InlineData(Issuer + "/")]
    [InlineData(Issuer + "/services/oauth2/token")]
    public async Task Issuer_and_token_endpoint_are_our_names(string audience)
    {
        using var key = new ClientKey("ES256");
        var scene = await SceneAsync(key);
        (await SendAsync(scene, key.Sign(With(scene, "aud", audience)))).IsAllowed();
        (await SendAsync(scene, key.Sign(With(scene, "aud", new JsonArray("https://other.example", audience))))).IsAllowed();
    }

    [Fact]
    public async Task The_honest_variants_of_the_header_are_accepted()
    {
        using var key = new ClientKey("ES256");
        var scene = await SceneAsync(key);
        using var stranger = new ClientKey("ES256");
        (await SendAsync(scene, key.Sign(Claims(scene), new() { ["alg"] = "ES256" }))).IsAllowed();
        (await SendAsync(scene, key.Sign(Claims(scene), new() { ["alg"] = "ES256", ["typ"] = "JWT" }))).IsAllowed();
        (await SendAsync(scene, key.Sign(Claims(scene), new() { ["alg"] = "ES256", ["typ"] = "client-authentication+jwt" }))).IsAllowed();
        // A key in the header is not looked at, not even to be refused.
        (await SendAsync(scene, key.Sign(Claims(scene), new() { ["alg"] = "ES256", ["jwk"] = stranger.PublicJwk() }))).IsAllowed();
    }

    [Theory]
    [InlineData("none")]
    [InlineData("None")]
    [InlineData("NONE")]
    [InlineData("nOnE")]
    [InlineData("")]
    [InlineData(null)]
    public async Task An_unsigned_assertion_is_refused_in_every_spelling(string? algorithm)
    {
        using var key = new ClientKey("ES256");
        var scene = await SceneAsync(key);
        var header = new JsonObject { ["alg"] = algorithm, ["kid"] = key.KeyId };
        var body = ClientKey.Part(header.ToJsonString()) + "." + ClientKey.Part(Claims(scene).ToJsonString());
        foreach (var signature in new[] { "", Base64Url.EncodeToString(new byte[64]), key.Sign(Claims(scene)).Split('.')[2] })
            await RefusedAsync(scene, body + "." + signature);
        await RefusedAsync(scene, body);
    }

    [Fact]
    public async Task A_public_key_is_no_hmac_secret_and_neither_is_the_apps_secret()
    {
        using var key = new ClientKey("RS256");
        var scene = await SceneAsync(key);
        var claims = Claims(scene).ToJsonString();
        foreach (var secret in new[] { key.PublicPem, key.PublicPem.TrimEnd(), key.PublicJwk().ToJsonString(), key.PublicJwk()["n"]!.ToString(), scene.App.Secret, "" })
        {
            var body = ClientKey.Part("""{"alg":"HS256","kid":"k1"}""") + "." + ClientKey.Part(claims);
            await RefusedAsync(scene, body + "." + Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.ASCII.GetBytes(body))));
        }
    }

    [Theory]
    [InlineData("RS256", "PS256")]
    [InlineData("PS256", "RS256")]
    [InlineData("RS256", "RS384")]
    [InlineData("ES256", "ES384")]
    [InlineData("ES256", "ES256K")]
    [InlineData("ES256", "es256")]
    [InlineData("ES256", "RS256")]
    [InlineData("RS256", "RS1")]
    public async Task The_key_says_which_algorithm_it_is_for(string registered, string claimed)
    {
        using var key = new ClientKey(registered);
        var scene = await SceneAsync(key);
        await RefusedAsync(scene, key.Sign(Claims(scene), new() { ["alg"] = claimed, ["kid"] = key.KeyId }));
    }

    [Theory]
    [InlineData("ES256")]
    [InlineData("RS256")]
    public async Task Signatures_that_are_empty_zero_cut_or_a_strangers_are_refused(string algorithm)
    {
        using var key = new ClientKey(algorithm);
        using var stranger = new ClientKey(algorithm);
        var scene = await SceneAsync(key);
        var honest = key.Sign(Claims(scene));
        var (body, signature) = (honest[..honest.LastIndexOf('.')], honest[(honest.LastIndexOf('.') + 1)..]);
        foreach (var forged in new[] { "", "AA", Base64Url.EncodeToString(new byte[64]), Base64Url.EncodeToString(new byte[256]), signature[..^8], signature + "AAAA", "!!!!" })
            await RefusedAsync(scene, body + "." + forged);
        await RefusedAsync(scene, stranger.Sign(Claims(scene)));
        var embedded = stranger.Header();
        embedded["jwk"] = stranger.PublicJwk();
        await RefusedAsync(scene, stranger.Sign(Claims(scene), embedded));
        embedded["jku"] = "http://127.0.0.1:1/keys";
        embedded["x5u"] = "http://127.0.0.1:1/cert";
        await RefusedAsync(scene, stranger.Sign(Claims(scene), embedded));
        await RefusedAsync(scene, key.Sign(Claims(scene), new() { ["alg"] = algorithm, ["kid"] = "another" }));
        await RefusedAsync(scene, key.Sign(Claims(scene), new() { ["alg"] = algorithm, ["kid"] = "../../dev/null" }));
        (await SendAsync(scene, honest)).IsAllowed();
    }

    [Fact]
    public async Task Every_claim_is_needed_and_must_be_right()
    {
        using var key = new ClientKey("ES256");
        var scene = await SceneAsync(key);
        var other = (await scene.Org.AppAsync()).ClientId;
        var now = scene.Server.Clock.GetUtcNow().ToUnixTimeSeconds();
        (string Claim, JsonNode?[] Values)[] wrong =
        [
            ("iss", [null, "", other, Issuer, 7, new JsonArray(scene.App.ClientId)]),
            ("sub", [null, "", other, 7, new JsonArray(scene.App.ClientId)]),
            ("aud", [null, "", "https://other.example", Issuer + ".evil.example", Issuer + "/services/oauth2/token/x", 7, new JsonArray(), new JsonObject()]),
            ("jti", [null, "", 7, new string('x', 600)]),
            ("exp", [null, "", (now + 60).ToString(), now - 60, now + 3600, now + 315_360_000L, 0, -1, 1e300, "NaN", new JsonArray(now + 60), true]),
            ("nbf", [now + 120, "soon", (now - 5).ToString(), 1e300, -1, true]),
            ("iat", [now + 120, "soon", (now - 5).ToString(), 1e300, -1, true]),
        ];
        foreach (var (claim, values) in wrong)
        {
            var without = Claims(scene);
            if (claim is not ("nbf" or "iat"))
            {
                without.Remove(claim);
                await RefusedAsync(scene, key.Sign(without));
            }
            foreach (var value in values)
                await RefusedAsync(scene, key.Sign(With(scene, claim, value)));
        }
        (await SendAsync(scene, key.Sign(With(scene, "nbf", now + 8)))).IsAllowed();
    }

    [Theory]
    [InlineData("""{"alg":"ES256","crit":["exp"]}""")]
    [InlineData("""{"alg":"ES256","crit":[]}""")]
    [InlineData("""{"alg":"ES256","b64":false,"crit":["b64"]}""")]
    [InlineData("""{"alg":"ES256","b64":false}""")]
    [InlineData("""{"alg":"ES256","alg":"ES256"}""")]
    [InlineData("""{"alg":"none","alg":"ES256"}""")]
    [InlineData("""{"alg":"ES256","\u0061lg":"none"}""")]
    [InlineData("""{"alg":"ES256","typ":"at+jwt"}""")]
    [InlineData("""{"alg":"ES256","typ":"logout+jwt"}""")]
    [InlineData("""{"alg":"ES256","typ":"dpop+jwt"}""")]
    [InlineData("""{"alg":["ES256"]}""")]
    [InlineData("""{"alg":"ES256","typ":["at+jwt"]}""")]
    [InlineData("""{"alg":"ES256","kid":7}""")]
    [InlineData("""{"alg":"\ud800"}""")]
    [InlineData("""{"alg":"ES256","kid":"\ud800"}""")]
    [InlineData("""["alg","ES256"]""")]
    [InlineData("null")]
    [InlineData("")]
    [InlineData("{")]
    public async Task Headers_that_are_not_understood_in_full_are_refused(string header)
    {
        using var key = new ClientKey("ES256");
        var scene = await SceneAsync(key);
        await RefusedAsync(scene, key.SignText(header, Claims(scene).ToJsonString()));
    }

    [Fact]
    public async Task Claims_that_no_parser_reads_alike_are_refused()
    {
        using var key = new ClientKey("ES256");
        var scene = await SceneAsync(key);
        var honest = Claims(scene).ToJsonString();
        string[] claims =
        [
            """{"iss":"x",""" + honest[1..], honest[..^1] + ""","sub":"x"}""", honest[..^1] + ""","a":{"b":1,"b":2}}""", honest + " x", "[" + honest + "]", "\"text\"",
            honest.Replace(scene.App.ClientId, """\ud800""", StringComparison.Ordinal), honest.Replace(scene.App.ClientId, """\u0000""", StringComparison.Ordinal),
            honest[..^1] + ""","a":""" + string.Concat(Enumerable.Repeat("[", 20)) + string.Concat(Enumerable.Repeat("]", 20)) + "}",
        ];
        foreach (var text in claims)
            await RefusedAsync(scene, key.SignText(key.Header().ToJsonString(), text));
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Text_that_no_database_takes_is_refused_and_nothing_worse(string database)
    {
        using var key = new ClientKey("ES256");
        var scene = await SceneAsync(key, database);
        foreach (var id in new[] { """a\u0000b""", """\ud800""", """\udc00x""", """a\nb""" })
        {
            await RefusedAsync(scene, key.SignText(key.Header().ToJsonString(), Claims(scene).ToJsonString().Replace(scene.App.ClientId, id, StringComparison.Ordinal)));
            await RefusedAsync(scene, key.SignText(key.Header().ToJsonString(), $$"""{"iss":"{{scene.App.ClientId}}","sub":"{{scene.App.ClientId}}","jti":"{{id}}"}"""));
        }
    }

    [Fact]
    public async Task Huge_and_deep_tokens_are_refused_quickly()
    {
        using var key = new ClientKey("ES256");
        var scene = await SceneAsync(key);
        var watch = Stopwatch.StartNew();
        string[] tokens =
        [
            // No larger than a request may be: of a larger one the connection ends while it is still being sent.
            key.SignText("""{"alg":"ES256"}""", $$"""{"a":"{{new string('x', 700_000)}}"}"""), new string('.', 10_000), new string('a', 60_000),
            key.SignText("""{"alg":"ES256"}""", new string('[', 10_000)), key.SignText(new string('[', 10_000), "{}"), key.SignText(new string('{', 30_000), "{}"),
        ];
        foreach (var token in tokens)
        {
            var answer = await SendAsync(scene, token);
            Assert.InRange((int)answer.Status, 400, 431);
        }
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5), watch.Elapsed.ToString());
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task An_assertion_is_used_once_whoever_is_faster(string database)
    {
        using var key = new ClientKey("ES256");
        var scene = await SceneAsync(key, database);
        var assertion = key.Sign(Claims(scene));
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => SendAsync(scene, assertion)));
        Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
        Assert.Equal(19, answers.Count(answer => answer.Status == HttpStatusCode.Unauthorized));
        // The same jti in another assertion is a replay too.
        var again = Claims(scene);
        again["jti"] = "the-one";
        (await SendAsync(scene, key.Sign(again))).IsAllowed();
        again["exp"] = again["exp"]!.GetValue<long>() + 1;
        await RefusedAsync(scene, key.Sign(again));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_used_assertion_stays_used_over_a_restart(bool postgres)
    {
        await using var server = await TestServer.StartAsync(postgres);
        using var key = new ClientKey("ES256");
        var scene = await OAuthScene.NewAsync(server, Settings(key));
        var assertion = key.Sign(Claims(scene));
        (await SendAsync(scene, assertion)).IsAllowed();
        await server.RestartAsync();
        await RefusedAsync(scene, assertion);
        (await SendAsync(scene, key.Sign(Claims(scene)))).IsAllowed();
    }

    [Fact]
    public async Task Two_apps_may_use_the_same_jti()
    {
        using var key = new ClientKey("ES256");
        var scene = await SceneAsync(key);
        var other = scene.By(await scene.Org.AppAsync(Settings(key), scene.User.Id));
        (await SendAsync(scene, key.Sign(With(scene, "jti", "shared")))).IsAllowed();
        (await SendAsync(other, key.Sign(With(other, "jti", "shared")))).IsAllowed();
    }

    [Fact]
    public async Task An_access_token_is_no_assertion()
    {
        using var key = new ClientKey("ES256");
        var scene = await SceneAsync(key);
        var token = (await SendAsync(scene, key.Sign(Claims(scene))))["access_token"]!;
        await RefusedAsync(scene, token);
        (await SendAsync(scene, token, scene.App.ClientId)).IsRefused(HttpStatusCode.BadRequest, "invalid_request");
    }

    [Fact]
    public async Task The_type_of_the_assertion_is_said()
    {
        using var key = new ClientKey("ES256");
        var scene = await SceneAsync(key);
        foreach (var type in new[] { null, "urn:ietf:params:oauth:client-assertion-type:saml2-bearer", "jwt" })
        {
            (await scene.Server.TokenAsync(TestServer.Outside, ("grant_type", "client_credentials"), ("client_assertion_type", type), ("client_assertion", key.Sign(Claims(scene)))))
                .IsRefused(HttpStatusCode.BadRequest, "invalid_request");
        }
        (await SendAsync(scene, key.Sign(Claims(scene)), "another-app")).IsRefused(HttpStatusCode.BadRequest, "invalid_request");
    }

    [Fact]
    public async Task An_app_of_assertions_has_no_use_for_its_secret_and_the_other_way_round()
    {
        using var key = new ClientKey("ES256");
        var scene = await SceneAsync(key);
        (await scene.ClientCredentialsAsync()).IsRefused(HttpStatusCode.Unauthorized, "invalid_client");
        await scene.ChangeSettingsAsync(settings => settings with { AuthMethods = [ClientAuthMethod.ClientSecretPost] });
        await RefusedAsync(scene, key.Sign(Claims(scene)));
    }

    static AppSettings Settings(ClientKey key) => TestOrg.StandardApp with { AuthMethods = [ClientAuthMethod.PrivateKeyJwt], Jwks = key.Jwks };

    static JsonObject Claims(OAuthScene scene) => ClientKey.Claims(scene.App.ClientId, Issuer, scene.Server.Clock.GetUtcNow());

    static JsonObject With(OAuthScene scene, string claim, JsonNode? value)
    {
        var claims = Claims(scene);
        claims[claim] = value?.DeepClone();
        return claims;
    }

    static async Task RefusedAsync(OAuthScene scene, string assertion, string? clientId = null)
    {
        var answer = await SendAsync(scene, assertion, clientId);
        Assert.True(answer.Status == HttpStatusCode.Unauthorized && answer["error"] == "invalid_client", $"{(int)answer.Status} {answer.Text} for {assertion}");
    }

    static Task<Answer> SendAsync(OAuthScene scene, string assertion, string? clientId = null) => scene.Server.TokenAsync(
        TestServer.Outside, ("grant_type", "client_credentials"), ("client_id", clientId),
        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"), ("client_assertion", assertion));

    async Task<OAuthScene> SceneAsync(ClientKey key, string database = "SQLite") => await OAuthScene.NewAsync(await servers.OnAsync(database), Settings(key));
}
