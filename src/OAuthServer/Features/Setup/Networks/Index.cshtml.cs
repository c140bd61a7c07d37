using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OAuthServer.Administration;
using OAuthServer.Administration.Networks;
using OAuthServer.Administration.Policies;
using OAuthServer.Administration.Replay;
using OAuthServer.Data;
using OAuthServer.Features.Shared;

namespace OAuthServer.Features.Setup.Networks;

/// <summary>How the server sees this request, the trusted networks, and what history says of them.</summary>
public sealed class IndexModel(NetworkInsightOperations insight, NetworkOperations networks, DraftOperations drafts, ReplayOperations replays, Note note) : PageModel
{
    static readonly JsonSerializerOptions Indented = new(SettingsJson.Options) { WriteIndented = true };

    public NetworkTruth Truth { get; private set; } = null!;

    public NetworkSight Sight { get; private set; } = null!;

    /// <summary>Null before somebody asks: it reads a great part of the history.</summary>
    public NetworkSuggestions? Suggestions { get; private set; }

    public AdminRefusal? Refusal { get; private set; }

    /// <summary>What saving the list would change, stop and run into.</summary>
    public PolicyPreview? Preview { get; private set; }

    /// <summary>A draft to begin from.</summary>
    [BindProperty(SupportsGet = true)]
    public string? Draft { get; set; }

    /// <summary>Asks for suggestions.</summary>
    [BindProperty(SupportsGet = true)]
    public bool Suggest { get; set; }

    /// <summary>Suggested ranges to put into the list.</summary>
    [BindProperty(SupportsGet = true)]
    public IReadOnlyList<string> Add { get; set; } = [];

    /// <summary>The whole list as JSON.</summary>
    [BindProperty]
    public string? Networks { get; set; }

    /// <summary>The version that the list was begun from.</summary>
    [BindProperty]
    public string? Version { get; set; }

    [BindProperty]
    public bool IgnoreTests { get; set; }

    public async Task OnGetAsync()
    {
        await LoadAsync();
        var list = Sight.Networks.Select(network => new DraftNetwork(network.Name, network.Range)).ToList();
        if (!string.IsNullOrEmpty(Draft))
        {
            var answer = await drafts.GetAsync(SetupDoor.Call(HttpContext, "drafts.get"), new(Draft));
            (Refusal, list) = (answer.Refusal, answer.Value?.Networks?.ToList() ?? list);
        }
        list.AddRange(Add.Take(100).Where(range => !list.Exists(network => network.Range == range)).Select(range => new DraftNetwork(range, range)));
        Networks = JsonSerializer.Serialize(list, Indented);
    }

    /// <summary>Shows what the list would change.</summary>
    public async Task<IActionResult> OnPostReviewAsync()
    {
        if (Read() is not null)
            await ReviewAsync();
        await LoadAsync();
        return Page();
    }

    /// <summary>Puts the list in force; a risky change goes live on a timer.</summary>
    public async Task<IActionResult> OnPostSaveAsync()
    {
        if (Read() is { } json)
        {
            var call = SetupDoor.Call(HttpContext, "networks.save") with { IfMatch = string.IsNullOrEmpty(Version) ? null : Version };
            var answer = await networks.SaveAsync(call, new(json, IgnoreTests: IgnoreTests));
            if (answer.Value is { } saved)
            {
                note.Leave(HttpContext, saved.Trial is null ? "saved" : "onTrial");
                return LocalRedirect("~/setup/networks");
            }
            await ReviewAsync();
            Refusal = answer.Refusal;
        }
        await LoadAsync();
        return Page();
    }

    /// <summary>Keeps the list as a draft and replays it.</summary>
    public async Task<IActionResult> OnPostReplayAsync()
    {
        if (Read() is { } json)
        {
            var call = SetupDoor.Call(HttpContext, "drafts.save");
            var draft = await KeepAsync(call, json);
            if (draft is not null)
            {
                var started = await replays.StartAsync(call.For("replay.start"), new([draft]));
                if (started.Value is { } replay)
                    return LocalRedirect($"~/setup/policies/replay/{replay.Job.Id}");
                Refusal = started.Refusal;
            }
        }
        await LoadAsync();
        return Page();
    }

    async Task ReviewAsync()
    {
        var answer = await networks.PreviewAsync(SetupDoor.Call(HttpContext, "networks.preview"), new(Networks!));
        (Preview, Refusal) = (answer.Value, answer.Refusal);
    }

    async Task<string?> KeepAsync(AdminCall call, JsonElement json)
    {
        try
        {
            var answer = await drafts.SaveAsync(call, new(Networks: json.Deserialize<IReadOnlyList<DraftNetwork>>(SettingsJson.Options)));
            Refusal = answer.Refusal;
            return answer.Value?.Id;
        }
        catch (JsonException)
        {
            Refusal = new AdminRefusal.Invalid("networks", "must be a list of { \"name\": ..., \"range\": ... }.");
            return null;
        }
    }

    JsonElement? Read()
    {
        try
        {
            return JsonElement.Parse(Networks ?? "");
        }
        catch (JsonException problem)
        {
            Refusal = new AdminRefusal.Invalid("networks", $"is no JSON (line {problem.LineNumber + 1 ?? 1}).");
            return null;
        }
    }

    async Task LoadAsync()
    {
        Truth = (await insight.TruthAsync(SetupDoor.Call(HttpContext, "networks.truth"), new())).Value!;
        if (Suggest)
            Suggestions = (await insight.SuggestAsync(SetupDoor.Call(HttpContext, "networks.suggest"), new())).Value;
        var answer = await networks.ListAsync(SetupDoor.Call(HttpContext, "networks.list"), new());
        Sight = answer.Value!;
        Version ??= answer.Version;
    }
}
