using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Data;
using OAuthServer.Tests.Support;

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

    static Task<Answer> RefreshAsync(TestServer server, TestApp app, string token) => server.TokenAsync(
        TestServer.Office, ("grant_type", "refresh_token"), ("refresh_token", token), ("client_id", app.ClientId), ("client_secret", app.Secret));

    static Task<Answer> IntrospectAsync(TestServer server, TestApp app, string token) => server.PostAsync(
        TestServer.Office, "/services/oauth2/introspect", ("token", token), ("client_id", app.ClientId), ("client_secret", app.Secret));
}
