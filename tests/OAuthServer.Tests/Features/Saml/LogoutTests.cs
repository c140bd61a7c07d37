using System.Collections.Concurrent;
using OAuthServer.Data;
using OAuthServer.Federation.Saml;
using OAuthServer.Tests.Features.Authorize;
using OAuthServer.Tests.Federation.Oidc;
using OAuthServer.Tests.Support;
using OAuthServer.Tests.Support.Providers;

namespace OAuthServer.Tests.Features.Saml;

/// <summary>Single logout with SimpleSAMLphp, from either end.</summary>
public sealed class LogoutTests
{
    const string Gone = "http://gone.example/";

    [Fact]
    public async Task A_sign_out_here_is_one_there()
    {
        await using var real = await RealSaml.StartAsync(null, settings => settings with { VerifyRequests = true });
        OidcScene.IsIn(await real.SignInAsync());
        var leave = await real.Browser.PostAsync(await real.Browser.GetAsync("/logout"), null, ("decision", "out"));
        Assert.StartsWith(real.Idp.SingleLogoutUrl, leave.Location, StringComparison.Ordinal);
        Assert.False(await real.IsInAsync()); // at once, whatever happens there
        var back = await real.Visitor.GoAsync(leave.Location!);
        Assert.StartsWith(real.EntityId + "/slo?SAMLResponse=", back.Url.AbsoluteUri, StringComparison.Ordinal);
        Assert.Equal("/logout", (await real.Browser.GetAsync(back.Url.PathAndQuery)).LocalLocation);
        Assert.True((await real.Visitor.GoAsync((await real.Browser.GetAsync(real.Provider.Path)).Location!)).Fields.ContainsKey("password")); // asks again
    }

    [Fact]
    public async Task A_sign_out_there_is_one_here_and_apps_are_told()
    {
        var told = new ConcurrentQueue<string>();
        await using var app = await Loopback.StartAsync(async context => told.Enqueue((await context.Request.ReadFormAsync())["logout_token"]!));
        var server = await TestServer.StartAsync();
        var hub = await AuthorizeScene.NewAsync(server, AuthorizeScene.WebApp with { BackchannelLogoutUri = app.Url });
        await using var real = await RealSaml.StartAsync(
            settings => settings with { SubjectAttribute = "uid" }, settings => settings with { VerifyRequests = true }, server, hub.Org);
        await using (var db = server.Database.NewContext())
        {
            db.Add(new FederatedIdentity { ProviderId = real.Provider.Id, Subject = "alice", UserId = hub.User.Id, CreatedAt = server.Clock.GetUtcNow() });
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }
        OidcScene.IsIn(await real.SignInAsync());
        await hub.AllowAsync();
        foreach (var (name, value) in real.Browser.Cookies)
            hub.Browser.Cookies[name] = value;
        var signedIn = AuthorizeScene.Claims((await hub.TokensAsync())["id_token"]!);
        await SignOutThereAsync(real);
        Assert.False(await real.IsInAsync());
        await Until.TrueAsync(() => Task.FromResult(!told.IsEmpty));
        Assert.Equal(signedIn.GetProperty("sid").GetString(), AuthorizeScene.Claims(Assert.Single(told)).GetProperty("sid").GetString());
    }

    [Fact]
    public async Task A_message_that_the_provider_did_not_sign_ends_nothing()
    {
        await using var real = await RealSaml.StartAsync(null, settings => settings with { SignLogout = false });
        OidcScene.IsIn(await real.SignInAsync());
        var asked = await real.Visitor.GoAsync(real.Idp.IdpInitiatedLogoutUrl(Gone));
        Assert.StartsWith(real.EntityId + "/slo?SAMLRequest=", asked.Url.AbsoluteUri, StringComparison.Ordinal);
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, (await real.Browser.GetAsync(asked.Url.PathAndQuery)).Status);
        Assert.True(await real.IsInAsync());
    }

    [Fact]
    public async Task A_sign_out_there_by_a_key_that_nobody_announced_is_one_here()
    {
        await using var real = await RealSaml.StartAsync();
        OidcScene.IsIn(await real.SignInAsync());
        await real.Idp.ChangeAsync(settings => settings with { Certificate = SigningCertificate.New("Unannounced") });
        real.Server.Clock.Advance(SamlMetadataFetching.BetweenFetches);
        await SignOutThereAsync(real);
        Assert.False(await real.IsInAsync());
    }

    /// <summary>From the provider, by our door, back to the provider, which takes our answer, and on.</summary>
    internal static async Task SignOutThereAsync(RealSaml real)
    {
        var asked = await real.Visitor.GoAsync(real.Idp.IdpInitiatedLogoutUrl(Gone));
        Assert.True(asked.Url.AbsoluteUri.StartsWith(real.EntityId + "/slo?SAMLRequest=", StringComparison.Ordinal), $"{asked.Url} {asked.Html}\n{real.Idp.Log}");
        var answered = await real.Browser.GetAsync(asked.Url.PathAndQuery);
        Assert.True(answered.Location?.StartsWith(real.Idp.SingleLogoutUrl, StringComparison.Ordinal), $"{(int)answered.Status} {answered.Html}\n{string.Join('\n', real.Server.Log.Lines.TakeLast(5))}");
        var end = await real.Visitor.GoAsync(answered.Location!);
        Assert.True(end.Url.AbsoluteUri == Gone, $"{end.Url} {end.Html}\n{real.Idp.Log}");
    }
}
