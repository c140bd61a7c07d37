using OAuthServer.Apps;
using OAuthServer.Data;
using OAuthServer.Tests.Features.Authorize;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.Recorded;

/// <summary>How the clients of .NET get their first token: forms of these very parameters in this order, and no PKCE (contract, section 2.5).</summary>
[Collection(nameof(ServersCollection))]
public sealed class DotNetClientsTests(Servers servers)
{
    const string NetCoreForce = "netcoreforce-client/v64.0";
    const string Toolkit = "forcedotcom-toolkit-dotnet/v36.0";
    const string Token = "/services/oauth2/token";
    const string Authorize = "/services/oauth2/authorize";

    static readonly AppSettings WebApp = AuthorizeScene.WebApp with { Dialect = Dialect.Salesforce, Scopes = ["api", "id", "refresh_token"] };

    [Theory]
    [InlineData(NetCoreForce)]
    [InlineData(Toolkit)]
    public async Task A_password_with_its_token(string agent)
    {
        var scene = await OAuthScene.NewAsync(await servers.OnAsync("SQLite"), TestOrg.SalesforceApp);
        Task<Answer> LoginAsync(string password) => PostAsync(
            scene.Server, agent, ("grant_type", "password"), ("client_id", scene.App.ClientId), ("client_secret", scene.App.Secret), ("username", scene.User.Username), ("password", password));

        var session = Read(await LoginAsync(scene.User.Password + await scene.User.ReceiveTokenAsync()), scene.User);
        Assert.DoesNotContain("refresh_token", session.Keys);
        // Anything but 404 is read as an error with its description.
        (await LoginAsync("wrong")).IsRefused("invalid_grant", "authentication failure");
    }

    [Fact]
    public async Task NetCoreForce_brings_a_code()
    {
        var scene = await AuthorizeScene.ReadyAsync(await servers.OnAsync("SQLite"), WebApp);
        var page = await scene.Browser.GetAsync(
            $"{Authorize}?response_type=code&client_id={scene.App.ClientId}&redirect_uri={Uri.EscapeDataString(AuthorizeScene.RedirectUri)}&display=page&immediate=false");
        await RedeemAsync(scene, NetCoreForce, page.Parameter("code"));
    }

    /// <summary>Nothing is escaped, empty parameters are sent as such, and a truth value has a capital.</summary>
    [Fact]
    public async Task Force_com_toolkit_brings_a_code()
    {
        var scene = await AuthorizeScene.ReadyAsync(await servers.OnAsync("SQLite"), WebApp);
        var page = await scene.Browser.GetAsync(
            $"{Authorize}?response_type=code&client_id={scene.App.ClientId}&redirect_uri={AuthorizeScene.RedirectUri}&display=page&immediate=False&state=&scope=");
        await RedeemAsync(scene, Toolkit, page.Parameter("code"));
    }

    [Fact]
    public async Task NetCoreForce_logs_in_as_a_program()
    {
        var scene = await OAuthScene.NewAsync(await servers.OnAsync("SQLite"), TestOrg.SalesforceApp);
        Read(await PostAsync(scene.Server, NetCoreForce, ("grant_type", "client_credentials"), ("client_id", scene.App.ClientId), ("client_secret", scene.App.Secret)), scene.User);
        (await PostAsync(scene.Server, NetCoreForce, ("grant_type", "client_credentials"), ("client_id", scene.App.ClientId), ("client_secret", "wrong")))
            .IsRefused("invalid_client", "invalid client credentials");
    }

    static async Task RedeemAsync(AuthorizeScene scene, string agent, string? code)
    {
        Assert.NotNull(code);
        Task<Answer> BringAsync(string redirectUri) => PostAsync(
            scene.Server, agent, ("grant_type", "authorization_code"), ("client_id", scene.App.ClientId), ("client_secret", scene.App.Secret), ("redirect_uri", redirectUri), ("code", code));

        (await BringAsync("https://app.example/other")).IsRefused("redirect_uri_mismatch", "redirect_uri must match configuration");
        Assert.Matches("^[A-Za-z0-9._-]+$", Read(await BringAsync(AuthorizeScene.RedirectUri), scene.User)["refresh_token"]);
        (await BringAsync(AuthorizeScene.RedirectUri)).IsRefused("invalid_grant", "expired authorization code");
    }

    /// <summary>Both read every member into a text; one then makes a number of issued_at.</summary>
    static Dictionary<string, string> Read(Answer answer, TestUser user)
    {
        answer.IsAllowed();
        var session = Wire.AsMapOfStrings(answer);
        Assert.Equal(("Bearer", "http://localhost:5000"), (session["token_type"], session["instance_url"]));
        Assert.EndsWith("/" + RecordId.Long(user.Id), session["id"], StringComparison.Ordinal);
        Assert.Matches(@"^00D\w{12}![A-Za-z0-9._]+$", session["access_token"]);
        Assert.True(long.Parse(session["issued_at"]) > 9_999_999_999, "read as seconds");
        return session;
    }

    /// <summary>As FormUrlEncodedContent writes it, which is what both use.</summary>
    static async Task<Answer> PostAsync(TestServer server, string agent, params (string Name, string Value)[] form)
    {
        using var content = new FormUrlEncodedContent(form.Select(pair => KeyValuePair.Create(pair.Name, pair.Value)));
        return await Wire.PostAsync(server, Token, await content.ReadAsStringAsync(), ("User-Agent", agent));
    }
}
