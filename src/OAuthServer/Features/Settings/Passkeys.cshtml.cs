using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;
using OAuthServer.Accounts;
using OAuthServer.Data;
using OAuthServer.Features.Shared;
using OAuthServer.Login;

namespace OAuthServer.Features.Settings;

/// <summary>Passkeys and security keys: added in this browser, named, and blocked at once when they are lost.</summary>
public sealed class PasskeysModel(Passkeys passkeys, OwnerProofs proofs, Note note, IStringLocalizer<SettingsTexts> texts) : PageModel
{
    const string Path = "/settings/passkeys";

    [BindProperty]
    public string? CurrentPassword { get; set; }

    [BindProperty]
    public string? Name { get; set; }

    /// <summary>What the browser made, as JSON.</summary>
    [BindProperty]
    public string? Credential { get; set; }

    public SignedInBrowser Me => SettingsDoor.Me(HttpContext);

    public IReadOnlyList<Passkey> Own { get; private set; } = [];

    public OwnerProofField Proof { get; private set; } = null!;

    public Task OnGetAsync() => LoadAsync();

    /// <summary>What the script hands to the browser, once the owner is proven: without that no registration begins, and none can be finished.</summary>
    public async Task<IActionResult> OnPostOptionsAsync() => await proofs.CheckForFactorAsync(HttpContext, Me, CurrentPassword) == OwnerProof.Holds
        ? Content(await passkeys.BeginRegistrationAsync(Me.User, Me.Session.Id, HttpContext.RequestAborted), "application/json")
        : StatusCode(StatusCodes.Status403Forbidden);

    public async Task<IActionResult> OnPostFinishAsync()
    {
        // Also what was begun with the password while nothing was enrolled: by then something may be.
        if (await proofs.WantsFactorAsync(Me, OwnerProofs.Fresh + PasskeyCeremonies.Time))
            return LocalRedirect("~" + OwnerProofField.StepUpFrom(Path));
        switch (await passkeys.FinishRegistrationAsync(Me.User, Me.Session.Id, Credential ?? "", Name, HttpContext.RequestAborted))
        {
            case PasskeyAddition.Added:
                return Done("PasskeyAdded");
            case PasskeyAddition.TooMany:
                ModelState.AddModelError(nameof(Name), texts["Error.TooManyPasskeys", Passkeys.Most]);
                break;
            default:
                ModelState.AddModelError(nameof(Name), texts["Error.PasskeyRejected"]);
                break;
        }
        return await ShowAsync();
    }

    public async Task<IActionResult> OnPostRenameAsync(string? id) =>
        await passkeys.RenameAsync(Me.User.Id, id ?? "", Name, HttpContext.RequestAborted) ? Done("PasskeyRenamed") : NotFound();

    public async Task<IActionResult> OnPostRemoveAsync(string? id)
    {
        // Not found before the password is asked: nothing to guess at with another's id.
        if ((await passkeys.ListAsync(Me.User.Id, HttpContext.RequestAborted)).All(own => own.Id != id))
            return NotFound();
        var proof = await proofs.CheckForFactorAsync(HttpContext, Me, CurrentPassword);
        if (proof == OwnerProof.FactorWanted)
            return LocalRedirect("~" + OwnerProofField.StepUpFrom(Path));
        if (!OwnerProofField.Holds(this, proof, texts))
            return await ShowAsync();
        switch (await passkeys.RemoveAsync(Me.User, Me.Profile, id!, Me.Session.Id, HttpContext.RequestAborted))
        {
            case PasskeyRemoval.Removed:
                return Done("PasskeyRemoved");
            case PasskeyRemoval.NotFound:
                return NotFound();
            default:
                ModelState.AddModelError(nameof(Name), texts["Error.LastFactor"]);
                return await ShowAsync();
        }
    }

    LocalRedirectResult Done(string key)
    {
        note.Leave(HttpContext, key);
        return LocalRedirect("~" + Path);
    }

    async Task<IActionResult> ShowAsync()
    {
        await LoadAsync();
        return Page();
    }

    async Task LoadAsync()
    {
        Own = await passkeys.ListAsync(Me.User.Id, HttpContext.RequestAborted);
        Proof = await OwnerProofField.OfFactorAsync(proofs, Me, Path);
    }
}
