using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using OAuthServer.Data;
using OAuthServer.Federation;
using OAuthServer.Federation.Saml;
using OAuthServer.Tests.Federation.Saml;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.Token;

/// <summary>Bare assertions of an app, or of a provider of its organization, honest until a test spoils the text.</summary>
static class SamlBearerScene
{
    internal const string TokenUrl = BearerScene.Issuer + "/services/oauth2/token";

    /// <summary>An unsigned assertion that holds now.</summary>
    internal static string Assertion(this BearerScene scene, string? issuer = null, string? subject = null, string id = "_assertion") => $"""
        <saml:Assertion xmlns:saml="{SamlNames.Assertion}" ID="{id}" Version="2.0" IssueInstant="{scene.At(0)}"><saml:Issuer>{issuer ?? scene.App.ClientId}</saml:Issuer><saml:Subject><saml:NameID>{subject ?? scene.User.Username}</saml:NameID><saml:SubjectConfirmation Method="{SamlNames.Bearer}"><saml:SubjectConfirmationData NotOnOrAfter="{scene.At(5)}" Recipient="{TokenUrl}"/></saml:SubjectConfirmation></saml:Subject><saml:Conditions><saml:AudienceRestriction><saml:Audience>{BearerScene.Issuer}</saml:Audience></saml:AudienceRestriction></saml:Conditions><saml:AuthnStatement AuthnInstant="{scene.At(-1)}"><saml:AuthnContext><saml:AuthnContextClassRef>urn:two-factors</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement></saml:Assertion>
        """;

    internal static string At(this BearerScene scene, double minutes) => scene.Now.AddMinutes(minutes).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'");

    /// <summary>Signed, and as it stands in the form.</summary>
    internal static string Signed(this string assertion, ClientKey key, string id = "_assertion") => Form(new SamlSigner { Key = key.Key }.SignElement(assertion, id));

    internal static string Form(string xml) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(xml));

    internal static string NewId() => "_" + Guid.NewGuid().ToString("N");

    /// <summary>An honest one, of its own ID.</summary>
    internal static string Honest(this BearerScene scene, ClientKey? key = null, string? issuer = null, string? subject = null)
    {
        var id = NewId();
        return scene.Assertion(issuer, subject, id).Signed(key ?? scene.Key, id);
    }

    internal static Task<Answer> SendSamlAsync(this BearerScene scene, string assertion, TestApp? by = null, string from = TestServer.Office) => scene.Server.TokenAsync(
        from, ("grant_type", BearerScene.SamlBearer), ("assertion", assertion), ("client_id", by?.ClientId), ("client_secret", by?.Secret));

    /// <summary>A provider that signs with this key.</summary>
    internal static async Task<ProviderEntry> SamlProviderAsync(this TestOrg org, ClientKey key, string entityId, Func<ProviderSettings, ProviderSettings>? change = null)
    {
        using var certificate = new CertificateRequest("CN=idp", (RSA)key.Key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero), new(2040, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var settings = new ProviderSettings { Label = "Corp", Saml = new() { EntityId = entityId, SingleSignOnUrl = "https://idp.test/sso", Certificates = [certificate.ExportCertificatePem()] } };
        return await org.ProviderAsync(change?.Invoke(settings) ?? settings);
    }

    /// <summary>Says who somebody is at a provider.</summary>
    internal static async Task LinkAsync(this BearerScene scene, ProviderEntry provider, string subject, string? userId = null)
    {
        await using var db = scene.Server.Database.NewContext();
        db.Add(new FederatedIdentity { ProviderId = provider.Id, Subject = subject, UserId = userId ?? scene.User.Id, CreatedAt = scene.Now });
        await db.SaveChangesAsync();
    }
}
