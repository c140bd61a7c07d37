using System.Text.Json.Nodes;
using OAuthServer.Apps;

namespace OAuthServer.Configuration;

/// <summary>Reads apps/*.json.</summary>
static class AppReader
{
    const int ShortestSecret = 16;

    internal static DeclaredApp? Read(FileReport report, DeclaredOrg org)
    {
        if (JsonFile.Read(report) is not { } json)
            return null;
        var (file, settings) = Read(json, report);
        var secrets = file.Secrets.Select((secret, index) => Secret(secret, $"secrets[{index}]", org.File.Demo, report));
        return new(report, file, settings, [.. secrets.OfType<DeclaredAppSecret>()]);
    }

    /// <summary>What it says but for its secrets; whatever is wrong has been reported then.</summary>
    internal static (AppFile File, AppSettings Settings) Read(JsonObject json, FileReport report)
    {
        JsonShape.Check(json, report, typeof(AppFile), typeof(AppSettings));
        var file = JsonShape.Read<AppFile>(json);
        var settings = JsonShape.Read<AppSettings>(json);
        // Flows are required; a file without them has been reported, and the other rules go on without any.
        settings = settings with { Flows = settings.Flows ?? [] };
        AppRules.Check(file, settings, report);
        return (file, settings);
    }

    static DeclaredAppSecret? Secret(AppSecretEntry entry, string path, bool demo, FileReport report)
    {
        if (entry.Name is { Length: 0 })
            report.Add($"{path}.name", "is empty; say what the secret is called.");
        if (entry.Value is null || DeclaredSecret.Read(entry.Value, demo, $"{path}.value", report, mayKeep: true) is not { } secret)
            return null;
        if (secret is { IsGenerated: false, IsKept: false } && secret.Value.Length < ShortestSecret)
            report.Add($"{path}.value", $"is shorter than {ShortestSecret} characters; make one with: openssl rand -hex 32");
        return new(entry.Name, secret, entry.ExpiresAt);
    }
}
