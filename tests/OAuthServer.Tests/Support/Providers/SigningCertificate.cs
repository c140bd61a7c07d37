using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace OAuthServer.Tests.Support.Providers;

/// <summary>A self-signed RSA certificate of 2048 bits with its key, as SAML's parties announce them in their metadata.</summary>
/// <param name="CertificatePem">The certificate.</param>
/// <param name="PrivateKeyPem">Its key, PKCS #8.</param>
public sealed record SigningCertificate(string CertificatePem, string PrivateKeyPem)
{
    /// <summary>As it stands in an X509Certificate element: base64 of the DER form, without line breaks.</summary>
    public string Base64
    {
        get
        {
            using var certificate = Public();
            return Convert.ToBase64String(certificate.RawData);
        }
    }

    /// <summary>Without the key.</summary>
    public X509Certificate2 Public() => X509Certificate2.CreateFromPem(CertificatePem);

    /// <summary>With the key.</summary>
    public X509Certificate2 WithKey() => X509Certificate2.CreateFromPem(CertificatePem, PrivateKeyPem);

    /// <param name="name">Its common name.</param>
    /// <param name="notAfter">When it ends; a year from now unless said.</param>
    public static SigningCertificate New(string name = "Test", DateTimeOffset? notAfter = null)
    {
        using var key = RSA.Create(2048);
        var now = DateTimeOffset.UtcNow;
        var end = notAfter ?? now.AddYears(1);
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned((end < now ? end : now).AddYears(-1), end);
        return new(certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }
}
