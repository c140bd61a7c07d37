using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OAuthServer.Administration.Audit;
using OAuthServer.Features.Shared;

namespace OAuthServer.Features.Setup.Server;

/// <summary>One change, before and after.</summary>
public sealed class EntryModel(AuditOperations audit) : PageModel
{
    public AuditSight Sight { get; private set; } = null!;

    public async Task<IActionResult> OnGetAsync(long id)
    {
        if ((await audit.GetAsync(SetupDoor.Call(HttpContext, "audit.get"), new(id))).Value is not { } sight)
            return RefusalPage.Result(StatusCodes.Status404NotFound, Refusal.NotFound(HttpContext));
        Sight = sight;
        return Page();
    }
}
