using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace OAuthServer.Configuration;

/// <summary>Settings as a person would write them into a file: only what is not the default.</summary>
static class LeanJson
{
    static readonly JsonSerializerOptions Written = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    internal static JsonObject Of<T>(T settings) => Lean((JsonObject)ApplyRun.Json(settings), typeof(T));

    /// <summary>A file's text.</summary>
    internal static byte[] Bytes(JsonObject json) => [.. JsonSerializer.SerializeToUtf8Bytes(json, Written), (byte)'\n'];

    static JsonObject Lean(JsonObject json, Type type)
    {
        var usual = JsonShape.Usual(type);
        var lean = new JsonObject();
        foreach (var member in JsonShape.Members(type))
        {
            if (json[member.Name] is not { } value || !member.IsRequired && JsonNode.DeepEquals(value, usual[member.Name]))
                continue;
            lean[member.Name] = value is JsonObject inner && member.PropertyType != typeof(JsonElement) && member.PropertyType != typeof(JsonElement?)
                ? Lean(inner, member.PropertyType)
                : value.DeepClone();
        }
        return lean;
    }
}
