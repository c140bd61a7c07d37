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
            .IsRefused("invalid_grant", "invalid code verifier");
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

    /// <summary>jsforce encodes 128 random bytes (contract, section 1, no. 2).</summary>
    [Theory]
    [InlineData(43, true)]
    [InlineData(171, true)]
    [InlineData(256, true)]
    [InlineData(42, false)]
    [InlineData(257, false)]
    public async Task A_verifier_may_be_as_long_as_its_clients_make_it(int length, bool isTaken)
    {
        var scene = await ReadyAsync();
        var verifier = new string('v', length);
        var answer = await scene.RedeemAsync(
            await scene.CodeAsync(("code_challenge", AuthorizeScene.ChallengeOf(verifier)), ("code_challenge_method", null)), ("code_verifier", verifier));
        if (isTaken)
            answer.IsAllowed();
        else
            answer.IsRefused("invalid_grant", "invalid code verifier");
    }

    [Fact]
    public async Task A_standard_apps_verifier_ends_where_the_rfc_ends_it()
    {
        var scene = await AuthorizeScene.ReadyAsync(await servers.OnAsync("SQLite"));
        foreach (var (length, isTaken) in new[] { (128, true), (129, false) })
        {
            var verifier = new string('v', length);
            var answer = await scene.RedeemAsync(await scene.CodeAsync(("code_challenge", AuthorizeScene.ChallengeOf(verifier))), ("code_verifier", verifier));
            Assert.Equal(isTaken ? HttpStatusCode.OK : HttpStatusCode.BadRequest, answer.Status);
        }
    }

    [Theory]
    [InlineData("code", "nonsense", "invalid_grant", "expired authorization code")]
    [InlineData("redirect_uri", "https://app.example/other", "redirect_uri_mismatch", "redirect_uri must match configuration")]
    [InlineData("redirect_uri", null, "redirect_uri_mismatch", "redirect_uri must match configuration")]
    [InlineData("code_verifier", null, "invalid_grant", "invalid code verifier")]
    [InlineData("client_secret", "wrong", "invalid_client", "invalid client credentials")]
    public async Task What_does_not_belong_to_a_code_is_named(string parameter, string? value, string error, string description)
    {
        var scene = await ReadyAsync();
        (await scene.RedeemAsync(await scene.CodeAsync(), (parameter, value))).IsRefused(error, description);
    }

    [Fact]
    public async Task A_used_code_is_an_expired_one()
    {
        var scene = await ReadyAsync();
        var code = await scene.CodeAsync();
        (await scene.RedeemAsync(code)).IsAllowed();
        (await scene.RedeemAsync(code)).IsRefused("invalid_grant", "expired authorization code");
    }

    /// <summary>jsforce's OAuth2 object posts its verifier with everything (contract, section 1, no. 3).</summary>
    [Fact]
    public async Task A_verifier_that_comes_with_a_refresh_token_is_not_looked_at()
    {
        var scene = await ReadyAsync();
        var tokens = await scene.TokensAsync(("scope", "api refresh_token"));
        (await scene.Server.TokenAsync(
            TestServer.Office, ("grant_type", "refresh_token"), ("refresh_token", tokens["refresh_token"]), ("code_verifier", "something else"),
            ("client_id", scene.App.ClientId), ("client_secret", scene.App.Secret))).IsAllowed();
    }

    [Fact]
    public async Task Without_a_redirect_uri_where_there_are_several_it_is_missing()
    {
        var scene = await AuthorizeScene.NewAsync(await servers.OnAsync("SQLite"), App with { RedirectUris = [AuthorizeScene.RedirectUri, "https://app.example/second"] });
        Assert.Equal("error=redirect_uri_missing&error_description=redirect_uri%20is%20required", (await scene.AuthorizeAsync(("redirect_uri", null))).Html);
    }

    /// <summary>RFC 9700 section 2.1.2 leaves no room for the user-agent flow; who asks for it is told where it would wait for the token.</summary>
    [Theory]
    [InlineData("token")]
    [InlineData("token id_token")]
    public async Task Tokens_do_not_travel_through_the_browser(string type)
    {
        var page = await (await ReadyAsync()).AuthorizeAsync(("response_type", type), ("state", "s"));
        Assert.StartsWith(
            $"{AuthorizeScene.RedirectUri}#error=unsupported_response_type&error_description=response%20type%20not%20supported&state=s&", page.Location, StringComparison.Ordinal);
    }

    /// <summary>The Force.com Toolkit for .NET writes every parameter it knows, with or without a value.</summary>
    [Fact]
    public async Task Empty_and_unknown_parameters_do_no_harm()
    {
        var scene = await ReadyAsync();
        var page = await scene.AuthorizeAsync(
            ("display", "page"), ("immediate", "False"), ("state", ""), ("scope", ""), ("nonce", ""), ("code_challenge_method", null), ("prompt", ""), ("sso_provider", ""));
        Assert.NotNull(page.Parameter("code"));
        Assert.Null(page.Parameter("state"));
    }

    [Fact]
    public async Task Whoever_may_not_use_the_app_is_denied_in_its_words()
    {
        var scene = await ReadyAsync();
        var closed = await scene.WithAppAsync(App with { Flows = [] });
        (await closed.AuthorizeAsync()).IsErrorForTheApp("OAUTH_APP_ACCESS_DENIED");
        (await scene.AuthorizeAsync(("scope", "nonsense"))).IsErrorForTheApp("invalid_scope");
        (await scene.AuthorizeAsync(("prompt", "nonsense"))).IsErrorForTheApp("invalid_request");
    }

    async Task<AuthorizeScene> ReadyAsync() => await AuthorizeScene.ReadyAsync(await servers.OnAsync("SQLite"), App);
}
