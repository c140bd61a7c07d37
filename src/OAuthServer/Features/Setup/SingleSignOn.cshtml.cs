using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OAuthServer.Administration;
using OAuthServer.Administration.Providers;
using OAuthServer.Data;
using OAuthServer.Features.Shared;
using OAuthServer.Federation;
using OAuthServer.Login;

namespace OAuthServer.Features.Setup;

/// <summary>A provider on the page.</summary>
/// <param name="Sight">What it is and may do.</param>
/// <param name="Impact">What stops without it; null while it is off.</param>
public sealed record ShownProvider(ProviderSight Sight, ProviderImpact? Impact);

/// <summary>The organization's identity providers: what each is and may do, how it fares, a sign-in to try it by, and its switch.</summary>
public sealed class SingleSignOnModel(
    ProviderOperations operations, ProviderOverview overview, IdentityProviders providers, ProviderErrands errands, Note note, TimeProvider clock) : PageModel
{
    public SignedInBrowser Me => SetupDoor.Me(HttpContext);

    public SsoSight Sight { get; private set; } = null!;

    public IReadOnlyList<ShownProvider> Providers { get; private set; } = [];

    /// <summary>Which provider could not be tried; null = none was.</summary>
    public ProviderEntry? Unreachable { get; private set; }

    /// <summary>Why, as the protocol says it.</summary>
    public string? Problem { get; private set; }

    public AdminRefusal? Refusal { get; private set; }

    public Task OnGetAsync() => LoadAsync();

    /// <summary>Sends the administrator's browser to the provider and shows what comes back; nobody is signed in by it.</summary>
    public async Task<IActionResult> OnPostTestAsync(string? provider)
    {
        await LoadAsync();
        if ((await providers.CurrentAsync()).FindById(provider ?? "") is not { Row.IsActive: true } entry || entry.OrgId != Me.User.OrgId)
            return NotFound();
        var sent = await errands.SignInAsync(HttpContext, entry, new(SsoPurpose.Test, null, Me.User.Id), loginHint: null);
        if (sent is not ProviderRequest.Unreachable unreachable)
            return ProviderRequestResult.Of(HttpContext, sent);
        (Unreachable, Problem) = (entry, unreachable.Problem);
        return Page();
    }

    public async Task<IActionResult> OnPostActivateAsync(string? name) =>
        await AfterAsync(await operations.ActivateAsync(SetupDoor.Call(HttpContext, "providers.activate"), new(name ?? "")), "ProviderActivated");

    public async Task<IActionResult> OnPostDeactivateAsync(string? name) =>
        await AfterAsync(await operations.DeactivateAsync(SetupDoor.Call(HttpContext, "providers.deactivate"), new(name ?? "")), "ProviderDeactivated");

    /// <summary>How a certificate's end is shown: days ahead make a warning.</summary>
    public string ToneOf(ProviderCertificate certificate) => (certificate.NotAfter - clock.GetUtcNow()).TotalDays switch
    {
        <= 7 => "danger",
        <= 30 => "warning",
        _ => "success",
    };

    public int DaysLeft(ProviderCertificate certificate) => (int)Math.Floor((certificate.NotAfter - clock.GetUtcNow()).TotalDays);

    async Task<IActionResult> AfterAsync(AdminAnswer answer, string done)
    {
        if (answer.Refusal is AdminRefusal.NotFound)
            return NotFound();
        if (answer.Refusal is null)
        {
            note.Leave(HttpContext, done);
            return LocalRedirect("~" + Routes.SetupSingleSignOn);
        }
        Refusal = answer.Refusal;
        await LoadAsync();
        return Page();
    }

    async Task LoadAsync()
    {
        // The form that tries leads to the provider, through redirects that browsers check against form-action.
        PageHeaders.AllowAnyFormAction(HttpContext);
        var shown = new List<ShownProvider>();
        foreach (var line in (await operations.ListAsync(SetupDoor.Call(HttpContext, "providers.list"), new())).Value!.Items)
        {
            if ((await operations.GetAsync(SetupDoor.Call(HttpContext, "providers.get"), new(line.Provider))).Value is { } sight)
                shown.Add(new(sight, sight.IsActive ? (await operations.ImpactAsync(SetupDoor.Call(HttpContext, "providers.impact"), new(line.Provider))).Value : null));
        }
        Providers = shown;
        Sight = await overview.ReadAsync(Me, shown.Exists(provider => provider.Sight.Settings.Saml is not null), HttpContext.RequestAborted);
    }
}
