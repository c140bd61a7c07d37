using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using OAuthServer.Features.Shared;
using OAuthServer.Login;

namespace OAuthServer.Features.Setup;

/// <summary>
/// Stands before every page of the setup, by their folder: an administrator comes in, and finds only the own organization; who is not
/// signed in signs in first; for everybody else there is nothing at these addresses.
/// </summary>
public sealed class SetupDoor(PageSignIn pages) : IAsyncAuthorizationFilter
{
    /// <summary>The administrator who was let in.</summary>
    internal static SignedInBrowser Me(HttpContext http) => http.Features.GetRequiredFeature<SignedInBrowser>();

    /// <inheritdoc />
    public async Task OnAuthorizationAsync(AuthorizationFilterContext context)
    {
        var http = context.HttpContext;
        switch (await pages.AdmitAsync(http))
        {
            case PageAdmission.Admitted { Browser: { Profile.Administrator: true } browser }:
                http.Features.Set(browser);
                OrganizationLook.Show(http, browser.Org.Org);
                break;
            case PageAdmission.SignInFirst:
                var to = HttpMethods.IsGet(http.Request.Method) ? UriHelper.BuildRelative(default, http.Request.Path, http.Request.QueryString) : http.Request.Path.Value!;
                context.Result = new LocalRedirectResult($"~{Routes.SignIn}?to={Uri.EscapeDataString(to)}");
                break;
            case PageAdmission.TooMany { RetryAfterSeconds: var seconds }:
                context.Result = SignInRefusal.TooMany(http, seconds);
                break;
            default:
                context.Result = RefusalPage.Result(StatusCodes.Status404NotFound, Refusal.NotFound(http));
                break;
        }
    }
}
