using OAuthServer.Apps;
using OAuthServer.Data;
using OAuthServer.Policy;
using OAuthServer.Tests.Features.Authorize;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Clients;

/// <summary>Other people's clients, unmodified, with a browser in which somebody is signed in.</summary>
public sealed class BrowserClientsTests
{
    [Theory]
    [InlineData("openid-client-code.mjs", "RS256", true)]
    [InlineData("openid-client-code.mjs", "ES256", false)]
    [InlineData("oauth4webapi.mjs", "RS256", true)]
    [InlineData("oauth4webapi.mjs", "ES256", false)]
    public async Task A_client_completes_code_pkce_par_device_refresh_userinfo_and_logout_and_validates_what_it_gets(string script, string algorithm, bool hasSecret)
    {
        var folder = await NodePackages.InstalledAsync("Clients");
        await using var server = await TestServer.StartAtItsPublicUrlAsync();
        server.Clock.Set(TimeProvider.System.GetUtcNow()); // clients compare ID tokens with the real time
        var settings = (hasSecret ? AuthorizeScene.WebApp : AuthorizeScene.WebApp with { AuthMethods = [ClientAuthMethod.None] }) with
        {
            IdTokenAlgorithm = algorithm,
            Flows = [.. AuthorizeScene.WebApp.Flows, LoginChannel.Device],
        };
        var scene = await AuthorizeScene.NewAsync(server, settings);
        var browser = new TestBrowser(server);
        await browser.SignInAsync(scene.User, Proof.Password | Proof.EmailCode);
        await scene.AllowAsync();
        await NodePackages.RunAsync(folder, script, new
        {
            url = server.Address.ToString().TrimEnd('/'),
            scene.App.ClientId,
            Secret = hasSecret ? scene.App.Secret : null,
            algorithm,
            AuthorizeScene.RedirectUri,
            GoodbyeUri = settings.PostLogoutRedirectUris[0],
            Cookie = string.Join("; ", browser.Cookies.Select(cookie => $"{cookie.Key}={cookie.Value}")),
            scene.User.Username,
            Subject = RecordId.Long(scene.User.Id),
        });
    }
}
