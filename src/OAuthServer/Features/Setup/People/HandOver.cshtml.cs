using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OAuthServer.Administration;
using OAuthServer.Administration.People;
using OAuthServer.Features.Shared;

namespace OAuthServer.Features.Setup.People;

/// <summary>A leaver's integrations go to another account: first seen, then done in one step.</summary>
public sealed class HandOverModel(UserOperations users, LeaverOperations leavers, Note note) : PageModel
{
    [BindProperty(SupportsGet = true)]
    public string? Name { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? To { get; set; }

    public UserSight Leaver { get; private set; } = null!;

    /// <summary>Null until somebody was named who can take over.</summary>
    public HandOverSight? Sight { get; private set; }

    public AdminRefusal? Refusal { get; private set; }

    public async Task<IActionResult> OnGetAsync()
    {
        if ((await users.GetAsync(SetupDoor.Call(HttpContext, "users.get"), new(Name ?? ""))).Value is not { } leaver)
            return NotFound();
        Leaver = leaver;
        if (!string.IsNullOrWhiteSpace(To))
        {
            var answer = await leavers.PreviewAsync(SetupDoor.Call(HttpContext, "users.hand-over-preview"), new(leaver.Username, To.Trim()));
            (Sight, Refusal) = (answer.Value, Refusal ?? answer.Refusal);
        }
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(bool deactivate)
    {
        var answer = await leavers.HandOverAsync(SetupDoor.Call(HttpContext, "users.hand-over"), new(Name ?? "", To ?? "", deactivate));
        if (answer.Refusal is null)
        {
            note.Leave(HttpContext, deactivate ? "HandedOverAndClosed" : "HandedOver");
            return LocalRedirect(UserModel.AddressOf(Name));
        }
        Refusal = answer.Refusal;
        return await OnGetAsync();
    }
}
