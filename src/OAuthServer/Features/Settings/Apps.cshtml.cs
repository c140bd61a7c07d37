using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OAuthServer.Features.Shared;
using OAuthServer.Login;
using OAuthServer.Tokens;

namespace OAuthServer.Features.Settings;

/// <summary>Apps the user lets in, with what each may do, and the end of it.</summary>
public sealed class AppsModel(UserGrants grants, ScopeWords words, Note note) : PageModel
{
    public SignedInBrowser Me => SettingsDoor.Me(HttpContext);

    public IReadOnlyList<UserApp> Apps { get; private set; } = [];

    /// <summary>What an app may do, in words.</summary>
    public IReadOnlyList<string> Words(UserApp app) => words.Of(app.Scopes);

    public async Task OnGetAsync() => Apps = await grants.ListAsync(Me.User.Id, HttpContext.RequestAborted);

    public async Task<IActionResult> OnPostWithdrawAsync(string? id)
    {
        if (!await grants.WithdrawAsync(Me.User.Id, id ?? ""))
            return NotFound();
        note.Leave(HttpContext, "AppWithdrawn");
        return LocalRedirect("~/settings/apps");
    }
}
