using OAuthServer.Login.Examples;

namespace OAuthServer.Configuration;

/// <summary>Reads tests/*.json.</summary>
static class TestReader
{
    internal static DeclaredTest? Read(FileReport report) => JsonFile.Read(report) is { } json ? Read(json, report) : null;

    /// <summary>A test that was read already; null without a name.</summary>
    internal static DeclaredTest? Read(System.Text.Json.Nodes.JsonObject json, FileReport report)
    {
        JsonShape.Check(json, report, typeof(TestFile), typeof(ExampleLogin));
        var name = JsonShape.Read<TestFile>(json).Name;
        if (name is not null && (string.IsNullOrWhiteSpace(name) || name.Length > 80))
            report.Add("name", "must be 1 to 80 characters; write what the test holds.");
        var login = JsonShape.Read<ExampleLogin>(json);
        ExampleRules.Check(login, report);
        return name is null ? null : new(report, name, login);
    }
}
