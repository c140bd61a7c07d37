using System.Buffers.Binary;
using System.Security.Cryptography;
using OAuthServer.Data;

namespace OAuthServer.Login;

/// <summary>
/// The short name of a login record that a caller may be told, such as <c>7K3M-2QPD</c>: the record's number, put through a keyed
/// permutation of 40 bits (four Feistel rounds), in 32 letters and digits that are hard to misread. It needs no index of its own
/// and tells an outsider neither how many logins there are nor when.
/// </summary>
public sealed class LoginReferences(MasterKey master) : IDisposable
{
    const string Alphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    const int Rounds = 4;
    const uint HalfMask = (1u << 20) - 1;
    // One per thread, kept: four rounds a login, and setting up a cipher costs more than the one block of a round.
    readonly ThreadLocal<BlockCipher> cipher = new(NewCipher(master.Derive("login-reference")), trackAllValues: true);

    public string Of(long id)
    {
        var value = Permute((ulong)id, forward: true);
        return string.Create(9, value, static (span, bits) =>
        {
            for (var i = 8; i >= 0; i--)
            {
                if (i == 4)
                {
                    span[i] = '-';
                    continue;
                }
                span[i] = Alphabet[(int)(bits & 31)];
                bits >>= 5;
            }
        });
    }

    /// <summary>The record's number; null for text that is no reference. Case and dashes do not matter.</summary>
    public long? Parse(string reference)
    {
        ulong bits = 0;
        var digits = 0;
        foreach (var c in reference.Trim())
        {
            if (c == '-')
                continue;
            var digit = Alphabet.IndexOf(char.ToUpperInvariant(c), StringComparison.Ordinal);
            if (digit < 0 || ++digits > 8)
                return null;
            bits = bits << 5 | (uint)digit;
        }
        return digits == 8 ? (long)Permute(bits, forward: false) : null;
    }

    ulong Permute(ulong value, bool forward)
    {
        var left = (uint)(value >> 20) & HalfMask;
        var right = (uint)value & HalfMask;
        for (var i = 0; i < Rounds; i++)
        {
            if (forward)
                (left, right) = (right, left ^ Round(i, right));
            else
                (left, right) = (right ^ Round(Rounds - 1 - i, left), left);
        }
        return (ulong)left << 20 | right;
    }

    uint Round(int number, uint half) => cipher.Value!.Encrypt((ulong)number << 32 | half) & HalfMask;

    static Func<BlockCipher> NewCipher(byte[] key) => () => new(key);

    public void Dispose()
    {
        foreach (var one in cipher.Values)
            one.Dispose();
        cipher.Dispose();
    }

    /// <summary>AES-256 of single blocks: the pseudo-random function of the rounds.</summary>
    sealed class BlockCipher : IDisposable
    {
        readonly ICryptoTransform encryptor;
        readonly byte[] block = new byte[16];

        internal BlockCipher(byte[] key)
        {
            using var aes = Aes.Create();
            (aes.Key, aes.Mode, aes.Padding) = (key, CipherMode.ECB, PaddingMode.None);
            encryptor = aes.CreateEncryptor();
        }

        internal uint Encrypt(ulong value)
        {
            Array.Clear(block);
            BinaryPrimitives.WriteUInt64LittleEndian(block, value);
            encryptor.TransformBlock(block, 0, block.Length, block, 0);
            return BinaryPrimitives.ReadUInt32LittleEndian(block);
        }

        public void Dispose() => encryptor.Dispose();
    }
}
