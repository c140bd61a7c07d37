using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml;

namespace OAuthServer.Federation.Saml;

/// <summary>Reads elements by namespace and place. Nothing here searches a document: what stands elsewhere is not found.</summary>
static partial class ElementReading
{
    static readonly char[] Whitespace = [' ', '\t', '\r', '\n'];

    internal static bool Is(this XmlElement element, string space, string name) => element.LocalName == name && element.NamespaceURI == space;

    internal static IEnumerable<XmlElement> Elements(this XmlElement element) => element.ChildNodes.OfType<XmlElement>();

    internal static IEnumerable<XmlElement> Elements(this XmlElement element, string space, string name) => element.Elements().Where(child => child.Is(space, name));

    /// <summary>The element and all below it.</summary>
    internal static IEnumerable<XmlElement> All(this XmlElement element)
    {
        yield return element;
        foreach (var below in element.Elements().SelectMany(child => child.All()))
            yield return below;
    }

    /// <summary>The attribute's value; null when there is none.</summary>
    internal static string? Attribute(this XmlElement element, string name) => element.GetAttributeNode(name)?.Value;

    /// <summary>The attribute as an xs:anyURI, whose surrounding whitespace means nothing.</summary>
    internal static string? UriAttribute(this XmlElement element, string name) => element.Attribute(name)?.Trim(Whitespace);

    /// <summary>The whole text; null where anything but text stands in it, as readers disagree about what such a text says.</summary>
    internal static string? Text(this XmlElement element) =>
        element.ChildNodes.Cast<XmlNode>().All(node => node is XmlText or XmlWhitespace or XmlSignificantWhitespace or XmlCDataSection)
            ? string.Concat(element.ChildNodes.Cast<XmlNode>().Select(node => node.Value)) : null;

    /// <summary>The text as an xs:anyURI.</summary>
    internal static string? UriText(this XmlElement element) => element.Text()?.Trim(Whitespace);

    /// <summary>The text as xs:base64Binary; null for anything else.</summary>
    internal static byte[]? Octets(this XmlElement element)
    {
        if (element.Text() is not { } text)
            return null;
        var octets = new byte[(text.Length / 4 * 3) + 3];
        return Convert.TryFromBase64String(text, octets, out var length) ? octets[..length] : null;
    }

    /// <summary>An xs:dateTime, in UTC where it names no zone (core section 1.3.3); finer than 100 ns is cut off. Null for anything else.</summary>
    internal static DateTimeOffset? Time(string text) =>
        DateTimeForm().Match(text.Trim(Whitespace)) is { Success: true } match && DateTimeOffset.TryParseExact(
            match.Groups["upToTicks"].Value + match.Groups["zone"].Value, "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;

    internal static string Written(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(?<upToTicks>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,7})?)[0-9]{0,20}(?<zone>Z|[+-][0-9]{2}:[0-9]{2}|)\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex DateTimeForm();
}
