using System.Net;
using System.Security.Cryptography;
using OAuthServer.Data;
using OAuthServer.Federation;
using OAuthServer.Federation.Saml;
using OAuthServer.Tests.Features.SignIn;
using OAuthServer.Tests.Federation.Saml;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.Saml;

/// <summary>A provider whose answers are written and signed by hand, so that they can be wrong in any way, and a browser in the office.</summary>
sealed class SignedSaml
{
    SignedSaml(TestServer server, TestOrg org, ProviderEntry provider) => (Server, Org, Provider, Browser) = (server, org, provider, new(server, TestServer.Office));

    internal TestServer Server { get; }

    internal TestOrg Org { get; }

    internal ProviderEntry Provider { get; }

    internal TestBrowser Browser { get; }

    /// <summary>Us, as this provider knows us.</summary>
    internal string EntityId => Server.PublicUrl + Provider.Path;

    internal string Acs => EntityId + "/acs";

    internal string Slo => EntityId + "/slo";

    /// <summary>The server's clock must say <see cref="SamlScene.Now"/>, or something near it.</summary>
    internal static async Task<SignedSaml> NewAsync(TestServer server, Func<SamlSettings, SamlSettings>? change = null, TestOrg? org = null)
    {
        org ??= await TestOrg.AddAsync(server);
        await server.NoticeAsync();
        var settings = new SamlSettings
        {
            EntityId = SamlScene.Idp,
            SingleSignOnUrl = "https://idp.corp.test/sso",
            SingleLogoutUrl = "https://idp.corp.test/slo",
            Certificates = [PemEncoding.WriteString("CERTIFICATE", SamlScene.IdpKey.Certificate)],
        };
        return new(server, org, await org.ProviderAsync(new() { Label = "Signed", Saml = change?.Invoke(settings) ?? settings }));
    }

    /// <summary>Somebody who is linked with the subject of the answers.</summary>
    internal async Task<TestUser> LinkedUserAsync()
    {
        var user = await Org.UserAsync();
        await using (var db = Server.Database.NewContext())
        {
            db.Add(new FederatedIdentity
            {
                ProviderId = Provider.Id,
                Subject = SamlScene.Alice,
                Format = SamlNames.EmailFormat,
                UserId = user.Id,
                CreatedAt = Server.Clock.GetUtcNow(),
            });
            await db.SaveChangesAsync();
        }
        await Server.NoticeAsync();
        return user;
    }

    /// <summary>Sends a browser to the provider; the handle of its request.</summary>
    internal async Task<string> LeaveAsync(TestBrowser? browser = null)
    {
        var page = await (browser ?? Browser).GetAsync(Provider.Path);
        Assert.StartsWith("https://idp.corp.test/sso?SAMLRequest=", page.Location, StringComparison.Ordinal);
        return page.Parameter("RelayState")!;
    }

    /// <summary>The honest answer to a request, or to none; unsigned, with an assertion of its own.</summary>
    internal string Response(string? handle)
    {
        var response = SamlScene.Response.With(SamlScene.Acs, Acs).With(SamlScene.Sp, EntityId).With("\"_assertion\"", $"\"_{Guid.NewGuid():N}\"");
        return handle is null ? response.With(" InResponseTo=\"_request\"", "") : response.With("_request", SsoRequests.MessageIdOf(handle));
    }

    /// <summary>The same, signed as a whole.</summary>
    internal string Signed(string? handle) => SamlSigner.Sign(Response(handle), "_response");

    /// <summary>Brings an answer to the assertion consumer service, as the provider's page does.</summary>
    internal Task<Page> PostAsync(string xml, string? relayState, TestBrowser? browser = null) => SendAsync(browser ?? Browser, "/acs", ("SAMLResponse", SamlScene.Base64(xml)), ("RelayState", relayState));

    /// <summary>Sends a form to one of the provider's doors, from its site unless the browser says nothing of that.</summary>
    internal Task<Page> SendAsync(TestBrowser browser, string door, params (string Name, string? Value)[] fields) => SendAsync(browser, door, null, fields);

    /// <param name="browser">Who sends it.</param>
    /// <param name="door">Which of this provider's.</param>
    /// <param name="site">Sec-Fetch-Site; null = the browser does not say.</param>
    /// <param name="fields">Those with a value are sent.</param>
    internal Task<Page> SendAsync(TestBrowser browser, string door, string? site, params (string Name, string? Value)[] fields)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, Provider.Path + door)
        {
            Content = new FormUrlEncodedContent(fields.Where(field => field.Value is not null).Select(field => KeyValuePair.Create(field.Name, field.Value!))),
        };
        if (site is not null)
            request.Headers.Add("Sec-Fetch-Site", site);
        return browser.SendAsync(request);
    }

    /// <summary>A whole sign-in of the linked person.</summary>
    internal async Task SignInAsync(TestBrowser? browser = null)
    {
        var handle = await LeaveAsync(browser);
        IsIn(await PostAsync(Signed(handle), handle, browser));
    }

    /// <summary>The person is in, at the settings.</summary>
    internal static void IsIn(Page page) => Assert.True(page.LocalLocation == "/settings", $"{(int)page.Status} {page.Location} {page.Html}");

    /// <summary>Nobody is in, the person reads one general sentence, and the record has the exact reason.</summary>
    internal async Task IsRefusedAsync(Page page, AssertionFlaw flaw, TestBrowser? browser = null)
    {
        Assert.True(page.Status == HttpStatusCode.Forbidden, $"{(int)page.Status} {page.Location} {page.Html}");
        Assert.DoesNotContain(flaw.ToString(), page.Html, StringComparison.Ordinal);
        var record = await Server.RecordAsync(page);
        Assert.Equal((flaw.ToString(), Provider.Id, Provider.OrgId), (record.AssertionFlaw, record.ProviderId, record.OrgId));
        Assert.False((browser ?? Browser).Cookies.ContainsKey("session"));
    }
}
