using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace OAuthServer.Federation.Saml;

/// <summary>
/// A public key that an issuer signs with, from our configuration; never from the message (core section 5.4.5). The validity of the
/// certificate it may come in is not looked at: in SAML metadata a certificate is a container of a key, trusted because it is listed
/// and for as long as it is (SAML metadata interoperability profile section 2.6.1), and refusing an expired one would lock everybody
/// out at midnight. That it nears its end is warned of elsewhere.
/// </summary>
public sealed class SamlKey
{
    const string RsaOid = "1.2.840.113549.1.1.1";
    const string EcOid = "1.2.840.10045.2.1";

    // Octets and no key object: those are not documented as safe for several threads.
    readonly byte[] publicKeyInfo;
    readonly bool isRsa;

    SamlKey(byte[] publicKeyInfo, bool isRsa, int bits)
    {
        (this.publicKeyInfo, this.isRsa) = (publicKeyInfo, isRsa);
        IsStrong = bits >= (isRsa ? 2048 : 256);
    }

    /// <summary>RSA of 2048 bits or an elliptic curve of 256 at least; signatures of weaker keys are refused.</summary>
    public bool IsStrong { get; }

    /// <summary>The key in a certificate. A kind other than RSA and ECDSA makes a key that verifies nothing.</summary>
    public static SamlKey Of(X509Certificate2 certificate)
    {
        using AsymmetricAlgorithm? key = certificate.PublicKey.Oid.Value switch
        {
            RsaOid => certificate.GetRSAPublicKey(),
            EcOid => certificate.GetECDsaPublicKey(),
            _ => null,
        };
        return key is null ? new([], isRsa: false, 0) : Of(key);
    }

    /// <summary>The public half of an RSA or ECDSA key.</summary>
    /// <exception cref="ArgumentException">It is another kind.</exception>
    public static SamlKey Of(AsymmetricAlgorithm key) => key switch
    {
        RSA rsa => new(rsa.ExportSubjectPublicKeyInfo(), isRsa: true, rsa.KeySize),
        ECDsa ec => new(ec.ExportSubjectPublicKeyInfo(), isRsa: false, ec.KeySize),
        _ => throw new ArgumentException("Only RSA and ECDSA keys sign SAML.", nameof(key)),
    };

    /// <summary>Which of the flaws a signature has under these keys: none, a key too weak to be believed, or no key that fits.</summary>
    internal static AssertionFlaw Judge(IReadOnlyList<SamlKey> keys, SignatureMethod method, byte[] signed, byte[] signature)
    {
        var signer = keys.Where(key => key.Verify(method, signed, signature)).MaxBy(key => key.IsStrong);
        return signer is null ? AssertionFlaw.SignatureInvalid : signer.IsStrong ? AssertionFlaw.None : AssertionFlaw.WeakSignature;
    }

    bool Verify(SignatureMethod method, byte[] signed, byte[] signature)
    {
        if (method.IsRsa != isRsa || publicKeyInfo.Length == 0 || signature.Length == 0)
            return false;
        try
        {
            if (isRsa)
            {
                using var rsa = RSA.Create();
                rsa.ImportSubjectPublicKeyInfo(publicKeyInfo, out _);
                return rsa.VerifyData(signed, signature, method.Hash, RSASignaturePadding.Pkcs1);
            }
            using var ec = ECDsa.Create();
            ec.ImportSubjectPublicKeyInfo(publicKeyInfo, out _);
            return ec.VerifyData(signed, signature, method.Hash);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
