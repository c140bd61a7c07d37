using System.Globalization;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.Extensions.Localization;
using OAuthServer.Features.Shared;
using OAuthServer.Login;

namespace OAuthServer.Features.Settings;

/// <summary>
/// Stands before every page of the settings, by their folder: who is not signed in signs in first and comes back, and whoever is finds
/// only what is the own account's.
/// </summary>
public sealed class SettingsDoor(PageSignIn pages, IStringLocalizer<SettingsTexts> texts) : IAsyncAuthorizationFilter
{
    /// <summary>Who was let in.</summary>
    internal static SignedInBrowser Me(HttpContext http) => http.Features.GetRequiredFeature<SignedInBrowser>();

    /// <inheritdoc />
    public async Task OnAuthorizationAsync(AuthorizationFilterContext context)
    {
        var http = context.HttpContext;
        switch (await pages.AdmitAsync(http))
        {
            case PageAdmission.Admitted { Browser: var browser }:
                http.Features.Set(browser);
                OrganizationLook.Show(http, browser.Org.Org);
                break;
            case PageAdmission.Refused { Outcome: var refused }:
                context.Result = RefusalPage.Result(StatusCodes.Status403Forbidden, new(texts["NotHereTitle"], texts["NotHereSentence"], texts["NotHereWhatToDo"], refused.Reference));
                break;
            case PageAdmission.TooMany { RetryAfterSeconds: var seconds }:
                http.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
                context.Result = RefusalPage.Result(StatusCodes.Status429TooManyRequests, new(texts["TooManyTitle"], texts["TooManySentence"], texts["TooManyWhatToDo"]));
                break;
            default:
                context.Result = new LocalRedirectResult($"~{Routes.SignIn}?to={Uri.EscapeDataString(WhereTo(http.Request))}");
                break;
        }
    }

    /// <summary>A form that was posted cannot be posted again by a redirect: back to its page.</summary>
    static string WhereTo(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) ? UriHelper.BuildRelative(default, request.Path, request.QueryString) : request.Path.Value!;
}
