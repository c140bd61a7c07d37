using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Security.Cryptography.Xml;
using System.Text;
using System.Xml;
using OAuthServer.Tests.Support.Providers;

namespace OAuthServer.Tests.Federation;

/// <summary>Reads what a provider of these tests sent. Good enough for one that is trusted: nothing here keeps a forger out.</summary>
static class MessageReading
{
    /// <summary>A message of the POST binding.</summary>
    internal static XmlDocument Read(string message) => Parse(Encoding.UTF8.GetString(Convert.FromBase64String(message)));

    internal static XmlDocument Parse(string xml)
    {
        var document = new XmlDocument { PreserveWhitespace = true };
        document.LoadXml(xml);
        return document;
    }

    internal static XmlElement One(XmlDocument document, string path) => Assert.IsType<XmlElement>(document.SelectSingleNode(path, Names(document)));

    /// <summary>Whether the element's own signature, by RSA with SHA-256 over the whole of it, is of this certificate.</summary>
    internal static bool IsSigned(XmlElement element, SigningCertificate by)
    {
        var signed = new SignedXml(element);
        signed.LoadXml(element["Signature", SignedXml.XmlDsigNamespaceUrl]!);
        Assert.Equal("#" + element.GetAttribute("ID"), ((Reference)signed.SignedInfo!.References[0]!).Uri);
        Assert.Equal(SignedXml.XmlDsigRSASHA256Url, signed.SignatureMethod);
        using var certificate = by.Public();
        return signed.CheckSignature(certificate.GetRSAPublicKey()!);
    }

    /// <summary>The assertion inside, by AES-128-CBC under a key that is encrypted by RSA-OAEP with SHA-1 (XML Encryption, sections 5.2.2 and 5.5.2).</summary>
    internal static XmlDocument Open(XmlDocument response, SigningCertificate with)
    {
        using var certificate = with.WithKey();
        using var aes = Aes.Create();
        aes.Key = certificate.GetRSAPrivateKey()!.Decrypt(Convert.FromBase64String(One(response, "//e:EncryptedKey//e:CipherValue").InnerText), RSAEncryptionPadding.OaepSHA1);
        var data = Convert.FromBase64String(One(response, "//e:EncryptedData/e:CipherData/e:CipherValue").InnerText);
        var padded = aes.DecryptCbc(data.AsSpan(16), data.AsSpan(0, 16), PaddingMode.None);
        return Parse(Encoding.UTF8.GetString(padded.AsSpan(0, padded.Length - padded[^1])));
    }

    internal static XmlNamespaceManager Names(XmlDocument document)
    {
        var names = new XmlNamespaceManager(document.NameTable);
        names.AddNamespace("m", "urn:oasis:names:tc:SAML:2.0:metadata");
        names.AddNamespace("p", "urn:oasis:names:tc:SAML:2.0:protocol");
        names.AddNamespace("a", "urn:oasis:names:tc:SAML:2.0:assertion");
        names.AddNamespace("d", SignedXml.XmlDsigNamespaceUrl);
        names.AddNamespace("e", EncryptedXml.XmlEncNamespaceUrl);
        return names;
    }
}
