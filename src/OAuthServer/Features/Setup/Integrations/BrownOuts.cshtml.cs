using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OAuthServer.Administration;
using OAuthServer.Administration.Integrations;
using OAuthServer.Features.Shared;

namespace OAuthServer.Features.Setup.Integrations;

/// <summary>Announced windows in which passwords are refused: what is coming, what was, and what one would hit.</summary>
public sealed class BrownOutsModel(BrownOutOperations brownOuts, IntegrationOperations integrations, Note note) : PageModel
{
    const int MostChoices = 100;
    const string Format = "yyyy-MM-dd'T'HH:mm";

    [BindProperty(SupportsGet = true)]
    public string? After { get; set; }

    /// <summary>As the form writes it, in UTC.</summary>
    [BindProperty(SupportsGet = true)]
    public string? StartsAt { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? EndsAt { get; set; }

    /// <summary>The integrations it is for, by id; none = every login by password.</summary>
    [BindProperty(SupportsGet = true)]
    public IReadOnlyList<string> Chosen { get; set; } = [];

    /// <summary>Integrations that use a password, the most urgent first, and those that are chosen.</summary>
    public IReadOnlyList<IntegrationLine> Choices { get; private set; } = [];

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
        await OfferAsync();
        return Page();
    }

    async Task OfferAsync()
    {
        var call = SetupDoor.Call(HttpContext, "integrations.list");
        List<IntegrationLine> choices = [.. (await integrations.ListAsync(call, new(Presents: IntegrationWays.Password, Limit: MostChoices, Order: IntegrationOrder.Score))).Value?.Items ?? []];
        Chosen = [.. Chosen.Where(id => id is { Length: > 0 }).Distinct(StringComparer.Ordinal).Take(MostChoices)];
        foreach (var id in Chosen.Except(choices.Select(line => line.Id), StringComparer.Ordinal).ToList())
        {
            if ((await integrations.GetAsync(call.For("integrations.get"), new(id))).Value is { } sight)
                choices.Add(sight.Line);
        }
        Choices = choices;
    }

    AnnounceBrownOut? InputOf() =>
        TimeOf(StartsAt) is { } start && TimeOf(EndsAt) is { } end
            ? new(start, end, Chosen.Where(id => id is { Length: > 0 }).ToList() is { Count: > 0 } chosen ? chosen : null)
            : null;

    static DateTimeOffset? TimeOf(string? typed) =>
        DateTimeOffset.TryParseExact(typed, [Format, Format + "':'ss"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : null;
}
