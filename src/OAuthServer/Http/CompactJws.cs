using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace OAuthServer.Http;

/// <summary>
/// A signed JWT in compact form (RFC 7515 section 3.1), parsed strictly and not yet believed: three base64url parts, JSON objects
/// without repeated members (RFC 8725 section 3.10 and RFC 7519 section 4), no critical extension (RFC 7515 section 4.1.11).
/// Keys named by the token itself (jwk, x5c, jku, x5u) are never looked at.
/// </summary>
public sealed class CompactJws
{
    /// <summary>Longer ones are refused unread.</summary>
    public const int MaxLength = 16 * 1024;

    static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    readonly byte[] signedBytes;
    readonly byte[] signature;

    CompactJws(JsonElement header, JsonElement claims, byte[] signedBytes, byte[] signature)
    {
        Header = header;
        Claims = claims;
        this.signedBytes = signedBytes;
        this.signature = signature;
    }

    public JsonElement Header { get; }

    public JsonElement Claims { get; }

    public string Algorithm => Text(Header, "alg") ?? "";

    public string? KeyId => Text(Header, "kid");

    public string? Type => Text(Header, "typ");

    /// <summary>Null for anything that is not such a token.</summary>
    public static CompactJws? TryParse(string token)
    {
        if (token.Length > MaxLength)
            return null;
        var first = token.IndexOf('.', StringComparison.Ordinal);
        var last = token.LastIndexOf('.');
        if (first <= 0 || last == first || token.AsSpan(first + 1, last - first - 1).Contains('.'))
            return null;
        try
        {
            using var header = JsonDocument.Parse(Base64Url.DecodeFromChars(token.AsSpan(0, first)), Strict);
            using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(token.AsSpan(first + 1, last - first - 1)), Strict);
            if (header.RootElement.ValueKind != JsonValueKind.Object || claims.RootElement.ValueKind != JsonValueKind.Object
                || header.RootElement.TryGetProperty("crit", out _) || header.RootElement.TryGetProperty("b64", out _))
                return null;
            return new(
                header.RootElement.Clone(), claims.RootElement.Clone(), Encoding.ASCII.GetBytes(token, 0, last),
                Base64Url.DecodeFromChars(token.AsSpan(last + 1)));
        }
        catch (Exception problem) when (problem is FormatException or JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>True when the key made the signature with the algorithm that this key is for, whatever the header claims.</summary>
    public bool IsSignedBy(VerificationKey key) => key.Algorithm == Algorithm && key.Verify(signedBytes, signature);

    /// <summary>A string member; null when absent or of another kind.</summary>
    public static string? Text(JsonElement from, string member) => from.TryGetProperty(member, out var value) ? Text(value) : null;

    /// <summary>The parser lets bytes and escapes stand that are no Unicode text, and throws only when they are read.</summary>
    static string? Text(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>A time in seconds since 1970 (RFC 7519 section 2, NumericDate); null when absent, no number, or out of any calendar.</summary>
    public DateTimeOffset? Time(string claim) =>
        Claims.TryGetProperty(claim, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var seconds)
            && seconds is > 0 and < 253_402_300_799
            ? DateTimeOffset.FromUnixTimeMilliseconds((long)(seconds * 1000))
            : null;

    /// <summary>True when <c>aud</c> is, or contains, one of these.</summary>
    public bool IsFor(params ReadOnlySpan<string> audiences)
    {
        if (!Claims.TryGetProperty("aud", out var aud))
            return false;
        if (aud.ValueKind == JsonValueKind.String)
            return Text(aud) is { } only && audiences.Contains(only);
        if (aud.ValueKind != JsonValueKind.Array)
            return false;
        foreach (var one in aud.EnumerateArray())
        {
            if (Text(one) is { } name && audiences.Contains(name))
                return true;
        }
        return false;
    }
}
