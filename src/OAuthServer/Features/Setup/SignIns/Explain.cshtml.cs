using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OAuthServer.Administration.SignIns;

namespace OAuthServer.Features.Setup.SignIns;

/// <summary>One sign-in, rule by rule, with the smallest change that would have let it in.</summary>
public sealed class ExplainModel(SignInOperations signIns) : PageModel
{
    public SignInSight Sight { get; private set; } = null!;

    public async Task<IActionResult> OnGetAsync(string reference)
    {
        if ((await signIns.ExplainAsync(SetupDoor.Call(HttpContext, "sign-ins.explain"), new(reference))).Value is not { } sight)
            return NotFound();
        Sight = sight;
        return Page();
    }
}
