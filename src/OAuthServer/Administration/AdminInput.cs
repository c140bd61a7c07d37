using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using OAuthServer.Data;

namespace OAuthServer.Administration;

/// <summary>One member of an operation's input.</summary>
/// <param name="Name">As it is sent.</param>
/// <param name="Type">Without the mark of nullability.</param>
/// <param name="IsRequired">It cannot be left out.</param>
public sealed record AdminMember(string Name, Type Type, bool IsRequired)
{
    /// <summary>A file.</summary>
    public bool IsUpload => Type == typeof(AdminUpload);

    /// <summary>Several values, each of which is a word.</summary>
    public bool IsList => Type == typeof(IReadOnlyList<string>);
}

/// <summary>
/// Reads what an operation is asked with, however it came: members of a body, parts of a path or a query, options of a command. Everything
/// that is wrong is told at once; unknown and missing members are errors.
/// </summary>
public static class AdminInput
{
    /// <summary>How results are written and inputs read: as settings are, each member once.</summary>
    public static JsonSerializerOptions Options { get; } = new(SettingsJson.Options)
    {
        AllowDuplicateProperties = false,
        AllowTrailingCommas = false,
        ReadCommentHandling = JsonCommentHandling.Disallow,
        RespectRequiredConstructorParameters = false,
        MaxDepth = 32,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
    };

    /// <summary>The members of an input record.</summary>
    public static IReadOnlyList<AdminMember> MembersOf(Type input) =>
    [
        .. Options.GetTypeInfo(input).Properties.Where(property => property.Set is not null || property.AssociatedParameter is not null)
            .Select(property => new AdminMember(property.Name, Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType, IsRequired(property))),
    ];

    /// <summary>A value that was written as text, in a path, a query or a command, as the member's JSON; null when it cannot be one.</summary>
    public static JsonNode? FromText(AdminMember member, string text)
    {
        if (member.IsList)
            return new JsonArray(JsonValue.Create(text));
        if (member.Type == typeof(string) || member.Type.IsEnum || member.Type == typeof(DateTimeOffset))
            return JsonValue.Create(text);
        if (member.Type == typeof(bool))
            return bool.TryParse(text, out var yes) ? JsonValue.Create(yes) : null;
        if (member.Type == typeof(int) || member.Type == typeof(long))
            return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? JsonValue.Create(number) : null;
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    static bool HoldsNul(JsonNode? sent) => sent switch
    {
        JsonValue value => value.TryGetValue<string>(out var text) && text.Contains('\0', StringComparison.Ordinal),
        JsonArray list => list.Any(HoldsNul),
        JsonObject members => members.Any(member => HoldsNul(member.Value)),
        _ => false,
    };

    /// <summary>The input, or everything that is wrong with it.</summary>
    /// <param name="type">The operation's input.</param>
    /// <param name="members">What was sent.</param>
    /// <param name="upload">The file that was sent; null when none was.</param>
    public static (object? Input, IReadOnlyList<AdminFlaw> Flaws) Read(Type type, JsonObject members, Stream? upload = null)
    {
        var known = MembersOf(type);
        var flaws = members.Where(sent => !known.Any(member => member.Name == sent.Key && !member.IsUpload))
            .Select(sent => new AdminFlaw(sent.Key, $"is not known; send nothing but {string.Join(", ", known.Where(member => !member.IsUpload).Select(member => member.Name))}."))
            .Concat(known.Where(member => member is { IsRequired: true, IsUpload: false } && members[member.Name] is null)
                .Select(member => new AdminFlaw(member.Name, $"is missing; send {Expected(member.Type)}.")))
            .Concat(members.Where(sent => HoldsNul(sent.Value)).Select(sent => new AdminFlaw(sent.Key, "holds a NUL character, which no database keeps.")))
            .ToList();
        if (known.FirstOrDefault(member => member.IsUpload) is { } file)
        {
            if (upload is null)
                flaws.Add(new(file.Name, "is missing; send the file."));
            else
                members[file.Name] = true;
        }
        if (flaws.Count > 0)
            return (null, flaws);
        try
        {
#pragma warning disable CA1869 // it holds this one file
            var options = upload is null ? Options : new(Options) { Converters = { new UploadConverter(upload) } };
#pragma warning restore CA1869
            return (members.Deserialize(type, options), []);
        }
        catch (JsonException problem)
        {
            var path = problem.Path is { } at ? at.TrimStart('$').TrimStart('.') : "";
            var member = known.FirstOrDefault(member => path == member.Name);
            return (null, [new(path, member is null ? "is not known or cannot be used here." : $"cannot be used; send {Expected(member.Type)}.")]);
        }
    }

    /// <summary>What a value of a type is, in words.</summary>
    public static string Expected(Type type) =>
        type.IsEnum ? $"one of {string.Join(", ", Enum.GetNames(type).Select(JsonNamingPolicy.CamelCase.ConvertName))}"
        : type == typeof(string) ? "text"
        : type == typeof(bool) ? "true or false"
        : type == typeof(int) || type == typeof(long) ? "a whole number"
        : type == typeof(DateTimeOffset) ? "a time such as 2030-01-31T00:00:00Z"
        : type == typeof(IReadOnlyList<string>) ? "a list of texts"
        : "JSON of its kind";

    static bool IsRequired(JsonPropertyInfo property) =>
        property.AssociatedParameter is { } parameter
            ? !parameter.HasDefaultValue && !parameter.IsNullable && Nullable.GetUnderlyingType(property.PropertyType) is null
            : property.IsRequired;

    sealed class UploadConverter(Stream content) : JsonConverter<AdminUpload>
    {
        public override AdminUpload Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(content);

        public override void Write(Utf8JsonWriter writer, AdminUpload value, JsonSerializerOptions options) => throw new NotSupportedException("A file is not written as JSON.");
    }
}
