using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using OAuthServer.Data;

namespace OAuthServer.Configuration;

/// <summary>
/// Compares JSON with the settings records it is read into: unknown keys, missing ones, values of the wrong kind, words that
/// are not in an enum. What is wrong is reported and taken out, so that the rest can still be read and judged.
/// </summary>
static class JsonShape
{
    static readonly JsonSerializerOptions Lenient = new(SettingsJson.Options)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
        RespectNullableAnnotations = false,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { NothingRequired } },
    };

    static JsonShape() => SettingsJson.Options.MakeReadOnly(populateMissingResolver: true);

    /// <summary>The members of a settings record as they are written in files.</summary>
    internal static IEnumerable<JsonPropertyInfo> Members(Type type) =>
        SettingsJson.Options.GetTypeInfo(type).Properties.Where(member => member.Set is not null);

    /// <summary>The words of an enum as they are written in files.</summary>
    internal static IReadOnlyList<string> Words(Type type) =>
        [.. Enum.GetNames(type).Select(JsonNamingPolicy.CamelCase.ConvertName)];

    /// <summary>One word of an enum as it is written in files.</summary>
    internal static string Word<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    /// <summary>Reports whatever the types do not have, and takes it out. One object may be read into several types.</summary>
    internal static void Check(JsonObject json, FileReport report, params ReadOnlySpan<Type> types)
    {
        json.Remove("$schema");
        var members = new List<JsonPropertyInfo>();
        foreach (var type in types)
            members.AddRange(Members(type));
        CheckObject(json, members, "", report);
    }

    /// <summary>What a settings record says when a file says nothing.</summary>
    internal static JsonObject Usual(Type type) => (JsonObject)JsonSerializer.SerializeToNode(JsonSerializer.Deserialize("{}", type, Lenient), type, Lenient)!;

    /// <summary>Reads what <see cref="Check"/> has left; members it found missing are null or zero.</summary>
    internal static T Read<T>(JsonObject json) => json.Deserialize<T>(Lenient)!;

    static void CheckObject(JsonObject json, List<JsonPropertyInfo> members, string path, FileReport report)
    {
        var written = json.ToList();
        foreach (var (key, value) in written)
        {
            var at = path.Length == 0 ? key : $"{path}.{key}";
            if (members.Find(member => member.Name == key) is not { } member)
                report.Add(at, $"there is no such key; {Spelling.Advice(key, [.. members.Select(known => known.Name)])}");
            else if (Fits(value, member.PropertyType, at, report))
                continue;
            json.Remove(key);
        }
        foreach (var member in members.Where(member => member.IsRequired && !written.Exists(pair => pair.Key == member.Name)))
            report.Add(path.Length == 0 ? member.Name : $"{path}.{member.Name}", "is missing; write it.");
    }

    static bool Fits(JsonNode? value, Type declared, string path, FileReport report)
    {
        var type = Nullable.GetUnderlyingType(declared) ?? declared;
        var expected = Expected(type);
        if (value is null)
            return Refuse($"null says nothing; write {expected} or leave the key out.");
        if (type == typeof(JsonElement))
            return true;
        if (type.IsEnum && value.GetValueKind() == JsonValueKind.String)
            return Words(type).Contains(value.GetValue<string>(), StringComparer.Ordinal)
                || Refuse($"\"{value}\" is not known; {Spelling.Advice(value.GetValue<string>(), Words(type))}");
        if (type == typeof(string) || type.IsEnum)
            return value.GetValueKind() == JsonValueKind.String || Refuse($"must be {expected}, in quotes.");
        if (type == typeof(bool))
            return value.GetValueKind() is JsonValueKind.True or JsonValueKind.False || Refuse($"must be {expected}.");
        if (type == typeof(int) || type == typeof(DateTimeOffset))
            return CanBe(value, type) || Refuse($"must be {expected}.");
        if (ElementOf(type) is { } element)
            return value is JsonArray array ? FitsAll(array, element, path, report) : Refuse($"must be {expected}.");
        if (value is not JsonObject inner)
            return Refuse($"must be {expected}.");
        CheckObject(inner, [.. Members(type)], path, report);
        return true;

        bool Refuse(string message)
        {
            report.Add(path, message);
            return false;
        }
    }

    static bool FitsAll(JsonArray array, Type element, string path, FileReport report)
    {
        var fits = array.Select((item, index) => Fits(item, element, $"{path}[{index}]", report)).ToList();
        for (var last = fits.Count - 1; last >= 0; last--)
        {
            if (!fits[last])
                array.RemoveAt(last);
        }
        return true;
    }

    static bool CanBe(JsonNode value, Type type)
    {
        try
        {
            return value.Deserialize(type, SettingsJson.Options) is not null;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    internal static Type? ElementOf(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) ? type.GetGenericArguments()[0] : null;

    static string Expected(Type type) =>
        type == typeof(string) || type.IsEnum ? "text"
        : type == typeof(bool) ? "true or false"
        : type == typeof(int) ? "a whole number"
        : type == typeof(DateTimeOffset) ? "a time such as \"2030-01-31T00:00:00Z\""
        : ElementOf(type) is not null ? "a list, [ ... ]"
        : "an object, { ... }";

    static void NothingRequired(JsonTypeInfo type)
    {
        foreach (var member in type.Properties)
            member.IsRequired = false;
    }
}
