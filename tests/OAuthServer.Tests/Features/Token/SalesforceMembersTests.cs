using System.Text.Json;
using OAuthServer.Apps;
using OAuthServer.Policy;
using OAuthServer.Tests.Features.Authorize;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.Token;

/// <summary>Which members the answer of each grant has in the salesforce dialect (contract, section 4.1): all texts, and never an expires_in.</summary>
[Collection(nameof(ServersCollection))]
public sealed class SalesforceMembersTests(Servers servers)
{
    static readonly string[] Always = ["access_token", "id", "instance_url", "issued_at", "scope", "token_type"];

    [Fact]
    public async Task A_login_without_a_browser_gives_no_refresh_token_and_no_id_token()
    {
        using var scene = await BearerScene.NewAsync(await servers.OnAsync("SQLite"), salesforce: true);
        AssertMembers(await scene.Scene.LoginAsync("api openid refresh_token"), "signature");
        AssertMembers(await scene.Scene.ClientCredentialsAsync(), "signature");
        AssertMembers(await scene.SendHonestAsync());
        AssertMembers(await scene.SendSamlAsync(scene.Honest()));
    }

    [Fact]
    public async Task A_code_gives_both_where_they_are_granted_and_a_refresh_only_what_is_new()
    {
        var settings = AuthorizeScene.WebApp with { Dialect = Dialect.Salesforce, Scopes = ["api", "openid", "refresh_token"] };
        var scene = await AuthorizeScene.ReadyAsync(await servers.OnAsync("SQLite"), settings);
        AssertMembers(await scene.TokensAsync(("scope", "api")), "signature");
        AssertMembers(await scene.TokensAsync(("scope", "api openid")), "signature", "id_token");
        var tokens = await scene.TokensAsync(("scope", "api openid refresh_token"));
        AssertMembers(tokens, "signature", "id_token", "refresh_token");
        AssertMembers(await RefreshAsync(scene, tokens), "signature", "id_token");

        var rotating = await scene.WithAppAsync(settings with { Refresh = new() { Rotate = true } });
        await rotating.AllowAsync();
        tokens = await rotating.TokensAsync(("scope", "api refresh_token"));
        AssertMembers(await RefreshAsync(rotating, tokens), "signature", "refresh_token");
    }

    [Fact]
    public async Task Nothing_is_signed_where_there_is_no_secret()
    {
        var settings = AuthorizeScene.NativeApp with
        {
            Dialect = Dialect.Salesforce,
            Flows = [LoginChannel.AuthorizationCode],
            Scopes = ["api"],
        };
        AssertMembers(await (await AuthorizeScene.ReadyAsync(await servers.OnAsync("SQLite"), settings)).TokensAsync(("scope", "api")));
    }

    static Task<Answer> RefreshAsync(AuthorizeScene scene, Answer tokens) => scene.Server.TokenAsync(
        TestServer.Office, ("grant_type", "refresh_token"), ("refresh_token", tokens["refresh_token"]), ("client_id", scene.App.ClientId), ("client_secret", scene.App.Secret));

    static void AssertMembers(Answer answer, params string[] more)
    {
        answer.IsAllowed();
        Assert.Equal(Always.Concat(more).Order(), answer.Json.EnumerateObject().Select(member => member.Name).Order());
        Assert.All(answer.Json.EnumerateObject(), member => Assert.Equal(JsonValueKind.String, member.Value.ValueKind));
    }
}
