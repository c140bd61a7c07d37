using System.Security.Cryptography;
using System.Security.Cryptography.Xml;
using System.Xml;

namespace OAuthServer.Tests.Federation.Saml;

/// <summary>A provider's signing, by the platform's SignedXml and not by the code under test, with everything that can be wrong about it.</summary>
sealed record SamlSigner
{
    internal AsymmetricAlgorithm Key { get; init; } = SamlScene.Private(SamlScene.IdpKey);

    internal KeyedHashAlgorithm? Mac { get; init; }

    internal string Method { get; init; } = SignedXml.XmlDsigRSASHA256Url;

    internal string Digest { get; init; } = SignedXml.XmlDsigSHA256Url;

    internal string Canonicalization { get; init; } = SignedXml.XmlDsigExcC14NTransformUrl;

    internal Transform[] Transforms { get; init; } = [new XmlDsigEnvelopedSignatureTransform(), new XmlDsigExcC14NTransform()];

    /// <summary>References, in place of the one to the carrier.</summary>
    internal string[]? References { get; init; }

    internal KeyInfoClause? KeyInfo { get; init; }

    internal static string Sign(string xml, string id) => new SamlSigner().SignElement(xml, id);

    /// <summary>The document with the signature put into the element of this ID, after its Issuer or else first.</summary>
    internal string SignElement(string xml, string id)
    {
        var document = SamlScene.Parse(xml);
        var carrier = document.ById(id);
        var signature = Signature(document, carrier);
        carrier.InsertAfter(document.ImportNode(signature, deep: true), carrier.ChildNodes.OfType<XmlElement>().FirstOrDefault(child => child.LocalName == "Issuer")!);
        return document.OuterXml;
    }

    internal XmlElement Signature(XmlDocument document, XmlElement carrier)
    {
        var signing = new SignedXml(document) { SigningKey = Key };
        signing.SignedInfo!.CanonicalizationMethod = Canonicalization;
        if (Mac is null)
            signing.SignedInfo.SignatureMethod = Method;
        foreach (var uri in References ?? ["#" + carrier.GetAttribute("ID")])
        {
            var reference = new Reference(uri) { DigestMethod = Digest };
            foreach (var transform in Transforms)
                reference.AddTransform(transform);
            signing.AddReference(reference);
        }
        if (KeyInfo is not null)
        {
            signing.KeyInfo = new KeyInfo();
            signing.KeyInfo.AddClause(KeyInfo);
        }
        if (Mac is null)
            signing.ComputeSignature();
        else
            signing.ComputeSignature(Mac);
        return signing.GetXml();
    }
}
