using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Apps;
using OAuthServer.Login;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.Authorize;

/// <summary>Pushed authorization requests (RFC 9126): proven, judged at once, good for one answer and not for one visit.</summary>
[Collection(nameof(ServersCollection))]
public sealed class PushedTests(Servers servers)
{
    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task A_pushed_request_is_answered_once(string database)
    {
        var scene = await AuthorizeScene.ReadyAsync(await servers.OnAsync(database));
        var pushed = await scene.PushAsync();
        Assert.Equal(HttpStatusCode.Created, pushed.Status);
        Assert.Equal(90, pushed.Json.GetProperty("expires_in").GetInt32());
        Assert.Contains("no-store", pushed.Headers.GetValues("Cache-Control").Single(), StringComparison.Ordinal);
        var uri = pushed["request_uri"]!;
        Assert.StartsWith(AuthorizationRequests.UriPrefix, uri, StringComparison.Ordinal);
        var page = await scene.WithHandleAsync(uri);
        Assert.Equal(AuthorizeScene.State, page.Parameter("state"));
        (await scene.RedeemAsync(page.Parameter("code")!)).IsAllowed();
        (await scene.WithHandleAsync(uri)).IsForThePersonAlone("invalid_request_uri");
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Of_twenty_visits_at_once_one_gets_the_code(string database)
    {
        var scene = await AuthorizeScene.ReadyAsync(await servers.OnAsync(database));
        var uri = (await scene.PushAsync())["request_uri"]!;
        var pages = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => scene.WithHandleAsync(uri)));
        Assert.Single(pages, page => page.Parameter("code") is not null);
        Assert.All(pages, page => Assert.InRange((int)page.Status, 200, 499));
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task One_network_cannot_fill_the_table_with_requests(string database)
    {
        const string Busy = "127.0.77.1";
        const int Most = 100;
        await using var server = await TestServer.StartAsync(database == "PostgreSQL", options => options with { Limits = options.Limits with { RequestsPerNetwork = Most, ForgivenPerMinute = 1 } });
        var scene = await AuthorizeScene.NewAsync(server, AuthorizeScene.NativeApp);
        var limits = server.Services.GetRequiredService<RequestLimits>();
        var taken = await Task.WhenAll(Enumerable.Range(0, Most + 20).Select(_ => Task.Run(() => limits.Take(IPAddress.Parse(Busy)))));
        Assert.InRange(taken.Count(seconds => seconds == 0), Most, Most + 1); // the first is being forgiven already
        var url = AuthorizeScene.UrlOf(scene.Request());
        var refused = await new TestBrowser(server, Busy).GetAsync(url);
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.Status);
        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.Contains("More requests came from your network", refused.Html, StringComparison.Ordinal);
        var push = await server.PostAsync(Busy, "/services/oauth2/par", [.. scene.Request().Select(pair => (pair.Key, pair.Value))]);
        Assert.Equal((HttpStatusCode.TooManyRequests, "temporarily_unavailable"), (push.Status, push["error"]));
        await using var db = server.Database.NewContext();
        Assert.Equal(0, await db.AuthorizationRequests.CountAsync(TestContext.Current.CancellationToken));
        (await scene.AuthorizeAsync()).IsPage("/login"); // others come in
    }

    [Fact]
    public async Task A_handle_may_be_visited_again_until_it_is_answered_and_then_has_the_persons_time()
    {
        var scene = await AuthorizeScene.NewAsync(await servers.OnAsync("SQLite"));
        var uri = (await scene.PushAsync())["request_uri"]!;
        (await scene.WithHandleAsync(uri)).IsPage("/login");
        scene.Server.Clock.Advance(TimeSpan.FromMinutes(5));
        (await scene.WithHandleAsync(uri)).IsPage("/login");
        scene.Server.Clock.Advance(TimeSpan.FromMinutes(6)); // the second visit gave no more time
        (await scene.WithHandleAsync(uri)).IsForThePersonAlone("invalid_request_uri");
    }

    [Fact]
    public async Task A_handle_nobody_came_with_dies_after_ninety_seconds()
    {
        var scene = await ReadyAsync();
        var uri = (await scene.PushAsync())["request_uri"]!;
        scene.Server.Clock.Advance(TimeSpan.FromSeconds(90));
        (await scene.WithHandleAsync(uri)).IsForThePersonAlone("invalid_request_uri");
    }

    [Fact]
    public async Task A_handle_is_good_for_the_app_that_pushed_it()
    {
        var scene = await ReadyAsync();
        var uri = (await scene.PushAsync())["request_uri"]!;
        var other = await scene.WithAppAsync(AuthorizeScene.WebApp);
        (await scene.WithHandleAsync(uri, other.App.ClientId)).IsForThePersonAlone("invalid_request_uri");
        (await scene.Browser.GetAsync("/services/oauth2/authorize?request_uri=" + Uri.EscapeDataString(uri))).IsForThePersonAlone("invalid_request_uri");
        Assert.NotNull((await scene.WithHandleAsync(uri)).Parameter("code"));
    }

    [Fact]
    public async Task What_stands_beside_a_handle_is_not_looked_at()
    {
        var scene = await ReadyAsync();
        var uri = (await scene.PushAsync(("scope", "openid")))["request_uri"]!;
        var page = await scene.Browser.GetAsync(AuthorizeScene.UrlOf(scene.Request(
            ("request_uri", uri), ("redirect_uri", "https://evil.example/"), ("scope", "openid api"), ("state", "other"), ("code_challenge", AuthorizeScene.ChallengeOf("other")))));
        Assert.StartsWith(AuthorizeScene.RedirectUri + "?code=", page.Location, StringComparison.Ordinal);
        Assert.Equal(AuthorizeScene.State, page.Parameter("state"));
        Assert.Equal("openid", (await scene.RedeemAsync(page.Parameter("code")!))["scope"]);
    }

    [Theory]
    [InlineData("urn:ietf:params:oauth:request_uri:nonsense")]
    [InlineData("urn:ietf:params:oauth:request_uri:")]
    [InlineData("urn:ietf:params:oauth:request_uri:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task A_handle_that_nobody_gave_out_is_refused(string uri) => (await (await ReadyAsync()).WithHandleAsync(uri)).IsForThePersonAlone("invalid_request_uri");

    [Theory]
    [InlineData("redirect_uri", "https://evil.example/", "invalid_request")]
    [InlineData("request_uri", "urn:ietf:params:oauth:request_uri:x", "invalid_request")]
    [InlineData("request", "e30.e30.", "request_not_supported")]
    [InlineData("response_type", "token", "unsupported_response_type")]
    [InlineData("scope", "admin", "invalid_scope")]
    [InlineData("code_challenge_method", "plain", "invalid_request")]
    public async Task What_is_wrong_is_found_when_it_is_pushed(string parameter, string value, string error) =>
        (await (await ReadyAsync()).PushAsync((parameter, value))).IsRefused(HttpStatusCode.BadRequest, error);

    [Fact]
    public async Task Only_the_app_itself_pushes()
    {
        var scene = await ReadyAsync();
        (await scene.PushAsync(("client_secret", "wrong"))).IsRefused(HttpStatusCode.Unauthorized, "invalid_client");
        (await scene.PushAsync(("client_secret", null))).IsRefused(HttpStatusCode.Unauthorized, "invalid_client");
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await scene.Server.SendAsync(new(HttpMethod.Get, "/services/oauth2/par"))).Status);
        var byHeader = new HttpRequestMessage(HttpMethod.Post, "/services/oauth2/par")
        {
            Content = new FormUrlEncodedContent(scene.Request(("client_id", null)).Where(pair => pair.Value is not null)!),
        };
        byHeader.Headers.Authorization = OAuthScene.Basic($"{scene.App.ClientId}:{scene.App.Secret}");
        var pushed = await scene.Server.SendAsync(byHeader);
        Assert.NotNull((await scene.WithHandleAsync(pushed["request_uri"]!)).Parameter("code"));
    }

    [Fact]
    public async Task An_app_that_must_push_gets_no_answer_to_a_request_in_the_address()
    {
        var scene = await ReadyAsync(AuthorizeScene.WebApp with { RequirePushedRequests = true });
        (await scene.AuthorizeAsync()).IsErrorForTheApp("invalid_request");
        Assert.NotNull((await scene.WithHandleAsync((await scene.PushAsync())["request_uri"]!)).Parameter("code"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/services/oauth2/par")]
    [InlineData("/services/oauth2/token")]
    public async Task An_app_that_signs_may_name_issuer_or_endpoint_and_each_signature_is_good_once(string path)
    {
        using var key = new ClientKey("ES256");
        var scene = await ReadyAsync(AuthorizeScene.WebApp with { AuthMethods = [ClientAuthMethod.PrivateKeyJwt], Jwks = key.Jwks });
        var assertion = key.Sign(ClientKey.Claims(scene.App.ClientId, scene.Server.PublicUrl + path, scene.Server.Clock.GetUtcNow()));
        (string, string?)[] proof =
        [
            ("client_secret", null), ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"), ("client_assertion", assertion),
        ];
        var pushed = await scene.PushAsync(proof);
        Assert.Equal(HttpStatusCode.Created, pushed.Status);
        (await scene.PushAsync(proof)).IsRefused(HttpStatusCode.Unauthorized, "invalid_client");
        Assert.NotNull((await scene.WithHandleAsync(pushed["request_uri"]!)).Parameter("code"));
    }

    [Fact]
    public async Task What_proves_an_app_is_not_kept_with_its_request()
    {
        var scene = await ReadyAsync();
        await scene.PushAsync();
        await using var db = scene.Server.Database.NewContext();
        var kept = await db.AuthorizationRequests.Where(request => request.AppId == scene.App.Id).Select(request => request.Parameters).ToListAsync(TestContext.Current.CancellationToken);
        Assert.DoesNotContain(scene.App.Secret, Assert.Single(kept), StringComparison.Ordinal);
    }

    async Task<AuthorizeScene> ReadyAsync(AppSettings? settings = null) => await AuthorizeScene.ReadyAsync(await servers.OnAsync("SQLite"), settings);
}
