using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace OAuthServer.Federation.Saml;

/// <summary>
/// A key of ours with the self-signed certificate that carries it in our metadata: signs our messages, opens what is encrypted to us.
/// Storing it sealed is the caller's. No member shows the private half but <see cref="PrivateKey"/>.
/// </summary>
public sealed class ServiceProviderKey
{
    readonly byte[] pkcs8;

    /// <param name="certificate">X.509, DER.</param>
    /// <param name="privateKey">The RSA key of it, PKCS #8.</param>
    /// <exception cref="CryptographicException">One of them is not what it should be, or they do not belong together.</exception>
    public ServiceProviderKey(byte[] certificate, byte[] privateKey)
    {
        (Certificate, pkcs8) = (certificate, privateKey);
        using var parsed = X509CertificateLoader.LoadCertificate(certificate);
        using var key = Open();
        if (!parsed.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(key.ExportSubjectPublicKeyInfo()))
            throw new CryptographicException("The private key is not that of the certificate.");
        (NotBefore, NotAfter) = (new(parsed.NotBefore.ToUniversalTime()), new(parsed.NotAfter.ToUniversalTime()));
    }

    /// <summary>X.509, DER.</summary>
    public byte[] Certificate { get; }

    /// <summary>The certificate's first instant.</summary>
    public DateTimeOffset NotBefore { get; }

    /// <summary>The certificate's last instant: to warn by, providers that look at it will stop then.</summary>
    public DateTimeOffset NotAfter { get; }

    /// <summary>A new one.</summary>
    /// <param name="host">The common name: our host.</param>
    /// <param name="from">When the certificate begins; take some minutes off for clocks that are behind.</param>
    /// <param name="validity">How long it lasts; years are usual, as each change has to reach every provider.</param>
    /// <param name="bits">2048 or 3072.</param>
    public static ServiceProviderKey Make(string host, DateTimeOffset from, TimeSpan validity, int bits = 3072)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bits, 2048);
        using var key = RSA.Create(bits);
        var name = new X500DistinguishedNameBuilder();
        name.AddCommonName(host);
        var request = new CertificateRequest(name.Build(), key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment, critical: true));
        using var certificate = request.CreateSelfSigned(from, from + validity);
        return new(certificate.RawData, key.ExportPkcs8PrivateKey());
    }

    /// <summary>The private key, PKCS #8, to be sealed and stored.</summary>
    public byte[] PrivateKey() => [.. pkcs8];

    internal byte[] Sign(byte[] data)
    {
        using var key = Open();
        return key.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }

    /// <summary>The key that was wrapped for us; null when it was not, or with other padding.</summary>
    internal byte[]? Unwrap(byte[] wrapped, RSAEncryptionPadding padding)
    {
        try
        {
            using var key = Open();
            return key.Decrypt(wrapped, padding);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>The private key as an object of its own: those are not documented as safe for several threads.</summary>
    internal RSA Open()
    {
        var key = RSA.Create();
        key.ImportPkcs8PrivateKey(pkcs8, out _);
        return key;
    }
}
