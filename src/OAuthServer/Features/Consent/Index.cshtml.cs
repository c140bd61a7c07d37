using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;
using OAuthServer.Apps;
using OAuthServer.Features.Shared;
using OAuthServer.Login;

namespace OAuthServer.Features.Consent;

/// <summary>
/// Asks a person what an app may have, in words, and keeps the answer. Whether to ask is the hub's affair, and the hub is where the
/// browser goes from here, whatever the answer. Given twice, as by a double click, it is given once.
/// </summary>
public sealed class IndexModel(
    AuthorizationRequests requests, BrowserSessions sessions, Consents consents, ScopeWords words, IStringLocalizer<ConsentTexts> texts) : PageModel
{
    /// <summary>Who asks.</summary>
    public string AppName { get; private set; } = "";

    /// <summary>Whom.</summary>
    public string Username { get; private set; } = "";

    /// <summary>For what, as the app calls it.</summary>
    public IReadOnlyList<string> Scopes { get; private set; } = [];

    /// <summary>The session that is asked; the number opens nothing.</summary>
    public string SessionId { get; private set; } = "";

    /// <summary>The host, or the scheme, that the browser goes back to.</summary>
    public string GoesTo { get; private set; } = "";

    /// <summary>The way back leads to this app and to no other.</summary>
    public bool IsAssured { get; private set; }

    /// <summary>For what, in words.</summary>
    public IReadOnlyList<string> Sentences => words.Of(Scopes);

    /// <summary>Asks.</summary>
    public async Task<IActionResult> OnGetAsync(string? request)
    {
        if (await requests.FindAsync(request ?? "") is not { } stored)
            return Over();
        if (await ShowAsync(stored) is null)
            return ToHub(stored);
        return Page();
    }

    /// <summary>Keeps the answer. It counts for the scopes and for the session that the person saw.</summary>
    public async Task<IActionResult> OnPostAsync(string? request, string? decision, string? scope, string? sid)
    {
        if (await requests.FindAsync(request ?? "") is not { } stored)
            return Over();
        if (await ShowAsync(stored) is not { } session)
            return ToHub(stored);
        if (decision == "deny")
            await requests.DenyAsync(stored);
        else if (decision == "allow" && sid == session.Session.Id)
            await consents.GiveAsync(session.User.Id, stored.App, Scopes.Intersect((scope ?? "").Split(' '), StringComparer.Ordinal));
        return ToHub(stored);
    }

    async Task<SignedInBrowser?> ShowAsync(StoredRequest stored)
    {
        if (await sessions.CurrentAsync(HttpContext) is not { } session || !stored.App.IsOf(session.User.OrgId)
            || RequestedScopes.Of(stored.Parameters.Scope, stored.App) is not { } scopes
            || (stored.Parameters.RedirectUri ?? (stored.App.Settings.RedirectUris is [var first, ..] ? first : null)) is not { } redirectUri
            || !RedirectUris.IsRegistered(stored.App.Settings, redirectUri))
            return null;
        (AppName, Username, Scopes, SessionId) = (stored.App.App.Name, session.User.Username, scopes, session.Session.Id);
        var target = new Uri(redirectUri);
        (GoesTo, IsAssured) = (target.Host.Length > 0 ? target.Authority : target.Scheme + ":", !stored.App.Settings.IsPublic || RedirectUris.IsAssured(stored.App.Settings, redirectUri));
        OrganizationLook.Show(HttpContext, session.Org.Org);
        PageHeaders.AllowFormAction(HttpContext, target); // the form leads to the hub, and from there to the app
        return session;
    }

    RedirectResult ToHub(StoredRequest stored) => Redirect(HttpContext.Request.PathBase + stored.AuthorizeUrl);

    IActionResult Over() => RefusalPage.Result(400, new(texts["OverTitle"], texts["OverSentence"], texts["OverWhatToDo"]));
}
