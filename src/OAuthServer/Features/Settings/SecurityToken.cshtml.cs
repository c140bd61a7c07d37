using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;
using OAuthServer.Accounts;
using OAuthServer.Data;
using OAuthServer.Features.Shared;
using OAuthServer.Login;

namespace OAuthServer.Features.Settings;

/// <summary>Reset my security token: what there is, what will stop, and why the option is absent where it is.</summary>
public sealed class SecurityTokenModel(
    SecurityTokens tokens, OwnerProofs proofs, Database database, Note note, IStringLocalizer<SettingsTexts> texts, TimeProvider clock) : PageModel
{
    static readonly int[] SomeOverlaps = [0, 1, 3, 7, 14];

    [BindProperty]
    public string? CurrentPassword { get; set; }

    /// <summary>How many days the old token works on.</summary>
    [BindProperty]
    public int OverlapDays { get; set; }

    public SignedInBrowser Me => SettingsDoor.Me(HttpContext);

    public SecurityTokenState State { get; private set; } = null!;

    /// <summary>What appended the token in the last 90 days.</summary>
    public IReadOnlyList<SecurityTokenUse> Uses { get; private set; } = [];

    public OwnerProofField Proof { get; private set; } = null!;

    /// <summary>The overlaps to choose from: none, and up to the most that the profile allows.</summary>
    public IEnumerable<int> Overlaps => SomeOverlaps.Where(days => days < Me.Profile.SecurityTokenOverlapDays).Append(Me.Profile.SecurityTokenOverlapDays);

    public Task OnGetAsync() => LoadAsync();

    public async Task<IActionResult> OnPostAsync()
    {
        if (!ModelState.IsValid || !OwnerProofField.Holds(this, await proofs.CheckAsync(HttpContext, Me, CurrentPassword), texts))
            return await ShowAsync();
        switch (await tokens.ResetAsync(Me.User.Id, Me.Profile, TokenResetBy.Owner, OverlapDays, HttpContext.RequestAborted))
        {
            case TokenReset.Sent sent:
                note.Leave(HttpContext, sent.OldWorksUntil is null ? "TokenReset" : "TokenResetWithOverlap");
                return LocalRedirect("~/settings/security-token");
            case TokenReset.OverlapNotAllowed tooLong:
                ModelState.AddModelError(nameof(OverlapDays), texts["Error.Overlap", tooLong.MostDays]);
                break;
        }
        return await ShowAsync(); // what no longer applies, the page says
    }

    async Task<IActionResult> ShowAsync()
    {
        await LoadAsync();
        return Page();
    }

    async Task LoadAsync()
    {
        var now = clock.GetUtcNow();
        await using var db = database.NewContext();
        State = await SecurityTokenState.ReadAsync(db, Me.User, Me.Profile, now, HttpContext.RequestAborted);
        if (State.WhyNone is null)
            Uses = await SecurityTokenUses.ReadAsync(db, Me.User, now, HttpContext.RequestAborted);
        Proof = await OwnerProofField.OfAsync(proofs, Me);
    }
}
