using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OAuthServer.Login;

namespace OAuthServer.Features.SignIn;

/// <summary>The password. The page is the same for every name, whoever has it.</summary>
public sealed class PasswordModel(SignInPages pages, SignIns signIns) : PageModel
{
    [BindProperty]
    public string? Password { get; set; }

    /// <summary>As typed, for the person and its password manager.</summary>
    public string Username { get; private set; } = "";

    public async Task<IActionResult> OnGetAsync() => await FindAsync() is null ? SignInPages.ToTheBeginning(this) : Page();

    public async Task<IActionResult> OnPostAsync()
    {
        if (await FindAsync() is not { } at)
            return SignInPages.ToTheBeginning(this);
        return string.IsNullOrEmpty(Password)
            ? pages.Wrong(this, nameof(Password), "PasswordMissing")
            : pages.Answer(this, await signIns.PasswordAsync(HttpContext, at, Password), nameof(Password), "CouldNotSignIn");
    }

    async Task<SignInUnderWay?> FindAsync()
    {
        var at = await pages.FindAsync(this);
        Username = at?.Row.Username ?? "";
        return Username.Length == 0 ? null : at;
    }
}
