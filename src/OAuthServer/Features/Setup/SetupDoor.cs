using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using OAuthServer.Administration;
using OAuthServer.Data;
using OAuthServer.Features.Shared;
using OAuthServer.Http;
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

    /// <summary>The administrator asking for an operation.</summary>
    internal static AdminCall Call(HttpContext http, string operation)
    {
        var me = Me(http);
        var from = http.RequestServices.GetRequiredService<RequestOrigins>().Of(http).Address;
        var at = http.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();
        // An identity provider may say an earlier time than that at which it vouched here.
        var signedInAt = me.Session.AuthenticatedAt > me.Session.StartedAt ? me.Session.AuthenticatedAt : me.Session.StartedAt;
        return new(me.Org.Org, new(me.User.Id, me.User.Username, AuditDoor.Page, from?.ToString(), operation, at), from, null, http.RequestAborted) { AuthenticatedAt = signedInAt };
    }

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
