using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using OAuthServer.Data;
using OAuthServer.Federation;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;
using OAuthServer.Tests.Support.Providers;

namespace OAuthServer.BrowserTests;

/// <summary>What the walks of single sign-on have in common: companies, whose people must come by real providers.</summary>
static class SsoSite
{
    const string Secret = "a-secret-of-the-relying-party-0123456789";

    /// <summary>For pages, expectations and providers alike: providers are processes of their own, and slow where the machine is busy.</summary>
    internal const float Patience = 60_000;

    internal static async Task<IPage> PatientPageAsync(this IBrowserContext context)
    {
        context.SetDefaultTimeout(Patience);
        return await context.NewPageAsync();
    }

    /// <summary>A SAML provider that knows us; whoever it vouches for gets an account, and may start there too.</summary>
    internal static async Task<(SimpleSaml Idp, ProviderEntry Provider)> SamlAsync(this Scene scene, TestOrg org, string label, string domain, params SamlAccount[] accounts)
    {
        var idp = await SimpleSaml.StartAsync(new SimpleSamlSettings { Accounts = accounts, VerifyRequests = true });
        var provider = await scene.ProviderAsync(org, new()
        {
            Label = label,
            Domains = [domain],
            Saml = new() { MetadataUrl = idp.MetadataUrl, IdpInitiated = true, SubjectAttribute = "uid" },
        });
        using var client = new HttpClient();
        await idp.TrustAsync(await client.GetStringAsync(scene.Url + provider.Path + "/metadata", TestContext.Current.CancellationToken));
        return (idp, provider);
    }

    /// <summary>The same with an OpenID provider.</summary>
    internal static async Task<(OidcProvider Op, ProviderEntry Provider)> OidcAsync(this Scene scene, TestOrg org, string label, params OidcAccount[] accounts)
    {
        var op = await OidcProvider.StartAsync(new() { Accounts = accounts });
        var provider = await scene.ProviderAsync(org, new() { Label = label, Oidc = new() { Issuer = op.Issuer, ClientId = "us" } }, Secret);
        var root = scene.Url + provider.Path;
        await op.RegisterAsync(new("us", root + "/callback")
        {
            Secret = Secret,
            PostLogoutRedirectUris = [root + "/signed-out"],
            BackchannelLogoutUri = root + "/backchannel-logout",
        });
        return (op, provider);
    }

    internal static async Task<ProviderEntry> ProviderAsync(this Scene scene, TestOrg org, ProviderSettings settings, string? secret = null)
    {
        var profile = await org.ProfileAsync(new() { Sso = SsoMode.Required });
        await scene.Server.NoticeAsync();
        return await org.ProviderAsync(settings with { Provisioning = new() { Creates = true, DefaultProfile = profile.Name } }, secret);
    }

    internal static SamlAccount SamlPerson(string name, string domain, string lastName) => new(name, "a secret of " + name)
    {
        Attributes = new Dictionary<string, string[]> { ["mail"] = [$"{name}@{domain}"], ["givenName"] = ["Alice"], ["sn"] = [lastName] },
    };

    internal static OidcAccount OidcPerson(string name, string domain, string lastName) => new(name, "a secret of " + name)
    {
        Claims = new() { ["preferred_username"] = $"{name}@{domain}", ["email"] = $"{name}@{domain}", ["email_verified"] = true, ["given_name"] = "Bob", ["family_name"] = lastName },
    };

    /// <summary>Providers keep the real time, and the server's clock stands until it is set.</summary>
    internal static void KeepTime(this Scene scene) => scene.Server.Clock.Set(TimeProvider.System.GetUtcNow());

    /// <summary>Presses the provider's button at the organization's own sign-in page.</summary>
    internal static async Task ContinueWithAsync(this IPage page, Scene scene, ProviderEntry provider)
    {
        scene.KeepTime();
        await page.GotoAsync($"{scene.Url}/sso/{provider.Org.Alias}");
        await page.GetByRole(AriaRole.Link, new() { Name = "Continue with " + provider.Settings.Label }).ClickAsync();
    }

    /// <summary>The person is in, under this name.</summary>
    internal static async Task IsInAsync(this IPage page, Scene scene, string username)
    {
        await page.WaitForURLAsync(scene.Url + "/settings");
        await Assertions.Expect(page.GetByText(username).First).ToBeVisibleAsync(new() { Timeout = Patience });
    }

    /// <summary>Nobody is signed in at this browser.</summary>
    internal static async Task IsOutAsync(this IPage page, Scene scene)
    {
        await page.GotoAsync(scene.Url + "/settings");
        await page.WaitForURLAsync(url => url.StartsWith(scene.Url + "/login", StringComparison.Ordinal));
    }

    /// <summary>Signs out here; the way back from the provider ends at our page.</summary>
    internal static async Task SignOutAsync(this IPage page, Scene scene)
    {
        await page.GotoAsync(scene.Url + "/logout");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
    }

    internal static async Task<User> UserAsync(this Scene scene, string username)
    {
        await using var db = scene.Server.Database.NewContext();
        return await db.Users.AsNoTracking().SingleAsync(user => user.Username == username, TestContext.Current.CancellationToken);
    }
}
