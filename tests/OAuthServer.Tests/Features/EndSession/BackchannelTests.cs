using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OAuthServer.Http;
using OAuthServer.Login;
using OAuthServer.Tests.Features.Authorize;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.EndSession;

/// <summary>Apps are told of sessions that have ended (OpenID Connect Back-Channel Logout 1.0).</summary>
[Collection(nameof(ServersCollection))]
public sealed class BackchannelTests(Servers servers)
{
    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task An_app_that_took_part_is_told_once_with_a_logout_token(string database)
    {
        await using var app = await ListeningApp.StartAsync();
        var scene = await AuthorizeScene.ReadyAsync(await servers.OnAsync(database), AuthorizeScene.WebApp with { BackchannelLogoutUri = app.Uri });
        var bystander = await scene.WithAppAsync(AuthorizeScene.WebApp with { BackchannelLogoutUri = app.Uri });
        var idToken = (await scene.TokensAsync())["id_token"]!;
        await scene.TokensAsync(); // twice in one session
        await scene.Browser.GetAsync("/services/auth/idp/oidc/logout?id_token_hint=" + idToken);
        await Until.TrueAsync(() => Task.FromResult(!app.Forms.IsEmpty));
        var form = Assert.Single(app.Forms);
        Assert.Equal(["logout_token"], form.Keys);
        var token = form["logout_token"];
        var (claims, header) = (AuthorizeScene.Claims(token), AuthorizeScene.Header(token));
        Assert.Equal("logout+jwt", header.GetProperty("typ").GetString());
        Assert.Equal("RS256", header.GetProperty("alg").GetString());
        var was = AuthorizeScene.Claims(idToken);
        foreach (var same in new[] { "iss", "sub", "aud", "sid" })
            Assert.Equal(was.GetProperty(same).GetString(), claims.GetProperty(same).GetString());
        Assert.NotEqual(bystander.App.ClientId, claims.GetProperty("aud").GetString());
        Assert.Equal("{}", Assert.Single(claims.GetProperty("events").EnumerateObject()).Value.GetRawText());
        Assert.Equal("http://schemas.openid.net/event/backchannel-logout", claims.GetProperty("events").EnumerateObject().Single().Name);
        Assert.NotNull(claims.GetProperty("jti").GetString());
        Assert.False(claims.TryGetProperty("nonce", out _));
        Assert.Equal(claims.GetProperty("iat").GetInt64() + 120, claims.GetProperty("exp").GetInt64());
        var set = (await scene.Server.SendAsync(new(HttpMethod.Get, "/id/keys"))).Json;
        Assert.Contains(VerificationKey.FromSet(set), key => CompactJws.TryParse(token)!.IsSignedBy(key));
        // A logout token is neither an access token nor a hint.
        Assert.Equal(HttpStatusCode.Unauthorized, (await scene.UserInfoAsync(token)).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await scene.Browser.GetAsync("/services/auth/idp/oidc/logout?id_token_hint=" + token)).Status);
    }

    [Fact]
    public async Task An_app_that_fails_is_told_again_later_and_no_redirect_is_followed()
    {
        await using var other = await ListeningApp.StartAsync();
        await using var app = await ListeningApp.StartAsync();
        app.Answer = context =>
        {
            context.Response.Redirect(other.Uri, permanent: false, preserveMethod: true);
            return Task.CompletedTask;
        };
        await using var server = await TestServer.StartAsync();
        var scene = await AuthorizeScene.ReadyAsync(server, AuthorizeScene.WebApp with { BackchannelLogoutUri = app.Uri });
        await LogoutAsync(scene);
        await Until.TrueAsync(async () => (await NoticeAsync(scene))?.Attempts == 1);
        Assert.Equal("The app answered 307.", (await NoticeAsync(scene))!.LastError);
        Assert.Empty(other.Forms);
        app.Answer = null;
        server.Clock.Advance(TimeSpan.FromSeconds(6));
        await Until.TrueAsync(async () => (await NoticeAsync(scene))?.SentAt is not null);
        Assert.Equal(2, app.Forms.Count);
        Assert.NotEqual(AuthorizeScene.Claims(app.Forms.First()["logout_token"]).GetProperty("jti").GetString(), AuthorizeScene.Claims(app.Forms.Last()["logout_token"]).GetProperty("jti").GetString());
    }

    [Fact]
    public async Task An_app_that_hangs_holds_up_neither_the_browser_nor_another_app()
    {
        await using var hanging = await ListeningApp.StartAsync();
        var open = new TaskCompletionSource();
        hanging.Answer = _ => open.Task;
        await using var quick = await ListeningApp.StartAsync();
        await using var server = await TestServer.StartAsync();
        var scene = await AuthorizeScene.ReadyAsync(server, AuthorizeScene.WebApp with { BackchannelLogoutUri = hanging.Uri });
        await scene.TokensAsync();
        var other = await scene.WithAppAsync(AuthorizeScene.WebApp with { BackchannelLogoutUri = quick.Uri });
        await other.AllowAsync();
        await LogoutAsync(other);
        await Until.TrueAsync(() => Task.FromResult(quick.Forms.Count == 1));
        open.SetResult();
    }

    [Fact]
    public async Task An_app_that_hangs_with_many_notices_is_told_a_few_at_once_and_delays_no_other()
    {
        await using var hanging = await ListeningApp.StartAsync();
        var open = new TaskCompletionSource();
        hanging.Answer = _ => open.Task;
        await using var quick = await ListeningApp.StartAsync();
        await using var server = await TestServer.StartAsync();
        var scene = await AuthorizeScene.ReadyAsync(server, AuthorizeScene.WebApp with { BackchannelLogoutUri = hanging.Uri });
        var now = server.Clock.GetUtcNow();
        await using (var db = server.Database.NewContext())
        {
            for (var i = 0; i < 120; i++)
                db.Add(new OAuthServer.Data.LogoutNotice { AppId = scene.App.Id, UserId = scene.User.Id, SessionId = "old-" + i, CreatedAt = now.AddMinutes(-i), NextAttemptAt = now.AddMinutes(-i) });
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }
        await Until.TrueAsync(() => Task.FromResult(hanging.Forms.Count >= 4));
        var other = await scene.WithAppAsync(AuthorizeScene.WebApp with { BackchannelLogoutUri = quick.Uri });
        await other.AllowAsync();
        var began = System.Diagnostics.Stopwatch.StartNew();
        await LogoutAsync(other);
        await Until.TrueAsync(() => Task.FromResult(quick.Forms.Count == 1));
        Assert.True(began.Elapsed < TimeSpan.FromSeconds(8), "It waited for the hanging app's ten seconds.");
        Assert.Equal(4, hanging.MostAtOnce);
        Assert.Equal(["old-119", "old-118", "old-117", "old-116"], hanging.Forms.Take(4).Select(form => AuthorizeScene.Claims(form["logout_token"]).GetProperty("sid").GetString()).OrderDescending());
        open.SetResult();
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task An_app_is_told_of_a_session_that_ran_out_and_of_one_whose_user_was_frozen(string database)
    {
        await using var app = await ListeningApp.StartAsync();
        await using var server = await TestServer.StartAsync(postgres: database == "PostgreSQL");
        var ended = server.Services.GetRequiredService<EndedSessions>();
        var frozen = await AuthorizeScene.ReadyAsync(server, AuthorizeScene.WebApp with { BackchannelLogoutUri = app.Uri });
        await frozen.TokensAsync();
        var idle = await AuthorizeScene.ReadyAsync(server, AuthorizeScene.WebApp with { BackchannelLogoutUri = app.Uri });
        await idle.TokensAsync();
        await ended.RunAsync(TestContext.Current.CancellationToken);
        Assert.Empty(app.Forms);
        Assert.NotNull((await idle.AuthorizeAsync(("prompt", "none"))).Parameter("code")); // what lives goes on
        await frozen.User.ChangeAsync(user => user.Status = OAuthServer.Policy.UserStatus.Frozen);
        await ended.RunAsync(TestContext.Current.CancellationToken);
        await Until.TrueAsync(() => Task.FromResult(app.Forms.Count == 1));
        await frozen.User.ChangeAsync(user => user.Status = OAuthServer.Policy.UserStatus.Active);
        (await frozen.AuthorizeAsync(("prompt", "none"))).IsErrorForTheApp("login_required");
        server.Clock.Advance(TimeSpan.FromDays(2));
        await ended.RunAsync(TestContext.Current.CancellationToken);
        await Until.TrueAsync(() => Task.FromResult(app.Forms.Count == 2));
    }

    static async Task LogoutAsync(AuthorizeScene scene)
    {
        var idToken = (await scene.TokensAsync())["id_token"]!;
        Assert.Equal(HttpStatusCode.Redirect, (await scene.Browser.GetAsync("/services/auth/idp/oidc/logout?id_token_hint=" + idToken)).Status);
    }

    static async Task<OAuthServer.Data.LogoutNotice?> NoticeAsync(AuthorizeScene scene)
    {
        await using var db = scene.Server.Database.NewContext();
        return await db.LogoutNotices.AsNoTracking().SingleOrDefaultAsync(n => n.AppId == scene.App.Id);
    }

    /// <summary>An app that waits to be told.</summary>
    sealed class ListeningApp : IAsyncDisposable
    {
        readonly WebApplication app;

        ListeningApp(WebApplication app, string uri) => (this.app, Uri) = (app, uri);

        internal string Uri { get; }

        internal ConcurrentQueue<Dictionary<string, string>> Forms { get; } = new();

        internal Func<HttpContext, Task>? Answer { get; set; }

        /// <summary>How many were being told at the same time.</summary>
        internal int MostAtOnce { get; private set; }

        int now;

        internal static async Task<ListeningApp> StartAsync()
        {
            var address = $"http://127.0.0.1:{FreePort.Next()}";
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            var host = builder.Build();
            var listening = new ListeningApp(host, address + "/backchannel");
            host.MapPost("/backchannel", listening.TakeAsync);
            host.Urls.Add(address);
            await host.StartAsync();
            return listening;
        }

        async Task TakeAsync(HttpContext context)
        {
            var form = await context.Request.ReadFormAsync();
            Forms.Enqueue(form.ToDictionary(pair => pair.Key, pair => pair.Value.ToString()));
            lock (Forms)
                MostAtOnce = Math.Max(MostAtOnce, ++now);
            if (Answer is { } answer)
                await answer(context);
            lock (Forms)
                now--;
        }

        public ValueTask DisposeAsync() => app.DisposeAsync();
    }
}
