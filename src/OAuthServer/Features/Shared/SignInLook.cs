using Microsoft.AspNetCore.Mvc.RazorPages;
using OAuthServer.Login;
using OAuthServer.Orgs;

namespace OAuthServer.Features.Shared;

/// <summary>Whose name and colours a page of a sign-in wears.</summary>
public sealed class SignInLook(AuthorizationRequests requests, OrgDirectory orgs)
{
    /// <summary>Gives the page the name of the app that asks, and the look of its organization.</summary>
    /// <param name="page">The page.</param>
    /// <param name="requestHandle">The app's request.</param>
    /// <param name="orgId">Whose look it is where no app asks.</param>
    /// <returns>The request; null when there is none, or no longer.</returns>
    public async Task<StoredRequest?> ShowAsync(PageModel page, string? requestHandle, string? orgId = null)
    {
        var request = requestHandle is null ? null : await requests.FindAsync(requestHandle);
        if (request is not null)
        {
            page.ViewData["App"] = request.App.App.Name;
            // The way of these forms ends at the app, through redirects that browsers check against form-action too.
            PageHeaders.AllowAnyFormAction(page.HttpContext);
        }
        if ((request?.App.App.OrgId ?? orgId) is { } id && (await orgs.CurrentAsync()).Rows.Orgs.TryGetValue(id, out var org))
            OrganizationLook.Show(page.HttpContext, org.Org);
        return request;
    }
}
