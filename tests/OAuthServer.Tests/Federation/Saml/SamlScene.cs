using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Xml;
using OAuthServer.Federation;
using OAuthServer.Federation.Saml;

namespace OAuthServer.Tests.Federation.Saml;

/// <summary>A provider, us, and an answer that holds. Tests take it and break one thing.</summary>
static class SamlScene
{
    internal const string Idp = "https://idp.corp.test/saml";
    internal const string Sp = "https://login.our.test";
    internal const string Acs = "https://login.our.test/saml/acs";
    internal const string Slo = "https://login.our.test/saml/slo";
    internal const string TokenUrl = "https://login.our.test/services/oauth2/token";
    internal const string Alice = "alice@corp.test";
    internal const string Victim = "admin@corp.test";
    internal const string PasswordContext = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport";

    internal static readonly DateTimeOffset Now = new(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);
    internal static readonly ServiceProviderKey IdpKey = Key("idp.corp.test");
    internal static readonly ServiceProviderKey Stranger = Key("idp.corp.test");
    internal static readonly ServiceProviderKey OurKey = Key("login.our.test");

    internal static SamlKey IdpPublic { get; } = Public(IdpKey);

    internal static SamlExpectation Expected { get; } = new()
    {
        IdentityProvider = Idp,
        SigningKeys = [IdpPublic],
        ServiceProvider = Sp,
        AssertionConsumerServiceUrl = Acs,
        DecryptionKeys = [OurKey],
        Now = Now,
        RequestId = "_request",
    };

    /// <summary>The assertion of an honest answer, unsigned.</summary>
    internal static string Assertion { get; } = $"""
        <saml:Assertion xmlns:saml="{SamlNames.Assertion}" xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ID="_assertion" Version="2.0" IssueInstant="{At(0)}"><saml:Issuer>{Idp}</saml:Issuer>
          <saml:Subject><saml:NameID Format="{SamlNames.EmailFormat}" SPNameQualifier="{Sp}">{Alice}</saml:NameID><saml:SubjectConfirmation Method="{SamlNames.Bearer}"><saml:SubjectConfirmationData NotOnOrAfter="{At(5)}" Recipient="{Acs}" InResponseTo="_request"/></saml:SubjectConfirmation></saml:Subject>
          <saml:Conditions NotBefore="{At(-5)}" NotOnOrAfter="{At(10)}"><saml:AudienceRestriction><saml:Audience>{Sp}</saml:Audience></saml:AudienceRestriction></saml:Conditions>
          <saml:AuthnStatement AuthnInstant="{At(-1)}" SessionNotOnOrAfter="{At(480)}" SessionIndex="_session"><saml:AuthnContext><saml:AuthnContextClassRef>{PasswordContext}</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>
          <saml:AttributeStatement><saml:Attribute Name="groups" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:basic"><saml:AttributeValue xsi:type="xs:string">sales</saml:AttributeValue><saml:AttributeValue xsi:type="xs:string">emea &amp; more</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>
        </saml:Assertion>
        """;

    /// <summary>The honest answer, unsigned.</summary>
    internal static string Response { get; } = $"""
        <samlp:Response xmlns:samlp="{SamlNames.Protocol}" xmlns:saml="{SamlNames.Assertion}" ID="_response" Version="2.0" IssueInstant="{At(0)}" Destination="{Acs}" InResponseTo="_request"><saml:Issuer>{Idp}</saml:Issuer>
        <samlp:Status><samlp:StatusCode Value="{SamlNames.Success}"/></samlp:Status>
        {Assertion}
        </samlp:Response>
        """;

    /// <summary>The honest answer with its assertion signed.</summary>
    internal static string SignedAssertion { get; } = SamlSigner.Sign(Response, "_assertion");

    /// <summary>The honest answer signed as a whole.</summary>
    internal static string SignedResponse { get; } = SamlSigner.Sign(Response, "_response");

    internal static string At(double minutes) => Now.AddMinutes(minutes).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'");

    internal static string Base64(string xml) => Convert.ToBase64String(Encoding.UTF8.GetBytes(xml));

    internal static SamlReading Read(string xml, SamlExpectation? expected = null) => SamlResponses.Read(Base64(xml), expected ?? Expected);

    /// <summary>Replaces what must be there.</summary>
    internal static string With(this string text, string old, string replacement)
    {
        Assert.Contains(old, text);
        return text.Replace(old, replacement, StringComparison.Ordinal);
    }

    internal static XmlDocument Parse(string xml)
    {
        var document = new XmlDocument { PreserveWhitespace = true };
        document.LoadXml(xml);
        return document;
    }

    internal static XmlElement ById(this XmlDocument document, string id) => (XmlElement)document.SelectSingleNode($"//*[@ID='{id}']")!;

    internal static XmlElement One(this XmlNode node, string localName) => (XmlElement)node.SelectSingleNode($".//*[local-name()='{localName}']")!;

    internal static void AssertHonest(SamlReading reading)
    {
        Assert.Equal(AssertionFlaw.None, reading.Flaw);
        Assert.All(reading.Checks, check => Assert.True(check.Holds));
        Assert.Equal(Alice, reading.Assertion!.Subject.Value);
    }

    /// <summary>Refused for exactly this reason, with nothing given out.</summary>
    internal static void AssertRefused(AssertionFlaw flaw, SamlReading reading)
    {
        Assert.Equal(flaw, reading.Flaw);
        Assert.Null(reading.Assertion);
        Assert.Equal(flaw, reading.Checks.First(check => !check.Holds).Against);
    }

    internal static SamlKey Public(ServiceProviderKey key)
    {
        using var certificate = X509CertificateLoader.LoadCertificate(key.Certificate);
        return SamlKey.Of(certificate);
    }

    internal static RSA Private(ServiceProviderKey key)
    {
        var rsa = RSA.Create();
        rsa.ImportPkcs8PrivateKey(key.PrivateKey(), out _);
        return rsa;
    }

    static ServiceProviderKey Key(string host) => ServiceProviderKey.Make(host, Now.AddYears(-3), TimeSpan.FromDays(365), 2048); // expired: no reason to refuse
}
