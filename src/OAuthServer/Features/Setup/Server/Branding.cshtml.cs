using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OAuthServer.Administration;
using OAuthServer.Administration.Server;
using OAuthServer.Features.Shared;

namespace OAuthServer.Features.Setup.Server;

/// <summary>The colour and the logo of the organization's sign-in pages.</summary>
public sealed class BrandingModel(BrandingOperations operations, Note note) : PageModel
{
    public Branding Branding { get; private set; } = null!;

    /// <summary>What stands in the field.</summary>
    public string? Typed { get; private set; }

    public AdminRefusal? Refusal { get; private set; }

    public async Task OnGetAsync()
    {
        await LoadAsync();
        Typed = Branding.Color;
    }

    public async Task<IActionResult> OnPostColorAsync(string? color)
    {
        Typed = color;
        return await AfterAsync(await operations.SaveAsync(SetupDoor.Call(HttpContext, "system.save-branding"), new(color?.Trim())), "BrandingSaved");
    }

    public async Task<IActionResult> OnPostLogoAsync(IFormFile? file)
    {
        await using var content = file?.OpenReadStream() ?? Stream.Null;
        return await AfterAsync(await operations.SaveLogoAsync(SetupDoor.Call(HttpContext, "system.save-logo"), new(new(content))), "LogoSaved");
    }

    public async Task<IActionResult> OnPostRemoveLogoAsync() => await AfterAsync(await operations.RemoveLogoAsync(SetupDoor.Call(HttpContext, "system.remove-logo"), new()), "LogoRemoved");

    async Task<IActionResult> AfterAsync(AdminAnswer<Branding> answer, string done)
    {
        Refusal = answer.Refusal;
        if (Refusal is null)
        {
            note.Leave(HttpContext, done);
            return LocalRedirect("~/setup/system/branding");
        }
        await LoadAsync();
        return Page();
    }

    async Task LoadAsync() => Branding = (await operations.GetAsync(SetupDoor.Call(HttpContext, "system.branding"), new())).Value!;
}
