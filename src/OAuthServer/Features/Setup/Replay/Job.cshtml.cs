using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OAuthServer.Administration.Jobs;
using OAuthServer.Administration.Replay;
using OAuthServer.Data;

namespace OAuthServer.Features.Setup.Replay;

/// <summary>One replay: how far it is, what it found, and the attempts that would have ended otherwise.</summary>
public sealed class JobModel(ReplayOperations replays, DraftOperations drafts, JobOperations jobs) : PageModel
{
    /// <summary>The outcomes that are worth a number of their own, the gravest first.</summary>
    public static IReadOnlyList<ReplayOutcome> Outcomes { get; } =
    [
        ReplayOutcome.NewlyRefused, ReplayOutcome.NewlyAskedToken, ReplayOutcome.NewlyAskedFactor, ReplayOutcome.NewlyAskedPassword, ReplayOutcome.NewlyAllowed,
        ReplayOutcome.RefusedOtherwise, ReplayOutcome.AskedOtherwise, ReplayOutcome.Unknown,
    ];

    public ReplaySight Sight { get; private set; } = null!;

    /// <summary>What it was begun from, as far as it is still kept: of a profile, of the trusted networks, or of both.</summary>
    public IReadOnlyList<DraftSight> Drafts { get; private set; } = [];

    /// <summary>Whose lines are shown; null = those of the gravest there are.</summary>
    [BindProperty(SupportsGet = true)]
    public ReplayOutcome? Outcome { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? After { get; set; }

    public IReadOnlyList<ReplayLine> Lines { get; private set; } = [];

    public string? Next { get; private set; }

    public async Task<IActionResult> OnGetAsync(string job)
    {
        if ((await replays.GetAsync(SetupDoor.Call(HttpContext, "replay.get"), new(job))).Value is not { } sight)
            return NotFound();
        Sight = sight;
        var kept = new List<DraftSight>();
        foreach (var id in sight.Drafts)
        {
            if ((await drafts.GetAsync(SetupDoor.Call(HttpContext, "drafts.get"), new(id))).Value is { } draft)
                kept.Add(draft);
        }
        Drafts = kept;
        Outcome ??= Outcomes.FirstOrDefault(outcome => sight.Summary?.Counts[outcome] > 0, ReplayOutcome.Unchanged);
        var word = ReplayJob.OutcomeWord(Outcome.Value);
        var page = (await jobs.LinesAsync(SetupDoor.Call(HttpContext, "jobs.lines"), new(job, word, Limit: 50, After: string.IsNullOrEmpty(After) ? null : After))).Value;
        Lines = [.. page?.Items.Select(line => line.Content.Deserialize<ReplayLine>(SettingsJson.Options)!) ?? []];
        Next = page?.Next is { } next ? Url.Content($"~/setup/policies/replay/{job}") + new QueryString().Add("outcome", word).Add("after", next) : null;
        return Page();
    }
}
