using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OAuthServer.Administration;
using OAuthServer.Administration.Server;
using OAuthServer.Features.Shared;
using OAuthServer.Login;

namespace OAuthServer.Features.Setup.Server;

/// <summary>How the server fares, what it is, how long it remembers; a mail to try, and the organization as files.</summary>
public sealed class IndexModel(ServerOperations server, MailOperations mails, ExportOperations export, Note note) : PageModel
{
    public SignedInBrowser Me => SetupDoor.Me(HttpContext);

    public ServerSight Sight { get; private set; } = null!;

    public Retention Retention { get; private set; } = null!;

    public AdminRefusal? Refusal { get; private set; }

    public Task OnGetAsync() => LoadAsync();

    public async Task<IActionResult> OnGetExportAsync(bool users) =>
        new AdminFileResult((await export.ExportAsync(SetupDoor.Call(HttpContext, "organization.export"), new(users))).Value!);

    public async Task<IActionResult> OnPostMailTestAsync()
    {
        Refusal = (await mails.TestAsync(SetupDoor.Call(HttpContext, "system.mail-test"), new())).Refusal;
        if (Refusal is null)
        {
            note.Leave(HttpContext, "MailTest");
            return LocalRedirect("~/setup/system");
        }
        await LoadAsync();
        return Page();
    }

    async Task LoadAsync()
    {
        Sight = (await server.HealthAsync(SetupDoor.Call(HttpContext, "system.health"), new())).Value!;
        Retention = (await server.RetentionAsync(SetupDoor.Call(HttpContext, "system.retention"), new())).Value!;
    }
}
