using Microsoft.AspNetCore.Mvc;
using OAuthServer.Data;
using OAuthServer.Federation;
using OAuthServer.Http;

namespace OAuthServer.Features.Oidc;

/// <summary>
/// Where a provider sends a browser back that signed out there (OpenID Connect RP-Initiated Logout 1.0, section 3). It leads to where the
/// browser was to go when it was sent, which was looked at then, or says that it is done.
/// </summary>
public sealed class SignedOutDoor(SsoRequests requests)
{
    /// <summary>The way on.</summary>
    public async Task<IActionResult> HandleAsync(HttpContext context, ProviderEntry provider)
    {
        var (form, _) = await RequestForm.ReadAsync(context);
        var back = await requests.TakeAsync(context, provider, form?["state"]);
        return back is { Errand: { Purpose: SsoPurpose.SignOut, Target: { } target } } && !target.StartsWith('/')
            ? new RedirectResult(target)
            : new LocalRedirectResult("~" + Routes.SignOut);
    }
}
