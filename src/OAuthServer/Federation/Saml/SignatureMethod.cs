using System.Security.Cryptography;

namespace OAuthServer.Federation.Saml;

/// <summary>A signature algorithm that is taken. SHA-1, HMAC, DSA and everything unnamed here is not.</summary>
/// <param name="IsRsa">PKCS #1 v1.5; otherwise ECDSA.</param>
/// <param name="Hash">Of what is signed.</param>
sealed record SignatureMethod(bool IsRsa, HashAlgorithmName Hash)
{
    /// <summary>The one we sign with (RFC 6931 section 2.3.2).</summary>
    internal const string RsaSha256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";

    internal static SignatureMethod? Of(string? name) => name switch
    {
        RsaSha256 => new(IsRsa: true, HashAlgorithmName.SHA256),
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384" => new(IsRsa: true, HashAlgorithmName.SHA384),
        "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512" => new(IsRsa: true, HashAlgorithmName.SHA512),
        "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256" => new(IsRsa: false, HashAlgorithmName.SHA256),
        "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384" => new(IsRsa: false, HashAlgorithmName.SHA384),
        "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512" => new(IsRsa: false, HashAlgorithmName.SHA512),
        _ => null,
    };

    /// <summary>The digest algorithm of that name; null for SHA-1, MD5 and what is unknown.</summary>
    internal static HashAlgorithmName? DigestOf(string? name) => name switch
    {
        "http://www.w3.org/2001/04/xmlenc#sha256" => HashAlgorithmName.SHA256,
        "http://www.w3.org/2001/04/xmldsig-more#sha384" => HashAlgorithmName.SHA384,
        "http://www.w3.org/2001/04/xmlenc#sha512" => HashAlgorithmName.SHA512,
        _ => null,
    };
}
