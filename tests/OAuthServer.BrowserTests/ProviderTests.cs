using System.Text;
using System.Xml.Linq;
using Microsoft.Playwright;
using OAuthServer.Tests.Support.Providers;

namespace OAuthServer.BrowserTests;

/// <summary>The identity providers of the single sign-on walks, by themselves, in the browser that the walks use.</summary>
[Collection(nameof(ChromiumCollection))]
public sealed class ProviderTests(Chromium chromium)
{
    [Fact]
    public async Task Two_SAML_providers_keep_their_people_apart()
    {
        await using var callback = await Callback.StartAsync();
        await using var first = await SimpleSaml.StartAsync(new SamlAccount("alice", "her secret"));
        await using var second = await SimpleSaml.StartAsync(new SamlAccount("bob", "his secret"));
        await using var profile = await chromium.NewAsync();
        var page = await profile.NewPageAsync();
        foreach (var (idp, name, password) in new[] { (first, "alice", "her secret"), (second, "bob", "his secret") })
        {
            await idp.TrustAsync(new SamlServiceProviderMetadata("urn:example:sp", callback.Uri).ToString());
            await page.GotoAsync(idp.IdpInitiatedUrl("urn:example:sp", "/settings"));
            await page.SignInAtSimpleSamlAsync(name, password);
            await page.WaitForURLAsync(callback.Uri);
            Assert.Equal("/settings", callback.Answer["RelayState"]);
            Assert.Contains(name, Values(callback.Answer["SAMLResponse"]));
        }

        // The first remembers its own.
        await page.GotoAsync(first.IdpInitiatedUrl("urn:example:sp"));
        await page.WaitForURLAsync(callback.Uri);
        Assert.Contains("alice", Values(callback.Answer["SAMLResponse"]));
    }

    [Fact]
    public async Task An_OpenID_provider_signs_in_and_out()
    {
        await using var callback = await Callback.StartAsync();
        await using var op = await OidcProvider.StartAsync(new()
        {
            Clients = [new("us", callback.Uri) { Secret = "a-secret-of-the-relying-party-0123456789", PostLogoutRedirectUris = [callback.Uri] }],
            Accounts = [new("alice", "her secret")],
            RequirePkce = false,
        });
        await using var profile = await chromium.NewAsync();
        var page = await profile.NewPageAsync();
        var authorize = $"{op.Issuer}/auth?response_type=code&client_id=us&scope=openid&state=the-state&redirect_uri={Uri.EscapeDataString(callback.Uri)}";
        await page.GotoAsync(authorize);
        await page.CancelAtOidcProviderAsync();
        await page.WaitForURLAsync(url => url.StartsWith(callback.Uri, StringComparison.Ordinal));
        Assert.Equal("access_denied", callback.Answer["error"]);

        await page.GotoAsync(authorize);
        await page.SignInAtOidcProviderAsync("alice", "her secret");
        await page.WaitForURLAsync(url => url.StartsWith(callback.Uri, StringComparison.Ordinal));
        Assert.Equal(op.Issuer, callback.Answer["iss"]);
        Assert.NotEmpty(callback.Answer["code"]);

        await page.GotoAsync($"{op.EndSessionUrl}?client_id=us&state=out&post_logout_redirect_uri={Uri.EscapeDataString(callback.Uri)}");
        await page.SignOutAtOidcProviderAsync();
        await page.WaitForURLAsync(callback.Uri + "?state=out");
        await page.GotoAsync(authorize);
        await Assertions.Expect(page.GetByLabel("Password")).ToBeVisibleAsync();
    }

    static IEnumerable<string> Values(string response) =>
        XDocument.Parse(Encoding.UTF8.GetString(Convert.FromBase64String(response))).Descendants().Where(one => one.Name.LocalName == "AttributeValue").Select(one => one.Value);
}
