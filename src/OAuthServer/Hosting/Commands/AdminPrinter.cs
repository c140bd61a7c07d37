using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using OAuthServer.Administration;

namespace OAuthServer.Hosting.Commands;

/// <summary>Prints how an operation ended: lists as tables, things as lines, or all of it as JSON.</summary>
/// <param name="output">What came of it.</param>
/// <param name="error">Why nothing was done, and what would disturb a program that reads the other.</param>
sealed class AdminPrinter(TextWriter output, TextWriter error)
{
    const int MostWide = 60;

    static readonly JsonSerializerOptions Readable = new(AdminInput.Options) { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>For tables: what is not there keeps its column.</summary>
    static readonly JsonSerializerOptions Complete = new(Readable) { DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.Never };

    /// <summary>Says why nothing was done; the exit code of that.</summary>
    internal int Refuse(AdminRefusal refusal)
    {
        var lines = refusal switch
        {
            AdminRefusal.NotFound missing => [$"There is no such {missing.Kind} in this organization."],
            AdminRefusal.Invalid invalid => invalid.Flaws.Select(flaw => flaw.Path.Length == 0 ? flaw.Message : $"{flaw.Path}: {flaw.Message}"),
            AdminRefusal.Conflict conflict => [conflict.Title, conflict.Detail],
            AdminRefusal.Changed => ["It has changed meanwhile. Look at it as it is now, and repeat the command."],
            _ => throw new InvalidOperationException("Unknown refusal."),
        };
        foreach (var line in lines)
            error.WriteLine(line);
        return 1;
    }

    /// <summary>Prints what came of it. The version of the thing goes where errors go, and disturbs no program.</summary>
    internal async Task<int> PrintAsync(AdminAnswer answer, bool asJson, FileInfo? file)
    {
        var result = answer.Result;
        if (answer.Version is { } version)
            await error.WriteLineAsync($"Version: {version}");
        if (result is AdminFile download)
        {
            await using var target = file is null ? Console.OpenStandardOutput() : File.Create(file.FullName);
            await download.WriteAsync(target, CancellationToken.None);
            return 0;
        }
        if (result is null or Nothing)
        {
            if (!asJson)
                output.WriteLine("Done.");
            return 0;
        }
        if (asJson)
        {
            output.WriteLine(JsonSerializer.Serialize(result, result.GetType(), Readable));
            return 0;
        }
        var json = JsonSerializer.SerializeToNode(result, result.GetType(), Complete)!;
        if (json is JsonObject thing && thing["items"] is JsonArray items)
            PrintTable(items, (string?)thing["next"]);
        else
            PrintThing(json);
        return 0;
    }

    void PrintTable(JsonArray items, string? next)
    {
        var rows = items.OfType<JsonObject>().ToList();
        var columns = rows.SelectMany(row => row.Select(member => member.Key)).Distinct(StringComparer.Ordinal)
            .Where(column => rows.Exists(row => Text(row[column]).Length > 0) && !rows.Exists(row => row[column] is JsonObject)).ToList();
        var widths = columns.ToDictionary(column => column, column => Math.Min(MostWide, Math.Max(column.Length, rows.Max(row => Text(row[column]).Length))), StringComparer.Ordinal);
        output.WriteLine(string.Join("  ", columns.Select(column => column.PadRight(widths[column]))).TrimEnd());
        foreach (var row in rows)
            output.WriteLine(string.Join("  ", columns.Select(column => Fit(Text(row[column]), widths[column]))).TrimEnd());
        if (rows.Count == 0)
            output.WriteLine("None.");
        if (next is not null)
            output.WriteLine($"More: --after {next}");
    }

    void PrintThing(JsonNode json)
    {
        if (json is not JsonObject thing)
        {
            output.WriteLine(json.ToJsonString(Readable));
            return;
        }
        var width = thing.Count == 0 ? 0 : thing.Max(member => member.Key.Length);
        foreach (var (key, value) in thing)
            output.WriteLine($"{key.PadRight(width)}  {Text(value)}");
    }

    static string Text(JsonNode? value) => value switch
    {
        null => "",
        JsonValue single when single.GetValueKind() == JsonValueKind.String => single.GetValue<string>(),
        JsonArray list when list.All(item => item is JsonValue) => string.Join(", ", list.Select(Text)),
        JsonObject or JsonArray => value.ToJsonString(Readable),
        _ => value.ToJsonString(),
    };

    static string Fit(string text, int width) => text.Length > width ? text[..(width - 1)] + "…" : text.PadRight(width);
}
