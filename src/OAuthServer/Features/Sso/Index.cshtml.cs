using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OAuthServer.Data;
using OAuthServer.Features.Shared;
using OAuthServer.Federation;
using OAuthServer.Http;

namespace OAuthServer.Features.Sso;

/// <summary>An organization's own sign-in address: its providers, and the way for those who use a password. It leads nowhere by itself.</summary>
public sealed class IndexModel(IdentityProviders providers, SignInWays ways, RememberedProvider remembered, SignInLook look) : PageModel
{
    /// <summary>The handle of the app's request.</summary>
    [BindProperty(Name = "request", SupportsGet = true)]
    public string? Handle { get; set; }

    /// <summary>A local path to go to afterwards.</summary>
    [BindProperty(SupportsGet = true)]
    public string? To { get; set; }

    /// <summary>Names the field; the form goes to the sign-in pages.</summary>
    public string? Username => null;

    public Organization Organization { get; private set; } = null!;

    public IReadOnlyList<OfferedProvider> Providers { get; private set; } = [];

    /// <summary>Passwords are the exception here.</summary>
    public bool IsRequired => Organization.SsoRequiredByDefault && Providers.Count > 0;

    public async Task<IActionResult> OnGetAsync(string alias)
    {
        if (await FindAsync(alias) is { } wrong)
            return wrong;
        Providers = await ways.OfferAsync(HttpContext, Organization.Id, Handle, To);
        return Page();
    }

    /// <summary>Forgets which provider was the last.</summary>
    public async Task<IActionResult> OnPostForgetAsync(string alias)
    {
        if (await FindAsync(alias) is { } wrong)
            return wrong;
        remembered.Forget(HttpContext);
        return LocalRedirect("~" + SsoPaths.Organization(alias, Handle, To));
    }

    async Task<IActionResult?> FindAsync(string alias)
    {
        To = LocalPath.Of(To);
        if (!(await providers.CurrentAsync()).Orgs.TryGetValue(alias, out var org))
            return NotFound();
        Organization = org;
        // Another organization's app has nothing to ask of these people.
        return await look.ShowAsync(this, Handle, org.Id) is { } request ? request.App.IsOf(org.Id) ? null : SignInRefusal.Over(HttpContext)
            : Handle is null ? null : SignInRefusal.Over(HttpContext);
    }
}
