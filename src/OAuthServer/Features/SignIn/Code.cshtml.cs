using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OAuthServer.Login;
using OAuthServer.Policy;

namespace OAuthServer.Features.SignIn;

/// <summary>A code of the authenticator app.</summary>
public sealed class CodeModel(SignInPages pages, SignIns signIns) : PageModel
{
    [BindProperty]
    public string? Code { get; set; }

    /// <summary>The sign-in this is a step of.</summary>
    public SignInUnderWay At { get; private set; } = null!;

    public async Task<IActionResult> OnGetAsync() => await IsAskedAsync() ? Page() : SignInPages.ToTheBeginning(this);

    public async Task<IActionResult> OnPostAsync() =>
        !await IsAskedAsync() ? SignInPages.ToTheBeginning(this)
        : string.IsNullOrWhiteSpace(Code) ? pages.Wrong(this, nameof(Code), "CodeMissing")
        : pages.Answer(this, await signIns.CodeAsync(HttpContext, At, Proof.Totp, Code), nameof(Code), "WrongCode");

    async Task<bool> IsAskedAsync()
    {
        if (await pages.FindAsync(this) is not { } at)
            return false;
        At = at;
        return at.IsAsked(ChallengeKind.Totp);
    }
}
