using System.Buffers.Text;
using System.Xml;

namespace OAuthServer.Federation.Saml;

/// <summary>
/// Turns octets of strangers into a document: measured before it is built, without document types, entities and anything fetched
/// (OWASP ASVS 1.5.1), whitespace kept as signatures need it, and every ID in it unique.
/// </summary>
static class SafeXml
{
    internal static (XmlDocument? Document, AssertionFlaw Flaw) ReadBase64(string base64, XmlLimits limits)
    {
        if (base64.Length > (limits.Bytes / 3 * 4) + 8_192) // some wrap their lines
            return (null, AssertionFlaw.TooLarge);
        var bytes = new byte[(base64.Length / 4 * 3) + 3];
        return Convert.TryFromBase64String(base64, bytes, out var length) ? Read(bytes[..length], limits) : (null, AssertionFlaw.Malformed);
    }

    /// <summary>RFC 7522 section 2.1: base64url; padding is borne.</summary>
    internal static (XmlDocument? Document, AssertionFlaw Flaw) ReadBase64Url(string base64Url, XmlLimits limits)
    {
        if (base64Url.Length > limits.Bytes / 3 * 4)
            return (null, AssertionFlaw.TooLarge);
        var bytes = new byte[Base64Url.GetMaxDecodedLength(base64Url.Length)];
        try
        {
            return Base64Url.TryDecodeFromChars(base64Url, bytes, out var length) ? Read(bytes[..length], limits) : (null, AssertionFlaw.Malformed);
        }
        catch (FormatException)
        {
            return (null, AssertionFlaw.Malformed);
        }
    }

    internal static (XmlDocument? Document, AssertionFlaw Flaw) Read(byte[] bytes, XmlLimits limits)
    {
        if (bytes.Length > limits.Bytes)
            return (null, AssertionFlaw.TooLarge);
        var flaw = Measure(bytes, limits);
        if (flaw != AssertionFlaw.None)
            return (null, flaw);
        var document = new XmlDocument { PreserveWhitespace = true, XmlResolver = null };
        using var reader = Open(bytes);
        document.Load(reader);
        return (document, AssertionFlaw.None);
    }

    static AssertionFlaw Measure(byte[] bytes, XmlLimits limits)
    {
        try
        {
            using var reader = Open(bytes);
            var ids = new HashSet<string>(StringComparer.Ordinal);
            var flaw = AssertionFlaw.None;
            var uses = 0;
            for (var elements = 0; reader.Read();)
            {
                if (reader.NodeType is XmlNodeType.Comment or XmlNodeType.ProcessingInstruction && reader.Depth > 0 && !limits.Comments && flaw == AssertionFlaw.None)
                    flaw = AssertionFlaw.MixedContent;
                if (reader.NodeType != XmlNodeType.Element)
                    continue;
                if (++elements > limits.Elements || reader.Depth >= limits.Depth || reader.AttributeCount > XmlLimits.Attributes)
                    return AssertionFlaw.TooLarge;
                uses += reader.NamespaceURI.Length;
                while (reader.MoveToNextAttribute())
                {
                    uses += reader.NamespaceURI.Length;
                    // Three spellings and xml:id: other readers resolve a reference by any of them.
                    if (reader.LocalName is "ID" or "Id" or "id" && !ids.Add(reader.Value))
                        flaw = AssertionFlaw.DuplicateId;
                }
                if (uses > limits.NamespaceUses)
                    return AssertionFlaw.TooLarge;
            }
            return flaw;
        }
        catch (XmlException)
        {
            return DeclaresType(bytes) ? AssertionFlaw.DocumentType : AssertionFlaw.Malformed;
        }
        catch (Exception problem) when (problem is ArgumentException or NotSupportedException or InvalidOperationException)
        {
            return AssertionFlaw.Malformed; // an encoding that the platform does not know
        }
    }

    static XmlReader Open(byte[] bytes) => XmlReader.Create(new MemoryStream(bytes, writable: false), new XmlReaderSettings
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersInDocument = bytes.Length + 1L, // a character has a byte at least
        CloseInput = true,
    });

    /// <summary>Only names a refusal that has been made: the reader says no more than that it stopped.</summary>
    static bool DeclaresType(byte[] bytes) => Array.FindAll(bytes, octet => octet != 0).AsSpan().IndexOf("<!DOCTYPE"u8) >= 0;
}
