using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OAuthServer.Accounts;
using OAuthServer.Data;
using OAuthServer.Login;

namespace OAuthServer.Features.Settings;

/// <summary>"This was not me": asked once more, then the account is made safe and this browser is signed out as well.</summary>
public sealed class NotMeModel(
    Database database, LoginReferences references, DisownedSignIns disowned, BrowserSessions browsers) : PageModel
{
    public SignedInBrowser Me => SettingsDoor.Me(HttpContext);

    public LoginRecord Record { get; private set; } = null!;

    public string Reference { get; private set; } = "";

    /// <summary>It has been done.</summary>
    public bool IsDone { get; private set; }

    public async Task<IActionResult> OnGetAsync(string reference) => await FindAsync(reference) ? Page() : NotFound();

    public async Task<IActionResult> OnPostAsync(string reference)
    {
        if (!await FindAsync(reference))
            return NotFound();
        await disowned.SecureAsync(Me.User.Id, Reference, Record.At);
        await browsers.EndAsync(HttpContext);
        IsDone = true;
        return Page();
    }

    async Task<bool> FindAsync(string reference)
    {
        if (await OwnRecords.FindAsync(database, references, Me, reference, HttpContext.RequestAborted) is not { } record)
            return false;
        (Record, Reference) = (record, references.Of(record.Id));
        return true;
    }
}
