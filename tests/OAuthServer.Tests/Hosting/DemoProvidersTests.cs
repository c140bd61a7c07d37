using System.Net;
using OAuthServer.Tests.Support;
using OAuthServer.Tests.Support.Providers;

namespace OAuthServer.Tests.Hosting;

/// <summary>The demo's people at the providers that config/demo/providers names, on the ports that it says.</summary>
public sealed class DemoProvidersTests : IDisposable
{
    const string Password = "a secret there";

    readonly string folder = Directory.CreateTempSubdirectory("oauthserver-demo-").FullName;
    readonly string url = $"http://localhost:{FreePort.Next()}";

    [Fact]
    public async Task Sam_signs_in_at_both_and_new_staff_gets_an_account()
    {
        await using var op = await OidcProvider.StartAsync(
            new()
            {
                Clients =
                [
                    new("oauthserver-demo", url + "/sso/acme/openid/callback")
                    {
                        Secret = "a-secret-of-the-demos-openid-provider", PostLogoutRedirectUris = [url + "/sso/acme/openid/signed-out"],
                    },
                ],
                Accounts = [new("sam", Password) { Subject = "sam" }, new("nora", Password) { Claims = ClaimsOf("nora", "staff") }, new("gus", Password) { Claims = ClaimsOf("gus", "guests") }],
            },
            port: 5081);
        await using var idp = await SimpleSaml.StartAsync(
            new SimpleSamlSettings { Accounts = [new("sam", Password), AccountOf("nils", "staff"), AccountOf("gina", "guests")] }, port: 5082);
        await using var demo = ServerProcess.Start("demo", "--url", url, "--data", folder);
        await demo.SaysAsync("explain $REF");
        using (var client = new HttpClient())
            await idp.TrustAsync(await client.GetStringAsync(url + "/sso/acme/saml/metadata", TestContext.Current.CancellationToken));

        Assert.Contains("sam.sso@acme.example", await SignInAsync("openid", op.Issuer, "sam"), StringComparison.Ordinal);
        Assert.Contains("sam.sso@acme.example", await SignInAsync("saml", idp.Url, "sam"), StringComparison.Ordinal);
        foreach (var (provider, address, name) in new[] { ("openid", op.Issuer, "nora"), ("saml", idp.Url, "nils") })
        {
            var page = await SignInAsync(provider, address, name);
            Assert.Contains(name + "@acme.example", page, StringComparison.Ordinal);
            // What the profile "SSO Only" means for a person.
            Assert.Contains("You have no security token because you sign in through your company", page, StringComparison.Ordinal);
        }
        Assert.Contains("Reference", await SignInAsync("openid", op.Issuer, "gus"), StringComparison.Ordinal);
        Assert.Contains("Reference", await SignInAsync("saml", idp.Url, "gina"), StringComparison.Ordinal);
    }

    /// <summary>Signs in at the provider; the page about the security token, or the refusal.</summary>
    async Task<string> SignInAsync(string provider, string address, string name)
    {
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false };
        using var browser = new HttpClient(handler) { BaseAddress = new(url) };
        using var visitor = new ProviderVisitor(address);
        using var sent = await browser.GetAsync("/sso/acme/" + provider, TestContext.Current.CancellationToken);
        Assert.True(sent.StatusCode == HttpStatusCode.Found, await sent.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        var visit = await visitor.SignInAsync(sent.Headers.Location!.AbsoluteUri, name, Password);
        using var back = visit.Fields.TryGetValue("SAMLResponse", out var response)
            ? await browser.PostAsync(visit.Action, new FormUrlEncodedContent([new("SAMLResponse", response), new("RelayState", visit.Fields["RelayState"])]), TestContext.Current.CancellationToken)
            : await browser.GetAsync(visit.Url, TestContext.Current.CancellationToken);
        if (back.StatusCode != HttpStatusCode.Found)
            return await back.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return WebUtility.HtmlDecode(
            await browser.GetStringAsync("/settings/security-token", TestContext.Current.CancellationToken) + await browser.GetStringAsync("/settings", TestContext.Current.CancellationToken));
    }

    static System.Text.Json.Nodes.JsonObject ClaimsOf(string name, string group) => new()
    {
        ["preferred_username"] = name + "@acme.example",
        ["email"] = name + "@acme.example",
        ["email_verified"] = true,
        ["groups"] = new System.Text.Json.Nodes.JsonArray(group),
    };

    static SamlAccount AccountOf(string name, string group) => new(name, Password)
    {
        Attributes = new Dictionary<string, string[]> { ["mail"] = [name + "@acme.example"], ["groups"] = [group] },
    };

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
