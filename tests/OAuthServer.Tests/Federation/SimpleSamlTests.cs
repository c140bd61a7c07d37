using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Security.Cryptography.Xml;
using System.Text;
using System.Xml;
using OAuthServer.Tests.Support.Providers;
using static OAuthServer.Tests.Federation.MessageReading;
using static OAuthServer.Tests.Federation.SamlMessages;

namespace OAuthServer.Tests.Federation;

/// <summary>The identity provider of the SAML tests does what they rely on.</summary>
public sealed class SimpleSamlTests
{
    [Fact]
    public async Task The_metadata_announce_the_certificate_and_its_successor()
    {
        await using var idp = await SimpleSaml.StartAsync(Alice);
        var first = idp.Settings.Certificate;
        Assert.Equal([first.Base64], await AnnouncedAsync(idp));

        var next = await idp.AnnounceNextCertificateAsync();
        Assert.Equal([next.Base64, first.Base64], await AnnouncedAsync(idp));

        await idp.UseNextCertificateAsync(keepAnnouncingTheOld: false);
        Assert.Equal([next.Base64], await AnnouncedAsync(idp));
    }

    [Fact]
    public async Task A_sign_in_begun_there_ends_with_a_signed_response()
    {
        await using var idp = await SimpleSaml.StartAsync(new SimpleSamlSettings { Accounts = [Alice], NameId = SamlNameId.Unspecified(), AuthnContext = "urn:example:strong" });
        await idp.TrustAsync(Sp.ToString());
        using var visitor = new ProviderVisitor(idp.Url);
        var url = idp.IdpInitiatedUrl(Sp.EntityId, "/settings");

        var wrong = await visitor.SignInAsync(url, "alice", "not hers");
        Assert.Contains("Incorrect username or password", wrong.Html, StringComparison.Ordinal);
        var posted = await visitor.SubmitAsync(wrong, ("username", "alice"), ("password", "her:secret"));

        Assert.Equal(Sp.AssertionConsumerService, posted.Action.AbsoluteUri);
        Assert.Equal("/settings", posted["RelayState"]);
        var response = Read(posted["SAMLResponse"]!);
        Assert.True(IsSigned(response.DocumentElement!, idp.Settings.Certificate));
        Assert.True(IsSigned(One(response, "//a:Assertion"), idp.Settings.Certificate));
        Assert.Equal("alice", One(response, "//a:NameID").InnerText);
        Assert.Equal(SamlNameId.UnspecifiedFormat, One(response, "//a:NameID").GetAttribute("Format"));
        Assert.Equal("urn:example:strong", One(response, "//a:AuthnContextClassRef").InnerText);
        Assert.Equal("alice@example.com", One(response, "//a:Attribute[@Name='mail']/a:AttributeValue").InnerText);
        Assert.Equal("Ärzte <&>", One(response, "//a:Attribute[@Name='groups']/a:AttributeValue[2]").InnerText);
        Assert.False(One(response, "//a:SubjectConfirmationData").HasAttribute("InResponseTo"));

        // Signed in there, nobody is asked again; what the settings say holds at once.
        await idp.AnnounceNextCertificateAsync();
        await idp.UseNextCertificateAsync();
        await idp.ChangeAsync(settings => settings with { SignResponse = false, NameId = SamlNameId.Transient });
        var again = Read((await visitor.GoAsync(url))["SAMLResponse"]!);
        Assert.Null(again.DocumentElement!["Signature", SignedXml.XmlDsigNamespaceUrl]);
        Assert.True(IsSigned(One(again, "//a:Assertion"), idp.Settings.Certificate));
        Assert.False(IsSigned(One(again, "//a:Assertion"), idp.Settings.AlsoAnnounced!));
        Assert.Equal(SamlNameId.TransientFormat, One(again, "//a:NameID").GetAttribute("Format"));
    }

    [Fact]
    public async Task A_persistent_name_stays_the_same_and_says_nothing()
    {
        await using var idp = await SimpleSaml.StartAsync(Alice);
        await idp.TrustAsync(Sp.ToString());
        var names = new List<string>();
        for (var i = 0; i < 2; i++)
        {
            using var visitor = new ProviderVisitor(idp.Url);
            names.Add(One(Read((await visitor.SignInAsync(idp.IdpInitiatedUrl(Sp.EntityId), "alice", "her:secret"))["SAMLResponse"]!), "//a:NameID").InnerText);
        }
        Assert.Matches("^[0-9a-f]{40}$", names[0]);
        Assert.Equal(names[0], names[1]);
    }

    [Fact]
    public async Task An_encrypted_assertion_opens_with_the_key_of_the_service_provider_alone()
    {
        var key = SigningCertificate.New("SP");
        await using var idp = await SimpleSaml.StartAsync(new SimpleSamlSettings { Accounts = [Alice], EncryptAssertion = true });
        await idp.TrustAsync((Sp with { Encryption = key }).ToString());
        using var visitor = new ProviderVisitor(idp.Url);
        var response = Read((await visitor.SignInAsync(idp.IdpInitiatedUrl(Sp.EntityId), "alice", "her:secret"))["SAMLResponse"]!);

        Assert.Null(response.SelectSingleNode("//a:Assertion", Names(response)));
        Assert.DoesNotContain("alice", response.OuterXml, StringComparison.Ordinal);
        Assert.Equal(EncryptedXml.XmlEncAES128Url, One(response, "//e:EncryptedData/e:EncryptionMethod").GetAttribute("Algorithm"));
        Assert.Equal(EncryptedXml.XmlEncRSAOAEPUrl, One(response, "//e:EncryptedKey/e:EncryptionMethod").GetAttribute("Algorithm"));
        var assertion = Open(response, key);
        Assert.True(IsSigned(assertion.DocumentElement!, idp.Settings.Certificate));
        Assert.ThrowsAny<CryptographicException>(() => Open(response, SigningCertificate.New("A stranger")));
    }

    [Fact]
    public async Task A_request_must_be_signed_by_the_service_provider_where_the_settings_say_so()
    {
        var key = SigningCertificate.New("SP");
        await using var idp = await SimpleSaml.StartAsync(new SimpleSamlSettings { Accounts = [Alice], VerifyRequests = true });
        await idp.TrustAsync((Sp with { Signing = key }).ToString());
        using var visitor = new ProviderVisitor(idp.Url);
        Assert.Contains("WantAuthnRequestsSigned=\"true\"", await idp.MetadataAsync(), StringComparison.Ordinal);

        var unsigned = await visitor.GoAsync(idp.SingleSignOnUrl + "?" + Deflated("SAMLRequest", Request(idp)));
        Assert.Contains("no signature found on message", unsigned.Html, StringComparison.Ordinal);
        var strange = await visitor.GoAsync(idp.SingleSignOnUrl + "?" + Signed(Deflated("SAMLRequest", Request(idp)), SigningCertificate.New("A stranger")));
        Assert.Contains("Unable to validate signature", strange.Html, StringComparison.OrdinalIgnoreCase);

        var posted = await visitor.SignInAsync(idp.SingleSignOnUrl + "?" + Signed(Deflated("SAMLRequest", Request(idp)), key), "alice", "her:secret");
        var response = Read(posted["SAMLResponse"]!);
        Assert.Equal("_the-request", response.DocumentElement!.GetAttribute("InResponseTo"));
        Assert.Equal("_the-request", One(response, "//a:SubjectConfirmationData").GetAttribute("InResponseTo"));
    }

    [Fact]
    public async Task A_signed_request_may_be_posted()
    {
        var key = SigningCertificate.New("SP");
        await using var idp = await SimpleSaml.StartAsync(new SimpleSamlSettings { Accounts = [Alice], VerifyRequests = true });
        await idp.TrustAsync((Sp with { Signing = key }).ToString());
        var request = Parse(Request(idp));
        using var certificate = key.WithKey();
        var signed = new SignedXml(request) { SigningKey = certificate.GetRSAPrivateKey() };
        signed.SignedInfo!.CanonicalizationMethod = SignedXml.XmlDsigExcC14NTransformUrl;
        var reference = new Reference("#_the-request");
        reference.AddTransform(new XmlDsigEnvelopedSignatureTransform());
        reference.AddTransform(new XmlDsigExcC14NTransform());
        signed.AddReference(reference);
        signed.ComputeSignature();
        request.DocumentElement!.InsertAfter(signed.GetXml(), One(request, "//a:Issuer"));

        using var visitor = new ProviderVisitor(idp.Url);
        var page = await visitor.SubmitAsync(
            new(new(idp.SingleSignOnUrl), HttpStatusCode.OK, ""), ("SAMLRequest", Convert.ToBase64String(Encoding.UTF8.GetBytes(request.OuterXml))), ("RelayState", "the-state"));
        var posted = await visitor.SubmitAsync(page, ("username", "alice"), ("password", "her:secret"));
        Assert.Equal("the-state", posted["RelayState"]);
        Assert.Equal("_the-request", Read(posted["SAMLResponse"]!).DocumentElement!.GetAttribute("InResponseTo"));
    }

    [Fact]
    public async Task It_goes_down_and_comes_back_at_the_same_address()
    {
        await using var idp = await SimpleSaml.StartAsync(Alice);
        var before = await idp.MetadataAsync();
        await idp.StopAsync();
        await Assert.ThrowsAsync<HttpRequestException>(idp.MetadataAsync);
        await idp.StartAgainAsync();
        Assert.Equal(before, await idp.MetadataAsync());
    }

    static async Task<IEnumerable<string>> AnnouncedAsync(SimpleSaml idp)
    {
        var metadata = new XmlDocument();
        metadata.LoadXml(await idp.MetadataAsync());
        Assert.Equal(idp.EntityId, metadata.DocumentElement!.GetAttribute("entityID"));
        return metadata.SelectNodes("//m:KeyDescriptor[@use='signing']//d:X509Certificate", Names(metadata))!.Cast<XmlElement>().Select(one => one.InnerText);
    }
}
