using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Federation;
using OAuthServer.Federation.Oidc;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Federation.Oidc;

/// <summary>Providers that are down, slow, large, or elsewhere; and keys that change.</summary>
[Collection(nameof(ServersCollection))]
public sealed class UnwillingProviderTests(Servers servers)
{
    const string Discovery = "/.well-known/openid-configuration";

    static readonly Dictionary<string, Func<HttpContext, Task>> Ways = new(StringComparer.Ordinal)
    {
        ["500"] = context => Status(context, 500),
        ["redirects"] = context =>
        {
            context.Response.Redirect("/elsewhere", permanent: false, preserveMethod: true);
            return Task.CompletedTask;
        },
        ["hangs"] = context => Task.Delay(Timeout.Infinite, context.RequestAborted),
        ["60 MB"] = LargeAsync,
        ["drips"] = DripAsync,
        ["breaks off"] = async context =>
        {
            context.Response.ContentLength = 1000;
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync("{");
            context.Abort();
        },
    };

    public static TheoryData<string> Names => [.. Ways.Keys];

    [Theory, MemberData(nameof(Names))]
    public async Task A_token_endpoint_that_fails_is_a_refusal_in_time(string way)
    {
        await using var scene = await OidcScene.NewAsync(await servers.OnAsync("SQLite"));
        await scene.LinkedUserAsync();
        scene.Fake.Instead["/token"] = Ways[way];
        var watch = Stopwatch.StartNew();
        await scene.IsRefusedAsync(await scene.SignInAsync(), AssertionFlaw.ProviderUnreachable);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), watch.Elapsed.ToString());
        Assert.DoesNotContain(scene.Fake.Requests, request => request.Contains("elsewhere", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("text/html", "<html>")]
    [InlineData("application/json", "[]")]
    [InlineData("application/json", "{\"id_token\":\"a\",\"id_token\":\"b\"}")]
    [InlineData("application/json", "{\"id_token\":\"\\ud800\"}")]
    public async Task A_token_answer_of_another_kind_is_a_refusal(string type, string text)
    {
        await using var scene = await OidcScene.NewAsync(await servers.OnAsync("SQLite"));
        scene.Fake.Instead["/token"] = async context =>
        {
            context.Response.ContentType = type;
            await context.Response.WriteAsync(text);
        };
        await scene.IsRefusedAsync(await scene.SignInAsync(), AssertionFlaw.Malformed);
    }

    [Theory]
    [InlineData("500")]
    [InlineData("redirects")]
    [InlineData("60 MB")]
    public async Task Userinfo_that_fails_stops_the_sign_in(string way)
    {
        await using var scene = await OidcScene.NewAsync(await servers.OnAsync("SQLite"));
        await scene.LinkedUserAsync();
        scene.Fake.Claims = claims => claims.Remove("email");
        scene.Fake.Instead["/userinfo"] = Ways[way];
        await scene.IsRefusedAsync(await scene.SignInAsync(), AssertionFlaw.ProviderUnreachable);
    }

    [Theory, MemberData(nameof(Names))]
    public async Task Where_discovery_fails_nobody_is_sent_and_later_it_works_again(string way)
    {
        await using var server = await TestServer.StartAsync();
        await using var scene = await OidcScene.NewAsync(server);
        scene.Fake.Instead[Discovery] = Ways[way];
        Assert.IsType<ProviderRequest.Unreachable>(await scene.AskAsync(scene.Browser, scene.Provider));
        Assert.Contains(server.Log.Lines, line => line.Contains(scene.Provider.Id, StringComparison.Ordinal) && line.Contains("cannot be had", StringComparison.Ordinal));
        // Whoever clicks again at once does not wait again.
        scene.Fake.Instead.Remove(Discovery);
        var watch = Stopwatch.StartNew();
        Assert.IsType<ProviderRequest.Unreachable>(await scene.AskAsync(scene.Browser, scene.Provider));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(4));
        server.Clock.Advance(OidcDiscovery.AfterFailure);
        await scene.LeaveAsync();
    }

    [Fact]
    public async Task A_provider_that_hangs_holds_up_no_other()
    {
        var server = await servers.OnAsync("SQLite");
        await using var hanging = await OidcScene.NewAsync(server);
        await using var scene = await OidcScene.NewAsync(server, org: hanging.Org);
        await scene.LinkedUserAsync();
        OidcScene.IsIn(await scene.SignInAsync());
        hanging.Fake.Instead[Discovery] = Ways["hangs"];
        var waiting = Enumerable.Range(0, 20).Select(_ => hanging.AskAsync(new(server, TestServer.Office), hanging.Provider)).ToArray();
        var signIn = scene.SignInAsync();
        Assert.Same(signIn, await Task.WhenAny([signIn, .. waiting]));
        OidcScene.IsIn(await signIn);
        Assert.All(await Task.WhenAll(waiting), answer => Assert.IsType<ProviderRequest.Unreachable>(answer));
        Assert.Equal(1, hanging.Fake.Fetches(Discovery)); // one waits, the others hear of it
    }

    [Theory]
    [InlineData("issuer", "https://evil.example")]
    [InlineData("issuer", null)]
    [InlineData("token_endpoint", "http://evil.example/token")]
    [InlineData("token_endpoint", "file:///etc/passwd")]
    [InlineData("token_endpoint", null)]
    [InlineData("authorization_endpoint", "javascript:alert(1)")]
    [InlineData("userinfo_endpoint", "http://192.0.2.1/userinfo")]
    [InlineData("end_session_endpoint", "/end")]
    [InlineData("jwks_uri", null)]
    public async Task A_document_that_does_not_hold_is_none(string member, string? value)
    {
        await using var scene = await OidcScene.NewAsync(await servers.OnAsync("SQLite"));
        scene.Fake.Discovery = document => document[member] = value;
        Assert.IsType<ProviderRequest.Unreachable>(await scene.AskAsync(scene.Browser, scene.Provider));
    }

    [Fact]
    public async Task Nobody_from_outside_points_us_at_our_own_doors()
    {
        var outside = new OidcMetadataRetriever("https://login.example");
        var document = new JsonObject
        {
            ["issuer"] = "https://login.example",
            ["authorization_endpoint"] = "https://login.example/authorize",
            ["token_endpoint"] = "http://127.0.0.1:5000/admin",
            ["jwks_uri"] = "https://login.example/keys",
        };
        var problem = await Assert.ThrowsAsync<FormatException>(() => outside.GetConfigurationAsync("", new Documents(document), TestContext.Current.CancellationToken));
        Assert.Equal("token_endpoint is not an https address.", problem.Message);
        document["token_endpoint"] = "https://login.example/token";
        Assert.Equal("https://login.example/token", (await outside.GetConfigurationAsync("", new Documents(document), TestContext.Current.CancellationToken)).TokenEndpoint);
        await Assert.ThrowsAsync<FormatException>(() => new OidcMetadataRetriever("http://login.example").GetConfigurationAsync("", new Documents(document), TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("https://login.example", "https://login.example/.well-known/openid-configuration")]
    [InlineData("https://login.example/", "https://login.example/.well-known/openid-configuration")]
    [InlineData("https://login.example/realms/one", "https://login.example/realms/one/.well-known/openid-configuration")]
    public void The_document_is_where_discovery_says(string issuer, string address) => Assert.Equal(address, OidcMetadataRetriever.AddressOf(issuer));

    [Fact]
    public async Task Other_settings_forget_what_the_old_issuer_said()
    {
        var server = await servers.OnAsync("SQLite");
        await using var scene = await OidcScene.NewAsync(server);
        await using var moved = await FakeProvider.StartAsync(server.Clock);
        await scene.LinkedUserAsync();
        OidcScene.IsIn(await scene.SignInAsync());
        await using (var db = server.Database.NewContext())
        {
            var row = (await db.IdentityProviders.FindAsync([scene.Provider.Id], TestContext.Current.CancellationToken))!;
            row.Settings = row.Settings.Replace(scene.Fake.Issuer, moved.Issuer, StringComparison.Ordinal);
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }
        await server.NoticeAsync();
        var now = (await server.Services.GetRequiredService<IdentityProviders>().CurrentAsync()).FindById(scene.Provider.Id)!;
        var url = await scene.LeaveAsync(scene.Browser, now);
        Assert.StartsWith(moved.Issuer, url, StringComparison.Ordinal);
        OidcScene.IsIn(await scene.Browser.GetAsync(scene.PathOf(moved.Authorize(url))));
    }

    [Fact]
    public async Task A_new_key_is_fetched_once_and_another_one_within_half_a_minute_is_not()
    {
        await using var server = await TestServer.StartAsync();
        await using var scene = await OidcScene.NewAsync(server);
        await scene.LinkedUserAsync();
        OidcScene.IsIn(await scene.SignInAsync());
        Assert.Equal(1, scene.Fake.Fetches("/jwks"));
        scene.Fake.Rotate("second");
        OidcScene.IsIn(await scene.SignInAsync());
        OidcScene.IsIn(await scene.SignInAsync());
        Assert.Equal(2, scene.Fake.Fetches("/jwks"));
        scene.Browser.Cookies.Remove("session");
        scene.Fake.Rotate("third");
        await scene.IsRefusedAsync(await scene.SignInAsync(), AssertionFlaw.KeyUnknown);
        Assert.Equal(2, scene.Fake.Fetches("/jwks"));
        server.Clock.Advance(OidcDiscovery.BetweenRefetches);
        OidcScene.IsIn(await scene.SignInAsync());
        Assert.Equal(3, scene.Fake.Fetches("/jwks"));
    }

    [Fact]
    public async Task A_key_that_changes_between_leaving_and_coming_back_stops_nobody()
    {
        await using var scene = await OidcScene.NewAsync(await servers.OnAsync("SQLite"));
        await scene.LinkedUserAsync();
        var url = await scene.LeaveAsync(); // fetched this very moment
        scene.Fake.Rotate("second");
        OidcScene.IsIn(await scene.ReturnAsync(url));
        Assert.Equal(2, scene.Fake.Fetches("/jwks"));
    }

    [Fact]
    public async Task Keys_that_cannot_be_fetched_again_stay_as_they_were()
    {
        await using var scene = await OidcScene.NewAsync(await servers.OnAsync("SQLite"));
        await scene.LinkedUserAsync();
        var first = scene.Fake.Key;
        await scene.LeaveAsync();
        scene.Fake.Rotate("second");
        scene.Fake.Instead["/jwks"] = Ways["500"];
        await scene.IsRefusedAsync(await scene.SignInAsync(), AssertionFlaw.KeyUnknown);
        scene.Fake.Key = first;
        OidcScene.IsIn(await scene.SignInAsync());
    }

    static Task Status(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }

    static async Task LargeAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        var block = new byte[64 * 1024];
        block.AsSpan().Fill((byte)' ');
        for (var i = 0; i < 960 && !context.RequestAborted.IsCancellationRequested; i++)
            await context.Response.Body.WriteAsync(block, context.RequestAborted);
    }

    static async Task DripAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json";
        while (!context.RequestAborted.IsCancellationRequested)
        {
            await context.Response.WriteAsync(" ", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await Task.Delay(200, context.RequestAborted);
        }
    }

    sealed class Documents(JsonObject document) : Microsoft.IdentityModel.Protocols.IDocumentRetriever
    {
        public Task<string> GetDocumentAsync(string address, CancellationToken cancel) =>
            Task.FromResult(address.EndsWith("/keys", StringComparison.Ordinal) ? "{\"keys\":[]}" : document.ToJsonString());
    }
}
