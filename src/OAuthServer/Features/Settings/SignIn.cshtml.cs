using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OAuthServer.Data;
using OAuthServer.Login;
using OAuthServer.Login.History;

namespace OAuthServer.Features.Settings;

/// <summary>One of the user's own attempts, explained rule by rule.</summary>
public sealed class SignInModel(Database database, LoginReferences references, LoginExplanations explanations) : PageModel
{
    public SignedInBrowser Me => SettingsDoor.Me(HttpContext);

    public LoginRecord Record { get; private set; } = null!;

    public string Reference { get; private set; } = "";

    /// <summary>How it ended, in the words of Salesforce's login history, which its administrators may ask for.</summary>
    public string Status => HistoryStatus.Of(Record);

    public LoginExplanation Explanation { get; private set; } = null!;

    public async Task<IActionResult> OnGetAsync(string reference)
    {
        // Somebody else's reference and none at all are answered alike.
        if (await OwnRecords.FindAsync(database, references, Me, reference, HttpContext.RequestAborted) is not { } record
            || await explanations.ReadAsync(record.Id, HttpContext.RequestAborted) is not { } explanation)
            return NotFound();
        (Record, Reference, Explanation) = (record, references.Of(record.Id), explanation);
        return Page();
    }
}
