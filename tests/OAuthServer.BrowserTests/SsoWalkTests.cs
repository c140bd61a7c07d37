using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using OAuthServer.Orgs;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;

namespace OAuthServer.BrowserTests;

/// <summary>Single sign-on as people and administrators go through it, with real providers at the other end.</summary>
[Collection(nameof(ChromiumCollection))]
public sealed class SsoWalkTests(Chromium chromium)
{
    [Fact]
    public async Task With_a_SAML_provider_from_the_first_sign_in_to_the_sign_out_there()
    {
        // The provider is another site than we, as it is in life: its forms come without our cookies.
        await using var scene = await Scene.NewAsync(host: "127.0.0.1");
        await scene.Org.ChangeAsync(org => org.SsoRequiredByDefault = true);
        var (idp, provider) = await scene.SamlAsync(scene.Org, "Acme SAML", "corp.test", SsoSite.SamlPerson("alice", "corp.test", "Liddell"));
        await using var _ = idp;
        await using var profile = await chromium.NewAsync();
        var page = await profile.PatientPageAsync();

        // The name alone leads there, and the account is made.
        await page.GotoAsync(scene.Url + "/login");
        await page.GetByLabel("Username").FillAsync("alice@corp.test");
        await page.GetByRole(AriaRole.Button, new() { Name = "Next" }).ClickAsync();
        await page.SignInAtSimpleSamlAsync("alice", "a secret of alice");
        await page.IsInAsync(scene, "alice@corp.test");
        var user = await scene.UserAsync("alice@corp.test");
        Assert.Equal(("Liddell", provider.Id), (user.LastName, user.ProvisionedBy));
        await page.GotoAsync(scene.Url + "/settings/security-token");
        await Assertions.Expect(page.GetByText("You have no security token because you sign in through your company's identity provider")).ToBeVisibleAsync();
        Assert.Equal(0, await page.GetByRole(AriaRole.Button, new() { Name = "Reset my security token" }).CountAsync());

        // Out here is out there: the provider asks again. The account follows what it says now.
        await page.SignOutAsync(scene);
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "You are signed out" })).ToBeVisibleAsync(new() { Timeout = SsoSite.Patience });
        await idp.ChangeAsync(settings => settings with { Accounts = [SsoSite.SamlPerson("alice", "corp.test", "Hargreaves")] });
        await page.ContinueWithAsync(scene, provider);
        await page.SignInAtSimpleSamlAsync("alice", "a secret of alice");
        await page.IsInAsync(scene, "alice@corp.test");
        Assert.Equal((user.Id, "Hargreaves"), ((await scene.UserAsync("alice@corp.test")).Id, (await scene.UserAsync("alice@corp.test")).LastName));

        // The provider changes its certificate without a word: who is in stays in, and whoever comes next comes in.
        await idp.AnnounceNextCertificateAsync();
        await idp.UseNextCertificateAsync(keepAnnouncingTheOld: false);
        await page.GotoAsync(scene.Url + "/settings");
        await page.IsInAsync(scene, "alice@corp.test");
        await using (var other = await chromium.NewAsync())
        {
            var second = await other.PatientPageAsync();
            await second.GotoAsync($"{scene.Url}/sso/{provider.Org.Alias}");
            scene.Server.Clock.Set(TimeProvider.System.GetUtcNow().AddSeconds(31)); // nobody makes us ask more often
            await second.GetByRole(AriaRole.Link, new() { Name = "Continue with Acme SAML" }).ClickAsync();
            await second.SignInAtSimpleSamlAsync("alice", "a secret of alice");
            await second.IsInAsync(scene, "alice@corp.test");
        }

        // Out there is out here.
        await page.GotoAsync(idp.IdpInitiatedLogoutUrl(scene.Url + "/login"));
        await page.WaitForURLAsync(url => url.StartsWith(scene.Url + "/login", StringComparison.Ordinal));
        await page.IsOutAsync(scene);

        // From the provider's portal.
        await page.GotoAsync(idp.IdpInitiatedUrl(scene.Url + provider.Path, "https://evil.example/"));
        await page.SignInAtSimpleSamlAsync("alice", "a secret of alice");
        await page.IsInAsync(scene, "alice@corp.test");
    }

    [Fact]
    public async Task With_an_OpenID_provider_from_the_first_sign_in_to_the_sign_out_there()
    {
        await using var scene = await Scene.NewAsync();
        var (op, provider) = await scene.OidcAsync(scene.Org, "Acme OpenID", SsoSite.OidcPerson("bob", "corp.test", "Builder"));
        await using var _ = op;
        await using var profile = await chromium.NewAsync();
        var page = await profile.PatientPageAsync();
        await page.ContinueWithAsync(scene, provider);
        await page.CancelAtOidcProviderAsync();
        await Assertions.Expect(page.GetByText("Reference").First).ToBeVisibleAsync(new() { Timeout = SsoSite.Patience });

        await page.ContinueWithAsync(scene, provider);
        await page.SignInAtOidcProviderAsync("bob", "a secret of bob");
        await page.IsInAsync(scene, "bob@corp.test");
        var user = await scene.UserAsync("bob@corp.test");
        Assert.Equal(("Builder", provider.Id), (user.LastName, user.ProvisionedBy));

        await page.SignOutAsync(scene);
        await page.SignOutAtOidcProviderAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "You are signed out" })).ToBeVisibleAsync(new() { Timeout = SsoSite.Patience });

        await op.ChangeAccountAsync("bob", _ => SsoSite.OidcPerson("bob", "corp.test", "Baker"));
        await op.RotateKeysAsync(keepOld: false);
        await page.ContinueWithAsync(scene, provider);
        await page.SignInAtOidcProviderAsync("bob", "a secret of bob");
        await page.IsInAsync(scene, "bob@corp.test");
        Assert.Equal((user.Id, "Baker"), ((await scene.UserAsync("bob@corp.test")).Id, (await scene.UserAsync("bob@corp.test")).LastName));

        await page.GotoAsync(op.EndSessionUrl);
        await page.SignOutAtOidcProviderAsync();
        await op.SaysAsync("backchannel.success");
        await page.IsOutAsync(scene);
    }

    [Fact]
    public async Task While_the_providers_are_down_the_emergency_account_gets_in_and_sees_what_is_wrong()
    {
        await using var scene = await Scene.NewAsync();
        await scene.Org.ChangeAsync(org => org.SsoRequiredByDefault = true);
        var (idp, saml) = await scene.SamlAsync(scene.Org, "Acme SAML", "corp.test", SsoSite.SamlPerson("alice", "corp.test", "Liddell"));
        await using var _ = idp;
        var (op, oidc) = await scene.OidcAsync(scene.Org, "Acme OpenID", SsoSite.OidcPerson("bob", "corp.test", "Builder"));
        await using var __ = op;
        var administrator = new ProfileSettings { Sso = SsoMode.Required, Permissions = new() { Administrator = true } };
        var glass = await scene.UserAsync(administrator, user => user.IsBreakGlass = true);
        var colleague = await scene.UserAsync(administrator);
        await glass.EnrolAsync();
        await idp.StopAsync();
        await op.StopAsync();
        await using var profile = await chromium.NewAsync();
        var page = await profile.PatientPageAsync();
        foreach (var provider in new[] { saml, oidc })
        {
            await page.ContinueWithAsync(scene, provider);
            await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = provider.Settings.Label + " cannot be reached" })).ToBeVisibleAsync(new() { Timeout = SsoSite.Patience });
        }
        await page.GetByRole(AriaRole.Link, new() { Name = "Use a password instead" }).ClickAsync();
        await page.TypeNameAndPasswordAsync(glass.Username, glass.Password);
        await page.TypeCodeAsync("Six-digit code", glass.Code());
        await page.IsInAsync(scene, glass.Username);
        foreach (var told in new[] { glass, colleague })
            Assert.Contains(await scene.MailsAsync((await told.RowAsync()).Email), mail => mail.Contains("The break-glass account was used", StringComparison.Ordinal));
        await using (var db = scene.Server.Database.NewContext())
            Assert.False(await db.LoginRecords.AnyAsync(record => record.Decision == "deny", TestContext.Current.CancellationToken)); // nobody failed, nothing is locked

        await PageTests.LookAsync(scene, page, scene.Url + saml.Path, "desktop", "walk-unreachable", status: 503);

        // What the administrator sees, and tries when the provider is back.
        await page.GotoAsync(scene.Url + "/setup/single-sign-on");
        var section = page.Locator($"section[aria-labelledby='{saml.Row.Name}']");
        await Assertions.Expect(section.GetByText("It could not be reached")).ToBeVisibleAsync();
        await idp.StartAgainAsync();
        scene.Server.Clock.Set(TimeProvider.System.GetUtcNow().AddSeconds(31));
        await section.GetByRole(AriaRole.Button, new() { Name = "Test sign-in" }).ClickAsync();
        await page.SignInAtSimpleSamlAsync("alice", "a secret of alice");
        await Assertions.Expect(page.GetByText("This sign-in would work.")).ToBeVisibleAsync(new() { Timeout = SsoSite.Patience });
        await Assertions.Expect(page.GetByRole(AriaRole.Row, new() { Name = "Is signed Holds Response Assertion" })).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText("saml:Assertion").First).ToBeVisibleAsync();
        await PageTests.LookAsync(scene, page, null, "desktop", "walk-trial");
        await page.SetViewportSizeAsync(360, 740);
        await PageTests.LookAsync(scene, page, null, "phone", "walk-trial");
        await PageTests.LookAsync(scene, page, scene.Url + "/setup/single-sign-on", "phone", "walk-setup");
        await page.GotoAsync(scene.Url + "/settings");
        await page.IsInAsync(scene, glass.Username); // and nobody else
    }

    [Fact]
    public async Task An_account_is_linked_in_the_settings_and_another_companys_provider_opens_another()
    {
        await using var scene = await Scene.NewAsync();
        var (ours, provider) = await scene.SamlAsync(scene.Org, "Acme SAML", "corp.test", SsoSite.SamlPerson("alice", "corp.test", "Liddell"));
        await using var _ = ours;
        var neighbour = await TestOrg.AddAsync(scene.Server);
        var (theirs, other) = await scene.SamlAsync(neighbour, "Other SAML", "other.test", SsoSite.SamlPerson("alice", "other.test", "Springs"));
        await using var __ = theirs;
        var user = await scene.UserAsync();
        await using var profile = await chromium.NewAsync();
        var page = await profile.PatientPageAsync();
        await page.GotoAsync(scene.Url + "/login");
        await page.TypeNameAndPasswordAsync(user.Username, user.Password);
        await page.IsInAsync(scene, user.Username);
        await page.GotoAsync(scene.Url + "/settings/single-sign-on");
        Assert.Equal(0, await page.GetByText("Other SAML").CountAsync());
        await page.GiveOwnPasswordAsync(user.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Link", Exact = true }).ClickAsync();
        await page.SignInAtSimpleSamlAsync("alice", "a secret of alice");
        await Assertions.Expect(page.GetByText("Linked. You can sign in through it from now on")).ToBeVisibleAsync(new() { Timeout = SsoSite.Patience });
        await profile.ClearCookiesAsync();

        await page.ContinueWithAsync(scene, provider);
        await page.SignInAtSimpleSamlAsync("alice", "a secret of alice");
        await page.IsInAsync(scene, user.Username);
        await profile.ClearCookiesAsync();

        // The same name at the same software is somebody else's.
        await page.ContinueWithAsync(scene, other);
        await page.SignInAtSimpleSamlAsync("alice", "a secret of alice");
        await page.IsInAsync(scene, "alice@other.test");
        Assert.Equal(neighbour.Id, (await scene.UserAsync("alice@other.test")).OrgId);
    }
}
