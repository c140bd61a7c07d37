using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OAuthServer.Login;
using OAuthServer.Policy;

namespace OAuthServer.Features.SignIn;

/// <summary>The code that was mailed because this browser is not known.</summary>
public sealed class MailedCodeModel(SignInPages pages, SignIns signIns) : PageModel
{
    [BindProperty]
    public string? Code { get; set; }

    /// <summary>What became of a wish for another code; null when there was none.</summary>
    public bool? WasSentAgain { get; private set; }

    /// <summary>A code is on its way; false where there have been so many in this hour that none was sent.</summary>
    public bool WasSent { get; private set; } = true;

    public async Task<IActionResult> OnGetAsync()
    {
        if (await FindAsync() is not { } at)
            return SignInPages.ToTheBeginning(this);
        WasSent = at.Row.MailedCodes > 0;
        return Page();
    }

    public async Task<IActionResult> OnPostAsync() =>
        await FindAsync() is not { } at ? SignInPages.ToTheBeginning(this)
        : string.IsNullOrWhiteSpace(Code) ? pages.Wrong(this, nameof(Code), "CodeMissing")
        : pages.Answer(this, await signIns.MailedCodeAsync(HttpContext, at, Code), nameof(Code), "WrongMailedCode");

    /// <summary>Another code; the one before it is dead.</summary>
    public async Task<IActionResult> OnPostAgainAsync()
    {
        if (await FindAsync() is not { } at)
            return SignInPages.ToTheBeginning(this);
        WasSentAgain = await signIns.MailCodeAsync(HttpContext, at);
        return Page();
    }

    Task<SignInUnderWay?> FindAsync() => pages.FindAskedAsync(this, ChallengeKind.EmailCode);
}
