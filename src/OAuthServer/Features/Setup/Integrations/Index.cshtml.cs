using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;
using OAuthServer.Administration;
using OAuthServer.Administration.Integrations;
using OAuthServer.Data;

namespace OAuthServer.Features.Setup.Integrations;

/// <summary>The inventory, and how the old ways become fewer.</summary>
public sealed class IndexModel(IntegrationOperations integrations, IStringLocalizer<IntegrationsTexts> texts) : PageModel
{
    [BindProperty(SupportsGet = true)]
    public IntegrationStage? Stage { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? Presents { get; set; }

    [BindProperty(SupportsGet = true)]
    public bool? Trusted { get; set; }

    [BindProperty(SupportsGet = true)]
    public new string? User { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? App { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? Network { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? Owner { get; set; }

    /// <summary>The most urgent first, unless told.</summary>
    [BindProperty(SupportsGet = true)]
    public IntegrationOrder Order { get; set; } = IntegrationOrder.Score;

    [BindProperty(SupportsGet = true)]
    public string? After { get; set; }

    public IReadOnlyList<IntegrationLine> Lines { get; private set; } = [];

    public AdminRefusal? Refusal { get; private set; }

    public string? Next { get; private set; }

    public Chart? BurnDown { get; private set; }

    /// <summary>Logins up to then are counted; null = all are.</summary>
    public DateTimeOffset? CountedUntil { get; private set; }

    public bool IsFiltered => Stage is not null || Trusted is not null || Text(Presents) is not null || Text(User) is not null || Text(App) is not null || Text(Network) is not null || Text(Owner) is not null;

    public async Task OnGetAsync()
    {
        var call = SetupDoor.Call(HttpContext, "integrations.list");
        var answer = await integrations.ListAsync(call, new(Stage, Text(Presents), Trusted, Text(User), Text(App), After: Text(After), Owner: Text(Owner), Order: Order, Network: Text(Network)));
        Refusal = answer.Refusal;
        if (answer.Value is { } page)
        {
            Lines = page.Items;
            Next = PageAddress.Next(this, page.Next);
        }
        if (After is not null || (await integrations.BurnDownAsync(call.For("integrations.burn-down"), new())).Value is not { } burnDown)
            return;
        CountedUntil = burnDown.CountedUntil;
        if (!IsFiltered && burnDown.Days.Count > 1)
            BurnDown = ChartOf(burnDown.Days);
    }

    Chart ChartOf(IReadOnlyList<BurnDownDay> days)
    {
        ChartSeries Series(ChartTone tone, params IntegrationStage[] stages) =>
            new(string.Join(", ", stages.Select(stage => texts["Stage." + stage].Value)), tone, [.. days.Select(day => (long)stages.Sum(stage => day.Counts[stage]))]);
        var old = days[^1].Counts[IntegrationStage.Found];
        return new(
            texts["BurnDown"], texts["BurnDownSummary", days[0].Counts[IntegrationStage.Found], old, days.Count], texts["Day"],
            [.. days.Select(day => day.Day.ToString("d MMM", CultureInfo.CurrentCulture))],
            [
                Series(ChartTone.Danger, IntegrationStage.Found),
                Series(ChartTone.Warning, IntegrationStage.Planned, IntegrationStage.Parallel),
                Series(ChartTone.Accent, IntegrationStage.Proven),
                Series(ChartTone.Success, IntegrationStage.Closed, IntegrationStage.Modern),
            ]);
    }

    static string? Text(string? typed) => string.IsNullOrWhiteSpace(typed) ? null : typed.Trim();
}
