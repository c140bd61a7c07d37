using System.Net;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Http;
using OAuthServer.Tests.Support;
using OAuthServer.Tokens;

namespace OAuthServer.Tests.Tokens;

/// <summary>Signing keys change without anybody noticing: published before they sign, and until the last token they signed has ended.</summary>
public sealed class KeyRotationTests
{
    [Fact]
    public async Task A_key_is_published_before_it_signs_and_stays_until_its_last_token_has_ended()
    {
        await using var server = await StartAsync();
        var scene = await OAuthScene.NewAsync(server, TestOrg.StandardApp with { AccessTokenMinutes = 24 * 60 }, new() { Password = new() { ExpiresAfterDays = 0 } });
        var first = await KidAsync(scene);
        Assert.Equal([first], await PublishedAsync(server));

        await TurnAsync(server, TimeSpan.FromDays(89) + TimeSpan.FromMinutes(1)); // 24 hours ahead of day 90
        var published = await PublishedAsync(server);
        var second = Assert.Single(published, kid => kid != first);
        Assert.Equal(first, await KidAsync(scene)); // published, and not signing yet

        await TurnAsync(server, TimeSpan.FromDays(1) - TimeSpan.FromMinutes(2));
        var last = await scene.AccessTokenAsync("openid");
        Assert.Equal(first, CompactJws.TryParse(last)!.KeyId);

        await TurnAsync(server, TimeSpan.FromMinutes(2));
        Assert.Equal(second, await KidAsync(scene));
        await TurnAsync(server, TimeSpan.FromHours(24) - TimeSpan.FromMinutes(3));
        Assert.Contains(first, await PublishedAsync(server));
        Assert.Equal(HttpStatusCode.OK, (await scene.UserInfoAsync(last)).Status);

        await TurnAsync(server, TimeSpan.FromMinutes(10));
        Assert.Equal([second], await PublishedAsync(server));
        Assert.Equal(HttpStatusCode.Unauthorized, (await scene.UserInfoAsync(last)).Status);
    }

    [Fact]
    public async Task A_server_that_slept_for_a_year_still_signs_and_still_publishes_ahead()
    {
        await using var server = await StartAsync();
        var scene = await OAuthScene.NewAsync(server, profile: new() { Password = new() { ExpiresAfterDays = 0 } });
        var first = await KidAsync(scene);
        await TurnAsync(server, TimeSpan.FromDays(365));
        Assert.Equal(first, await KidAsync(scene));
        var second = Assert.Single(await PublishedAsync(server), kid => kid != first);
        await TurnAsync(server, TimeSpan.FromHours(24));
        Assert.Equal(second, await KidAsync(scene));
    }

    [Fact]
    public async Task Rotating_again_and_again_and_over_a_restart_makes_no_more_keys()
    {
        await using var server = await StartAsync();
        await TurnAsync(server, TimeSpan.FromDays(89) + TimeSpan.FromHours(1));
        var published = await PublishedAsync(server);
        Assert.Equal(2, published.Count);
        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => server.Services.GetRequiredService<SigningKeyRing>().RotateAsync(TestContext.Current.CancellationToken)));
        await server.RestartAsync();
        Assert.Equal(published, await PublishedAsync(server));
    }

    static Task<TestServer> StartAsync() => TestServer.StartAsync(change: options => options with { Keys = new() { RotateAfterDays = 90, PublishAheadHours = 24 } });

    static async Task TurnAsync(TestServer server, TimeSpan by)
    {
        server.Clock.Advance(by);
        await server.Services.GetRequiredService<SigningKeyRing>().RotateAsync(TestContext.Current.CancellationToken);
    }

    static async Task<string> KidAsync(OAuthScene scene) => CompactJws.TryParse(await scene.AccessTokenAsync())!.KeyId!;

    static async Task<List<string>> PublishedAsync(TestServer server)
    {
        var answer = await server.SendAsync(new(HttpMethod.Get, "/id/keys"));
        return [.. answer.Json.GetProperty("keys").EnumerateArray().Where(key => key.GetProperty("alg").GetString() == "ES256").Select(key => key.GetProperty("kid").GetString()!)];
    }
}
