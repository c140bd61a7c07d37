using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OAuthServer.Accounts;
using OAuthServer.Login;
using OAuthServer.Orgs;
using OAuthServer.Policy;

namespace OAuthServer.Features.SignIn;

/// <summary>
/// A second factor for somebody who has none and must have one. Only whoever the rules sent here, and who has none yet, can enrol one:
/// a password alone never replaces a factor that is there.
/// </summary>
public sealed class EnrolModel(
    SignInPages pages, PendingSignIns pending, SignIns signIns, Authenticators authenticators, Passkeys passkeys, UserAccounts accounts, OrgDirectory orgs) : PageModel
{
    [BindProperty]
    public string? Code { get; set; }

    /// <summary>What the browser made, as JSON.</summary>
    [BindProperty]
    public string? Credential { get; set; }

    /// <summary>The enrolment that waits for its code; null where the profile does not count an authenticator app.</summary>
    public Enrolment? Pending { get; private set; }

    /// <summary>The profile counts passkeys.</summary>
    public bool MayUsePasskey { get; private set; }

    /// <summary>Shown once.</summary>
    public IReadOnlyList<string>? RecoveryCodes { get; private set; }

    public async Task<IActionResult> OnGetAsync() => await FindAsync() is null ? SignInPages.ToTheBeginning(this) : Page();

    /// <summary>The QR code as a picture.</summary>
    public async Task<IActionResult> OnGetPictureAsync() =>
        await FindAsync() is null || Pending is null ? NotFound() : File(QrCode.Png(Pending.Uri), "image/png");

    /// <summary>The code that proves the app.</summary>
    public async Task<IActionResult> OnPostAsync()
    {
        if (await FindAsync() is not { User: { } user } at)
            return SignInPages.ToTheBeginning(this);
        if (string.IsNullOrWhiteSpace(Code))
            return pages.Wrong(this, nameof(Code), "CodeMissing");
        if (await authenticators.ConfirmAsync(user.Id, Code, HttpContext.RequestAborted) is not EnrolmentConfirmation.Confirmed confirmed)
            return pages.Wrong(this, nameof(Code), "WrongCode");
        // The code was right and is used up: it proves the new factor.
        if (await pending.ProveAsync(HttpContext, at, user.Id, user.PasswordChangedAt, at.Row.Proven | Proof.Totp, []) is null)
            return SignInPages.ToTheBeginning(this);
        RecoveryCodes = confirmed.RecoveryCodes;
        return Page();
    }

    /// <summary>The recovery codes are put away: judge again.</summary>
    public async Task<IActionResult> OnPostContinueAsync() => await pages.FindAsync(this) is { User: not null } at
        ? pages.Answer(this, await signIns.ContinueAsync(HttpContext, at), nameof(Code), "CouldNotSignIn")
        : SignInPages.ToTheBeginning(this);

    /// <summary>The options to make a passkey.</summary>
    public async Task<IActionResult> OnPostOptionsAsync() => await FindAsync() is { User: { } user } at && MayUsePasskey
        ? Content(await passkeys.BeginRegistrationAsync(user, at.Row.Hash, HttpContext.RequestAborted), "application/json")
        : BadRequest();

    /// <summary>A passkey was made. It has proven nothing yet: the rules ask for it next.</summary>
    public async Task<IActionResult> OnPostPasskeyAsync()
    {
        if (await FindAsync() is not { User: { } user } at || !MayUsePasskey)
            return SignInPages.ToTheBeginning(this);
        return await passkeys.FinishRegistrationAsync(user, at.Row.Hash, Credential ?? "", null, HttpContext.RequestAborted) is PasskeyAddition.Added
            ? pages.Answer(this, await signIns.ContinueAsync(HttpContext, at), nameof(Code), "CouldNotSignIn")
            : pages.Wrong(this, nameof(Credential), "PasskeyDidNotWork");
    }

    async Task<SignInUnderWay?> FindAsync()
    {
        if (await pages.FindAsync(this) is not { User: { } user } at || !at.IsAsked(ChallengeKind.EnrolSecondFactor))
            return null;
        var kinds = (await orgs.ProfileAsync(user.ProfileId)).SecondFactorKinds;
        if ((await accounts.FindByIdAsync(user.Id))?.Enrolled is not { } enrolled || (enrolled & kinds) != Proof.None)
            return null;
        MayUsePasskey = (kinds & Proof.Passkey) != Proof.None;
        if ((kinds & Proof.Totp) != Proof.None)
        {
            var issuer = (await orgs.CurrentAsync()).Rows.Orgs[user.OrgId].Org.Name;
            Pending = await authenticators.PendingAsync(user, issuer, at.Row.CreatedAt, HttpContext.RequestAborted)
                ?? await authenticators.BeginForProvenAsync(user, issuer, HttpContext.RequestAborted);
        }
        return at;
    }
}
