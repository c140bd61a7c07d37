using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;
using OAuthServer.Features.Shared;
using OAuthServer.Http;
using OAuthServer.Login;

namespace OAuthServer.Features.PasswordReset;

/// <summary>A forgotten password. The answer is the same whether or not anybody has the name.</summary>
public sealed class ForgottenModel(
    ForgottenPasswords forgotten, RefusalLimits limits, RequestOrigins origins, IStringLocalizer<PasswordResetTexts> texts) : PageModel
{
    [BindProperty]
    public string? Username { get; set; }

    /// <summary>The name was taken.</summary>
    public bool IsTaken { get; private set; }

    public IActionResult OnPost()
    {
        var from = origins.Of(HttpContext).Address;
        if (limits.SecondsToWait(from, clientId: null) is > 0 and var seconds)
            return SignInRefusal.TooMany(HttpContext, seconds);
        if (string.IsNullOrWhiteSpace(Username))
        {
            ModelState.AddModelError(nameof(Username), texts["UsernameMissing"]);
            return Page();
        }
        limits.Count(from, clientId: null); // each may cost somebody a mail
        forgotten.Add(Username.Trim());
        IsTaken = true;
        return Page();
    }
}
