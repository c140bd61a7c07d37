using System.Text.Json;
using System.Text.Json.Nodes;
using OAuthServer.Login.Examples;

namespace OAuthServer.Configuration;

/// <summary>An example login of a file, by its name.</summary>
public sealed record NamedExample(string Name, ExampleLogin Login);

/// <summary>Reads a file of example logins: one, or a list of them, each written as a test file is.</summary>
public static class CasesFile
{
    static readonly JsonDocumentOptions Dialect = new() { AllowTrailingCommas = true, AllowDuplicateProperties = false, CommentHandling = JsonCommentHandling.Skip };

    /// <exception cref="ConfigurationException">Everything that is wrong in the file.</exception>
    public static IReadOnlyList<NamedExample> Read(string file)
    {
        var errors = new List<ConfigError>();
        var report = new FileReport(file, errors);
        var tests = new List<DeclaredTest>();
        foreach (var (index, node) in Nodes(file, report).Index())
        {
            if (node is not JsonObject json)
                report.Add($"[{index}]", "must be an object, { ... }.");
            else if (TestReader.Read(json, report) is { } test)
                tests.Add(test);
        }
        if (errors.Count == 0 && tests.Count == 0)
            report.Add("", "holds no example; write a test, or a list of tests.");
        return errors.Count == 0 ? [.. tests.Select(test => new NamedExample(test.Name, test.Login))] : throw new ConfigurationException(errors);
    }

    static IReadOnlyList<JsonNode?> Nodes(string file, FileReport report)
    {
        try
        {
            var root = JsonNode.Parse(File.ReadAllText(file), documentOptions: Dialect);
            return root is JsonArray list ? [.. list] : [root];
        }
        catch (Exception problem) when (problem is JsonException or IOException or UnauthorizedAccessException)
        {
            report.Add("", problem is JsonException ? JsonFile.WithoutPlace(problem.Message) : "cannot be read; correct the path, or its permissions.");
            return [];
        }
    }
}
