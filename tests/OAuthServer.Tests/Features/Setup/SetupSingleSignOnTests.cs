using System.Net;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Features.Shared;
using OAuthServer.Federation;
using OAuthServer.Orgs;
using OAuthServer.Policy;
using OAuthServer.Tests.Features.Sso;
using OAuthServer.Tests.Federation;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.Setup;

/// <summary>What administrators see of their organization's providers, and the sign-in that they try them by.</summary>
[Collection(nameof(ScriptedServersCollection))]
public sealed class SetupSingleSignOnTests(ScriptedServers servers)
{
    const string Path = "/setup/single-sign-on";
    readonly TestServer server = servers.Server;

    [Fact]
    public async Task Who_is_no_administrator_finds_nothing_there()
    {
        var scene = await SsoScene.NewAsync(server);
        var browser = new TestBrowser(server);
        Assert.Equal("/login?to=%2Fsetup%2Fsingle-sign-on", (await browser.GetAsync(Path)).LocalLocation);
        await browser.SignInAsync(await scene.UserAsync());
        Assert.Equal(HttpStatusCode.NotFound, (await browser.GetAsync(Path)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await browser.PostAsync(await browser.GetAsync("/settings"), Path + "?handler=Test", ("provider", scene.Provider.Id))).Status);
        Assert.DoesNotContain(Path, (await browser.GetAsync("/settings")).Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_administrator_sees_what_the_own_providers_are_and_need_and_no_others()
    {
        var (scene, browser) = await AdministratorAsync(change: settings => settings with { LinksByVerifiedEmail = true, SecondFactors = ["mfa"] });
        var other = await SsoScene.NewAsync(server);
        await scene.LinkAsync(await scene.UserAsync(new ProfileSettings { Sso = SsoMode.Required }), "s-20");
        var page = await browser.GetAsync(Path);
        Assert.Equal(HttpStatusCode.OK, page.Status);
        foreach (var text in new[]
        {
            $"<code>{server.PublicUrl}{scene.Provider.Path}/callback</code>", $"<code>{server.PublicUrl}{scene.Provider.Path}/backchannel-logout</code>",
            $"<code>{server.PublicUrl}{scene.Provider.Path}/signed-out</code>", $"<code>{server.PublicUrl}/sso/{scene.Alias}</code>",
            "OpenID Connect", scene.Domain, "<dd>1</dd>", "Link existing accounts by a verified e-mail address", "Vouch for a second factor by: mfa",
            "People whose profiles require single sign-on have no security token", "That applies to 1 person",
        })
            Assert.Contains(text, page.Html, StringComparison.Ordinal);
        Assert.DoesNotContain(other.Provider.Path, page.Html, StringComparison.Ordinal);
        Assert.Contains($"href=\"{Path}\"", (await browser.GetAsync("/settings")).Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_provider_is_switched_off_and_on_at_the_page_which_says_first_what_stops()
    {
        var (scene, browser) = await AdministratorAsync();
        await scene.LinkAsync(await scene.UserAsync(new ProfileSettings { Sso = SsoMode.Required }), "s-30");
        var page = await browser.GetAsync(Path);
        Assert.Contains("Active people linked with it: 1. Of them without another way in: 1.", page.Html, StringComparison.Ordinal);
        var name = scene.Provider.Row.Name;
        var other = await SsoScene.NewAsync(server);
        foreach (var handler in new[] { "Activate", "Deactivate" })
            Assert.Equal(HttpStatusCode.NotFound, (await browser.PostAsync(page, $"{Path}?handler={handler}", ("name", other.Provider.Row.Name))).Status);
        var off = await browser.FollowAsync(await browser.PostAsync(page, Path + "?handler=Deactivate", ("name", name)));
        Assert.Contains("The provider is switched off.", off.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("Test sign-in", off.Html, StringComparison.Ordinal);
        var on = await browser.FollowAsync(await browser.PostAsync(off, Path + "?handler=Activate", ("name", name)));
        Assert.Contains("The provider is switched on.", on.Html, StringComparison.Ordinal);
        Assert.Contains("Test sign-in", on.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_saml_provider_is_shown_with_its_metadata_and_the_ends_of_its_certificates()
    {
        var (scene, browser) = await AdministratorAsync();
        var now = server.Clock.GetUtcNow();
        var saml = await scene.Org.ProviderAsync(
            new() { Label = "Acme SAML", Saml = new() { MetadataUrl = "https://idp.test/metadata" } },
            metadata: ProviderCertificatesTests.Metadata(("signing", ProviderCertificatesTests.Certificate("CN=Old", now.AddDays(4.5))), ("signing", ProviderCertificatesTests.Certificate("CN=New", now.AddDays(400)))));
        await using (var db = server.Database.NewContext())
            await db.ProviderMetadata.Where(m => m.ProviderId == saml.Id).ExecuteUpdateAsync(set => set.SetProperty(m => m.Problem, "404 <Not Found>").SetProperty(m => m.ProblemAt, now), TestContext.Current.CancellationToken);
        var page = await browser.GetAsync(Path);
        foreach (var text in new[]
        {
            $"<code>{server.PublicUrl}{saml.Path}/metadata</code>", $"<code>{server.PublicUrl}{saml.Path}</code>", $"<code>{server.PublicUrl}{saml.Path}/acs</code>",
            "CN=Old", "<span class=\"badge danger\">4 days left</span>", "CN=New", "Metadata cannot be fetched", "404 &lt;Not Found&gt;",
        })
            Assert.Contains(text, page.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_test_shows_every_check_and_signs_nobody_in()
    {
        var (scene, browser) = await AdministratorAsync();
        var user = await scene.UserAsync();
        await scene.LinkAsync(user, "s-21");
        var session = browser.Cookies["session"];
        var sent = await TestAsync(scene, browser);
        Assert.Equal("False", sent.Parameter("new"));
        var page = await SsoScene.AnswerAsync(browser, sent, "s-21");
        Assert.Equal(HttpStatusCode.OK, page.Status);
        foreach (var text in new[] { "This sign-in would work.", $"The account {user.Username}, which is linked", "Issuer", "<code>https://idp.test</code>", "nobody was signed in", "&lt;script&gt;" })
            Assert.Contains(text, page.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>", page.Html, StringComparison.Ordinal);
        Assert.Equal(session, browser.Cookies["session"]);
        Assert.Null(Assert.Single(await scene.IdentitiesAsync(user)).LastUsedAt);
        await using var db = server.Database.NewContext();
        Assert.False(await db.BrowserSessions.AnyAsync(s => s.UserId == user.Id, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_test_that_fails_shows_what_was_found_wanting()
    {
        var (scene, browser) = await AdministratorAsync();
        var page = await SsoScene.AnswerAsync(browser, await TestAsync(scene, browser), "x", AssertionFlaw.WrongAudience);
        foreach (var text in new[] { "This sign-in would be refused.", "It is meant for somebody else than this server.", "Audience", "Does not hold", "&lt;seen&gt;", "None was looked for" })
            Assert.Contains(text, page.Html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, false, "None.")]
    [InlineData(true, false, "has the verified e-mail address and would be linked")]
    [InlineData(false, true, "A new account would be made:")]
    public async Task A_test_says_which_account_it_would_have_been(bool links, bool creates, string says)
    {
        Profile? profile = null;
        var scene = await SsoScene.NewAsync(server, change: settings => settings with
        {
            LinksByVerifiedEmail = links,
            Provisioning = new() { Creates = creates, DefaultProfile = creates ? "Made" : null },
        });
        await using (var db = server.Database.NewContext())
        {
            profile = await scene.Org.ProfileAsync(new());
            await db.Profiles.Where(p => p.Id == profile.Id).ExecuteUpdateAsync(set => set.SetProperty(p => p.Name, "Made"), TestContext.Current.CancellationToken);
        }
        var browser = await SignInAsAdministratorAsync(scene);
        var user = await scene.UserAsync(change: user => user.Email = user.Username);
        var email = creates ? $"new@{scene.Domain}" : user.Username;
        var page = await SsoScene.AnswerAsync(browser, await TestAsync(scene, browser), "s-22", email: email);
        Assert.Contains(says, page.Html, StringComparison.Ordinal);
        Assert.Empty(await scene.IdentitiesAsync(user));
        await using var after = server.Database.NewContext();
        Assert.False(await after.Users.AnyAsync(u => u.Username == $"new@{scene.Domain}", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_test_is_shown_to_the_administrator_who_began_it_and_to_nobody_else()
    {
        var (scene, browser) = await AdministratorAsync();
        var sent = await TestAsync(scene, browser);
        await browser.SignInAsync(await scene.UserAsync());
        Assert.Equal(HttpStatusCode.BadRequest, (await SsoScene.AnswerAsync(browser, sent, "s-23")).Status);
    }

    [Fact]
    public async Task A_test_takes_a_form_of_this_server_and_a_provider_of_the_own_organization()
    {
        var (scene, browser) = await AdministratorAsync();
        var other = await SsoScene.NewAsync(server);
        var page = await browser.GetAsync(Path);
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.PostAsync(page with { Html = "" }, Path + "?handler=Test", ("provider", scene.Provider.Id))).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await browser.PostAsync(page, Path + "?handler=Test", ("provider", other.Provider.Id))).Status);
    }

    [Fact]
    public async Task A_provider_that_cannot_be_reached_is_said_to_the_administrator_with_the_cause()
    {
        var (scene, browser) = await AdministratorAsync(clientId: ScriptedProvider.Down);
        var page = await TestAsync(scene, browser);
        Assert.Contains("Acme Login cannot be reached", page.Html, StringComparison.Ordinal);
        Assert.Contains("Connection refused.", page.Html, StringComparison.Ordinal);
    }

    /// <summary>The names of the checks are found by the names of the flaws.</summary>
    [Fact]
    public void Every_check_has_a_name()
    {
        var texts = new System.Resources.ResourceManager(typeof(SsoTrialTexts));
        Assert.All(Enum.GetNames<AssertionFlaw>(), name => Assert.NotNull(texts.GetString("Check." + name, System.Globalization.CultureInfo.InvariantCulture)));
    }

    static async Task<Page> TestAsync(SsoScene scene, TestBrowser browser) =>
        await browser.PostAsync(await browser.GetAsync(Path), Path + "?handler=Test", ("provider", scene.Provider.Id));

    async Task<(SsoScene Scene, TestBrowser Browser)> AdministratorAsync(string clientId = "client", Func<ProviderSettings, ProviderSettings>? change = null)
    {
        var scene = await SsoScene.NewAsync(server, clientId: clientId, change: change);
        return (scene, await SignInAsAdministratorAsync(scene));
    }

    async Task<TestBrowser> SignInAsAdministratorAsync(SsoScene scene)
    {
        var browser = new TestBrowser(server);
        await browser.SignInAsync(await scene.UserAsync(new ProfileSettings { Permissions = new() { Administrator = true } }));
        return browser;
    }
}
