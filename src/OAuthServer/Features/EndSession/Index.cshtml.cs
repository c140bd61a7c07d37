using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OAuthServer.Features.Shared;
using OAuthServer.Login;

namespace OAuthServer.Features.EndSession;

/// <summary>Asks whether to sign out, and says when it is done.</summary>
public sealed class IndexModel(LogoutRequestReader reader, BrowserSessions sessions, ProviderSignOut signOut) : PageModel
{
    /// <summary>Who is signed in; null = nobody.</summary>
    public string? Username { get; private set; }

    /// <summary>Asks, where somebody is signed in.</summary>
    public async Task<IActionResult> OnGetAsync()
    {
        var (request, error) = await reader.ReadAsync(Sent);
        if (request is null)
            return RefusalPage.Result(error!.Status, LogoutPages.Wrong(HttpContext, error));
        if (await sessions.CurrentAsync(HttpContext) is not { } session)
            return Page();
        Username = session.User.Username;
        OrganizationLook.Show(HttpContext, session.Org.Org);
        if (session.Session.ProviderId is not null)
            PageHeaders.AllowAnyFormAction(HttpContext); // the form leads to the provider, and through whatever hosts it has
        else if (request.RedirectTo is { } uri)
            PageHeaders.AllowFormAction(HttpContext, new Uri(uri));
        return Page();
    }

    /// <summary>Signs out, or does not; and goes where the app wanted, by way of the identity provider where the session came from one.</summary>
    public async Task<IActionResult> OnPostAsync(string? decision)
    {
        var (request, error) = await reader.ReadAsync(Sent);
        if (request is null)
            return RefusalPage.Result(error!.Status, LogoutPages.Wrong(HttpContext, error));
        if (decision == "stay")
            return LocalRedirect("~" + Routes.Settings);
        if (await signOut.EndAsync(HttpContext, request.RedirectTo ?? Routes.SignOut) is { } onward)
            return ProviderRequestResult.Of(HttpContext, onward);
        return request.RedirectTo is { } uri ? Redirect(uri) : LocalRedirect("~" + Routes.SignOut);
    }

    string? Sent(string name) => LogoutRequestReader.PassedOn.Contains(name, StringComparer.Ordinal) && Request.Query[name] is [{ Length: > 0 } value] ? value : null;
}
