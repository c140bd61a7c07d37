using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;
using OAuthServer.Data;
using OAuthServer.Features.Shared;
using OAuthServer.Federation;
using OAuthServer.Login;

namespace OAuthServer.Features.Settings;

/// <summary>A provider of the organization, and what links the account to it.</summary>
/// <param name="ProviderId">Which.</param>
/// <param name="Label">Its name.</param>
/// <param name="IsActive">Nobody signs in at one that is switched off.</param>
/// <param name="Identity">Who the person is there; null = not linked.</param>
public sealed record ProviderLink(string ProviderId, string Label, bool IsActive, FederatedIdentity? Identity);

/// <summary>
/// The identities that open the account: linked after a fresh sign-in here and one there, and unlinked again. Both take the owner's
/// proof, and both are told by mail.
/// </summary>
public sealed class SingleSignOnModel(
    IdentityProviders providers, IdentityLinks links, ProviderErrands errands, BrowserSessions sessions, OwnerProofs proofs, Note note,
    IStringLocalizer<SettingsTexts> texts, TimeProvider clock) : PageModel
{
    static readonly string[] Outcomes = ["linked", "elsewhere", "refused"];

    [BindProperty]
    public string? CurrentPassword { get; set; }

    public SignedInBrowser Me => SettingsDoor.Me(HttpContext);

    public IReadOnlyList<ProviderLink> Ways { get; private set; } = [];

    public OwnerProofField Proof { get; private set; } = null!;

    /// <summary>What became of the wish to link; null when nothing is known of one.</summary>
    public string? Outcome { get; private set; }

    public async Task OnGetAsync(string? outcome)
    {
        await LoadAsync();
        // The address could be anybody's words: that something was linked is said where something was.
        if (Outcomes.Contains(outcome, StringComparer.Ordinal) && (outcome != "linked" || Ways.Any(way => way.Identity?.CreatedAt > clock.GetUtcNow() - SsoRequests.Time)))
            Outcome = outcome;
    }

    /// <summary>Sends the browser to the provider, where the person must sign in anew: a sign-in found open there links nobody.</summary>
    public async Task<IActionResult> OnPostLinkAsync(string? provider)
    {
        await LoadAsync();
        if (Ways.FirstOrDefault(way => way.ProviderId == provider) is not { IsActive: true, Identity: null })
            return NotFound();
        if (!OwnerProofField.Holds(this, await proofs.CheckAsync(HttpContext, Me, CurrentPassword), texts))
            return Wrong(ModelState[nameof(CurrentPassword)]!.Errors[0].ErrorMessage);
        var entry = (await providers.CurrentAsync()).FindById(provider!)!;
        var sent = await errands.SignInAsync(HttpContext, entry, new(SsoPurpose.Link, null, Me.User.Id, MustBeNew: true), loginHint: null);
        return sent is ProviderRequest.Unreachable ? Wrong(texts["Sso.Unreachable", entry.Settings.Label]) : ProviderRequestResult.Of(HttpContext, sent);
    }

    public async Task<IActionResult> OnPostUnlinkAsync(long identity)
    {
        await LoadAsync();
        if (!Ways.Any(way => way.Identity?.Id == identity))
            return NotFound();
        if (!OwnerProofField.Holds(this, await proofs.CheckAsync(HttpContext, Me, CurrentPassword), texts))
            return Wrong(ModelState[nameof(CurrentPassword)]!.Errors[0].ErrorMessage);
        switch (await links.UnlinkAsync(Me.User, Me.Profile, identity, HttpContext.RequestAborted))
        {
            case IdentityUnlinking.Unlinked { Identity: var unlinked }:
                await sessions.EndOfProviderAsync(unlinked.ProviderId, unlinked.Subject, sessionId: null);
                note.Leave(HttpContext, "Unlinked");
                return LocalRedirect("~" + Routes.SettingsSingleSignOn);
            case IdentityUnlinking.LastWayIn:
                return Wrong(texts[Me.IsSsoRequired() ? "Sso.LastWhereRequired" : "Sso.LastWayIn"]);
            default:
                return NotFound();
        }
    }

    PageResult Wrong(string text)
    {
        ModelState.Remove(nameof(CurrentPassword));
        ModelState.AddModelError("Provider", text);
        return Page();
    }

    async Task LoadAsync()
    {
        // The form that links leads to the provider, through redirects that browsers check against form-action.
        PageHeaders.AllowAnyFormAction(HttpContext);
        var snapshot = await providers.CurrentAsync();
        var own = await links.ListAsync(Me.User.Id, HttpContext.RequestAborted);
        var offered = snapshot.All.Where(provider => provider.OrgId == Me.User.OrgId && (provider.Row.IsActive || own.Any(i => i.ProviderId == provider.Id)));
        Ways =
        [
            .. offered.SelectMany(provider => own.Where(i => i.ProviderId == provider.Id).Select(i => (FederatedIdentity?)i).DefaultIfEmpty()
                .Select(identity => new ProviderLink(provider.Id, provider.Settings.Label, provider.Row.IsActive, identity))),
        ];
        Proof = await OwnerProofField.OfAsync(proofs, Me);
    }
}
