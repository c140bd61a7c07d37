using System.Xml.Linq;

namespace OAuthServer.Tests.Support.Providers;

/// <summary>A service provider's metadata written by hand (SAML metadata, section 2.4.4), for identity providers that are tested alone.</summary>
/// <param name="EntityId">Its name.</param>
/// <param name="AssertionConsumerService">Where responses arrive, by POST.</param>
public sealed record SamlServiceProviderMetadata(string EntityId, string AssertionConsumerService)
{
    /// <summary>Where logout messages arrive, by redirect.</summary>
    public string? SingleLogoutService { get; init; }

    /// <summary>Signs requests.</summary>
    public SigningCertificate? Signing { get; init; }

    /// <summary>Assertions are encrypted for it.</summary>
    public SigningCertificate? Encryption { get; init; }

    public override string ToString()
    {
        XNamespace md = "urn:oasis:names:tc:SAML:2.0:metadata";
        XNamespace ds = "http://www.w3.org/2000/09/xmldsig#";
        XElement? Key(string use, SigningCertificate? certificate) => certificate is null ? null : new(
            md + "KeyDescriptor", new XAttribute("use", use), new XElement(ds + "KeyInfo", new XElement(ds + "X509Data", new XElement(ds + "X509Certificate", certificate.Base64))));
        return new XElement(
            md + "EntityDescriptor", new XAttribute("entityID", EntityId),
            new XElement(
                md + "SPSSODescriptor", new XAttribute("protocolSupportEnumeration", "urn:oasis:names:tc:SAML:2.0:protocol"),
                Key("signing", Signing),
                Key("encryption", Encryption),
                SingleLogoutService is null ? null : new XElement(md + "SingleLogoutService", new XAttribute("Binding", SamlBinding.Redirect), new XAttribute("Location", SingleLogoutService)),
                new XElement(
                    md + "AssertionConsumerService", new XAttribute("index", 0), new XAttribute("isDefault", true),
                    new XAttribute("Binding", SamlBinding.Post), new XAttribute("Location", AssertionConsumerService)))).ToString();
    }
}
