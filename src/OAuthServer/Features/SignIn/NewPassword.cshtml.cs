using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OAuthServer.Accounts;
using OAuthServer.Login;
using OAuthServer.Orgs;
using OAuthServer.Policy;

namespace OAuthServer.Features.SignIn;

/// <summary>A new password in the place of an expired one. Whoever gets here would otherwise be in; the proofs so far stay.</summary>
public sealed class NewPasswordModel(SignInPages pages, SignIns signIns, Passwords passwords, KnownDevices devices, OrgDirectory orgs) : PageModel
{
    [BindProperty]
    public string? Password { get; set; }

    [BindProperty]
    public string? Repeated { get; set; }

    public string Username { get; private set; } = "";

    public async Task<IActionResult> OnGetAsync() => await FindAsync() is null ? SignInPages.ToTheBeginning(this) : Page();

    public async Task<IActionResult> OnPostAsync()
    {
        if (await FindAsync() is not { User: { } user } at)
            return SignInPages.ToTheBeginning(this);
        if (string.IsNullOrEmpty(Password))
            return pages.Wrong(this, nameof(Password), "PasswordMissing");
        if (Password != Repeated)
            return pages.Wrong(this, nameof(Repeated), "NotTheSame");
        var profile = (await orgs.CurrentAsync()).Rows.Profiles[user.ProfileId];
        var wasKnown = (await devices.FactsAsync(HttpContext, user.Id)).IsKnown;
        switch (await passwords.ReplaceExpiredAsync(user, profile, Password, HttpContext.RequestAborted))
        {
            case PasswordChange.Changed:
                break;
            case PasswordChange.Refused refused:
                foreach (var flaw in refused.Flaws)
                    ModelState.AddModelError(nameof(Password), flaw.Sentence(profile.Password));
                return Page();
            default:
                return pages.Answer(this, new SignInStep.Busy(), nameof(Password), "CouldNotSignIn");
        }
        if (wasKnown)
            await devices.MakeKnownAsync(HttpContext, user.Id, Request.Headers.UserAgent);
        return pages.Answer(this, await signIns.NewPasswordAsync(HttpContext, at, Password), nameof(Password), "CouldNotSignIn");
    }

    async Task<SignInUnderWay?> FindAsync()
    {
        var at = await pages.FindAsync(this);
        Username = at?.User?.Username ?? "";
        return at is { User: not null } && at.IsAsked(ChallengeKind.NewPassword) ? at : null;
    }
}
