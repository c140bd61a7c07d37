using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OAuthServer.Administration;
using OAuthServer.Administration.Policies;
using OAuthServer.Administration.Replay;
using OAuthServer.Data;
using OAuthServer.Features.Shared;
using OAuthServer.Orgs;

namespace OAuthServer.Features.Setup.Policies;

/// <summary>
/// A profile as the checks it makes, in the order in which they run, with the settings beside them. What is filled in is looked at first:
/// the difference, the tests, and who would still come in; then it is saved.
/// </summary>
public sealed class ProfileModel(ProfileOperations profiles, VersionOperations versions, DraftOperations drafts, Note note) : PageModel
{
    static readonly JsonSerializerOptions ForPeople = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public ProfileSight Sight { get; private set; } = null!;

    /// <summary>What hangs on it, where deleting it was asked for.</summary>
    public ProfileImpact? Impact { get; private set; }

    public IReadOnlyList<VersionLine> Versions { get; private set; } = [];

    public string? Next { get; private set; }

    public AdminRefusal? Refusal { get; private set; }

    public PolicyPreview? Preview { get; private set; }

    /// <summary>What the fields show: what applies, or what was just filled in.</summary>
    public JsonObject Json { get; private set; } = [];

    /// <summary>The same as it means; what cannot be read means what applies.</summary>
    public ProfileSettings Settings { get; private set; } = new();

    /// <summary>The same as text.</summary>
    public string Text { get; private set; } = "";

    /// <summary>The version on which the administrator began.</summary>
    public string SeenVersion { get; private set; } = "";

    /// <summary>Shows what applies; with a draft, what saving that would change.</summary>
    public async Task<IActionResult> OnGetAsync(string? name, string? after = null, string? draft = null, bool delete = false)
    {
        if (delete)
            Impact = (await profiles.ImpactAsync(SetupDoor.Call(HttpContext, "profiles.impact"), new(name ?? ""))).Value;
        if (string.IsNullOrEmpty(draft))
            return await ShowAsync(name, after);
        var found = await drafts.GetAsync(SetupDoor.Call(HttpContext, "drafts.get"), new(draft));
        return found.Value is { Settings: { } settings, Profile: { } profile } && profile == name
            ? await ReviewAsync(name, JsonNode.Parse(SettingsJson.Write(settings))!.ToJsonString(ForPeople), null)
            : NotFound();
    }

    public async Task<IActionResult> OnPostReviewAsync(string? name, string? json, string? version, int? restore)
    {
        if (restore is { } old && await OldTextAsync(name ?? "", old) is var found)
            json = found;
        if (restore is not null && json is null)
            return NotFound();
        return await ReviewAsync(name, json ?? Typed(), version);
    }

    /// <summary>Keeps what is filled in as a draft, and goes to where it is replayed.</summary>
    public async Task<IActionResult> OnPostReplayAsync(string? name, string? json, string? version)
    {
        var text = json ?? Typed();
        if (Parse(text) is not { } settings)
            return await ReviewAsync(name, text, version);
        var kept = await drafts.SaveAsync(SetupDoor.Call(HttpContext, "drafts.save"), new(Profile: name ?? "", Settings: JsonSerializer.SerializeToElement(settings)));
        if (kept.Value is { } draft)
            return LocalRedirect($"~/setup/policies/replay{QueryString.Create("draft", draft.Id)}");
        Refusal = kept.Refusal;
        return await ShowAsync(name, null, text, version);
    }

    public async Task<IActionResult> OnPostSaveAsync(string? name, string? settings, string? version, int? trialMinutes, bool ignoreTests)
    {
        if (Parse(settings ?? "") is not { } json)
            return await ShowAsync(name, null);
        var call = SetupDoor.Call(HttpContext, "profiles.save") with { IfMatch = version };
        Refusal = (await profiles.SaveAsync(call, new(name ?? "", JsonSerializer.SerializeToElement(json), trialMinutes, ignoreTests))).Refusal;
        return Refusal is null ? Done("Saved", name) : await ShowAsync(name, null, settings, version);
    }

    public async Task<IActionResult> OnPostRenameAsync(string? name, string? to)
    {
        Refusal = (await profiles.RenameAsync(SetupDoor.Call(HttpContext, "profiles.rename"), new(name ?? "", to ?? ""))).Refusal;
        return Refusal is null ? Done("Renamed", to) : await ShowAsync(name, null);
    }

    public async Task<IActionResult> OnPostDeleteAsync(string? name)
    {
        Refusal = (await profiles.DeleteAsync(SetupDoor.Call(HttpContext, "profiles.delete"), new(name ?? ""))).Refusal;
        if (Refusal is not null)
            return await ShowAsync(name, null);
        note.Leave(HttpContext, "Deleted");
        return LocalRedirect("~/setup/policies");
    }

    async Task<IActionResult> ReviewAsync(string? name, string text, string? version)
    {
        var answer = await profiles.PreviewAsync(SetupDoor.Call(HttpContext, "profiles.preview"), new(name ?? "", text));
        (Preview, Refusal) = (answer.Value, answer.Refusal);
        return await ShowAsync(name, null, text, version);
    }

    string Typed() => ProfileFields.Read(Request.Form).ToJsonString(ForPeople);

    async Task<IActionResult> ShowAsync(string? name, string? after, string? text = null, string? version = null)
    {
        var call = SetupDoor.Call(HttpContext, "profiles.get");
        if ((await profiles.GetAsync(call, new(name ?? ""))) is not { Refusal: null, Value: { } sight })
            return NotFound();
        Sight = sight;
        var list = (await versions.ListAsync(call, new(sight.Name, 20, int.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out _) ? after : null))).Value!;
        Versions = list.Items;
        Next = list.Next is { } next ? Url.Page("/Setup/Policies/Profile", new { name = sight.Name, after = next }) : null;
        var live = JsonObject.Create(sight.Settings)!;
        Json = text is null ? live : Parse(text) ?? live;
        Settings = Meaning(Json) ?? SettingsJson.Read<ProfileSettings>(sight.Settings.GetRawText());
        Text = text ?? live.ToJsonString(ForPeople);
        SeenVersion = version ?? sight.Version.ToString(CultureInfo.InvariantCulture);
        return Page();
    }

    async Task<string?> OldTextAsync(string name, int version)
    {
        var call = SetupDoor.Call(HttpContext, "profiles.versions");
        return (await versions.SettingsAsync(call, name, version))?.ToJsonString(ForPeople);
    }

    LocalRedirectResult Done(string key, string? name)
    {
        note.Leave(HttpContext, key);
        return LocalRedirect($"~/setup/policies/profile{QueryString.Create("name", name ?? "")}");
    }

    static JsonObject? Parse(string text)
    {
        try
        {
            return JsonNode.Parse(text, documentOptions: new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip, AllowDuplicateProperties = false }) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    static ProfileSettings? Meaning(JsonObject json)
    {
        try
        {
            return json.Deserialize<ProfileSettings>(SettingsJson.Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
