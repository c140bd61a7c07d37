using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;
using OAuthServer.Features.Shared;
using OAuthServer.Http;

namespace OAuthServer.Features.Sso;

/// <summary>Asks for the company, by its domain, its alias or a whole address, and leads to its sign-in page. Nobody is looked up.</summary>
public sealed class FindModel(SignInWays ways, IStringLocalizer<SsoTexts> texts) : PageModel
{
    /// <summary>A local path to go to afterwards.</summary>
    [BindProperty(SupportsGet = true)]
    public string? To { get; set; }

    [BindProperty]
    public string? Company { get; set; }

    public void OnGet() => To = LocalPath.Of(To);

    public async Task<IActionResult> OnPostAsync()
    {
        To = LocalPath.Of(To);
        var typed = Company?.Trim() ?? "";
        if ((await ways.OfCompanyAsync(typed[(typed.LastIndexOf('@') + 1)..], request: null))?.Alias is { } alias)
            return LocalRedirect("~" + SsoPaths.Organization(alias, null, To));
        ModelState.AddModelError(nameof(Company), texts[typed.Length == 0 ? "CompanyMissing" : "CompanyUnknown"]);
        return Page();
    }
}
