using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OAuthServer.Administration;
using OAuthServer.Administration.Policies;

namespace OAuthServer.Features.Setup.Policies;

/// <summary>Which versions of a profile are compared, as the form that asks for it shows them.</summary>
/// <param name="Profile">Its name.</param>
/// <param name="Newest">The number of its newest version; they are counted from 1.</param>
/// <param name="From">The earlier one, as it stands in the form.</param>
/// <param name="To">The later one.</param>
public sealed record ComparedVersions(string Profile, int Newest, int From, int To);

/// <summary>Any two versions of a profile, and what differs.</summary>
public sealed class CompareModel(ProfileOperations profiles, VersionOperations versions) : PageModel
{
    public ComparedVersions Compared { get; private set; } = null!;

    /// <summary>Null before two were chosen.</summary>
    public VersionDifference? Difference { get; private set; }

    public AdminRefusal? Refusal { get; private set; }

    public async Task<IActionResult> OnGetAsync(string? profile, int? from, int? to)
    {
        if ((await profiles.GetAsync(SetupDoor.Call(HttpContext, "profiles.get"), new(profile ?? ""))).Value is not { } sight)
            return NotFound();
        Compared = new(sight.Name, sight.Version, from ?? Math.Max(1, sight.Version - 1), to ?? sight.Version);
        if (from is { } earlier)
        {
            var answer = await versions.CompareAsync(SetupDoor.Call(HttpContext, "profiles.diff"), new(sight.Name, earlier, to));
            (Difference, Refusal) = (answer.Value, answer.Refusal);
        }
        return Page();
    }
}
