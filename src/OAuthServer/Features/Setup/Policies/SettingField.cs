using System.Globalization;
using System.Text.Json.Nodes;

namespace OAuthServer.Features.Setup.Policies;

/// <summary>How a setting is filled in.</summary>
public enum FieldKind
{
    /// <summary>On or off.</summary>
    Switch,

    /// <summary>One of a few; the empty one leaves it out.</summary>
    Choice,

    /// <summary>A whole number; empty leaves it out.</summary>
    Number,

    /// <summary>A line of text; empty leaves it out.</summary>
    Text,

    /// <summary>Several lines of text.</summary>
    Lines,

    /// <summary>Several in one line, separated by commas.</summary>
    Windows,

    /// <summary>Any of a few.</summary>
    Set,
}

/// <summary>A setting in the form of a profile.</summary>
/// <param name="Path">Where it stands in the settings, such as <c>lockout.minutes</c>; also the name of its field.</param>
/// <param name="Kind">How it is filled in.</param>
/// <param name="Options">Of a choice and a set.</param>
public sealed record SettingField(string Path, FieldKind Kind, params IReadOnlyList<string> Options)
{
    static readonly char[] Separators = ['\n', '\r', ','];

    /// <summary>Of the element in the page.</summary>
    public string Id => Path.Replace('.', '-');

    /// <summary>What is set, as the field shows it.</summary>
    public IReadOnlyList<string> ValuesIn(JsonObject settings)
    {
        JsonNode? node = settings;
        foreach (var part in Path.Split('.'))
            node = (node as JsonObject)?[part];
        return node switch
        {
            null => [],
            JsonArray all => [.. all.Select(one => one?.ToString() ?? "")],
            JsonValue value when value.TryGetValue<bool>(out var on) => on ? ["true"] : [],
            _ => [node.ToString()],
        };
    }

    /// <summary>Writes what was sent into the settings. What is no number stays text, so that the rules of settings say what is wrong with it.</summary>
    public void Read(IFormCollection form, JsonObject settings)
    {
        var sent = form[Path];
        var text = sent.ToString().Trim();
        JsonNode? value = Kind switch
        {
            FieldKind.Switch => JsonValue.Create(text.Length > 0),
            FieldKind.Set => new JsonArray([.. sent.Select(one => (JsonNode?)JsonValue.Create(one))]),
            FieldKind.Lines or FieldKind.Windows => new JsonArray(
                [.. text.Split(Separators, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(one => (JsonNode?)JsonValue.Create(one))]),
            _ when text.Length == 0 => null,
            _ when int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => JsonValue.Create(number),
            _ => JsonValue.Create(text),
        };
        if (value is null || value is JsonArray { Count: 0 } && Kind == FieldKind.Windows)
            return;
        var at = settings;
        var parts = Path.Split('.');
        foreach (var part in parts[..^1])
        {
            at[part] ??= new JsonObject();
            at = at[part]!.AsObject();
        }
        at[parts[^1]] = value;
    }
}
