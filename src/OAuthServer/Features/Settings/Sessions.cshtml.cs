using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OAuthServer.Data;
using OAuthServer.Features.Shared;
using OAuthServer.Login;

namespace OAuthServer.Features.Settings;

/// <summary>Where the account is signed in, and which browsers are known; each can be ended or forgotten.</summary>
public sealed class SessionsModel(SessionList sessions, Note note) : PageModel
{
    public SignedInBrowser Me => SettingsDoor.Me(HttpContext);

    public IReadOnlyList<BrowserSession> Live { get; private set; } = [];

    public IReadOnlyList<KnownDevice> Devices { get; private set; } = [];

    public async Task OnGetAsync()
    {
        var live = await sessions.LiveAsync(Me.User.Id, Me.Profile, HttpContext.RequestAborted);
        Live = [.. live.OrderByDescending(session => session.Id == Me.Session.Id)];
        Devices = await sessions.DevicesAsync(Me.User.Id, HttpContext.RequestAborted);
    }

    public async Task<IActionResult> OnPostEndAsync(string? id) => await AfterAsync(sessions.EndAsync(Me.User.Id, id ?? ""), "SessionEnded");

    public async Task<IActionResult> OnPostEndOthersAsync()
    {
        await sessions.EndOthersAsync(Me.User.Id, Me.Session.Id);
        note.Leave(HttpContext, "OthersEnded");
        return LocalRedirect("~/settings/sessions");
    }

    public async Task<IActionResult> OnPostForgetAsync(string? id) => await AfterAsync(sessions.ForgetAsync(Me.User.Id, id ?? ""), "DeviceForgotten");

    /// <summary>What is not there, or is another user's, is not found.</summary>
    async Task<IActionResult> AfterAsync(Task<bool> work, string done)
    {
        if (!await work)
            return NotFound();
        note.Leave(HttpContext, done);
        return LocalRedirect("~/settings/sessions");
    }
}
