using System.Net;
using OAuthServer.Apps;
using OAuthServer.Data;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features;

/// <summary>Userinfo (OpenID Connect Core 1.0 section 5.3) behind a bearer token (RFC 6750).</summary>
[Collection(nameof(ServersCollection))]
public sealed class UserInfoTests(Servers servers)
{
    const string Path = "/services/oauth2/userinfo";

    [Theory]
    [InlineData("GET", "Bearer")]
    [InlineData("GET", "bearer")]
    [InlineData("POST", "BEARER")]
    public async Task A_token_in_the_header_is_enough(string method, string scheme)
    {
        var scene = await SceneAsync();
        var request = new HttpRequestMessage(new HttpMethod(method), Path);
        request.Headers.TryAddWithoutValidation("Authorization", $"{scheme} {await scene.AccessTokenAsync()}");
        var answer = await scene.Server.SendAsync(request);
        answer.IsAllowed();
        Assert.Equal("application/json; charset=UTF-8", answer.ContentType);
        Assert.Equal(RecordId.Long(scene.User.Id), answer["sub"]);
    }

    [Fact]
    public async Task Claims_follow_the_scope()
    {
        var scene = await SceneAsync();
        Assert.Equal(["sub"], await ClaimsAsync("openid"));
        Assert.Equal(["sub", "preferred_username", "name", "given_name", "family_name", "locale", "zoneinfo", "updated_at"], await ClaimsAsync("openid profile"));
        Assert.Equal(["sub", "email", "email_verified"], await ClaimsAsync("openid email"));

        async Task<IEnumerable<string>> ClaimsAsync(string scope) =>
            (await scene.UserInfoAsync(await scene.AccessTokenAsync(scope))).Json.EnumerateObject().Select(claim => claim.Name);
    }

    [Fact]
    public async Task Without_a_token_no_error_is_named()
    {
        var scene = await SceneAsync();
        foreach (var header in new[] { null, "Basic YTpi" })
        {
            var request = new HttpRequestMessage(HttpMethod.Get, Path);
            if (header is not null)
                request.Headers.TryAddWithoutValidation("Authorization", header);
            var answer = await scene.Server.SendAsync(request);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.Status);
            Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.ToString());
            Assert.Equal("", answer.Text);
        }
    }

    [Fact]
    public async Task What_is_no_access_token_is_invalid_token()
    {
        var scene = await SceneAsync();
        foreach (var token in new[] { await scene.RefreshTokenAsync(), "nonsense", "x.y.z", scene.App.Secret, new string('x', 20_000) })
        {
            var answer = await scene.UserInfoAsync(token);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.Status);
            Assert.StartsWith("Bearer error=\"invalid_token\"", answer.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Tokens_of_apps_and_tokens_without_openid_do_not_reach_it()
    {
        var scene = await SceneAsync();
        foreach (var token in new[] { (await scene.ClientCredentialsAsync())["access_token"]!, await scene.AccessTokenAsync("api profile") })
        {
            var answer = await scene.UserInfoAsync(token);
            Assert.Equal(HttpStatusCode.Forbidden, answer.Status);
            Assert.StartsWith("Bearer error=\"insufficient_scope\"", answer.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("access_token")]
    [InlineData("oauth_token")]
    public async Task A_standard_token_is_not_taken_from_query_or_body(string parameter)
    {
        var scene = await SceneAsync();
        var token = await scene.AccessTokenAsync();
        var inQuery = await scene.Server.SendAsync(new(HttpMethod.Get, $"{Path}?{parameter}={token}"));
        var inBody = await scene.Server.PostAsync(TestServer.Outside, Path, (parameter, token));
        var chunked = new HttpRequestMessage(HttpMethod.Post, Path) { Content = new FormUrlEncodedContent([new(parameter, token)]) };
        chunked.Headers.TransferEncodingChunked = true;
        var twice = new HttpRequestMessage(HttpMethod.Get, $"{Path}?{parameter}={token}");
        twice.Headers.Authorization = new("Bearer", token);
        foreach (var answer in new[] { inQuery, inBody, await scene.Server.SendAsync(chunked), await scene.Server.SendAsync(twice) })
        {
            Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
            Assert.StartsWith("Bearer error=\"invalid_request\"", answer.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Two_different_tokens_are_an_invalid_request()
    {
        var scene = await SceneAsync(TestOrg.SalesforceApp);
        var (first, second) = (await scene.AccessTokenAsync(), await scene.AccessTokenAsync());
        var request = new HttpRequestMessage(HttpMethod.Get, $"{Path}?oauth_token={first}");
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + second);
        (await scene.Server.SendAsync(request)).IsRefused(HttpStatusCode.BadRequest, "invalid_request");
    }

    [Fact]
    public async Task Other_methods_are_refused() =>
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await (await SceneAsync()).Server.SendAsync(new(HttpMethod.Delete, Path))).Status);

    async Task<OAuthScene> SceneAsync(AppSettings? settings = null) => await OAuthScene.NewAsync(await servers.OnAsync("SQLite"), settings);
}
