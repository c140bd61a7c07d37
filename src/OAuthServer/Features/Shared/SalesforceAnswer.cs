using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Xml;
using OAuthServer.Http;

namespace OAuthServer.Features.Shared;

/// <summary>
/// A successful answer of the salesforce dialect, in the representation its caller asks for (contract, sections 4.1 and 4.10). Each
/// answer says its members once, as JSON; the other two are read from that: members of members are elements within elements in
/// XML, and have dotted names in a form. With <c>X-PrettyPrint: 1</c> it is written for people's eyes. A <c>callback</c> is not heeded: a script is no answer that holds a secret (ASVS 3.5.6).
/// </summary>
public static class SalesforceAnswer
{
    /// <summary>Answers 200.</summary>
    /// <param name="context">The request.</param>
    /// <param name="form">Its parameters, where it has any.</param>
    /// <param name="root">The name of the root element in XML.</param>
    /// <param name="state">What the members are made of.</param>
    /// <param name="members">Writes them.</param>
    public static Task WriteAsync<TState>(HttpContext context, RequestForm? form, string root, TState state, Action<Utf8JsonWriter, TState> members) =>
        FormatOf(form?["format"], context.Request) switch
        {
            "xml" => TextAsync(context, "application/xml;charset=UTF-8", AsXml(root, Read(state, members), IsForEyes(context.Request))),
            "urlencoded" => TextAsync(context, "application/x-www-form-urlencoded;charset=UTF-8", AsForm(Read(state, members))),
            _ when IsForEyes(context.Request) => TextAsync(context, "application/json;charset=UTF-8", JsonSerializer.Serialize(Read(state, members), Indented)),
            _ => OAuthAnswer.JsonAsync(context, 200, state, members),
        };

    static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n" };

    /// <summary>The caller wants to read it (contract, section 4.11).</summary>
    public static bool IsForEyes(HttpRequest request) => request.Headers["X-PrettyPrint"] == "1";

    /// <summary>The parameter wins over the Accept header, of which the first type counts; JSON is the default.</summary>
    static string FormatOf(string? parameter, HttpRequest request) => parameter
        ?? request.Headers.Accept.ToString().Split(',')[0].Split(';')[0].Trim().ToUpperInvariant() switch
        {
            "APPLICATION/XML" => "xml",
            "APPLICATION/X-WWW-FORM-URLENCODED" => "urlencoded",
            _ => "json",
        };

    static JsonElement Read<TState>(TState state, Action<Utf8JsonWriter, TState> members)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            members(json, state);
            json.WriteEndObject();
        }
        return JsonElement.Parse(buffer.WrittenSpan);
    }

    static string AsXml(string root, JsonElement answer, bool isForEyes)
    {
        var xml = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
        AddElement(xml, root, answer, isForEyes ? "\n" : "");
        return xml.ToString();
    }

    /// <param name="xml">Where to.</param>
    /// <param name="name">The element's.</param>
    /// <param name="value">What is in it.</param>
    /// <param name="line">What begins its line: empty where all is one line.</param>
    static void AddElement(StringBuilder xml, string name, JsonElement value, string line)
    {
        xml.Append(line).Append('<').Append(name).Append('>');
        if (value.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in value.EnumerateObject())
                AddElement(xml, member.Name, member.Value, line.Length == 0 ? "" : line + "  ");
            xml.Append(line);
        }
        else
        {
            xml.Append(System.Security.SecurityElement.Escape(WithinXml(TextOf(value))));
        }
        xml.Append("</").Append(name).Append('>');
    }

    /// <summary>XML has no way to say a control character, not even as a reference (XML 1.0 section 2.2).</summary>
    internal static string WithinXml(string text) => string.Concat(text.EnumerateRunes().Select(rune => rune.IsBmp && !XmlConvert.IsXmlChar((char)rune.Value) ? "\uFFFD" : rune.ToString()));

    static string AsForm(JsonElement answer) =>
        string.Join('&', Pairs("", answer).Select(pair => pair.Name + "=" + Uri.EscapeDataString(pair.Value)));

    static IEnumerable<(string Name, string Value)> Pairs(string prefix, JsonElement answer) => answer.EnumerateObject().SelectMany(
        member => member.Value.ValueKind == JsonValueKind.Object ? Pairs($"{prefix}{member.Name}.", member.Value) : [(prefix + member.Name, TextOf(member.Value))]);

    /// <summary>What is null is empty: neither XML nor a form knows null.</summary>
    static string TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Null => "",
        _ => value.GetRawText(),
    };

    static Task TextAsync(HttpContext context, string type, string text)
    {
        OAuthAnswer.Begin(context, 200, type);
        return context.Response.WriteAsync(text);
    }
}
