using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Federation;
using OAuthServer.Federation.Oidc;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Federation.Oidc;

/// <summary>ID tokens that an app brings to exchange them.</summary>
[Collection(nameof(ServersCollection))]
public sealed class IdTokenTests(Servers servers)
{
    [Theory]
    [InlineData(FakeProvider.ClientId)]
    [InlineData("desktop-app")]
    public async Task One_for_us_or_for_an_app_that_may_be_exchanged_holds(string audience)
    {
        await using var scene = await SceneAsync();
        scene.Fake.Claims = claims => (claims["aud"], claims["amr"]) = (audience, new JsonArray("mfa"));
        var token = scene.Fake.Key.Sign(scene.Fake.IdTokenClaims());
        var answer = await ReadAsync(scene, token);
        Assert.Equal((AssertionFlaw.None, FakeProvider.Subject, true, null), (answer.Flaw, answer.Subject, answer.HasSecondFactor, answer.Session));
        Assert.True(answer.Claims.EmailIsVerified);
        Assert.Equal("jane@corp.example", answer.Claims.First(["email"]));
        Assert.True(answer.Once!.Until > scene.Server.Clock.GetUtcNow() + OidcIdTokens.LongestAge);
        Assert.Equal(answer.Once, (await ReadAsync(scene, token)).Once); // by which it counts once
    }

    [Theory]
    [InlineData("aud", "\"another-app\"", AssertionFlaw.WrongAudience)]
    [InlineData("aud", "[\"desktop-app\",\"another-app\"]", AssertionFlaw.WrongAudience)]
    [InlineData("azp", "\"another-app\"", AssertionFlaw.WrongAudience)]
    [InlineData("iss", "\"https://evil.example\"", AssertionFlaw.WrongIssuer)]
    [InlineData("sub", "\"\"", AssertionFlaw.NoSubject)]
    [InlineData("events", "{\"http://schemas.openid.net/event/backchannel-logout\":{}}", AssertionFlaw.Malformed)]
    [InlineData("typ", "\"Bearer\"", AssertionFlaw.Malformed)]
    public async Task One_for_others_or_of_another_kind_does_not(string claim, string value, AssertionFlaw flaw)
    {
        await using var scene = await SceneAsync();
        scene.Fake.Claims = claims => claims[claim] = JsonNode.Parse(value);
        var answer = await ReadAsync(scene, scene.Fake.Key.Sign(scene.Fake.IdTokenClaims()));
        Assert.Equal((flaw, "", null), (answer.Flaw, answer.Subject, answer.Once));
    }

    [Fact]
    public async Task An_old_one_does_not_even_where_it_would_be_valid_for_long()
    {
        await using var scene = await SceneAsync();
        scene.Fake.Claims = claims => (claims["iat"], claims["exp"]) = ((long)claims["iat"]! - 661, (long)claims["iat"]! + 3600);
        Assert.Equal(AssertionFlaw.Expired, (await ReadAsync(scene, scene.Fake.Key.Sign(scene.Fake.IdTokenClaims()))).Flaw);
    }

    [Fact]
    public async Task Neither_do_forged_ones()
    {
        await using var scene = await SceneAsync();
        var claims = scene.Fake.IdTokenClaims();
        Assert.Equal(AssertionFlaw.SignatureInvalid, (await ReadAsync(scene, new ClientKey("RS256", "first").Sign(claims))).Flaw);
        Assert.Equal(AssertionFlaw.AlgorithmRefused, (await ReadAsync(scene, $"{ClientKey.Part("{\"alg\":\"none\"}")}.{ClientKey.Part(claims.ToJsonString())}.")).Flaw);
        Assert.Equal(AssertionFlaw.Malformed, (await ReadAsync(scene, "")).Flaw);
        Assert.Equal(AssertionFlaw.Malformed, (await ReadAsync(scene, new string('x', 20_000))).Flaw);
    }

    [Fact]
    public async Task Strangers_tokens_make_us_ask_for_keys_twice_a_minute_at_the_most()
    {
        await using var scene = await SceneAsync();
        for (var i = 0; i < 10; i++)
            Assert.Equal(AssertionFlaw.KeyUnknown, (await ReadAsync(scene, new ClientKey("ES256", "stranger-" + i).Sign(scene.Fake.IdTokenClaims()))).Flaw);
        Assert.Equal(2, scene.Fake.Fetches("/jwks"));
    }

    async Task<OidcScene> SceneAsync() => await OidcScene.NewAsync(
        await servers.OnAsync("SQLite"),
        settings => settings with { SecondFactors = ["mfa"], Oidc = settings.Oidc! with { ExchangedAudiences = ["desktop-app"] } });

    static Task<ProviderAnswer> ReadAsync(OidcScene scene, string token) =>
        scene.Server.Services.GetRequiredService<OidcIdTokens>().ReadAsync(scene.Provider, token, TestContext.Current.CancellationToken);
}
