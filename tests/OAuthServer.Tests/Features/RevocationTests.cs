using System.Net;
using OAuthServer.Apps;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features;

/// <summary>Revocation (RFC 7009) as a standard app asks for it.</summary>
[Collection(nameof(ServersCollection))]
public sealed class RevocationTests(Servers servers)
{
    const string Path = "/services/oauth2/revoke";

    [Fact]
    public async Task An_unknown_token_is_a_success()
    {
        var scene = await SceneAsync();
        var revoked = await scene.AccessTokenAsync();
        await scene.RevokeAsync(revoked);
        foreach (var token in new[] { "nonsense", "x.y.z", "00D000000000000!x", revoked, new string('x', 60_000) })
        {
            var answer = await scene.RevokeAsync(token, "nonsense");
            Assert.Equal((HttpStatusCode.OK, ""), (answer.Status, answer.Text));
            Assert.True(answer.Headers.CacheControl!.NoStore);
        }
    }

    [Fact]
    public async Task Another_apps_tokens_stay_untouched()
    {
        var scene = await SceneAsync();
        var login = await scene.LoginAsync();
        var other = scene.By(await scene.Org.AppAsync(TestOrg.StandardApp with { IntrospectsAll = true }));
        Assert.Equal(HttpStatusCode.OK, (await other.RevokeAsync(login["access_token"]!)).Status);
        Assert.Equal(HttpStatusCode.OK, (await other.RevokeAsync(login["refresh_token"]!)).Status);
        Assert.Equal(HttpStatusCode.OK, (await scene.UserInfoAsync(login["access_token"]!)).Status);
        (await scene.RefreshAsync(login["refresh_token"]!)).IsAllowed();
    }

    [Theory]
    [InlineData("access_token")]
    [InlineData("refresh_token")]
    public async Task A_wrong_hint_does_no_harm(string hint)
    {
        var scene = await SceneAsync();
        var login = await scene.LoginAsync();
        await scene.RevokeAsync(login["access_token"]!, hint);
        Assert.Equal(HttpStatusCode.Unauthorized, (await scene.UserInfoAsync(login["access_token"]!)).Status);
        await scene.RevokeAsync(login["refresh_token"]!, hint);
        (await scene.RefreshAsync(login["refresh_token"]!)).IsRefused(HttpStatusCode.BadRequest, "invalid_grant");
    }

    [Fact]
    public async Task Errors_are_for_requests_without_a_token_and_apps_without_proof()
    {
        var scene = await SceneAsync();
        var token = await scene.AccessTokenAsync();
        (await scene.RevokeAsync(null)).IsRefused(HttpStatusCode.BadRequest, "invalid_request");
        (await scene.By(scene.App with { Secret = "wrong" }).RevokeAsync(token)).IsRefused(HttpStatusCode.Unauthorized, "invalid_client");
        (await scene.Server.PostAsync(TestServer.Outside, Path, ("token", token))).IsRefused(HttpStatusCode.Unauthorized, "invalid_client");
        Assert.Equal(HttpStatusCode.OK, (await scene.UserInfoAsync(token)).Status);
    }

    [Fact]
    public async Task A_public_app_revokes_its_own_by_its_name()
    {
        var scene = await SceneAsync(TestOrg.StandardApp with { AuthMethods = [ClientAuthMethod.None] });
        var login = await scene.Server.TokenAsync(
            TestServer.Office, ("grant_type", "password"), ("username", scene.User.Username), ("password", scene.User.Password), ("client_id", scene.App.ClientId));
        var token = login["access_token"]!;
        Assert.Equal(HttpStatusCode.OK, (await scene.Server.PostAsync(TestServer.Outside, Path, ("token", token), ("client_id", scene.App.ClientId))).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await scene.UserInfoAsync(token)).Status);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    public async Task A_standard_token_is_not_revoked_by_its_bearer_or_in_a_query(string method)
    {
        var scene = await SceneAsync();
        var token = await scene.AccessTokenAsync();
        var query = $"?token={token}&client_id={scene.App.ClientId}&client_secret={scene.App.Secret}&callback=alert";
        var answer = await scene.Server.SendAsync(new(new HttpMethod(method), Path + query));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.Status);
        Assert.DoesNotContain("alert", answer.Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await scene.UserInfoAsync(token)).Status);
    }

    [Theory]
    [InlineData("GET", null)]
    [InlineData("POST", null)]
    [InlineData("POST", "Bearer")]
    public async Task An_opaque_token_of_the_standard_dialect_is_not_revoked_by_its_bearer_either(string method, string? scheme)
    {
        var scene = await SceneAsync(TestOrg.StandardApp with { TokenFormat = TokenFormat.Opaque });
        var token = await scene.AccessTokenAsync();
        var request = new HttpRequestMessage(new HttpMethod(method), method == "GET" ? $"{Path}?token={token}" : Path);
        if (method == "POST")
            request.Content = new FormUrlEncodedContent([new("token", token)]);
        if (scheme is not null)
            request.Headers.TryAddWithoutValidation("Authorization", $"{scheme} {token}");
        Assert.InRange((int)(await scene.Server.SendAsync(request)).Status, 400, 405);
        Assert.Equal(HttpStatusCode.OK, (await scene.UserInfoAsync(token)).Status);
    }

    async Task<OAuthScene> SceneAsync(AppSettings? settings = null) => await OAuthScene.NewAsync(await servers.OnAsync("SQLite"), settings);
}
