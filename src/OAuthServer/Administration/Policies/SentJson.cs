using System.Text.Json;
using System.Text.Json.Nodes;
using OAuthServer.Configuration;
using OAuthServer.Login.Examples;
using OAuthServer.Orgs;

namespace OAuthServer.Administration.Policies;

/// <summary>Settings as an administrator sends them, held to the very rules of the files.</summary>
static class SentJson
{
    const int MostCharacters = 256 * 1024;
    static readonly JsonDocumentOptions Dialect = new() { AllowTrailingCommas = true, AllowDuplicateProperties = false, CommentHandling = JsonCommentHandling.Skip, MaxDepth = 32 };

    /// <summary>A profile's settings: what a profile file says. Its name may be there, and is the profile's.</summary>
    /// <param name="json">What was sent; null = nothing but defaults.</param>
    /// <param name="name">The profile's.</param>
    /// <param name="refusal">What is wrong with it.</param>
    internal static ProfileSettings? Profile(JsonElement? json, string name, out AdminRefusal? refusal) => Profile(json?.GetRawText(), name, out refusal);

    /// <summary>The same as a text.</summary>
    internal static ProfileSettings? Profile(string? text, string name, out AdminRefusal? refusal) => Read(
        text ?? "{}",
        (json, report) =>
        {
            if (json["name"] is { } written && (written.GetValueKind() != JsonValueKind.String || written.GetValue<string>() != name))
                report.Add("name", $"is another profile's; leave it out, or rename the profile \"{name}\".");
            json.Remove("name");
            JsonShape.Check(json, report, typeof(ProfileSettings));
            var settings = JsonShape.Read<ProfileSettings>(json);
            ProfileRules.Check(settings, report);
            return settings;
        },
        out refusal);

    /// <summary>A list of trusted networks, as organization.json says it.</summary>
    internal static IReadOnlyList<NetworkRange>? Networks(JsonElement json, out AdminRefusal? refusal) => Read<IReadOnlyList<NetworkRange>>(
        $"{{\"trustedNetworks\":{json.GetRawText()}}}",
        (file, report) =>
        {
            JsonShape.Check(file, report, typeof(NetworksFile));
            var networks = JsonShape.Read<NetworksFile>(file).TrustedNetworks;
            OrganizationRules.CheckNetworks(networks, report);
            return [.. networks.Where(network => network.Name is not null && network.Range is not null).Select(network => new NetworkRange(network.Name.Trim(), network.Range.Trim()))];
        },
        out refusal);

    /// <summary>An example login, as tests/*.json says it. Its name may be there, and is the test's.</summary>
    internal static ExampleLogin? Example(JsonElement json, out AdminRefusal? refusal) => Read(
        json.GetRawText(),
        (file, report) =>
        {
            file.Remove("name");
            JsonShape.Check(file, report, typeof(ExampleLogin));
            var example = JsonShape.Read<ExampleLogin>(file);
            ExampleRules.Check(example, report);
            return example;
        },
        out refusal);

    static T? Read<T>(string text, Func<JsonObject, FileReport, T> read, out AdminRefusal? refusal)
        where T : class
    {
        refusal = null;
        if (text.Length > MostCharacters)
        {
            refusal = new AdminRefusal.Invalid("", "is longer than any settings are.");
            return null;
        }
        JsonNode? node = null;
        try
        {
            node = JsonNode.Parse(text, documentOptions: Dialect);
        }
        catch (JsonException problem)
        {
            refusal = new AdminRefusal.Invalid("", $"is no JSON that can be read: {JsonFile.WithoutPlace(problem.Message)}");
            return null;
        }
        if (node is not JsonObject json)
        {
            refusal = new AdminRefusal.Invalid("", "must be one object, { ... }.");
            return null;
        }
        var errors = new List<ConfigError>();
        var value = read(json, Flaws.Report(errors));
        if (errors.Count == 0)
            return value;
        refusal = Flaws.Of(errors);
        return null;
    }

    /// <summary>Trusted networks by themselves, as they are written.</summary>
    sealed record NetworksFile
    {
        public IReadOnlyList<TrustedNetworkEntry> TrustedNetworks { get; init; } = [];
    }
}
