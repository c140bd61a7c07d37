using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Data;
using OAuthServer.Tests.Features.Authorize;
using OAuthServer.Tests.Support;
using OAuthServer.Tokens;

namespace OAuthServer.Tests.Tokens;

/// <summary>What was used or withdrawn stays so, whatever clocks and memories say.</summary>
public sealed class OldTokensTests
{
    [Fact]
    public async Task A_clock_set_back_makes_no_used_refresh_token_good_again()
    {
        await using var server = await TestServer.StartAsync();
        var org = await TestOrg.AddAsync(server);
        var app = await org.AppAsync();
        var refresh = (await (await org.UserAsync()).LoginAsync(app, TestServer.Office))["refresh_token"]!;
        var begun = server.Clock.GetUtcNow();
        (await RefreshAsync(server, app, refresh)).IsAllowed();
        server.Clock.Set(begun - TimeSpan.FromSeconds(30)); // another node's clock may be a little late
        (await RefreshAsync(server, app, refresh)).IsAllowed();
        server.Clock.Set(begun - TimeSpan.FromHours(1));
        (await RefreshAsync(server, app, refresh)).IsRefused("invalid_grant", "expired access/refresh token");
    }

    [Fact]
    public async Task A_token_that_was_read_before_dies_with_the_key_that_signed_it()
    {
        await using var server = await TestServer.StartAsync();
        var org = await TestOrg.AddAsync(server);
        var app = await org.AppAsync();
        var token = (await (await org.UserAsync()).LoginAsync(app, TestServer.Office))["access_token"]!;
        Assert.Equal("True", (await IntrospectAsync(server, app, token))["active"]);
        await using (var db = server.Database.NewContext())
        {
            db.RemoveRange(await db.SigningKeys.ToListAsync(TestContext.Current.CancellationToken));
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }
        await server.Services.GetRequiredService<ChangeWatch>().RefreshAsync();
        Assert.Equal("False", (await IntrospectAsync(server, app, token))["active"]);
    }

    [Fact]
    public async Task Old_codes_and_requests_are_forgotten_and_a_used_code_not_before_what_it_made_has_ended()
    {
        await using var server = await TestServer.StartAsync();
        var scene = await AuthorizeScene.ReadyAsync(server);
        var code = await scene.CodeAsync();
        (await scene.RedeemAsync(code)).IsAllowed();
        await scene.PushAsync();
        var purge = server.Services.GetRequiredService<Purge>();
        await using var db = server.Database.NewContext();
        server.Clock.Advance(TimeSpan.FromMinutes(5));
        await purge.RunAsync(TimeSpan.FromDays(180), TestContext.Current.CancellationToken);
        Assert.Equal((1, 0), (await db.AuthorizationCodes.CountAsync(TestContext.Current.CancellationToken), await db.AuthorizationRequests.CountAsync(TestContext.Current.CancellationToken)));
        server.Clock.Advance(TimeSpan.FromHours(25));
        await purge.RunAsync(TimeSpan.FromDays(180), TestContext.Current.CancellationToken);
        Assert.Equal(0, await db.AuthorizationCodes.CountAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_clock_set_back_makes_neither_a_used_code_nor_an_answered_request_good_again()
    {
        await using var server = await TestServer.StartAsync();
        var scene = await AuthorizeScene.ReadyAsync(server);
        var uri = (await scene.PushAsync())["request_uri"]!;
        var code = (await scene.WithHandleAsync(uri)).Parameter("code")!;
        (await scene.RedeemAsync(code)).IsAllowed();
        server.Clock.Set(server.Clock.GetUtcNow() - TimeSpan.FromSeconds(3));
        (await scene.RedeemAsync(code)).IsRefused(System.Net.HttpStatusCode.BadRequest, "invalid_grant");
        (await scene.WithHandleAsync(uri)).IsForThePersonAlone("invalid_request_uri");
    }

    static Task<Answer> RefreshAsync(TestServer server, TestApp app, string token) => server.TokenAsync(
        TestServer.Office, ("grant_type", "refresh_token"), ("refresh_token", token), ("client_id", app.ClientId), ("client_secret", app.Secret));

    static Task<Answer> IntrospectAsync(TestServer server, TestApp app, string token) => server.PostAsync(
        TestServer.Office, "/services/oauth2/introspect", ("token", token), ("client_id", app.ClientId), ("client_secret", app.Secret));
}
