using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OAuthServer.Data;
using OAuthServer.Features.Shared;
using OAuthServer.Federation;
using OAuthServer.Login;

namespace OAuthServer.Features.Setup;

/// <summary>The organization's identity providers: what each is and may do, how it fares, and a sign-in to try it by.</summary>
public sealed class SingleSignOnModel(ProviderOverview overview, IdentityProviders providers, ProviderErrands errands, TimeProvider clock) : PageModel
{
    public SignedInBrowser Me => SetupDoor.Me(HttpContext);

    public SsoSight Sight { get; private set; } = null!;

    /// <summary>Which provider could not be tried; null = none was.</summary>
    public ProviderEntry? Unreachable { get; private set; }

    /// <summary>Why, as the protocol says it.</summary>
    public string? Problem { get; private set; }

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

    /// <summary>How a certificate's end is shown: days ahead make a warning.</summary>
    public string ToneOf(ProviderCertificate certificate) => (certificate.NotAfter - clock.GetUtcNow()).TotalDays switch
    {
        <= 7 => "danger",
        <= 30 => "warning",
        _ => "success",
    };

    public int DaysLeft(ProviderCertificate certificate) => (int)Math.Floor((certificate.NotAfter - clock.GetUtcNow()).TotalDays);

    async Task LoadAsync()
    {
        // The form that tries leads to the provider, through redirects that browsers check against form-action.
        PageHeaders.AllowAnyFormAction(HttpContext);
        Sight = await overview.ReadAsync(Me, HttpContext.RequestAborted);
    }
}
