using System.Security.Cryptography;
using System.Text;

namespace OAuthServer.Data;

/// <summary>
/// How secrets lie at rest. Random secrets (security tokens, app secrets, refresh tokens) as keyed hashes, which cannot be
/// tried out with a stolen database alone; what must be read again (TOTP seeds, private keys, mails that wait) encrypted
/// with AES-256-GCM. Both keys come from one 256-bit master key that is never in the database. Each purpose has its own key.
/// </summary>
public sealed class MasterKey
{
    const int NonceSize = 12;
    const int TagSize = 16;
    readonly byte[] root;
    readonly byte[] hashKey;

    /// <exception cref="ArgumentException">The key is not 32 bytes.</exception>
    public MasterKey(byte[] root)
    {
        if (root.Length != 32)
            throw new ArgumentException("A master key is 32 bytes.", nameof(root));
        this.root = root;
        hashKey = Derive("keyed-hash");
    }

    /// <summary>HMAC-SHA256 over purpose and value, base64url.</summary>
    public string KeyedHash(string purpose, string value)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        var size = Encoding.UTF8.GetMaxByteCount(purpose.Length + 1 + value.Length);
        Span<byte> text = size <= 1024 ? stackalloc byte[size] : new byte[size];
        var length = Encoding.UTF8.GetBytes(purpose, text);
        text[length++] = 0;
        length += Encoding.UTF8.GetBytes(value, text[length..]);
        HMACSHA256.HashData(hashKey, text[..length], hash);
        CryptographicOperations.ZeroMemory(text);
        return System.Buffers.Text.Base64Url.EncodeToString(hash);
    }

    /// <summary>Compares two keyed hashes without telling by time where they differ.</summary>
    public static bool HashesEqual(string left, string right) =>
        CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(left), Encoding.ASCII.GetBytes(right));

    /// <summary>A key for one purpose, 32 bytes (HKDF, RFC 5869).</summary>
    public byte[] Derive(string purpose) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, root, 32, info: Encoding.UTF8.GetBytes("oauthserver/" + purpose));

    /// <summary>Encrypts; the purpose must be named again to decrypt.</summary>
    public byte[] Protect(string purpose, ReadOnlySpan<byte> plain)
    {
        var sealedBytes = new byte[NonceSize + plain.Length + TagSize];
        var nonce = sealedBytes.AsSpan(0, NonceSize);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(Derive(purpose), TagSize);
        aes.Encrypt(nonce, plain, sealedBytes.AsSpan(NonceSize, plain.Length), sealedBytes.AsSpan(NonceSize + plain.Length));
        return sealedBytes;
    }

    /// <summary>Decrypts what <see cref="Protect"/> made.</summary>
    /// <exception cref="CryptographicException">Another master key, another purpose, or damage.</exception>
    public byte[] Unprotect(string purpose, ReadOnlySpan<byte> sealedBytes)
    {
        if (sealedBytes.Length < NonceSize + TagSize)
            throw new CryptographicException("Too short to be a sealed secret.");
        var plain = new byte[sealedBytes.Length - NonceSize - TagSize];
        using var aes = new AesGcm(Derive(purpose), TagSize);
        aes.Decrypt(sealedBytes[..NonceSize], sealedBytes[NonceSize..^TagSize], sealedBytes[^TagSize..], plain);
        return plain;
    }
}
