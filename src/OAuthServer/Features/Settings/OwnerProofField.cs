using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;
using OAuthServer.Login;

namespace OAuthServer.Features.Settings;

/// <summary>The question for the owner's proof, as a page shows it before a change.</summary>
/// <param name="IsWanted">The current password is asked for.</param>
/// <param name="IsStuck">There is none to ask for, and the sign-in is too old: the person must sign in once more.</param>
/// <param name="CurrentPassword">Never written back; names the field.</param>
public sealed record OwnerProofField(bool IsWanted, bool IsStuck = false, string? CurrentPassword = null)
{
    /// <summary>Where a fresh sign-in spares the question.</summary>
    internal static async Task<OwnerProofField> OfAsync(OwnerProofs proofs, SignedInBrowser me) =>
        await proofs.IsFreshAsync(me) ? new(IsWanted: false) : new(OwnerProofs.HasPassword(me), !OwnerProofs.HasPassword(me));

    /// <summary>Where the password is asked for however fresh the sign-in is.</summary>
    internal static OwnerProofField Always(SignedInBrowser me, bool isFresh) => new(me.User.PasswordHash is not null, me.User.PasswordHash is null && !isFresh);

    /// <summary>Ties what is wrong to the field; true when the proof holds.</summary>
    internal static bool Holds(PageModel page, OwnerProof proof, IStringLocalizer<SettingsTexts> texts)
    {
        if (proof == OwnerProof.Holds)
            return true;
        page.ModelState.AddModelError(nameof(CurrentPassword), texts["Error." + proof]);
        return false;
    }
}
