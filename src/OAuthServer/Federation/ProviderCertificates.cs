using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Xml;
using System.Xml.Linq;
using OAuthServer.Data;

namespace OAuthServer.Federation;

/// <summary>What a certificate is for.</summary>
public enum CertificateUse
{
    /// <summary>Whatever is needed: the metadata do not say.</summary>
    Any,

    /// <summary>To verify what its owner signs.</summary>
    Signing,

    /// <summary>To encrypt for its owner.</summary>
    Encryption,

    /// <summary>To verify the metadata themselves.</summary>
    Metadata,
}

/// <summary>A certificate on which single sign-on rests, as administrators see it.</summary>
/// <param name="Thumbprint">SHA-256, in upper-case hexadecimal.</param>
/// <param name="Subject">Whom it names (RFC 4514).</param>
/// <param name="NotAfter">The end of its time.</param>
/// <param name="Use">What it is for.</param>
public sealed record ProviderCertificate(string Thumbprint, string Subject, DateTimeOffset NotAfter, CertificateUse Use);

/// <summary>
/// The certificates of a SAML provider, and our own, for those who watch when they end. What cannot be read is left out: it is shown,
/// not trusted; trusting is the reader's of assertions.
/// </summary>
public static class ProviderCertificates
{
    const int MostCharacters = 5_000_000;

    static readonly XName X509 = XName.Get("X509Certificate", "http://www.w3.org/2000/09/xmldsig#");

    /// <summary>Those that are configured and those in the provider's metadata, each once per use, the one that ends first in front. None for OpenID Connect.</summary>
    public static IReadOnlyList<ProviderCertificate> Of(ProviderEntry provider) => provider.Settings.Saml is not { } saml ? [] :
    [
        .. saml.Certificates.Select(pem => Of(pem, CertificateUse.Signing))
            .Append(saml.MetadataCertificate is { } metadata ? Of(metadata, CertificateUse.Metadata) : null)
            .Concat(provider.Metadata is { } document ? OfMetadata(document) : [])
            .OfType<ProviderCertificate>().Distinct().OrderBy(certificate => certificate.NotAfter),
    ];

    /// <summary>One of this server's own, which signs requests and opens encrypted assertions.</summary>
    public static ProviderCertificate Of(ServiceProviderKey key)
    {
        using var certificate = X509CertificateLoader.LoadCertificate(key.Certificate);
        return Of(certificate, CertificateUse.Any);
    }

    static IEnumerable<ProviderCertificate?> OfMetadata(string document)
    {
        try
        {
            using var text = new StringReader(document);
            using var reader = XmlReader.Create(
                text, new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = MostCharacters });
            return [.. XDocument.Load(reader).Descendants(X509).Select(element => Of(element.Value, UseOf(element)))];
        }
        catch (XmlException)
        {
            return [];
        }
    }

    /// <summary>By the <c>use</c> of the key descriptor it stands in (SAML metadata 2.0, section 2.4.1.1); outside any it belongs to the document's own signature.</summary>
    static CertificateUse UseOf(XElement element) => element.Ancestors().FirstOrDefault(ancestor => ancestor.Name.LocalName == "KeyDescriptor") is not { } key
        ? CertificateUse.Metadata
        : (string?)key.Attribute("use") switch
        {
            "signing" => CertificateUse.Signing,
            "encryption" => CertificateUse.Encryption,
            _ => CertificateUse.Any,
        };

    /// <summary>PEM, or the bare base64 of a metadata element.</summary>
    static ProviderCertificate? Of(string text, CertificateUse use)
    {
        try
        {
            using var certificate = text.Contains("-----BEGIN", StringComparison.Ordinal)
                ? X509Certificate2.CreateFromPem(text)
                : X509CertificateLoader.LoadCertificate(Convert.FromBase64String(text));
            return Of(certificate, use);
        }
        catch (Exception problem) when (problem is CryptographicException or FormatException or ArgumentException)
        {
            return null;
        }
    }

    static ProviderCertificate Of(X509Certificate2 certificate, CertificateUse use) => new(
        certificate.GetCertHashString(HashAlgorithmName.SHA256), certificate.Subject, new DateTimeOffset(certificate.NotAfter.ToUniversalTime(), TimeSpan.Zero), use);
}
