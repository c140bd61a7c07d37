using System.Security.Cryptography.X509Certificates;
using System.Text;
using OAuthServer.Federation.Saml;
using static OAuthServer.Tests.Federation.Saml.SamlScene;

namespace OAuthServer.Tests.Federation.Saml;

public sealed class SamlMetadataTests
{
    static readonly string Entity = $"""
        <md:EntityDescriptor xmlns:md="{SamlNames.Metadata}" xmlns:ds="{SamlNames.Signature}" ID="_metadata" entityID="{Idp}" validUntil="{At(60)}" cacheDuration="PT1H">
          <!-- made by hand -->
          <md:IDPSSODescriptor WantAuthnRequestsSigned="true" protocolSupportEnumeration="urn:other {SamlNames.Protocol}">
            {Key(IdpKey, " use=\"signing\"")}{Key(Stranger, "")}{Key(OurKey, " use=\"encryption\"")}
            <md:SingleLogoutService Binding="{SamlNames.RedirectBinding}" Location="https://idp.corp.test/slo" ResponseLocation="https://idp.corp.test/slo/done"/>
            <md:NameIDFormat>{SamlNames.PersistentFormat}</md:NameIDFormat>
            <md:SingleSignOnService Binding="{SamlNames.RedirectBinding}" Location="https://idp.corp.test/sso"/>
            <md:SingleSignOnService Binding="{SamlNames.PostBinding}" Location="http://127.0.0.1:8080/sso"/>
            <md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:SOAP" Location="https://idp.corp.test/soap"/>
          </md:IDPSSODescriptor>
        </md:EntityDescriptor>
        """;

    static readonly string Federation = $"<md:EntitiesDescriptor xmlns:md=\"{SamlNames.Metadata}\"><md:EntitiesDescriptor>{Entity}</md:EntitiesDescriptor>{Entity.With("\"_metadata\"", "\"_m2\"").With(Idp, "https://second.test")}</md:EntitiesDescriptor>";

    [Fact]
    public void Provider_is_read()
    {
        var provider = Found(Read(Entity));
        Assert.Equal((Idp, "https://idp.corp.test/sso", "http://127.0.0.1:8080/sso"), (provider.EntityId, provider.SsoRedirectUrl, provider.SsoPostUrl));
        Assert.Equal(new SamlEndpoint("https://idp.corp.test/slo", "https://idp.corp.test/slo/done"), provider.SloRedirect);
        Assert.Null(provider.SloPost);
        Assert.Equal([Convert.ToBase64String(IdpKey.Certificate), Convert.ToBase64String(Stranger.Certificate)], provider.SigningCertificates.Select(certificate => Convert.ToBase64String(certificate.RawData)));
        Assert.True(provider.WantAuthnRequestsSigned);
        Assert.Equal([SamlNames.PersistentFormat], provider.NameIdFormats);
        Assert.Equal((Now.AddMinutes(60), TimeSpan.FromHours(1)), (provider.ValidUntil, provider.CacheDuration));
    }

    [Fact]
    public void Provider_is_found_in_a_federation_by_its_entity_id()
    {
        Assert.Equal("https://second.test", Found(Read(Federation, "https://second.test")).EntityId);
        Problem("several", Read(Federation));
        Problem("does not describe", Read(Federation, "https://third.test"));
    }

    [Fact]
    public void Signed_metadata_is_read_where_the_right_key_signed()
    {
        using var right = X509CertificateLoader.LoadCertificate(IdpKey.Certificate);
        using var other = X509CertificateLoader.LoadCertificate(Stranger.Certificate);
        var signed = SamlSigner.Sign(Entity, "_metadata");
        Assert.Equal(Idp, Found(Read(signed, null, right)).EntityId);
        Problem("does not verify", Read(signed, null, other));
        Problem("does not verify", Read(signed.With("corp.test/sso", "evil.test/sso"), null, right));
        Problem("bears no signature", Read(Entity, null, right));
        Problem("bears no signature", Read($"<md:EntitiesDescriptor xmlns:md=\"{SamlNames.Metadata}\">{signed}</md:EntitiesDescriptor>", null, right));
    }

    [Theory]
    [InlineData("validUntil=\"2026-03-04T06:06:07Z\"", "validUntil=\"2026-03-04T05:06:07Z\"", "ended")]
    [InlineData("validUntil=\"2026-03-04T06:06:07Z\"", "validUntil=\"soon\"", "cannot be read")]
    [InlineData("cacheDuration=\"PT1H\"", "cacheDuration=\"-PT1H\"", "cannot be read")]
    [InlineData("https://idp.corp.test/sso", "http://idp.corp.test/sso", "not https")]
    [InlineData("https://idp.corp.test/slo/done", "javascript:alert(1)", "not https")]
    [InlineData("https://idp.corp.test/slo/done", "https://user:secret@idp.corp.test/", "not https")]
    [InlineData("IDPSSODescriptor", "SPSSODescriptor", "no SAML 2.0 identity provider")]
    [InlineData(SamlNames.Protocol, "urn:oasis:names:tc:SAML:1.1:protocol", "no SAML 2.0 identity provider")]
    [InlineData("SingleSignOnService", "ArtifactResolutionService", "no address for sign-ins")]
    [InlineData("<ds:X509Certificate>", "<ds:X509Certificate>AAAA", "cannot be read")]
    [InlineData("X509Certificate", "X509SKI", "no signing certificate")]
    [InlineData("<md:EntityDescriptor", "<!DOCTYPE a><md:EntityDescriptor", "document type")]
    [InlineData("</md:EntityDescriptor>", "", "not well-formed")]
    public void Unusable_metadata_is_refused_in_a_sentence(string old, string replacement, string problem) => Problem(problem, Read(Entity.With(old, replacement)));

    [Fact]
    public void Large_metadata_is_refused() => Problem("too large", Read(Entity + new string(' ', 3_000_000)));

    [Fact]
    public void Ours_says_what_we_are()
    {
        var root = Parse(SamlMetadata.Write(new()
        {
            EntityId = Sp,
            AssertionConsumerServiceUrl = Acs,
            SingleLogoutUrl = Slo,
            SigningKeys = [OurKey, Stranger],
            EncryptionKeys = [OurKey],
        })).DocumentElement!;
        Assert.Equal(Sp, root.GetAttribute("entityID"));
        var role = root.One("SPSSODescriptor");
        Assert.Equal(("true", "true"), (role.GetAttribute("AuthnRequestsSigned"), role.GetAttribute("WantAssertionsSigned")));
        Assert.Equal(
            ["KeyDescriptor", "KeyDescriptor", "KeyDescriptor", "SingleLogoutService", "SingleLogoutService", "NameIDFormat", "NameIDFormat", "NameIDFormat", "AssertionConsumerService"],
            role.Elements().Select(element => element.LocalName));
        Assert.Equal(["signing", "signing", "encryption"], role.Elements().Take(3).Select(key => key.GetAttribute("use")));
        Assert.Equal(Convert.ToBase64String(OurKey.Certificate), role.Elements().First().InnerText);
        Assert.Equal(6, role.Elements().ElementAt(2).Elements(SamlNames.Metadata, "EncryptionMethod").Count());
        Assert.Equal((SamlNames.PostBinding, Acs), (role.One("AssertionConsumerService").GetAttribute("Binding"), role.One("AssertionConsumerService").GetAttribute("Location")));
    }

    [Fact]
    public void Made_key_signs_and_is_stored_and_opened_again()
    {
        var made = ServiceProviderKey.Make("login.our.test", Now, TimeSpan.FromDays(730), 2048);
        Assert.Equal((Now, Now.AddDays(730)), (made.NotBefore, made.NotAfter));
        using var certificate = X509CertificateLoader.LoadCertificate(made.Certificate);
        Assert.Equal("CN=login.our.test", certificate.Subject);
        var again = new ServiceProviderKey(made.Certificate, made.PrivateKey());
        Assert.Equal(made.Sign([1, 2, 3]), again.Sign([1, 2, 3]));
        Assert.Throws<System.Security.Cryptography.CryptographicException>(() => new ServiceProviderKey(made.Certificate, OurKey.PrivateKey()));
    }

    static string Key(ServiceProviderKey key, string use) =>
        $"<md:KeyDescriptor{use}><ds:KeyInfo><ds:X509Data><ds:X509Certificate>\n{Convert.ToBase64String(key.Certificate, Base64FormattingOptions.InsertLineBreaks)}\n</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>";

    static SamlMetadataReading Read(string xml, string? entityId = null, X509Certificate2? signer = null) => SamlMetadata.Read(Encoding.UTF8.GetBytes(xml), entityId, signer, Now);

    static SamlIdentityProvider Found(SamlMetadataReading reading) => Assert.IsType<SamlMetadataReading.Found>(reading).Provider;

    static void Problem(string part, SamlMetadataReading reading) => Assert.Contains(part, Assert.IsType<SamlMetadataReading.Unusable>(reading).Problem);
}
