using System.Net;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.SingleAccess;

/// <summary>What an app gets for its token, and what it does not.</summary>
[Collection(nameof(ServersCollection))]
public sealed class SingleAccessTests(Servers servers)
{
    [Theory]
    [InlineData("GET", "")]
    [InlineData("POST", "")]
    [InlineData("GET", "oauth_token")]
    [InlineData("POST", "access_token")]
    public async Task A_token_is_taken_wherever_the_dialect_takes_one(string method, string parameter)
    {
        var scene = await SceneAsync();
        var answer = await scene.SendAsync(
            method, "/services/oauth2/singleaccess" + (parameter.Length > 0 ? $"?{parameter}={scene.Token}" : ""), parameter.Length > 0 ? null : "OAuth " + scene.Token);
        answer.IsAllowed();
        Assert.Equal("frontdoor_uri", Assert.Single(answer.Json.EnumerateObject()).Name);
        Assert.Matches("^http://localhost:5000/secur/frontdoor\\.jsp\\?otp=[A-Za-z0-9_-]{40,}$", answer["frontdoor_uri"]);
        Assert.True(answer.Headers.CacheControl!.NoStore);
    }

    [Fact]
    public async Task Whoever_shows_no_good_token_learns_no_more_than_that()
    {
        var scene = await SceneAsync();
        const string path = "/services/oauth2/singleaccess?redirect_uri=//evil.test";
        IsWord(await scene.SendAsync("GET", path, null), "Missing_OAuth_Token");
        IsWord(await scene.SendAsync("POST", path, "Basic eDp5"), "Missing_OAuth_Token");
        foreach (var bad in new[] { "nonsense", scene.Token + "x", scene.Token[..^1], "a.b.c", new string('x', 20_000) })
            IsWord(await scene.SendAsync("GET", path, "Bearer " + bad), "Bad_OAuth_Token");
        (await scene.SendAsync("GET", $"{path}&oauth_token={scene.Token}", "Bearer another")).IsRefused(HttpStatusCode.BadRequest, "invalid_request");
        foreach (var method in new[] { "HEAD", "PUT", "DELETE" })
            Assert.Equal(HttpStatusCode.MethodNotAllowed, (await scene.SendAsync(method, path, "Bearer " + scene.Token)).Status);
        await scene.Scene.RevokeAsync(scene.Token);
        IsWord(await scene.AskAsync(), "Bad_OAuth_Token");
    }

    [Fact]
    public async Task Tokens_of_the_standard_dialect_and_of_expired_passwords_are_none_here()
    {
        var server = await servers.OnAsync("SQLite");
        var standard = await OAuthScene.NewAsync(server, TestOrg.StandardApp with { Scopes = ["api", "web"] });
        var scene = await SceneAsync();
        IsWord(await scene.AskAsync(token: await standard.AccessTokenAsync()), "Bad_OAuth_Token");
        var expired = await OAuthScene.NewAsync(server, TestOrg.SalesforceApp with { Scopes = ["change_password", "web"] });
        IsWord(await scene.AskAsync(token: await expired.AccessTokenAsync()), "Bad_OAuth_Token");
    }

    [Theory]
    [InlineData("web", true)]
    [InlineData("full", true)]
    [InlineData("api", false)]
    [InlineData("webs", false)]
    public async Task The_scope_web_is_wanted_or_the_one_that_holds_it(string scope, bool isEnough)
    {
        var scene = await SingleAccessScene.NewAsync(await servers.OnAsync("SQLite"), SingleAccessScene.App with { Scopes = ["id", scope] });
        var answer = await scene.AskAsync();
        if (isEnough)
            answer.IsAllowed();
        else
            answer.IsRefused(HttpStatusCode.Forbidden, "insufficient_scope");
    }

    [Theory]
    [InlineData("/settings/sessions", "/settings/sessions")]
    [InlineData("/settings?a=b%2526c", "/settings?a=b%26c")]
    [InlineData("lightning/setup/SetupOneHome/home", "/lightning/setup/SetupOneHome/home")]
    [InlineData("evil.test", "/evil.test")]
    [InlineData("//evil.test", null)]
    [InlineData("/%2Fevil.test", null)]
    [InlineData("/%252Fevil.test", null)]
    [InlineData("https://evil.test/", null)]
    [InlineData("http:evil.test", null)]
    [InlineData("javascript:alert(1)", null)]
    [InlineData("%5Cevil.test", null)]
    [InlineData("/%5Cevil.test", null)]
    [InlineData("/%09/evil.test", null)]
    [InlineData("%09//evil.test", null)]
    [InlineData("/settings%0D%0ASet-Cookie:a=b", null)]
    [InlineData("/settings%00", null)]
    [InlineData("/%C3%A4", null)]
    public async Task It_leads_to_a_path_of_this_server_and_nowhere_else(string query, string? path)
    {
        var scene = await SceneAsync();
        var answer = await scene.AskAsync("?redirect_uri=" + query);
        if (path is null)
        {
            answer.IsRefused(HttpStatusCode.BadRequest, "invalid_request");
            return;
        }
        var browser = scene.Browser();
        await browser.SignInAsync(scene.User);
        Assert.Equal(path, (await scene.OpenAsync(browser, "?redirect_uri=" + query)).LocalLocation);
    }

    [Fact]
    public async Task A_path_has_an_end()
    {
        var scene = await SceneAsync();
        (await scene.AskAsync("?redirect_uri=/" + new string('x', 1_999))).IsAllowed();
        (await scene.AskAsync("?redirect_uri=/" + new string('x', 2_000))).IsRefused(HttpStatusCode.BadRequest, "invalid_request");
    }

    static void IsWord(Answer answer, string word) =>
        Assert.Equal((403, word, "text/plain; charset=UTF-8"), ((int)answer.Status, answer.Text, answer.ContentType));

    async Task<SingleAccessScene> SceneAsync() => await SingleAccessScene.NewAsync(await servers.OnAsync("SQLite"));
}
