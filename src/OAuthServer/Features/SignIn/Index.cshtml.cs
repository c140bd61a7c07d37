using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OAuthServer.Features.Shared;
using OAuthServer.Http;
using OAuthServer.Login;
using OAuthServer.Tokens;

namespace OAuthServer.Features.SignIn;

/// <summary>
/// Where a person says who it is, and where everybody comes who is to sign in: for an app's request or one of the server's own pages.
/// Whoever is signed in already and need not do it again is sent on.
/// </summary>
public sealed class IndexModel(
    SignInPages pages, PendingSignIns pending, SignIns signIns, BrowserSessions sessions,
    AuthorizationRequests requests, IdTokenHints hints, TimeProvider clock) : PageModel
{
    /// <summary>The handle of the app's request.</summary>
    [BindProperty(Name = "request", SupportsGet = true)]
    public string? Handle { get; set; }

    /// <summary>A local path to go to afterwards.</summary>
    [BindProperty(SupportsGet = true)]
    public string? To { get; set; }

    /// <summary>What the page there demands of who is signed in (OpenID Connect Core section 3.1.2.1). Whoever signs in first is asked by that page.</summary>
    [BindProperty(Name = "acr_values", SupportsGet = true)]
    public string? AcrValues { get; set; }

    [BindProperty]
    public string? Username { get; set; }

    /// <summary>Who is signed in, and may go on or be another.</summary>
    public SignedInBrowser? Present { get; private set; }

    /// <param name="another">The person is to be asked, whoever is signed in.</param>
    public async Task<IActionResult> OnGetAsync(bool another = false)
    {
        var request = await BeginAsync();
        if (Handle is not null && request is null)
            return SignInRefusal.Over(HttpContext);
        var present = await sessions.CurrentAsync(HttpContext);
        if (present is null || another)
        {
            Username = request?.Parameters.LoginHint;
            return Page();
        }
        if (request is not null && present.Session.AnsweredRequestId != request.Id)
        {
            var isOld = present.Session.AuthenticatedAt < request.CreatedAt; // as the hub has it
            if (isOld && Asks(request, "select_account") && request.AccountChosenAt is null)
            {
                Present = present;
                return Page();
            }
            if ((isOld && MustAuthenticateAnew(request, present)) || await IsAnotherMeantAsync(request, present))
            {
                Username = request.Parameters.LoginHint ?? present.User.Username;
                return Page();
            }
        }
        return pages.Answer(this, await signIns.FromSessionAsync(HttpContext, present, new(Handle, To, Handle is null ? AcrValues : null)), nameof(Username), "CouldNotSignIn");
    }

    /// <summary>Begins a sign-in. What is answered does not depend on whether anybody has this name.</summary>
    public async Task<IActionResult> OnPostAsync()
    {
        var request = await BeginAsync();
        if (Handle is not null && request is null)
            return SignInRefusal.Over(HttpContext);
        var username = Username?.Trim();
        if (string.IsNullOrEmpty(username))
            return pages.Wrong(this, nameof(Username), "UsernameMissing");
        await pending.BeginAsync(HttpContext, username, new(Handle, To));
        return LocalRedirect("~" + Routes.SignInPassword);
    }

    /// <summary>Goes on as who is signed in (<c>prompt=select_account</c>).</summary>
    public async Task<IActionResult> OnPostStayAsync()
    {
        if (await BeginAsync() is not { } request)
            return SignInRefusal.Over(HttpContext);
        await requests.ChooseAccountAsync(request);
        return LocalRedirect("~" + AuthorizationRequests.AuthorizeUrlOf(request.App, Handle!));
    }

    async Task<StoredRequest?> BeginAsync()
    {
        To = LocalPath.Of(To);
        return await pages.DressAsync(this, Handle);
    }

    static bool Asks(StoredRequest request, string prompt) => (request.Parameters.Prompt ?? "").Split(' ').Contains(prompt, StringComparer.Ordinal);

    /// <summary>OpenID Connect Core section 3.1.2.1: <c>prompt=login</c>, and <c>max_age</c> seconds that have passed.</summary>
    bool MustAuthenticateAnew(StoredRequest request, SignedInBrowser present) =>
        Asks(request, "login")
        || (long.TryParse(request.Parameters.MaxAge, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            && (seconds == 0 || clock.GetUtcNow() - present.Session.AuthenticatedAt > TimeSpan.FromSeconds(Math.Min(seconds, int.MaxValue))));

    /// <summary>The app's ID token is about somebody else than is signed in.</summary>
    async Task<bool> IsAnotherMeantAsync(StoredRequest request, SignedInBrowser present) =>
        request.Parameters["id_token_hint"] is { } token && await hints.ReadAsync(token) is { } hint && hint.UserId != present.User.Id;
}
