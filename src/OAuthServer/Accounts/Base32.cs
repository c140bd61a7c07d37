namespace OAuthServer.Accounts;

/// <summary>Base32 (RFC 4648 section 6) without padding, as authenticator apps take their seeds.</summary>
public static class Base32
{
    const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    public static string Encode(ReadOnlySpan<byte> bytes)
    {
        var text = new char[(bytes.Length * 8 + 4) / 5];
        uint pending = 0;
        var bits = 0;
        var length = 0;
        foreach (var b in bytes)
        {
            pending = pending << 8 | b;
            bits += 8;
            while (bits >= 5)
            {
                bits -= 5;
                text[length++] = Alphabet[(int)(pending >> bits) & 31];
            }
        }
        if (bits > 0)
            text[length] = Alphabet[(int)(pending << (5 - bits)) & 31];
        return new(text);
    }

    /// <summary>The bytes; null for anything but an encoding, in either case. Bits left over must be zero, so that no two texts mean the same.</summary>
    public static byte[]? Decode(string text)
    {
        var bytes = new byte[text.Length * 5 / 8];
        uint pending = 0;
        var bits = 0;
        var length = 0;
        foreach (var c in text)
        {
            var digit = char.IsAscii(c) ? Alphabet.IndexOf(char.ToUpperInvariant(c), StringComparison.Ordinal) : -1;
            if (digit < 0)
                return null;
            pending = pending << 5 | (uint)digit;
            bits += 5;
            if (bits >= 8)
            {
                bits -= 8;
                bytes[length++] = (byte)(pending >> bits);
            }
        }
        var leftOver = pending & ((1u << bits) - 1);
        return bits >= 5 || leftOver != 0 ? null : bytes;
    }
}
