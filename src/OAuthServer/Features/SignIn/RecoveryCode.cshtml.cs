using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OAuthServer.Login;
using OAuthServer.Policy;

namespace OAuthServer.Features.SignIn;

/// <summary>One of the printed recovery codes.</summary>
public sealed class RecoveryCodeModel(SignInPages pages, SignIns signIns) : PageModel
{
    [BindProperty]
    public string? Code { get; set; }

    /// <summary>The sign-in this is a step of.</summary>
    public SignInUnderWay? At { get; private set; }

    public async Task<IActionResult> OnGetAsync() => await FindAsync() is null ? SignInPages.ToTheBeginning(this) : Page();

    public async Task<IActionResult> OnPostAsync() =>
        await FindAsync() is not { } at ? SignInPages.ToTheBeginning(this)
        : string.IsNullOrWhiteSpace(Code) ? pages.Wrong(this, nameof(Code), "CodeMissing")
        : pages.Answer(this, await signIns.CodeAsync(HttpContext, at, Proof.RecoveryCode, Code), nameof(Code), "WrongCode");

    async Task<SignInUnderWay?> FindAsync() => At = await pages.FindAskedAsync(this, ChallengeKind.RecoveryCode);
}
