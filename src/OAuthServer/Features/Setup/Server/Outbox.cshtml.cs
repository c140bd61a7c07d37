using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OAuthServer.Administration;
using OAuthServer.Administration.Server;
using OAuthServer.Features.Shared;

namespace OAuthServer.Features.Setup.Server;

/// <summary>Mail to the organization's people that has not left.</summary>
public sealed class OutboxModel(MailOperations operations, Note note) : PageModel
{
    [BindProperty(SupportsGet = true)]
    public string? After { get; set; }

    public IReadOnlyList<MailLine> Mails { get; private set; } = [];

    /// <summary>Where the list goes on.</summary>
    public string? Next { get; private set; }

    public AdminRefusal? Refusal { get; private set; }

    public Task OnGetAsync() => LoadAsync();

    public async Task<IActionResult> OnPostRetryAsync(string? id)
    {
        Refusal = (await operations.RetryAsync(SetupDoor.Call(HttpContext, "system.outbox-retry"), new(id ?? ""))).Refusal;
        if (Refusal is null)
        {
            note.Leave(HttpContext, "Retried");
            return LocalRedirect("~/setup/system/outbox");
        }
        if (Refusal is AdminRefusal.NotFound)
            return NotFound();
        await LoadAsync();
        return Page();
    }

    async Task LoadAsync()
    {
        var answer = await operations.ListAsync(SetupDoor.Call(HttpContext, "system.outbox"), new(After: After));
        Refusal ??= answer.Refusal;
        Mails = answer.Value?.Items ?? [];
        Next = answer.Value?.Next is { } next ? Url.Content("~/setup/system/outbox") + QueryString.Create("after", next) : null;
    }
}
