using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace OAuthServer.Administration.Audit;

/// <summary>Two states as lines that people read: one for each value that differs.</summary>
static class AuditDifferences
{
    static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    internal static IReadOnlyList<AuditDifference> Of(string? before, string? after) =>
        [.. Lines(Parse(before), Parse(after), "")];

    static JsonNode? Parse(string? json) => json is null ? null : JsonNode.Parse(json);

    static IEnumerable<AuditDifference> Lines(JsonNode? before, JsonNode? after, string path)
    {
        // A whole object on one side only is still told value by value.
        if (before is JsonObject || after is JsonObject)
        {
            var (old, now) = (before as JsonObject, after as JsonObject);
            var keys = (old ?? []).Select(pair => pair.Key).Union((now ?? []).Select(pair => pair.Key), StringComparer.Ordinal);
            return keys.SelectMany(key => Lines(old?[key], now?[key], path.Length == 0 ? key : $"{path}.{key}"));
        }
        return JsonNode.DeepEquals(before, after) ? [] : [new AuditDifference(path, Text(before), Text(after))];
    }

    static string? Text(JsonNode? value) => value switch
    {
        null => null,
        JsonValue text when text.TryGetValue<string>(out var plain) => plain,
        JsonArray list when list.All(item => item is JsonValue) => string.Join(", ", list.Select(Text)),
        _ => value.ToJsonString(Plain),
    };
}
