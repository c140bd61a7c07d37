using System.IO.Compression;
using System.Text;

namespace OAuthServer.Federation.Saml;

/// <summary>
/// The query of the HTTP-Redirect binding (bindings section 3.4.4.1): deflated XML, and a signature over the very octets of the
/// query, whose encoding each sender chooses. So it is verified over the raw query, and the values are cut from the same.
/// </summary>
static class RedirectQuery
{
    const int MostQuery = 64 * 1024;

    internal static string Write(string field, byte[] xml, string? relayState, ServiceProviderKey? key)
    {
        using var deflated = new MemoryStream();
        using (var deflate = new DeflateStream(deflated, CompressionLevel.Optimal, leaveOpen: true))
            deflate.Write(xml);
        var query = $"{field}={Uri.EscapeDataString(Convert.ToBase64String(deflated.ToArray()))}";
        if (relayState is not null)
            query += $"&RelayState={Uri.EscapeDataString(relayState)}";
        if (key is null)
            return query;
        query += $"&SigAlg={Uri.EscapeDataString(SignatureMethod.RsaSha256)}";
        return $"{query}&Signature={Uri.EscapeDataString(Convert.ToBase64String(key.Sign(Encoding.ASCII.GetBytes(query))))}";
    }

    /// <summary>The signed XML in a raw query (with or without its question mark) and the field and RelayState it came with.</summary>
    internal static (Content? Content, AssertionFlaw Flaw) Read(string rawQuery, IReadOnlyList<SamlKey> keys)
    {
        if (rawQuery.Length > MostQuery)
            return (null, AssertionFlaw.TooLarge);
        var parameters = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in rawQuery.TrimStart('?').Split('&'))
        {
            var name = pair.Split('=', 2)[0];
            // Others are not signed and not looked at; one of these twice would let the signature be of the other.
            if (name is "SAMLRequest" or "SAMLResponse" or "RelayState" or "SigAlg" or "Signature" && !parameters.TryAdd(name, pair))
                return (null, AssertionFlaw.Malformed);
        }
        var field = parameters.ContainsKey("SAMLRequest") ? "SAMLRequest" : "SAMLResponse";
        if (!parameters.TryGetValue(field, out var message) || (field == "SAMLRequest" && parameters.ContainsKey("SAMLResponse")))
            return (null, AssertionFlaw.Malformed);
        if (!parameters.TryGetValue("Signature", out var signature) || !parameters.TryGetValue("SigAlg", out var algorithm))
            return (null, AssertionFlaw.NotSigned);
        if (SignatureMethod.Of(Value(algorithm)) is not { } method)
            return (null, AssertionFlaw.WeakSignature);
        var relayState = parameters.GetValueOrDefault("RelayState");
        var signed = Encoding.UTF8.GetBytes(string.Join('&', new[] { message, relayState, algorithm }.OfType<string>()));
        if (Base64(signature) is not { } value || Base64(message) is not { } deflated)
            return (null, AssertionFlaw.Malformed);
        var flaw = SamlKey.Judge(keys, method, signed, value);
        return flaw == AssertionFlaw.None ? Inflate(deflated, field, relayState is null ? null : Value(relayState)) : (null, flaw);
    }

    /// <summary>Not a byte more than a message may have, whatever it would inflate to.</summary>
    static (Content? Content, AssertionFlaw Flaw) Inflate(byte[] deflated, string field, string? relayState)
    {
        var xml = new byte[XmlLimits.Message.Bytes + 1];
        try
        {
            using var inflate = new DeflateStream(new MemoryStream(deflated), CompressionMode.Decompress);
            var length = inflate.ReadAtLeast(xml, xml.Length, throwOnEndOfStream: false);
            return length == xml.Length ? (null, AssertionFlaw.TooLarge) : (new(field, xml[..length], relayState), AssertionFlaw.None);
        }
        catch (InvalidDataException)
        {
            return (null, AssertionFlaw.Malformed);
        }
    }

    static byte[]? Base64(string pair)
    {
        var text = Value(pair);
        var octets = new byte[(text.Length / 4 * 3) + 3];
        return Convert.TryFromBase64String(text, octets, out var length) && length > 0 ? octets[..length] : null;
    }

    static string Value(string pair) => pair.IndexOf('=', StringComparison.Ordinal) is >= 0 and var at ? Uri.UnescapeDataString(pair[(at + 1)..].Replace('+', ' ')) : "";

    internal sealed record Content(string Field, byte[] Xml, string? RelayState);
}
