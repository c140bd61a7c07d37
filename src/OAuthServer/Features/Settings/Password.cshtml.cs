using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;
using OAuthServer.Accounts;
using OAuthServer.Features.Shared;
using OAuthServer.Login;
using OAuthServer.Policy.Passwords;

namespace OAuthServer.Features.Settings;

/// <summary>A new password for the old one. This browser stays signed in, under another session; every other one ends.</summary>
public sealed class PasswordModel(
    Passwords passwords, OwnerProofs proofs, BrowserSessions browsers, SessionList sessions, Note note, IStringLocalizer<SettingsTexts> texts) : PageModel
{
    [BindProperty]
    public string? CurrentPassword { get; set; }

    [BindProperty]
    public string? NewPassword { get; set; }

    [BindProperty]
    public string? RepeatedPassword { get; set; }

    public SignedInBrowser Me => SettingsDoor.Me(HttpContext);

    public PasswordPolicy Policy => Me.Profile.Password;

    /// <summary>What a new password must be, in words.</summary>
    public IReadOnlyList<string> Rules =>
    [
        PasswordFlaw.TooShort.In(Policy, texts),
        .. Policy.Complexity == PasswordComplexity.None ? [] : new[] { PasswordFlaw.NotComplexEnough.In(Policy, texts) },
        .. Policy.History == 0 ? [] : new[] { texts["Rule.History", Policy.History].Value },
        .. Policy.OneDayMinimum ? [texts["Rule.OneDay"].Value] : Array.Empty<string>(),
    ];

    public async Task<IActionResult> OnPostAsync()
    {
        if (Me.User.PasswordHash is null || Me.IsSsoRequired())
            return Page();
        if (string.IsNullOrEmpty(CurrentPassword))
            ModelState.AddModelError(nameof(CurrentPassword), texts["Error.PasswordWanted"]);
        if (string.IsNullOrEmpty(NewPassword))
            ModelState.AddModelError(nameof(NewPassword), texts["Error.NewPasswordWanted"]);
        else if (!string.Equals(NewPassword, RepeatedPassword, StringComparison.Ordinal))
            ModelState.AddModelError(nameof(RepeatedPassword), texts["Error.NotRepeated"]);
        return ModelState.IsValid ? await ChangeAsync(CurrentPassword!, NewPassword!) : Page();
    }

    async Task<IActionResult> ChangeAsync(string current, string next)
    {
        var outcome = await proofs.CountedAsync(
            HttpContext, Me, () => passwords.ChangeAsync(Me.User.Id, Me.Profile, current, next), change => change is PasswordChange.WrongCurrentPassword);
        switch (outcome)
        {
            case PasswordChange.Changed changed:
                var kept = await browsers.ContinueAsync(HttpContext, Me);
                await sessions.EndOthersAsync(Me.User.Id, kept.Session.Id);
                note.Leave(HttpContext, changed.WhyNoToken is null ? "PasswordChangedWithToken" : "PasswordChanged");
                return LocalRedirect("~/settings/password");
            case PasswordChange.Refused refused:
                foreach (var flaw in refused.Flaws)
                    ModelState.AddModelError(nameof(NewPassword), flaw.In(Policy, texts));
                break;
            case PasswordChange.WrongCurrentPassword:
                ModelState.AddModelError(nameof(CurrentPassword), texts["Error.WrongPassword"]);
                break;
            default:
                ModelState.AddModelError(nameof(CurrentPassword), texts[outcome is null ? "Error.Locked" : "Error.Busy"]);
                break;
        }
        return Page();
    }
}
