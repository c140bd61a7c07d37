using System.Text.Json;
using System.Text.Json.Nodes;
using OAuthServer.Configuration;
using OAuthServer.Orgs;

namespace OAuthServer.Administration.Replay;

/// <summary>Reads what is sent as a draft, by the rules that files are read by.</summary>
static class DraftContent
{
    const int MaxNetworks = 1_000;
    const int MaxCharacters = 64 * 1024;

    /// <summary>The settings of a profile; null with everything that is wrong with them.</summary>
    internal static ProfileSettings? ReadSettings(JsonElement json, List<AdminFlaw> flaws)
    {
        if (json.ValueKind != JsonValueKind.Object || json.GetRawText() is { Length: > MaxCharacters })
        {
            flaws.Add(new("settings", $"must be an object of at most {MaxCharacters} characters: what a profile's file says, without its name."));
            return null;
        }
        var errors = new List<ConfigError>();
        var report = new FileReport("settings", errors);
        JsonObject written;
        try
        {
            written = JsonNode.Parse(json.GetRawText())!.AsObject();
            _ = written.Count; // finds keys that are there twice
        }
        catch (Exception problem) when (problem is JsonException or ArgumentException)
        {
            flaws.Add(new("settings", "has a key twice, or is no JSON."));
            return null;
        }
        JsonShape.Check(written, report, typeof(ProfileSettings));
        var settings = JsonShape.Read<ProfileSettings>(written);
        ProfileRules.Check(settings, report);
        flaws.AddRange(errors.Select(error => new AdminFlaw(error.Path.Length == 0 ? "settings" : $"settings.{error.Path}", error.Message)));
        return flaws.Count == 0 ? settings : null;
    }

    /// <summary>Says everything that is wrong with a list of trusted networks.</summary>
    internal static void Check(IReadOnlyList<DraftNetwork> networks, List<AdminFlaw> flaws)
    {
        if (networks.Count > MaxNetworks)
        {
            flaws.Add(new("networks", $"has {networks.Count} entries; use at most {MaxNetworks}."));
            return;
        }
        var errors = new List<ConfigError>();
        var report = new FileReport("networks", errors);
        foreach (var (index, network) in networks.Index())
        {
            if (string.IsNullOrWhiteSpace(network?.Name) || network.Name.Length > 80)
                report.Add($"networks[{index}].name", "must be 1 to 80 characters; say whose network it is.");
            OrganizationRules.CheckRange(network?.Range ?? "", $"networks[{index}].range", report);
        }
        report.NoRepeats("networks", networks);
        flaws.AddRange(errors.Select(error => new AdminFlaw(error.Path, error.Message)));
    }
}
