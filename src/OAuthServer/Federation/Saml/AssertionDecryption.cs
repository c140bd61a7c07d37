using System.Security.Cryptography;
using System.Xml;

namespace OAuthServer.Federation.Saml;

/// <summary>
/// Opens an EncryptedAssertion (core section 2.3.4, XML Encryption 1.1). Keys wrapped by RSA-OAEP, data by AES in GCM or CBC mode;
/// no RSA 1.5 (Bleichenbacher), no Triple DES, no trying of another algorithm than the one named. Every failure is the same
/// failure. CBC alone authenticates nothing: whoever can see whether a changed ciphertext opens can read it, which is why the caller
/// verifies a signature of the response first where there is one, tells all flaws in one sentence, and limits tries. It cannot be
/// left out, as AD FS and Entra encrypt with nothing else.
/// </summary>
static class AssertionDecryption
{
    /// <summary>Wrapped keys that are tried: one for each recipient of the assertion. Each costs an RSA operation for each key of ours.</summary>
    const int MostWrappedKeys = 4;

    const int GcmNonce = 12;
    const int GcmTag = 16;
    const int Block = 16;

    /// <summary>The plaintext; null when it cannot be had.</summary>
    internal static byte[]? Open(XmlElement encryptedAssertion, IReadOnlyList<ServiceProviderKey> keys)
    {
        if (encryptedAssertion.Elements(SamlNames.Encryption, "EncryptedData").ToList() is not [var data] || Cipher(data) is not { } ciphertext
            || MethodOf(data) is not { } method || DataCipher(method.Attribute("Algorithm")) is not var (bytes, gcm))
            return null;
        // Inside or beside (core section 6.2): a RetrievalMethod could only point to one of these, and is not followed.
        var wrapped = data.Elements(SamlNames.Signature, "KeyInfo").SelectMany(info => info.Elements(SamlNames.Encryption, "EncryptedKey"))
            .Concat(encryptedAssertion.Elements(SamlNames.Encryption, "EncryptedKey")).Take(MostWrappedKeys);
        var opened = wrapped.SelectMany(key => Unwrap(key, keys)).FirstOrDefault(key => key.Length == bytes);
        try
        {
            return opened is null ? null : gcm ? DecryptGcm(opened, ciphertext) : DecryptCbc(opened, ciphertext);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    static IEnumerable<byte[]> Unwrap(XmlElement encryptedKey, IReadOnlyList<ServiceProviderKey> keys) =>
        MethodOf(encryptedKey) is { } method && Padding(method) is { } padding && Cipher(encryptedKey) is { } wrapped
            ? keys.Select(key => key.Unwrap(wrapped, padding)).OfType<byte[]>() : [];

    static XmlElement? MethodOf(XmlElement encrypted) => encrypted.Elements(SamlNames.Encryption, "EncryptionMethod").ToList() is [var method] ? method : null;

    static byte[]? Cipher(XmlElement encrypted) =>
        encrypted.Elements(SamlNames.Encryption, "CipherData").ToList() is [var data] && data.Elements().ToList() is [var value] && value.Is(SamlNames.Encryption, "CipherValue")
            ? value.Octets() : null;

    static (int Bytes, bool Gcm)? DataCipher(string? name) => name switch
    {
        SamlNames.Encryption + "aes128-cbc" => (16, false),
        SamlNames.Encryption + "aes192-cbc" => (24, false),
        SamlNames.Encryption + "aes256-cbc" => (32, false),
        SamlNames.Encryption11 + "aes128-gcm" => (16, true),
        SamlNames.Encryption11 + "aes192-gcm" => (24, true),
        SamlNames.Encryption11 + "aes256-gcm" => (32, true),
        _ => null,
    };

    /// <summary>
    /// OAEP with one hash for the label and the mask (XML Encryption 1.1 section 5.5.2), as the platform has it; with two it would take
    /// RSA arithmetic of our own, which leaks by its time. Our metadata says what we take. A label (OAEPparams) is not taken.
    /// </summary>
    static RSAEncryptionPadding? Padding(XmlElement method)
    {
        if (method.Elements().Any(child => child.Is(SamlNames.Encryption, "OAEPparams") || child.Is(SamlNames.Encryption, "OAEPParams")))
            return null;
        var digest = method.Elements(SamlNames.Signature, "DigestMethod").FirstOrDefault()?.Attribute("Algorithm") ?? SamlNames.Signature + "sha1";
        var mask = method.Elements(SamlNames.Encryption11, "MGF").FirstOrDefault()?.Attribute("Algorithm") ?? SamlNames.Encryption11 + "mgf1sha1";
        return (method.Attribute("Algorithm"), digest, mask) switch
        {
            // SHA-1 in OAEP needs no freedom from collisions (RFC 8017 section 7.1).
            (SamlNames.Encryption + "rsa-oaep-mgf1p" or SamlNames.Encryption11 + "rsa-oaep", SamlNames.Signature + "sha1", SamlNames.Encryption11 + "mgf1sha1") => RSAEncryptionPadding.OaepSHA1,
            (SamlNames.Encryption11 + "rsa-oaep", SamlNames.Encryption + "sha256", SamlNames.Encryption11 + "mgf1sha256") => RSAEncryptionPadding.OaepSHA256,
            (SamlNames.Encryption11 + "rsa-oaep", "http://www.w3.org/2001/04/xmldsig-more#sha384", SamlNames.Encryption11 + "mgf1sha384") => RSAEncryptionPadding.OaepSHA384,
            (SamlNames.Encryption11 + "rsa-oaep", SamlNames.Encryption + "sha512", SamlNames.Encryption11 + "mgf1sha512") => RSAEncryptionPadding.OaepSHA512,
            _ => null,
        };
    }

    static byte[]? DecryptGcm(byte[] key, byte[] ciphertext)
    {
        if (ciphertext.Length < GcmNonce + GcmTag)
            return null;
        using var aes = new AesGcm(key, GcmTag);
        var plaintext = new byte[ciphertext.Length - GcmNonce - GcmTag];
        aes.Decrypt(ciphertext.AsSpan(0, GcmNonce), ciphertext.AsSpan(GcmNonce, plaintext.Length), ciphertext.AsSpan(^GcmTag), plaintext);
        return plaintext;
    }

    static byte[]? DecryptCbc(byte[] key, byte[] ciphertext)
    {
        if (ciphertext.Length < 2 * Block || ciphertext.Length % Block != 0)
            return null;
        using var aes = Aes.Create();
        aes.Key = key;
#pragma warning disable CA5358 // CBC: see above.
        var padded = aes.DecryptCbc(ciphertext.AsSpan(Block), ciphertext.AsSpan(0, Block), PaddingMode.None);
#pragma warning restore CA5358
        // The last octet says how many are padding; the others may be anything (XML Encryption section 5.2).
        return padded[^1] is > 0 and <= Block and var padding ? padded[..^padding] : null;
    }
}
