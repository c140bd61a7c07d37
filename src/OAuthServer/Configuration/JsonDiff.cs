using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace OAuthServer.Configuration;

/// <summary>What differs between two settings, for people: <c>lockout.maxInvalidAttempts 10 -> 5</c>.</summary>
static class JsonDiff
{
    static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    internal static IEnumerable<string> Lines(JsonNode? before, JsonNode? after, string path = "")
    {
        if (before is JsonObject old && after is JsonObject now)
        {
            return old.Select(pair => pair.Key).Union(now.Select(pair => pair.Key), StringComparer.Ordinal)
                .SelectMany(key => Lines(old[key], now[key], path.Length == 0 ? key : $"{path}.{key}"));
        }
        return JsonNode.DeepEquals(before, after) ? [] : [$"{path} {Text(before)} -> {Text(after)}"];
    }

    static string Text(JsonNode? value) => value is null ? "none" : value.ToJsonString(Plain);
}
