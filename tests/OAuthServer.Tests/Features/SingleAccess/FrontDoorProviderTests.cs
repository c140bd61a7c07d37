using OAuthServer.Policy;
using OAuthServer.Tests.Features.Sso;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.SingleAccess;

/// <summary>A link for somebody who signs in at an identity provider.</summary>
[Collection(nameof(ScriptedServersCollection))]
public sealed class FrontDoorProviderTests(ScriptedServers servers)
{
    [Fact]
    public async Task Whose_domain_signs_in_at_a_provider_is_sent_there()
    {
        var sso = await SsoScene.NewAsync(servers.Server, isRequired: true);
        var (user, app) = (await sso.UserAsync(new() { Sso = SsoMode.Offered }), await sso.Org.AppAsync(SingleAccessScene.App));
        var scene = await SingleAccessScene.NewAsync(servers.Server);
        var login = await user.LoginAsync(app, TestServer.Office);
        login.IsAllowed();
        var page = await scene.OpenAsync(scene.Browser(), "?redirect_uri=/settings", login["access_token"]);
        Assert.StartsWith(sso.Provider.Path + "?", page.LocalLocation, StringComparison.Ordinal);
        Assert.Equal(("/settings", user.Username), (page.Parameter("to"), page.Parameter("login_hint")));
    }
}
