using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OAuthServer.Administration;
using OAuthServer.Administration.Integrations;
using OAuthServer.Features.Shared;

namespace OAuthServer.Features.Setup.Integrations;

/// <summary>Announced windows in which passwords are refused: what is coming, what was, and what one would hit.</summary>
public sealed class BrownOutsModel(BrownOutOperations brownOuts, Note note) : PageModel
{
    const string Format = "yyyy-MM-dd'T'HH:mm";

    [BindProperty(SupportsGet = true)]
    public string? After { get; set; }

    /// <summary>As the form writes it, in UTC.</summary>
    [BindProperty(SupportsGet = true)]
    public string? StartsAt { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? EndsAt { get; set; }

    /// <summary>Ids, comma separated; empty = every login by password.</summary>
    [BindProperty(SupportsGet = true)]
    public string? Chosen { get; set; }

    public IReadOnlyList<BrownOutSight> Windows { get; private set; } = [];

    public string? Next { get; private set; }

    /// <summary>What the window that is being thought about would hit; null before somebody asks.</summary>
    public BrownOutImpact? Impact { get; private set; }

    public AdminRefusal? Refusal { get; private set; }

    public async Task<IActionResult> OnGetAsync()
    {
        if (StartsAt is not null || EndsAt is not null)
            await WeighAsync();
        return await ShowAsync();
    }

    public async Task<IActionResult> OnPostAnnounceAsync()
    {
        var answer = InputOf() is { } input ? await brownOuts.AnnounceAsync(SetupDoor.Call(HttpContext, "brown-outs.announce"), input) : new AdminRefusal.Invalid("startsAt", "and endsAt must be times.");
        return await AfterAsync(answer, "Announced");
    }

    public async Task<IActionResult> OnPostCancelAsync(string? window) =>
        await AfterAsync(await brownOuts.CancelAsync(SetupDoor.Call(HttpContext, "brown-outs.cancel"), new(window ?? "")), "Cancelled");

    async Task WeighAsync()
    {
        var answer = InputOf() is { } input ? await brownOuts.ImpactAsync(SetupDoor.Call(HttpContext, "brown-outs.impact"), input) : new AdminRefusal.Invalid("startsAt", "and endsAt must be times.");
        (Impact, Refusal) = (answer.Value, answer.Refusal);
    }

    async Task<IActionResult> AfterAsync(AdminAnswer<BrownOutSight> answer, string done)
    {
        Refusal = answer.Refusal;
        if (Refusal is AdminRefusal.NotFound)
            return NotFound();
        if (Refusal is not null)
            return await ShowAsync();
        note.Leave(HttpContext, done);
        return LocalRedirect("~/setup/integrations/brown-outs");
    }

    async Task<IActionResult> ShowAsync()
    {
        var page = (await brownOuts.ListAsync(SetupDoor.Call(HttpContext, "brown-outs.list"), new(After: string.IsNullOrEmpty(After) ? null : After))).Value;
        Windows = page?.Items ?? [];
        Next = page?.Next is { } next ? Url.Content("~/setup/integrations/brown-outs") + QueryString.Create("after", next) : null;
        return Page();
    }

    AnnounceBrownOut? InputOf() =>
        TimeOf(StartsAt) is { } start && TimeOf(EndsAt) is { } end
            ? new(start, end, Chosen?.Split([',', ' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is { Length: > 0 } chosen ? chosen : null)
            : null;

    static DateTimeOffset? TimeOf(string? typed) =>
        DateTimeOffset.TryParseExact(typed, [Format, Format + "':'ss"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : null;
}
