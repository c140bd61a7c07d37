using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using OAuthServer.Federation.Saml;

namespace OAuthServer.Federation;

/// <summary>What a certificate is for.</summary>
public enum CertificateUse
{
    /// <summary>To verify and to encrypt: this server's own.</summary>
    Any,

    /// <summary>To verify what its owner signs.</summary>
    Signing,

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
/// The certificates of a SAML provider by which its assertions are believed, and our own, for those who watch when they end: the same that
/// the reader of assertions takes, so that nobody else's in a federation's document counts.
/// </summary>
public static class ProviderCertificates
{
    /// <summary>Those that are configured and those in the provider's metadata, each once per use, the one that ends first in front. None for OpenID Connect.</summary>
    public static IReadOnlyList<ProviderCertificate> Of(ProviderEntry provider) => provider.Settings.Saml is not { } saml ? [] :
    [
        .. saml.Certificates.Select(pem => Of(pem, CertificateUse.Signing))
            .Concat(SamlPeers.Read(provider) is SamlMetadataReading.Found { Provider: var idp } ? idp.SigningCertificates.Select(certificate => Of(certificate, CertificateUse.Signing)) : [])
            .Concat(saml.MetadataCertificate is { } metadata ? [Of(metadata, CertificateUse.Metadata)] : [])
            .Distinct().OrderBy(certificate => certificate.NotAfter),
    ];

    /// <summary>One of this server's own, which signs requests and opens encrypted assertions.</summary>
    public static ProviderCertificate Of(Data.ServiceProviderKey key)
    {
        using var certificate = X509CertificateLoader.LoadCertificate(key.Certificate);
        return Of(certificate, CertificateUse.Any);
    }

    static ProviderCertificate Of(string pem, CertificateUse use)
    {
        using var certificate = X509Certificate2.CreateFromPem(pem);
        return Of(certificate, use);
    }

    static ProviderCertificate Of(X509Certificate2 certificate, CertificateUse use) => new(
        certificate.GetCertHashString(HashAlgorithmName.SHA256), certificate.Subject, new DateTimeOffset(certificate.NotAfter.ToUniversalTime(), TimeSpan.Zero), use);
}
