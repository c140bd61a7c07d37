using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace OAuthServer.Configuration;

/// <summary>A configuration file as JSON. Comments and trailing commas are welcome, a key that is written twice is not.</summary>
static class JsonFile
{
    static readonly JsonDocumentOptions Dialect = new()
    {
        AllowTrailingCommas = true,
        AllowDuplicateProperties = false,
        CommentHandling = JsonCommentHandling.Skip,
    };

    /// <summary>The object in the file; null when there is none, which has been reported then.</summary>
    internal static JsonObject? Read(FileReport report)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(report.File);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            report.Add("", File.Exists(report.File) ? "cannot be read; check its permissions." : "is not there; create it or name another file.");
            return null;
        }
        return Parse(bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? bytes.AsMemory(Encoding.UTF8.Preamble.Length) : bytes, report);
    }

    static JsonObject? Parse(ReadOnlyMemory<byte> bytes, FileReport report)
    {
        try
        {
            if (JsonNode.Parse(bytes.Span, documentOptions: Dialect) is JsonObject json)
                return json;
            report.Add("", "must hold one object, { ... }.");
        }
        catch (JsonException problem)
        {
            report.Add(PlaceOf(problem, bytes.Span), WithoutPlace(problem.Message));
        }
        return null;
    }

    static string PlaceOf(JsonException problem, ReadOnlySpan<byte> bytes)
    {
        if (problem.LineNumber is not { } line || problem.BytePositionInLine is not { } position)
            return "";
        for (var skipped = 0; skipped < line; skipped++)
            bytes = bytes[(bytes.IndexOf((byte)'\n') + 1)..];
        // Editors count characters, the parser bytes.
        var column = Encoding.UTF8.GetCharCount(bytes[..(int)Math.Min(position, bytes.Length)]) + 1;
        return $"line {line + 1}, column {column}";
    }

    /// <summary>What the parser says, in a line of its own.</summary>
    internal static string WithoutPlace(string message)
    {
        var place = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return place < 0 ? message : message[..place];
    }
}
