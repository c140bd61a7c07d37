using System.Text.Json;
using System.Text.Json.Nodes;
using OAuthServer.Apps;
using OAuthServer.Data;

namespace OAuthServer.Configuration;

/// <summary>A connected app as a file in apps/ says it, without its secrets.</summary>
static class AppDocument
{
    /// <summary>All it says, also what has its default.</summary>
    internal static JsonElement ElementOf(ConnectedApp app, string? runAs) => JsonSerializer.SerializeToElement(Of(app, runAs, SettingsOf(app)));

    /// <summary>The settings with today's defaults for what they do not say.</summary>
    internal static JsonObject SettingsOf(ConnectedApp app) => (JsonObject)ProfileStep.Stored<AppSettings>(app.Settings)!;

    internal static JsonObject Of(ConnectedApp app, string? runAs, JsonObject settings)
    {
        var json = new JsonObject { ["clientId"] = app.ClientId, ["name"] = app.Name, ["active"] = app.IsActive };
        if (runAs is not null)
            json["runAs"] = runAs;
        foreach (var (key, value) in settings)
            json[key] = value?.DeepClone();
        return json;
    }

    /// <summary>Reads what was sent as such a file; null when it is none, which has been reported then.</summary>
    /// <param name="sent">An object.</param>
    /// <param name="clientId">What the app is known by already; null for a new one.</param>
    /// <param name="report">Where errors go.</param>
    internal static (AppFile File, AppSettings Settings)? Read(JsonElement sent, string? clientId, FileReport report)
    {
        if (JsonFile.Parse(sent, report) is not { } json)
            return null;
        if (json.Remove("secrets"))
            report.Add("secrets", "are made and removed one by one (apps.add-secret, apps.remove-secret); remove them here.");
        if (clientId is not null)
            json.TryAdd("clientId", clientId);
        var (file, settings) = AppReader.Read(json, report);
        if (clientId is not null && file.ClientId is { } other && other != clientId)
            report.Add("clientId", $"is what the app is known by, and stays \"{clientId}\"; make another app instead.");
        return report.IsClean ? (file, settings) : null;
    }
}
