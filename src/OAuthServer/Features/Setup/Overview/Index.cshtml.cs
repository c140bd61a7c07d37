using Microsoft.AspNetCore.Mvc.RazorPages;
using OAuthServer.Administration.Overview;

namespace OAuthServer.Features.Setup.Overview;

/// <summary>The administrators' first page: what needs attention, and the ways to it.</summary>
public sealed class IndexModel(OverviewOperations overview) : PageModel
{
    public OverviewSight Sight { get; private set; } = null!;

    public async Task OnGetAsync() => Sight = (await overview.OverviewAsync(SetupDoor.Call(HttpContext, "setup.overview"), new())).Value!;
}
