using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OAuthServer.Data;
using OAuthServer.Features.Shared;
using OAuthServer.Federation;
using OAuthServer.Http;
using OAuthServer.Login;

namespace OAuthServer.Features.Sso;

/// <summary>
/// Begins a sign-in at a provider; others may send people here too (OpenID Connect Core 1.0, section 4). The page itself is seen only
/// where the provider cannot be reached: that is nobody's failure, counts as none, and leaves every other way open.
/// </summary>
public sealed class StartModel(
    IdentityProviders providers, ProviderErrands errands, BrowserSessions sessions, RememberedProvider remembered, SignInLook look,
    RequestLimits limits, RequestOrigins origins, ILogger<StartModel> log) : PageModel
{
    /// <summary>The handle of the app's request.</summary>
    [BindProperty(Name = "request", SupportsGet = true)]
    public string? Handle { get; set; }

    /// <summary>A local path to go to afterwards.</summary>
    [BindProperty(SupportsGet = true)]
    public string? To { get; set; }

    /// <summary>Whom the person, or an app, says it is.</summary>
    [BindProperty(Name = "login_hint", SupportsGet = true)]
    public string? LoginHint { get; set; }

    public string Label { get; private set; } = "";

    /// <summary>This address.</summary>
    public string Again { get; private set; } = "";

    /// <summary>The organization's sign-in page.</summary>
    public string OtherWays { get; private set; } = "";

    public async Task<IActionResult> OnGetAsync(string alias, string provider)
    {
        if ((await providers.CurrentAsync()).Find(alias, provider) is not { } entry)
            return NotFound();
        // Each visit is kept until the browser comes back, and anybody can make some; an app's request has been counted when it came.
        if (Handle is null && limits.Take(origins.Of(HttpContext).Address) is > 0 and var seconds)
            return SignInRefusal.TooMany(HttpContext, seconds);
        To = LocalPath.Of(To);
        var request = await look.ShowAsync(this, Handle, entry.OrgId);
        if (Handle is not null && request?.App.IsOf(entry.OrgId) != true)
            return SignInRefusal.Over(HttpContext);
        if (LoginHint is { Length: > SignInWays.MostHint } || LoginHint?.Any(char.IsControl) == true)
            LoginHint = null;
        var sent = await errands.SignInAsync(
            HttpContext, entry, new(SsoPurpose.SignIn, SsoAnswers.Write(new(Handle, To)), MustBeNew: await MustBeNewAsync(entry, request)), LoginHint);
        if (sent is not ProviderRequest.Unreachable { Problem: var problem })
        {
            remembered.Remember(HttpContext, entry);
            return ProviderRequestResult.Of(HttpContext, sent);
        }
        log.LogWarning("Identity provider {Provider} cannot be reached: {Problem}", entry.Id, problem);
        (Label, Again, OtherWays) = (entry.Settings.Label, SsoPaths.Start(entry, Handle, To, LoginHint), SsoPaths.Organization(alias, Handle, To));
        Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        return Page();
    }

    /// <summary>The app wants it so; or somebody of this organization is signed in and does it again, whom an old sign-in there would leave where they are.</summary>
    async Task<bool> MustBeNewAsync(ProviderEntry entry, StoredRequest? request) => request is null
        ? await sessions.CurrentAsync(HttpContext) is { } present && present.User.OrgId == entry.OrgId
        : request.Parameters.MaxAge is not null || (request.Parameters.Prompt ?? "").Split(' ').Contains("login", StringComparer.Ordinal);
}
