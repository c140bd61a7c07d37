using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OAuthServer.Login;

namespace OAuthServer.Features.SignIn;

/// <summary>Signs out of this server. A visit only asks: a link on another site signs nobody out.</summary>
public sealed class SignOutModel(BrowserSessions sessions) : PageModel
{
    /// <summary>Who is signed in.</summary>
    public string? Username { get; private set; }

    public async Task<IActionResult> OnGetAsync()
    {
        Username = (await sessions.CurrentAsync(HttpContext))?.User.Username;
        return Page();
    }

    public async Task<IActionResult> OnPostAsync()
    {
        await sessions.EndAsync(HttpContext);
        return Page();
    }
}
