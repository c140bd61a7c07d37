using System.Globalization;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;
using OAuthServer.Administration.Overview;

namespace OAuthServer.Features.Setup.Overview;

/// <summary>The administrators' first page: what needs attention, and the ways to it.</summary>
public sealed class IndexModel(OverviewOperations overview, IStringLocalizer<OverviewTexts> texts) : PageModel
{
    public OverviewSight Sight { get; private set; } = null!;

    /// <summary>The sign-ins of the last day, hour by hour.</summary>
    public Chart LastDay => new(
        texts["LastDay"], texts["LastDayWhat", Sight.Hours.Sum(hour => hour.Allowed), Sight.Hours.Sum(hour => hour.Challenged), Sight.Hours.Sum(hour => hour.Refused)], texts["Hour"],
        [.. Sight.Hours.Select(hour => hour.At.ToString("HH:mm", CultureInfo.InvariantCulture))],
        [
            new(texts["Allowed.Short"], ChartTone.Success, [.. Sight.Hours.Select(hour => (long)hour.Allowed)]),
            new(texts["Challenged"], ChartTone.Warning, [.. Sight.Hours.Select(hour => (long)hour.Challenged)]),
            new(texts["Refused"], ChartTone.Danger, [.. Sight.Hours.Select(hour => (long)hour.Refused)]),
        ]);

    public async Task OnGetAsync() => Sight = (await overview.OverviewAsync(SetupDoor.Call(HttpContext, "setup.overview"), new())).Value!;
}
