using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;
using OAuthServer.Login;

namespace OAuthServer.Features.Settings;

/// <summary>The question for the owner's proof, as a page shows it before a change.</summary>
/// <param name="IsWanted">The current password is asked for.</param>
/// <param name="IsStuck">There is none to ask for, and the sign-in is too old: the person must sign in once more.</param>
/// <param name="StepUp">Where a second factor is shown first, and back; null where none is wanted.</param>
/// <param name="CurrentPassword">Never written back; names the field.</param>
public sealed record OwnerProofField(bool IsWanted, bool IsStuck = false, string? StepUp = null, string? CurrentPassword = null)
{
    /// <summary>To the sign-in pages for a second factor, and back to this page.</summary>
    internal static string StepUpFrom(string page) => $"{Routes.SignIn}?to={Uri.EscapeDataString(page)}&acr_values={Uri.EscapeDataString(Login.StepUp.TwoFactors)}";

    /// <summary>Before a change of a factor at this page.</summary>
    internal static async Task<OwnerProofField> OfFactorAsync(OwnerProofs proofs, SignedInBrowser me, string page, bool always = false) =>
        await proofs.WantsFactorAsync(me, OwnerProofs.Fresh) ? new(IsWanted: false, StepUp: StepUpFrom(page))
        : always ? Always(me, await proofs.IsFreshAsync(me))
        : await OfAsync(proofs, me);

    /// <summary>Where a fresh sign-in spares the question.</summary>
    internal static async Task<OwnerProofField> OfAsync(OwnerProofs proofs, SignedInBrowser me) =>
        await proofs.IsFreshAsync(me) ? new(IsWanted: false) : new(OwnerProofs.HasPassword(me), !OwnerProofs.HasPassword(me));

    /// <summary>Where the password is asked for however fresh the sign-in is.</summary>
    static OwnerProofField Always(SignedInBrowser me, bool isFresh) => new(me.User.PasswordHash is not null, me.User.PasswordHash is null && !isFresh);

    /// <summary>Ties what is wrong to the field; true when the proof holds.</summary>
    internal static bool Holds(PageModel page, OwnerProof proof, IStringLocalizer<SettingsTexts> texts)
    {
        if (proof == OwnerProof.Holds)
            return true;
        page.ModelState.AddModelError(nameof(CurrentPassword), texts["Error." + proof]);
        return false;
    }
}
