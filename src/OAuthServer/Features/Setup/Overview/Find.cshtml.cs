using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OAuthServer.Administration;
using OAuthServer.Administration.Overview;

namespace OAuthServer.Features.Setup.Overview;

/// <summary>Quick find: one thing that was found is opened at once.</summary>
public sealed class FindModel(OverviewOperations overview) : PageModel
{
    public IReadOnlyList<Found> Found { get; private set; } = [];

    public string? Text { get; private set; }

    public async Task<IActionResult> OnGetAsync(string? q)
    {
        Text = q?.Trim();
        if (string.IsNullOrEmpty(Text))
            return Page();
        AdminAnswer<AdminPage<Found>> answer = await overview.FindAsync(SetupDoor.Call(HttpContext, "setup.find"), new(Text));
        Found = answer.Value?.Items ?? [];
        // What is called just so is meant, whatever else begins so or belongs to it.
        var meant = Found.Where(found => string.Equals(found.Name, Text, StringComparison.OrdinalIgnoreCase)).ToList();
        return (meant.Count > 0 ? meant : Found) is [{ Page: var only }] ? LocalRedirect("~" + only) : Page();
    }
}
