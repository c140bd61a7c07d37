using System.Security.Cryptography.Xml;
using System.Xml;

namespace OAuthServer.Federation.Saml;

/// <summary>Signs our own documents as core section 5.4 has it: enveloped, exclusive canonicalization, RSA with SHA-256, our certificate beside it.</summary>
static class XmlSigning
{
    /// <summary>The document with a signature over its root, whose ID it names, where the schemas want it.</summary>
    internal static string Sign(string xml, ServiceProviderKey key)
    {
        var document = new XmlDocument { PreserveWhitespace = true, XmlResolver = null };
        document.LoadXml(xml); // ours: written a moment ago
        var root = document.DocumentElement!;
        using var rsa = key.Open();
        var signing = new SignedXml(document) { SigningKey = rsa };
        signing.SignedInfo!.CanonicalizationMethod = SignedXml.XmlDsigExcC14NTransformUrl;
        signing.SignedInfo.SignatureMethod = SignedXml.XmlDsigRSASHA256Url;
        var reference = new Reference("#" + root.GetAttribute("ID")) { DigestMethod = SignedXml.XmlDsigSHA256Url };
        reference.AddTransform(new XmlDsigEnvelopedSignatureTransform());
        reference.AddTransform(new XmlDsigExcC14NTransform());
        signing.AddReference(reference);
        signing.KeyInfo = new KeyInfo();
        signing.KeyInfo.AddClause(new KeyInfoX509Data(key.Certificate));
        signing.ComputeSignature();
        // Without an Issuer, as in metadata, it becomes the first.
        root.InsertAfter(document.ImportNode(signing.GetXml(), deep: true), root.Elements(SamlNames.Assertion, "Issuer").FirstOrDefault()!);
        return document.OuterXml;
    }
}
