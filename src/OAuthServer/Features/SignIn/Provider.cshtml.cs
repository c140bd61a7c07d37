using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OAuthServer.Features.Shared;
using OAuthServer.Login;
using OAuthServer.Policy;

namespace OAuthServer.Features.SignIn;

/// <summary>The rules ask for a sign-in at a provider: those of the organization whose person is at this browser.</summary>
public sealed class ProviderModel(SignInPages pages, SignInWays ways) : PageModel
{
    public string Username { get; private set; } = "";

    public IReadOnlyList<OfferedProvider> Providers { get; private set; } = [];

    /// <summary>The sign-in this is a step of.</summary>
    public SignInUnderWay? At { get; private set; }

    public async Task<IActionResult> OnGetAsync()
    {
        if (await pages.FindAskedAsync(this, ChallengeKind.Sso) is not { User: { } user } at)
            return SignInPages.ToTheBeginning(this);
        (At, Username) = (at, user.Username);
        Providers = await ways.OfferAsync(HttpContext, user.OrgId, at.Target.RequestHandle, at.Target.To, user.Username);
        return Page();
    }
}
