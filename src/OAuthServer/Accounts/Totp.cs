using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace OAuthServer.Accounts;

/// <summary>Time-based one-time passwords (RFC 6238): SHA-1, six digits, thirty seconds, which is what every authenticator app can do.</summary>
public static class Totp
{
    public const int Digits = 6;

    /// <summary>160 bits, the length that RFC 4226 section 4 (R6) recommends.</summary>
    public const int SeedBytes = 20;

    const int StepSeconds = 30;

    /// <summary>How far a phone's clock may be off, in steps: one (RFC 6238 section 5.2).</summary>
    const int Drift = 1;

    public static byte[] NewSeed() => RandomNumberGenerator.GetBytes(SeedBytes);

    /// <summary>The time step an instant lies in (RFC 6238 section 4.2).</summary>
    public static long StepAt(DateTimeOffset at) => at.ToUnixTimeSeconds() / StepSeconds;

    /// <summary>The code of a time step (RFC 4226 section 5.3).</summary>
    public static string Code(ReadOnlySpan<byte> seed, long step)
    {
        Span<byte> counter = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
        Span<byte> hash = stackalloc byte[HMACSHA1.HashSizeInBytes];
#pragma warning disable CA5350 // HMAC-SHA-1 is what RFC 6238 apps compute; its known weakness is collisions, which HMAC does not rest on.
        HMACSHA1.HashData(seed, counter, hash);
#pragma warning restore CA5350
        var offset = hash[^1] & 15;
        var number = BinaryPrimitives.ReadUInt32BigEndian(hash[offset..]) & 0x7fffffff;
        return (number % 1_000_000).ToString("D6", CultureInfo.InvariantCulture);
    }

    /// <summary>
    /// The step whose code this is, at most one step from now; null when it is none of them. Every candidate is compared, so time
    /// tells nothing. Whether the step was used before is not known here: claim it (<see cref="SingleUse.ClaimStepAsync"/>).
    /// </summary>
    public static long? FindStep(ReadOnlySpan<byte> seed, string code, DateTimeOffset at)
    {
        if (Normalize(code) is not { } digits)
            return null;
        var now = StepAt(at);
        long? found = null;
        for (var step = now - Drift; step <= now + Drift; step++)
        {
            if (CryptographicOperations.FixedTimeEquals(Bytes(Code(seed, step)), Bytes(digits)))
                found = step;
        }
        return found;
    }

    /// <summary>Six ASCII digits; one space between them, as apps display it, is left out. Null for everything else.</summary>
    public static string? Normalize(string code)
    {
        if (code.Length == Digits + 1 && code.IndexOf(' ', StringComparison.Ordinal) is > 0 and < Digits and var gap)
            code = code.Remove(gap, 1);
        return code.Length == Digits && code.All(char.IsAsciiDigit) ? code : null;
    }

    static ReadOnlySpan<byte> Bytes(string digits) => System.Text.Encoding.ASCII.GetBytes(digits);
}
