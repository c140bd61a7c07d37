using System.Xml.Linq;

namespace OAuthServer.Federation.Saml;

/// <content>Writes ours.</content>
public static partial class SamlMetadata
{
    static readonly XNamespace Md = SamlNames.Metadata;
    static readonly XNamespace Ds = SamlNames.Signature;
    static readonly XNamespace Xenc11 = SamlNames.Encryption11;

    /// <summary>Our metadata: an EntityDescriptor with one SPSSODescriptor (metadata section 2.4.4).</summary>
    /// <param name="sp">What we are.</param>
    /// <param name="signWith">Null: unsigned.</param>
    public static string Write(SamlServiceProvider sp, ServiceProviderKey? signWith = null)
    {
        var role = new XElement(
            Md + "SPSSODescriptor", new XAttribute("AuthnRequestsSigned", "true"), new XAttribute("WantAssertionsSigned", "true"),
            new XAttribute("protocolSupportEnumeration", SamlNames.Protocol),
            sp.SigningKeys.Select(key => Key(key, "signing")), sp.EncryptionKeys.Select(key => Key(key, "encryption", EncryptionMethods())),
            sp.SingleLogoutUrl is null ? null : new[] { SamlNames.RedirectBinding, SamlNames.PostBinding }.Select(binding => Service("SingleLogoutService", binding, sp.SingleLogoutUrl)),
            sp.NameIdFormats.Select(format => new XElement(Md + "NameIDFormat", format)),
            Service("AssertionConsumerService", SamlNames.PostBinding, sp.AssertionConsumerServiceUrl, new XAttribute("index", "0"), new XAttribute("isDefault", "true")));
        var entity = new XElement(
            Md + "EntityDescriptor", new XAttribute(XNamespace.Xmlns + "md", Md.NamespaceName), new XAttribute(XNamespace.Xmlns + "ds", Ds.NamespaceName),
            new XAttribute("ID", SamlRequests.NewId()), new XAttribute("entityID", sp.EntityId),
            sp.ValidUntil is { } end ? new XAttribute("validUntil", ElementReading.Written(end)) : null, role);
        var text = entity.ToString(SaveOptions.DisableFormatting);
        return signWith is null ? text : XmlSigning.Sign(text, signWith);
    }

    static XElement Key(ServiceProviderKey key, string use, params object?[] methods) => new(
        Md + "KeyDescriptor", new XAttribute("use", use),
        new XElement(Ds + "KeyInfo", new XElement(Ds + "X509Data", new XElement(Ds + "X509Certificate", Convert.ToBase64String(key.Certificate)))), methods);

    static XElement Service(string name, string binding, string url, params object?[] more) =>
        new(Md + name, new XAttribute("Binding", binding), new XAttribute("Location", url), more);

    /// <summary>What <see cref="AssertionDecryption"/> opens, the best first.</summary>
    static object[] EncryptionMethods() =>
    [
        Method(SamlNames.Encryption11 + "aes256-gcm"),
        Method(SamlNames.Encryption11 + "aes128-gcm"),
        Method(SamlNames.Encryption + "aes256-cbc"),
        Method(SamlNames.Encryption + "aes128-cbc"),
        Method(
            SamlNames.Encryption11 + "rsa-oaep", new XElement(Ds + "DigestMethod", new XAttribute("Algorithm", SamlNames.Encryption + "sha256")),
            new XElement(Xenc11 + "MGF", new XAttribute(XNamespace.Xmlns + "xenc11", Xenc11.NamespaceName), new XAttribute("Algorithm", SamlNames.Encryption11 + "mgf1sha256"))),
        Method(SamlNames.Encryption + "rsa-oaep-mgf1p", new XElement(Ds + "DigestMethod", new XAttribute("Algorithm", SamlNames.Signature + "sha1"))),
    ];

    static XElement Method(string algorithm, params object?[] more) => new(Md + "EncryptionMethod", new XAttribute("Algorithm", algorithm), more);
}
