using System.Net;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Tests.Features.SignIn;
using OAuthServer.Tests.Federation.Oidc;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.Oidc;

/// <summary>Sessions that the provider ends (OpenID Connect Back-Channel Logout 1.0).</summary>
[Collection(nameof(ServersCollection))]
public sealed class BackchannelLogoutTests(Servers servers)
{
    const string Event = "http://schemas.openid.net/event/backchannel-logout";

    static readonly Dictionary<string, Action<JsonObject>> WrongClaims = new(StringComparer.Ordinal)
    {
        ["no event"] = claims => claims.Remove("events"),
        ["another event"] = claims => claims["events"] = new JsonObject { ["http://schemas.openid.net/event/other"] = new JsonObject() },
        ["event that is no object"] = claims => claims["events"] = new JsonObject { [Event] = true },
        ["events that are text"] = claims => claims["events"] = Event,
        ["a nonce"] = claims => claims["nonce"] = "n",
        ["another audience"] = claims => claims["aud"] = "other",
        ["no audience"] = claims => claims.Remove("aud"),
        ["another issuer"] = claims => claims["iss"] = "https://evil.example",
        ["no issuer"] = claims => claims.Remove("iss"),
        ["neither subject nor session"] = claims =>
        {
            claims.Remove("sub");
            claims.Remove("sid");
        },
        ["subject without a name and a session that is a number"] = claims => claims["sid"] = 1,
        ["no id"] = claims => claims.Remove("jti"),
        ["no time of issue"] = claims => claims.Remove("iat"),
        ["no end"] = claims => claims.Remove("exp"),
        ["expired"] = claims => claims["exp"] = (long)claims["iat"]! - 61,
        ["old"] = claims => claims["iat"] = (long)claims["iat"]! - 361,
        ["of the future"] = claims => claims["iat"] = (long)claims["iat"]! + 62,
    };

    public static TheoryData<string> Wrong => [.. WrongClaims.Keys];

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task A_session_that_is_over_there_is_over_here_and_no_other(string database)
    {
        await using var scene = await OidcScene.NewAsync(await servers.OnAsync(database));
        await scene.LinkedUserAsync();
        OidcScene.IsIn(await scene.SignInAsync());
        var (first, second) = (scene.Browser, scene.Browser = new(scene.Server, TestServer.Office));
        scene.Fake.Claims = claims => claims["sid"] = "session-2";
        OidcScene.IsIn(await scene.SignInAsync());
        var token = TokenOf(scene);
        var answer = await SendAsync(scene, token);
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Contains("no-store", answer.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        Assert.False(await first.IsSignedInAsync());
        Assert.True(await second.IsSignedInAsync());
        Refused(await SendAsync(scene, token)); // used
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(scene, TokenOf(scene, claims => claims.Remove("sid")))).Status); // all of the person's
        Assert.False(await second.IsSignedInAsync());
    }

    [Fact]
    public async Task A_token_that_names_the_session_alone_will_do_and_so_will_one_without_a_type()
    {
        await using var scene = await SignedInAsync();
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(scene, TokenOf(scene, claims => claims.Remove("sub"), type: null))).Status);
        Assert.False(await scene.Browser.IsSignedInAsync());
    }

    [Fact]
    public async Task The_record_of_the_session_says_that_it_ended_so_that_apps_are_told()
    {
        await using var scene = await SignedInAsync();
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(scene, TokenOf(scene))).Status);
        await using var db = scene.Server.Database.NewContext();
        Assert.NotNull((await db.BrowserSessions.AsNoTracking().SingleAsync(s => s.ProviderId == scene.Provider.Id, TestContext.Current.CancellationToken)).EndedAt);
    }

    [Theory, MemberData(nameof(Wrong))]
    public async Task A_token_that_does_not_hold_ends_nothing(string name)
    {
        await using var scene = await SignedInAsync();
        Refused(await SendAsync(scene, TokenOf(scene, WrongClaims[name])));
        Assert.True(await scene.Browser.IsSignedInAsync());
    }

    [Fact]
    public async Task Nor_does_one_that_the_provider_did_not_sign()
    {
        await using var scene = await SignedInAsync();
        var claims = ClientKey.Part(ClaimsOf(scene).ToJsonString());
        Refused(await SendAsync(scene, $"{ClientKey.Part("{\"alg\":\"none\",\"typ\":\"logout+jwt\"}")}.{claims}."));
        Refused(await SendAsync(scene, TokenOf(scene, key: new ClientKey("RS256", "first"))));
        Refused(await SendAsync(scene, TokenOf(scene, key: new ClientKey("ES256", "strange"))));
        Refused(await SendAsync(scene, TokenOf(scene, type: "at+jwt")));
        Refused(await SendAsync(scene, scene.Fake.Key.Sign(scene.Fake.IdTokenClaims())));
        Assert.True(await scene.Browser.IsSignedInAsync());
    }

    [Fact]
    public async Task One_providers_token_ends_nothing_that_came_from_another()
    {
        var server = await servers.OnAsync("SQLite");
        await using var scene = await SignedInAsync();
        await using var other = await OidcScene.NewAsync(server);
        Refused(await SendAsync(scene, TokenOf(other)));
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(other, TokenOf(other))).Status); // a subject of the same name
        Assert.True(await scene.Browser.IsSignedInAsync());
    }

    [Fact]
    public async Task A_token_sent_many_times_at_once_is_taken_once()
    {
        await using var scene = await OidcScene.NewAsync(await servers.OnAsync("PostgreSQL"));
        var token = TokenOf(scene);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => SendAsync(scene, token)));
        Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
        Assert.Equal(7, answers.Count(answer => answer.Status == HttpStatusCode.BadRequest));
    }

    [Fact]
    public async Task What_is_no_such_request_is_told_so_in_json()
    {
        await using var scene = await SignedInAsync();
        var path = scene.Provider.Path + "/backchannel-logout";
        Refused(await scene.Server.PostAsync(TestServer.Outside, path, ("logout_token", null)));
        Refused(await scene.Server.PostAsync(TestServer.Outside, path, ("logout_token", "x")));
        Refused(await scene.Server.PostAsync(TestServer.Outside, path, ("logout_token", new string('x', 200_000))));
        Refused(await scene.Server.PostAsync(TestServer.Outside, path + "?logout_token=" + TokenOf(scene)));
        Refused(await scene.Server.SendAsync(new(HttpMethod.Post, path) { Content = new StringContent("{}", System.Text.Encoding.UTF8, "application/json") }));
        Assert.Equal(HttpStatusCode.NotFound, (await scene.Server.PostAsync(TestServer.Outside, "/sso/nobody/nothing/backchannel-logout", ("logout_token", "x"))).Status);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await scene.Server.SendAsync(new(HttpMethod.Get, path))).Status);
        Assert.True(await scene.Browser.IsSignedInAsync());
    }

    async Task<OidcScene> SignedInAsync()
    {
        var scene = await OidcScene.NewAsync(await servers.OnAsync("SQLite"));
        await scene.LinkedUserAsync();
        OidcScene.IsIn(await scene.SignInAsync());
        return scene;
    }

    static JsonObject ClaimsOf(OidcScene scene)
    {
        var now = scene.Server.Clock.GetUtcNow().ToUnixTimeSeconds();
        return new()
        {
            ["iss"] = scene.Fake.Issuer,
            ["aud"] = FakeProvider.ClientId,
            ["iat"] = now,
            ["exp"] = now + 120,
            ["jti"] = Guid.NewGuid().ToString(),
            ["sub"] = FakeProvider.Subject,
            ["sid"] = "session-1",
            ["events"] = new JsonObject { [Event] = new JsonObject() },
        };
    }

    static string TokenOf(OidcScene scene, Action<JsonObject>? change = null, ClientKey? key = null, string? type = "logout+jwt")
    {
        var claims = ClaimsOf(scene);
        change?.Invoke(claims);
        var header = (key ?? scene.Fake.Key).Header();
        if (type is not null)
            header["typ"] = type;
        return (key ?? scene.Fake.Key).Sign(claims, header);
    }

    static Task<Answer> SendAsync(OidcScene scene, string token) =>
        scene.Server.PostAsync(TestServer.Outside, scene.Provider.Path + "/backchannel-logout", ("logout_token", token));

    static void Refused(Answer answer)
    {
        answer.IsRefused(HttpStatusCode.BadRequest, "invalid_request");
        Assert.Contains("no-store", answer.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
    }
}
