using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Administration;
using OAuthServer.Administration.Jobs;
using OAuthServer.Administration.Replay;
using OAuthServer.Data;
using OAuthServer.Features.Shared;
using OAuthServer.Orgs;

namespace OAuthServer.Features.Setup.Replay;

/// <summary>Begins a replay: a draft of a profile, of the trusted networks, or of both, and how many days.</summary>
public sealed class IndexModel(ReplayOperations replays, DraftOperations drafts, JobOperations jobs, Database database, Note note) : PageModel
{
    static readonly JsonSerializerOptions Indented = new(SettingsJson.Options) { WriteIndented = true };

    /// <summary>The profile that is drafted; empty for none.</summary>
    [BindProperty(SupportsGet = true)]
    public string? Profile { get; set; }

    /// <summary>The draft that is gone on with.</summary>
    [BindProperty(SupportsGet = true)]
    public string? Draft { get; set; }

    /// <summary>Where the list of drafts goes on.</summary>
    [BindProperty(SupportsGet = true)]
    public string? After { get; set; }

    [BindProperty]
    public string? Settings { get; set; }

    /// <summary>The trusted networks are drafted, too.</summary>
    [BindProperty(SupportsGet = true)]
    public bool HasNetworks { get; set; }

    [BindProperty]
    public string? Networks { get; set; }

    [BindProperty]
    public int Days { get; set; } = 30;

    public IReadOnlyList<string> Profiles { get; private set; } = [];

    public IReadOnlyList<DraftLine> Drafts { get; private set; } = [];

    public string? Next { get; private set; }

    public IReadOnlyList<JobSight> Latest { get; private set; } = [];

    public AdminRefusal? Refusal { get; private set; }

    public async Task OnGetAsync()
    {
        if (!string.IsNullOrEmpty(Draft))
        {
            var answer = await drafts.GetAsync(SetupDoor.Call(HttpContext, "drafts.get"), new(Draft));
            if (answer.Value is { } draft)
                (Profile, Settings, HasNetworks, Networks) = (draft.Profile, draft.Settings is { } settings ? Text(settings) : null, draft.Networks is not null, draft.Networks is { } list ? Text(list) : null);
            else
                (Refusal, Draft) = (answer.Refusal, null);
        }
        await ShowAsync();
    }

    /// <summary>Keeps what was drafted, and replays it.</summary>
    public async Task<IActionResult> OnPostAsync()
    {
        var ids = new List<string>();
        var call = SetupDoor.Call(HttpContext, "drafts.save");
        if (!string.IsNullOrEmpty(Profile))
            Refusal = await KeepAsync(call, ids, "settings", Settings, json => new(Draft, Profile, json));
        if (Refusal is null && HasNetworks)
            Refusal = await KeepAsync(call, ids, "networks", Networks, json => new(string.IsNullOrEmpty(Profile) ? Draft : null, Networks: json.Deserialize<IReadOnlyList<DraftNetwork>>(SettingsJson.Options)));
        if (Refusal is null)
        {
            var started = await replays.StartAsync(call.For("replay.start"), new(ids, Days: Days));
            if (started.Value is { } replay)
                return LocalRedirect($"~/setup/policies/replay/{replay.Job.Id}");
            Refusal = started.Refusal;
        }
        await ShowAsync();
        return Page();
    }

    public async Task<IActionResult> OnPostDeleteAsync(string? id)
    {
        if ((await drafts.DeleteAsync(SetupDoor.Call(HttpContext, "drafts.delete"), new(id ?? ""))).Refusal is not null)
            return NotFound();
        note.Leave(HttpContext, "deleted");
        return LocalRedirect("~/setup/policies/replay");
    }

    async Task<AdminRefusal?> KeepAsync(AdminCall call, List<string> ids, string member, string? text, Func<JsonElement, SaveDraft> wish)
    {
        SaveDraft save;
        try
        {
            save = wish(JsonElement.Parse(text ?? ""));
        }
        catch (JsonException problem)
        {
            return new AdminRefusal.Invalid(member, $"is not the JSON that is wanted here (line {problem.LineNumber + 1 ?? 1}).");
        }
        if (string.IsNullOrEmpty(save.Draft))
            save = save with { Draft = null };
        var answer = await drafts.SaveAsync(call, save);
        if (answer.Value is { } draft)
            ids.Add(draft.Id);
        return answer.Refusal;
    }

    async Task ShowAsync()
    {
        var org = SetupDoor.Me(HttpContext).Org.Org.Id;
        var cancellation = HttpContext.RequestAborted;
        await using var db = database.NewContext();
        Profiles = await db.Profiles.Where(p => p.OrgId == org).OrderBy(p => p.Name).Select(p => p.Name).ToListAsync(cancellation);
        if (Settings is null && !string.IsNullOrEmpty(Profile))
        {
            var current = await db.ProfileVersions.Where(v => db.Profiles.Any(p => p.OrgId == org && p.Name == Profile && p.Id == v.ProfileId && p.Version == v.Version)).Select(v => v.Settings).SingleOrDefaultAsync(cancellation);
            Settings = current is null ? null : Text(SettingsJson.Read<ProfileSettings>(current));
        }
        Networks ??= Text(await db.TrustedNetworks.Where(n => n.OrgId == org).OrderBy(n => n.Id).Select(n => new DraftNetwork(n.Name, n.Range)).ToListAsync(cancellation));
        // A draft that was thrown away meanwhile names no place: from the beginning then.
        var call = SetupDoor.Call(HttpContext, "drafts.list");
        var page = (await drafts.ListAsync(call, new(After: string.IsNullOrEmpty(After) ? null : After))).Value ?? (await drafts.ListAsync(call, new())).Value!;
        (Drafts, Next) = (page.Items, PageAddress.Next(this, page.Next));
        Latest = (await jobs.ListAsync(SetupDoor.Call(HttpContext, "jobs.list"), new(ReplayJob.Word, Limit: 10))).Value!.Items;
    }

    static string Text<T>(T value) => JsonSerializer.Serialize(value, Indented);
}
