using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace OAuthServer.Tokens;

/// <summary>Writes signed JWTs (RFC 7519, compact form) without an object in between: one buffer, one signature.</summary>
public static class JwtWriter
{
    static readonly JsonWriterOptions Unvalidated = new() { SkipValidation = true };

    // The plus sign of at+jwt stays a plus sign.
    static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Header for one type and key, encoded once.</summary>
    public static byte[] HeaderOf(string type, RingKey key) =>
        Encoding.ASCII.GetBytes(Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(new { typ = type, alg = key.Algorithm, kid = key.Kid }, Plain)));

    /// <summary>The signed token.</summary>
    /// <param name="header">From <see cref="HeaderOf"/>.</param>
    /// <param name="key">Signs.</param>
    /// <param name="state">Handed to <paramref name="claims"/>.</param>
    /// <param name="claims">Writes the members of the claims object.</param>
    public static string Write<TState>(byte[] header, RingKey key, TState state, Action<Utf8JsonWriter, TState> claims)
    {
        var payload = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(payload, Unvalidated))
        {
            json.WriteStartObject();
            claims(json, state);
            json.WriteEndObject();
        }
        Span<byte> signature = stackalloc byte[512];
        var bodyLength = header.Length + 1 + Base64Url.GetEncodedLength(payload.WrittenCount);
        var rented = ArrayPool<byte>.Shared.Rent(bodyLength + 1 + Base64Url.GetEncodedLength(signature.Length));
        try
        {
            header.CopyTo(rented, 0);
            rented[header.Length] = (byte)'.';
            Base64Url.EncodeToUtf8(payload.WrittenSpan, rented.AsSpan(header.Length + 1));
            var signed = key.Sign(rented.AsSpan(0, bodyLength), signature);
            rented[bodyLength] = (byte)'.';
            var length = bodyLength + 1 + Base64Url.EncodeToUtf8(signature[..signed], rented.AsSpan(bodyLength + 1));
            return Encoding.ASCII.GetString(rented, 0, length);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
