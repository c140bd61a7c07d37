using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace OAuthServer.Tests.Hosting;

/// <summary>As much of JSON Schema 2020-12 as config/schema uses; a keyword it does not know is a failure, not a pass.</summary>
public sealed class JsonSchema(JsonObject root)
{
    /// <summary>What does not fit, one line each.</summary>
    public IEnumerable<string> Judge(JsonNode? value) => Judge(root, value, "$");

    IEnumerable<string> Judge(JsonObject schema, JsonNode? value, string path) =>
        schema.SelectMany(keyword => Judge(schema, keyword.Key, keyword.Value!, value, path));

    IEnumerable<string> Judge(JsonObject schema, string keyword, JsonNode rule, JsonNode? value, string path) => (keyword, value) switch
    {
        ("$schema" or "$defs" or "title" or "description" or "default" or "format", _) => [],
        ("$ref", _) => Judge(root["$defs"]![rule.GetValue<string>()["#/$defs/".Length..]]!.AsObject(), value, path),
        ("type", _) => Check(IsOfType(rule.GetValue<string>(), value), path, keyword),
        ("enum", _) => Check(rule.AsArray().Any(allowed => JsonNode.DeepEquals(allowed, value)), path, keyword),
        ("required", JsonObject found) => rule.AsArray().SelectMany(name => Check(found.ContainsKey(name!.GetValue<string>()), $"{path}.{name}", keyword)),
        ("properties", JsonObject found) => rule.AsObject().Where(property => found.ContainsKey(property.Key))
            .SelectMany(property => Judge(property.Value!.AsObject(), found[property.Key], $"{path}.{property.Key}")),
        ("additionalProperties", JsonObject found) when !rule.GetValue<bool>() =>
            found.SelectMany(property => Check(schema["properties"]!.AsObject().ContainsKey(property.Key), $"{path}.{property.Key}", keyword)),
        ("items", JsonArray found) => found.SelectMany((item, index) => Judge(rule.AsObject(), item, $"{path}[{index}]")),
        ("minItems", JsonArray found) => Check(found.Count >= rule.GetValue<int>(), path, keyword),
        ("uniqueItems", JsonArray found) => Check(found.DistinctBy(item => item?.ToJsonString()).Count() == found.Count, path, keyword),
        ("minimum", JsonValue found) => Check(found.GetValue<double>() >= rule.GetValue<double>(), path, keyword),
        ("maximum", JsonValue found) => Check(found.GetValue<double>() <= rule.GetValue<double>(), path, keyword),
        ("minLength", JsonValue found) => Check(found.GetValue<string>().Length >= rule.GetValue<int>(), path, keyword),
        ("maxLength", JsonValue found) => Check(found.GetValue<string>().Length <= rule.GetValue<int>(), path, keyword),
        ("pattern", JsonValue found) => Check(Regex.IsMatch(found.GetValue<string>(), rule.GetValue<string>(), RegexOptions.None, TimeSpan.FromSeconds(1)), path, keyword),
        ("required" or "properties" or "additionalProperties" or "items" or "minItems" or "uniqueItems" or "minimum" or "maximum" or "minLength" or "maxLength" or "pattern", _) => [],
        _ => throw new NotSupportedException($"The keyword {keyword} at {path} is not known here."),
    };

    static IEnumerable<string> Check(bool holds, string path, string keyword) => holds ? [] : [$"{path}: {keyword}"];

    static bool IsOfType(string type, JsonNode? value) => value?.GetValueKind() switch
    {
        JsonValueKind.Object => type == "object",
        JsonValueKind.Array => type == "array",
        JsonValueKind.String => type == "string",
        JsonValueKind.True or JsonValueKind.False => type == "boolean",
        JsonValueKind.Number => type == "number" || type == "integer" && double.IsInteger(value.GetValue<double>()),
        _ => false,
    };
}
