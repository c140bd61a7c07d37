using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Localization;
using OAuthServer.Accounts;
using OAuthServer.Data;
using OAuthServer.Features.Shared;
using OAuthServer.Login;

namespace OAuthServer.Features.Settings;

/// <summary>The authenticator app and its recovery codes. The seed is shown until it is confirmed, the codes once.</summary>
public sealed class AuthenticatorModel(
    Authenticators authenticators, OwnerProofs proofs, Database database, Note note, IStringLocalizer<SettingsTexts> texts) : PageModel
{
    const string Path = "/settings/authenticator";

    [BindProperty]
    public string? CurrentPassword { get; set; }

    [BindProperty]
    public string? Code { get; set; }

    public SignedInBrowser Me => SettingsDoor.Me(HttpContext);

    /// <summary>What waits to be confirmed.</summary>
    public Enrolment? Pending { get; private set; }

    /// <summary>When the app in use was confirmed; null when there is none.</summary>
    public DateTimeOffset? EnrolledAt { get; private set; }

    public int CodesLeft { get; private set; }

    /// <summary>Recovery codes just made, for this one answer.</summary>
    public IReadOnlyList<string>? NewCodes { get; private set; }

    public OwnerProofField Proof { get; private set; } = null!;

    /// <summary>The seed as people type it: in groups of four.</summary>
    public string TypedKey => string.Join(' ', Pending!.Secret.Chunk(4).Select(part => new string(part)));

    public Task OnGetAsync() => LoadAsync();

    /// <summary>The picture to be scanned. It holds the seed, and is nobody else's to fetch or to keep.</summary>
    public async Task<IActionResult> OnGetQrAsync() =>
        await PendingAsync() is { } pending ? File(QrCode.Png(pending.Uri), "image/png") : NotFound();

    public async Task<IActionResult> OnPostBeginAsync() => await StepUpAsync(OwnerProofs.Fresh) ?? (await MayChangeAsync()
        && Says(
            await CountedAsync(() => authenticators.BeginAsync(Me.User.Id, Me.Org.Org.Name, CurrentPassword, HttpContext.RequestAborted), start => start is EnrolmentStart.WrongCurrentPassword),
            start => start is EnrolmentStart.WrongCurrentPassword, start => start is EnrolmentStart.Busy) is EnrolmentStart.Begun
        ? LocalRedirect("~" + Path) : await ShowAsync());

    public async Task<IActionResult> OnPostConfirmAsync()
    {
        // Also what was begun with the password while nothing was enrolled: by then something may be.
        if (await StepUpAsync(OwnerProofs.Fresh + Authenticators.EnrolmentTime) is { } stepUp)
            return stepUp;
        var outcome = await CountedAsync(() => authenticators.ConfirmAsync(Me.User.Id, Code ?? "", HttpContext.RequestAborted), confirmation => confirmation is EnrolmentConfirmation.WrongCode);
        switch (outcome)
        {
            case EnrolmentConfirmation.Confirmed confirmed:
                NewCodes = confirmed.RecoveryCodes;
                break;
            case EnrolmentConfirmation.NothingPending:
                ModelState.AddModelError(nameof(CurrentPassword), texts["Error.NothingPending"]);
                break;
            default:
                ModelState.AddModelError(nameof(Code), texts[outcome is null ? "Error.Locked" : "Error.WrongCode"]);
                break;
        }
        return await ShowAsync();
    }

    public async Task<IActionResult> OnPostRenewAsync()
    {
        if (await StepUpAsync(OwnerProofs.Fresh) is { } stepUp)
            return stepUp;
        if (await MayChangeAsync()
            && Says(
                await CountedAsync(() => authenticators.RenewRecoveryCodesAsync(Me.User.Id, CurrentPassword, HttpContext.RequestAborted), renewal => renewal is RecoveryCodesRenewal.WrongCurrentPassword),
                renewal => renewal is RecoveryCodesRenewal.WrongCurrentPassword, renewal => renewal is RecoveryCodesRenewal.Busy) is RecoveryCodesRenewal.Renewed renewed)
            NewCodes = renewed.Codes;
        return await ShowAsync();
    }

    public async Task<IActionResult> OnPostRemoveAsync()
    {
        if (await StepUpAsync(OwnerProofs.Fresh) is { } stepUp)
            return stepUp;
        if (!await MayChangeAsync())
            return await ShowAsync();
        var outcome = Says(
            await CountedAsync(() => authenticators.RemoveAsync(Me.User.Id, Me.Profile, CurrentPassword, HttpContext.RequestAborted), removal => removal is AuthenticatorRemoval.WrongCurrentPassword),
            removal => removal is AuthenticatorRemoval.WrongCurrentPassword, removal => removal is AuthenticatorRemoval.Busy);
        if (outcome is AuthenticatorRemoval.LastFactor)
            ViewData["Problem"] = texts["Error.LastFactor"].Value;
        if (outcome is not AuthenticatorRemoval.Removed)
            return await ShowAsync();
        note.Leave(HttpContext, "AuthenticatorRemoved");
        return LocalRedirect("~" + Path);
    }

    Task<T?> CountedAsync<T>(Func<Task<T>> attempt, Func<T, bool> isWrong)
        where T : class => proofs.CountedAsync(HttpContext, Me, attempt, isWrong);

    /// <summary>Sends whoever has a factor and has not shown it within this time; null otherwise.</summary>
    async Task<IActionResult?> StepUpAsync(TimeSpan within) =>
        await proofs.WantsFactorAsync(Me, within) ? LocalRedirect("~" + OwnerProofField.StepUpFrom(Path)) : null;

    /// <summary>An account without a password has nothing to be asked for, and must have signed in a moment ago.</summary>
    async Task<bool> MayChangeAsync() =>
        Me.User.PasswordHash is { }
            ? !string.IsNullOrEmpty(CurrentPassword) || OwnerProofField.Holds(this, OwnerProof.PasswordWanted, texts)
            : await proofs.IsFreshAsync(Me) || OwnerProofField.Holds(this, OwnerProof.SignInAgain, texts);

    T? Says<T>(T? outcome, Func<T, bool> isWrong, Func<T, bool> isBusy)
        where T : class
    {
        if (outcome is null || isWrong(outcome) || isBusy(outcome))
            OwnerProofField.Holds(this, outcome is null ? OwnerProof.Locked : isWrong(outcome) ? OwnerProof.WrongPassword : OwnerProof.Busy, texts);
        return outcome;
    }

    async Task<IActionResult> ShowAsync()
    {
        await LoadAsync();
        return Page();
    }

    Task<Enrolment?> PendingAsync() => authenticators.PendingAsync(Me.User, Me.Org.Org.Name, Me.Session.AuthenticatedAt, HttpContext.RequestAborted);

    async Task LoadAsync()
    {
        Pending = await PendingAsync();
        Proof = await OwnerProofField.OfFactorAsync(proofs, Me, Path, always: true);
        await using var db = database.NewContext();
        EnrolledAt = await db.Authenticators.Where(a => a.UserId == Me.User.Id && a.ConfirmedAt != null).MaxAsync(a => a.ConfirmedAt, HttpContext.RequestAborted);
        CodesLeft = await db.RecoveryCodes.CountAsync(c => c.UserId == Me.User.Id && c.UsedAt == null, HttpContext.RequestAborted);
    }
}
