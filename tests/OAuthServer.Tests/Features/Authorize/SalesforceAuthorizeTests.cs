using System.Net;
using OAuthServer.Apps;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.Authorize;

/// <summary>The authorization endpoint as the salesforce dialect's clients expect it (contract, section 4.6).</summary>
[Collection(nameof(ServersCollection))]
public sealed class SalesforceAuthorizeTests(Servers servers)
{
    static readonly AppSettings App = AuthorizeScene.WebApp with { Dialect = Dialect.Salesforce, Scopes = ["api", "openid", "refresh_token"] };

    [Fact]
    public async Task A_code_gives_the_members_its_clients_read()
    {
        var scene = await ReadyAsync();
        var answer = await scene.TokensAsync(("scope", "api openid refresh_token"));
        foreach (var member in new[] { "access_token", "refresh_token", "id_token", "instance_url", "id", "signature", "issued_at", "scope" })
            Assert.False(string.IsNullOrEmpty(answer[member]), member);
        Assert.Equal(answer["id"], AuthorizeScene.Claims(answer["id_token"]!).GetProperty("sub").GetString());
        Assert.Equal(answer["id"], (await scene.UserInfoAsync(answer["access_token"]!))["sub"]);
    }

    [Fact]
    public async Task A_challenge_without_a_method_is_s256()
    {
        var scene = await ReadyAsync();
        (await scene.RedeemAsync(await scene.CodeAsync(("code_challenge_method", null)))).IsAllowed();
        (await scene.RedeemAsync(await scene.CodeAsync(("code_challenge_method", null)), ("code_verifier", AuthorizeScene.ChallengeOf(AuthorizeScene.Verifier))))
            .IsRefused("invalid_grant", "expired authorization code");
        (await scene.AuthorizeAsync(("code_challenge_method", "plain"))).IsErrorForTheApp("invalid_request");
    }

    [Fact]
    public async Task A_wrong_redirect_uri_is_told_in_form_encoded_text()
    {
        var page = await (await ReadyAsync()).AuthorizeAsync(("redirect_uri", "https://evil.example/"));
        Assert.Equal(HttpStatusCode.BadRequest, page.Status);
        Assert.Null(page.Location);
        Assert.Equal("error=redirect_uri_mismatch&error_description=redirect_uri%20must%20match%20configuration", page.Html);
    }

    [Fact]
    public async Task Immediate_without_session_or_approval_is_unsuccessful()
    {
        var scene = await AuthorizeScene.NewAsync(await servers.OnAsync("SQLite"), App);
        (await scene.AuthorizeAsync(("immediate", "true"))).IsErrorForTheApp("immediate_unsuccessful");
        await scene.Browser.SignInAsync(scene.User);
        (await scene.AuthorizeAsync(("immediate", "true"))).IsErrorForTheApp("immediate_unsuccessful");
        await scene.AllowAsync();
        Assert.NotNull((await scene.AuthorizeAsync(("immediate", "true"))).Parameter("code"));
        var standard = await AuthorizeScene.NewAsync(scene.Server);
        (await standard.AuthorizeAsync(("immediate", "true"))).IsPage("/login"); // an unknown parameter
    }

    async Task<AuthorizeScene> ReadyAsync() => await AuthorizeScene.ReadyAsync(await servers.OnAsync("SQLite"), App);
}
