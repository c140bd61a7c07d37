using System.Net;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Apps;
using OAuthServer.Login;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.Authorize;

/// <summary>Authorization codes at the token endpoint (RFC 6749 section 4.1.3, RFC 7636 section 4.6): a minute, once, with all that belongs to them.</summary>
[Collection(nameof(ServersCollection))]
public sealed class CodeTests(Servers servers)
{
    const string Dead = "The code is unknown, used or expired, or was made for another app, redirect_uri or code_verifier.";

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task A_code_gives_tokens_for_what_was_allowed_and_asked(string database)
    {
        var scene = await AuthorizeScene.ReadyAsync(await servers.OnAsync(database));
        var answer = await scene.TokensAsync(("scope", "openid profile api offline_access unheard-of"));
        Assert.Equal("openid profile api offline_access", answer["scope"]);
        Assert.Equal("Bearer", answer["token_type"]);
        Assert.Equal(3600, answer.Json.GetProperty("expires_in").GetInt32());
        Assert.NotNull(answer["refresh_token"]);
        var user = await scene.UserInfoAsync(answer["access_token"]!);
        user.IsAllowed();
        Assert.Equal(AuthorizeScene.Claims(answer["id_token"]!).GetProperty("sub").GetString(), user["sub"]);
        Assert.Equal("authorization_code", AuthorizeScene.Claims(answer["access_token"]!).GetProperty("urn:oauthserver:born").GetProperty("grant").GetString());
    }

    [Fact]
    public async Task No_refresh_token_without_its_scope_or_its_flow()
    {
        var scene = await ReadyAsync();
        Assert.Null((await scene.TokensAsync(("scope", "openid api")))["refresh_token"]);
        var without = await scene.WithAppAsync(AuthorizeScene.WebApp with { Flows = [LoginChannel.AuthorizationCode] });
        await without.AllowAsync();
        Assert.Null((await without.TokensAsync(("scope", "openid offline_access")))["refresh_token"]);
    }

    [Theory]
    [InlineData("code_verifier", null)]
    [InlineData("code_verifier", "another-verifier-of-at-least-forty-three-characters-012345")]
    [InlineData("code_verifier", "short")]
    [InlineData("redirect_uri", null)]
    [InlineData("redirect_uri", "https://app.example/callback/")]
    [InlineData("code", "unknown")]
    [InlineData("code", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task Whatever_does_not_belong_to_a_code_gets_one_and_the_same_answer(string parameter, string? value)
    {
        var scene = await ReadyAsync();
        var answer = await scene.RedeemAsync(await scene.CodeAsync(), (parameter, value));
        IsDead(answer);
        Assert.Contains("no-store", answer.Headers.GetValues("Cache-Control").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_verifier_without_a_challenge_is_refused()
    {
        var scene = await ReadyAsync();
        var code = await scene.CodeAsync(("code_challenge", null), ("code_challenge_method", null));
        IsDead(await scene.RedeemAsync(code));
        (await scene.RedeemAsync(code, ("code_verifier", null))).IsAllowed();
    }

    [Fact]
    public async Task The_challenge_itself_is_no_verifier()
    {
        var scene = await ReadyAsync();
        var code = await scene.CodeAsync();
        IsDead(await scene.RedeemAsync(code, ("code_verifier", AuthorizeScene.ChallengeOf(AuthorizeScene.Verifier))));
    }

    [Fact]
    public async Task A_code_dies_after_a_minute()
    {
        var scene = await ReadyAsync();
        var (first, second) = (await scene.CodeAsync(), await scene.CodeAsync());
        scene.Server.Clock.Advance(TimeSpan.FromSeconds(59));
        (await scene.RedeemAsync(first)).IsAllowed();
        scene.Server.Clock.Advance(TimeSpan.FromSeconds(1));
        IsDead(await scene.RedeemAsync(second));
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task A_second_use_is_refused_and_revokes_what_the_first_made(string database)
    {
        var scene = await AuthorizeScene.ReadyAsync(await servers.OnAsync(database));
        var code = await scene.CodeAsync(("scope", "openid offline_access"));
        var tokens = await scene.RedeemAsync(code);
        tokens.IsAllowed();
        scene.Server.Clock.Advance(TimeSpan.FromSeconds(30));
        IsDead(await scene.RedeemAsync(code));
        Assert.Equal(HttpStatusCode.Unauthorized, (await scene.UserInfoAsync(tokens["access_token"]!)).Status);
        (await scene.Server.TokenAsync(
            TestServer.Office, ("grant_type", "refresh_token"), ("refresh_token", tokens["refresh_token"]), ("client_id", scene.App.ClientId),
            ("client_secret", scene.App.Secret))).IsRefused(HttpStatusCode.BadRequest, "invalid_grant");
    }

    [Fact]
    public async Task A_second_use_is_known_long_after_the_code_has_expired()
    {
        var scene = await ReadyAsync();
        var code = await scene.CodeAsync();
        var tokens = await scene.RedeemAsync(code);
        scene.Server.Clock.Advance(TimeSpan.FromMinutes(10));
        IsDead(await scene.RedeemAsync(code));
        Assert.Equal(HttpStatusCode.Unauthorized, (await scene.UserInfoAsync(tokens["access_token"]!)).Status);
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Of_twenty_uses_at_once_one_wins_and_what_it_made_is_revoked(string database)
    {
        var scene = await AuthorizeScene.ReadyAsync(await servers.OnAsync(database));
        var code = await scene.CodeAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => scene.RedeemAsync(code)));
        var winner = Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
        foreach (var loser in answers.Where(answer => answer != winner))
            IsDead(loser);
        Assert.Equal(HttpStatusCode.Unauthorized, (await scene.UserInfoAsync(winner["access_token"]!)).Status);
    }

    [Fact]
    public async Task A_code_that_another_app_brings_is_refused_and_burnt()
    {
        var scene = await ReadyAsync();
        var code = await scene.CodeAsync();
        var other = await scene.WithAppAsync(AuthorizeScene.WebApp);
        IsDead(await other.RedeemAsync(code));
        IsDead(await scene.RedeemAsync(code));
    }

    [Fact]
    public async Task A_code_dies_with_its_session()
    {
        var scene = await ReadyAsync();
        var code = await scene.CodeAsync();
        var session = await scene.Browser.SignInAsync(scene.User); // the same session under a new secret
        await scene.Server.Services.GetRequiredService<BrowserSessions>().EndAsync(session.Id);
        IsDead(await scene.RedeemAsync(code));
    }

    [Fact]
    public async Task A_code_dies_with_its_password()
    {
        var scene = await ReadyAsync();
        var code = await scene.CodeAsync();
        await scene.User.ChangeAsync(user => user.PasswordChangedAt = scene.Server.Clock.GetUtcNow());
        IsDead(await scene.RedeemAsync(code));
    }

    [Fact]
    public async Task A_code_dies_when_its_user_is_frozen()
    {
        var scene = await ReadyAsync();
        var code = await scene.CodeAsync();
        await scene.User.ChangeAsync(user => user.Status = UserStatus.Frozen);
        IsDead(await scene.RedeemAsync(code));
    }

    [Fact]
    public async Task A_code_is_redeemed_only_by_an_app_that_proves_itself()
    {
        var scene = await ReadyAsync();
        var code = await scene.CodeAsync();
        (await scene.RedeemAsync(code, ("client_secret", null))).IsRefused(HttpStatusCode.Unauthorized, "invalid_client");
        (await scene.RedeemAsync(code, ("client_secret", "wrong"))).IsRefused(HttpStatusCode.Unauthorized, "invalid_client");
        (await scene.RedeemAsync(code)).IsAllowed();
    }

    [Fact]
    public async Task A_public_app_redeems_its_code_by_the_verifier_alone_and_rotates()
    {
        var scene = await ReadyAsync(AuthorizeScene.NativeApp);
        var tokens = await scene.TokensAsync(("scope", "openid offline_access"));
        var refreshed = await scene.Server.TokenAsync(
            TestServer.Office, ("grant_type", "refresh_token"), ("refresh_token", tokens["refresh_token"]), ("client_id", scene.App.ClientId));
        refreshed.IsAllowed();
        Assert.NotEqual(tokens["refresh_token"], refreshed["refresh_token"]);
    }

    [Fact]
    public async Task Neither_code_nor_handle_is_kept_in_clear_or_logged()
    {
        var scene = await ReadyAsync();
        var code = await scene.CodeAsync();
        await using var db = scene.Server.Database.NewContext();
        Assert.Null(await db.AuthorizationCodes.FindAsync([code], TestContext.Current.CancellationToken));
        await scene.RedeemAsync(code);
        await scene.RedeemAsync(code);
        Assert.DoesNotContain(scene.Server.Log.Lines, line => line.Contains(code, StringComparison.Ordinal));
        Assert.Contains(scene.Server.Log.Lines, line => line.Contains("came again", StringComparison.Ordinal));
    }

    static void IsDead(Answer answer) => answer.IsRefused("invalid_grant", Dead);

    async Task<AuthorizeScene> ReadyAsync(AppSettings? settings = null) => await AuthorizeScene.ReadyAsync(await servers.OnAsync("SQLite"), settings);
}
