using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Playwright;
using OAuthServer.Data;
using OAuthServer.Federation;
using OAuthServer.Orgs;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;

namespace OAuthServer.BrowserTests;

/// <summary>The pages of single sign-on, looked at as all pages are. The providers are scripted; real ones have tests of their own.</summary>
[Collection(nameof(ChromiumCollection))]
public sealed class SsoPageTests(Chromium chromium)
{
    [Theory]
    [InlineData("desktop")]
    [InlineData("phone")]
    [InlineData("dark")]
    [InlineData("without JavaScript")]
    public async Task Every_page_of_single_sign_on_reads_well(string kind)
    {
        await using var scene = await Scene.NewAsync(ScriptedProvider.Replace);
        var acme = await scene.Org.ProviderAsync(ScriptedProvider.Settings("Acme Login", ScriptedProvider.Near, "acme.test") with { SecondFactors = ["mfa", "hwk"] });
        var down = await scene.Org.ProviderAsync(ScriptedProvider.Settings("Partner Login of Subsidiaries", ScriptedProvider.Down));
        var saml = await scene.Org.ProviderAsync(
            new() { Label = "Acme SAML", Saml = new() { MetadataUrl = "https://idp.acme.test/metadata", Certificates = [Pem(12), Pem(300)] }, Provisioning = new() { Creates = true } });
        var user = await scene.UserAsync(new ProfileSettings { Sso = SsoMode.Offered, Permissions = new() { Administrator = true } }, user => user.FirstName = "Ada");
        var bound = await scene.UserAsync(new ProfileSettings { Sso = SsoMode.Required });
        await using (var db = scene.Server.Database.NewContext())
        {
            var now = scene.Server.Clock.GetUtcNow();
            db.Add(new FederatedIdentity { ProviderId = acme.Id, Subject = "ada", UserId = user.Id, CreatedAt = now.AddDays(-40), LastUsedAt = now.AddHours(-2) });
            db.Add(new FederatedIdentity { ProviderId = acme.Id, Subject = "bob", UserId = bound.Id, CreatedAt = now.AddDays(-40) });
            db.Add(new ProviderMetadata { ProviderId = saml.Id, Problem = "The provider answered 404.", ProblemAt = now });
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }
        await using var profile = await chromium.NewAsync(options =>
        {
            options.ViewportSize = kind == "phone" ? new() { Width = 360, Height = 740 } : new() { Width = 1280, Height = 900 };
            options.ColorScheme = kind == "dark" ? ColorScheme.Dark : ColorScheme.Light;
            options.JavaScriptEnabled = kind != "without JavaScript";
        });
        var page = await profile.NewPageAsync();
        await PageTests.LookAsync(scene, page, scene.Url + "/sso", kind, "sso-find");
        await PageTests.LookAsync(scene, page, scene.Url + down.Path, kind, "sso-unreachable", status: 503);
        var answer = await SignInAsync(scene, page, acme, "stranger");
        Assert.Equal(403, answer.Status);
        await PageTests.LookAsync(scene, page, null, kind, "sso-refused");
        await PageTests.LookAsync(scene, page, $"{scene.Url}/sso/{acme.Org.Alias}", kind, "sso-organization");
        await PageTests.LookAsync(scene, page, scene.Url + "/login", kind, "sso-login");
        await page.GetByLabel("Username").FillAsync("ada@acme.test");
        await page.GetByRole(AriaRole.Button, new() { Name = "Next" }).ClickAsync();
        await PageTests.LookAsync(scene, page, null, kind, "sso-password");

        await SignInAsync(scene, page, acme, "bob");
        await PageTests.LookAsync(scene, page, scene.Url + "/settings", kind, "sso-required-settings");
        await PageTests.LookAsync(scene, page, scene.Url + "/settings/single-sign-on", kind, "sso-required-links");
        await PageTests.LookAsync(scene, page, scene.Url + "/settings/security-token", kind, "sso-required-token");

        await SignInAsync(scene, page, acme, "ada");
        await PageTests.LookAsync(scene, page, scene.Url + "/settings/single-sign-on", kind, "sso-links");
        await page.GetByText("Unlink", new() { Exact = true }).ClickAsync();
        await PageTests.LookAsync(scene, page, null, kind, "sso-unlink");
        await PageTests.LookAsync(scene, page, scene.Url + "/setup/single-sign-on", kind, "sso-setup");
        await TestAsync(scene, page, acme, "subject=ada&email=ada@acme.test");
        await PageTests.LookAsync(scene, page, null, kind, "sso-trial");
        await TestAsync(scene, page, acme, "flaw=SignatureInvalid");
        await PageTests.LookAsync(scene, page, null, kind, "sso-trial-refused");
    }

    static async Task<IResponse> SignInAsync(Scene scene, IPage page, ProviderEntry provider, string subject)
    {
        var sent = await SentAsync(page, () => page.GotoAsync(scene.Url + provider.Path));
        return (await page.GotoAsync($"{scene.Url}{ScriptedProvider.Door}?{sent}&subject={subject}"))!;
    }

    static async Task TestAsync(Scene scene, IPage page, ProviderEntry provider, string answer)
    {
        await page.GotoAsync(scene.Url + "/setup/single-sign-on");
        var sent = await SentAsync(page, () => page.Locator($"section[aria-labelledby='{provider.Row.Name}'] button[aria-describedby]").ClickAsync());
        await page.GotoAsync($"{scene.Url}{ScriptedProvider.Door}?{sent}&{answer}");
    }

    /// <summary>What the provider was sent, which is another site to the browser.</summary>
    static async Task<string> SentAsync(IPage page, Func<Task> act)
    {
        await act();
        await page.WaitForURLAsync(url => url.Contains(ScriptedProvider.NearPath, StringComparison.Ordinal));
        return new Uri(page.Url).Query.TrimStart('?');
    }

    static string Pem(int days)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = new CertificateRequest($"CN=idp.acme.test, O=Acme, SERIALNUMBER={days}", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddYears(-1), now.AddDays(days));
        return certificate.ExportCertificatePem();
    }
}
