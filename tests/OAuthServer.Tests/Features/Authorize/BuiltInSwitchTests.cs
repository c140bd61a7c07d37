using System.Net;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.Authorize;

/// <summary>What an organization's switch of sf CLI ends at once, and what it gives back.</summary>
[Collection(nameof(ServersCollection))]
public sealed class BuiltInSwitchTests(Servers servers)
{
    const string Callback = "http://localhost:1717/OauthRedirect";
    const string Scope = "refresh_token api web";

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Where_it_is_off_nobody_signs_in_by_it(string database)
    {
        var scene = await SceneAsync(database);
        var early = (await scene.AuthorizeAsync(Callback, Scope)).Parameter("code");
        Assert.NotNull(early);
        await scene.SwitchAsync(false);
        var page = await scene.AuthorizeAsync(Callback, Scope);
        Assert.Null(page.Parameter("code"));
        page.IsErrorForTheApp("OAUTH_APP_ACCESS_DENIED", Callback);
        (await scene.RedeemAsync(early, Callback)).IsRefused("invalid_client", "app is inactive"); // which was given while it was on
        await scene.SwitchAsync(true);
        (await scene.RedeemAsync((await scene.AuthorizeAsync(Callback, Scope)).Parameter("code"), Callback)).IsAllowed();
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Where_it_is_switched_off_its_tokens_are_dead_and_live_again_when_it_is_on(string database)
    {
        var scene = await SceneAsync(database);
        var tokens = await scene.RedeemAsync((await scene.AuthorizeAsync(Callback, Scope)).Parameter("code"), Callback);
        tokens.IsAllowed();
        var (access, refresh) = (tokens["access_token"], tokens["refresh_token"]);
        await IsAliveAsync(access, true);

        await scene.SwitchAsync(false);
        await IsAliveAsync(access, false);
        var refused = await scene.RefreshAsync(refresh);
        refused.IsRefused("invalid_client", "app is inactive");
        Assert.Equal((DenyReason.AppInactive, "PlatformCLI"), ((await scene.Server.RecordAsync(refused)).Reason, (await scene.Server.RecordAsync(refused)).ClientId));

        await scene.SwitchAsync(true);
        await IsAliveAsync(access, true);
        var again = await scene.RefreshAsync(refresh); // the refusal has not used it up
        again.IsAllowed();
        Assert.NotEqual(refresh, again["refresh_token"]);

        async Task IsAliveAsync(string? token, bool isAlive)
        {
            Assert.Equal(isAlive ? HttpStatusCode.OK : HttpStatusCode.Unauthorized, (await scene.AskAsync("/services/data/v67.0", token)).Status);
            Assert.Equal(isAlive ? HttpStatusCode.OK : HttpStatusCode.Forbidden, (await scene.AskAsync("/services/oauth2/userinfo", token)).Status);
            Assert.Equal(isAlive ? HttpStatusCode.OK : HttpStatusCode.Forbidden, (await scene.AskAsync(new Uri(tokens["id"]!).AbsolutePath, token)).Status);
        }
    }

    /// <summary>A switch is the organization's own.</summary>
    [Fact]
    public async Task Another_organizations_people_go_on()
    {
        var (off, on) = (await SceneAsync("SQLite"), await SceneAsync("SQLite"));
        await off.SwitchAsync(false);
        (await on.RedeemAsync((await on.AuthorizeAsync(Callback, Scope)).Parameter("code"), Callback)).IsAllowed();
        Assert.Null((await off.AuthorizeAsync(Callback, Scope)).Parameter("code"));
    }

    /// <summary>A public client's refresh token is used once: who keeps the first one, as a script does with an sfdx URL, ends the line for everybody (RFC 9700 section 4.14.2).</summary>
    [Fact]
    public async Task A_refresh_token_that_comes_back_later_ends_its_whole_line()
    {
        var scene = await SceneAsync("SQLite");
        var first = (await scene.RedeemAsync((await scene.AuthorizeAsync(Callback, Scope)).Parameter("code"), Callback))["refresh_token"];
        var second = (await scene.RefreshAsync(first))["refresh_token"];
        scene.Server.Clock.Advance(TimeSpan.FromMinutes(1));
        var replayed = await scene.RefreshAsync(first);
        replayed.IsRefused("invalid_grant", "expired access/refresh token");
        Assert.Equal(CredentialFlaw.RefreshTokenReused, (await scene.Server.RecordAsync(replayed)).Flaw);
        (await scene.RefreshAsync(second)).IsRefused("invalid_grant", "expired access/refresh token");
    }

    async Task<BuiltInScene> SceneAsync(string database) => await BuiltInScene.NewAsync(await servers.OnAsync(database), "PlatformCLI");
}
