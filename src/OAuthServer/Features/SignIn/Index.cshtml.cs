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
    SignInPages pages, SignInWays ways, RememberedProvider remembered, PendingSignIns pending, SignIns signIns, BrowserSessions sessions,
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

    /// <summary>The person wants to type a password, although others of the organization are sent to a provider.</summary>
    [BindProperty(Name = "password", SupportsGet = true)]
    public bool UsePassword { get; set; }

    [BindProperty]
    public string? Username { get; set; }

    /// <summary>Providers to choose from: the last used one, and those of the organization whose app asks.</summary>
    public IReadOnlyList<OfferedProvider> Providers { get; private set; } = [];

    /// <summary>There are providers, and nothing says whose is meant.</summary>
    public bool MayFind { get; private set; }

    /// <summary>Who is signed in, and may go on or be another.</summary>
    public SignedInBrowser? Present { get; private set; }

    /// <param name="another">The person is to be asked, whoever is signed in.</param>
    public async Task<IActionResult> OnGetAsync(bool another = false)
    {
        var request = await BeginAsync();
        if (Handle is not null && request is null)
            return SignInRefusal.Over(HttpContext);
        var present = await sessions.CurrentAsync(HttpContext);
        if (present is null || another || UsePassword)
            return await AskAsync(request, request?.Parameters.LoginHint);
        if (request is not null && present.Session.AnsweredRequestId != request.Id)
        {
            var isOld = present.Session.AuthenticatedAt < request.CreatedAt; // as the hub has it
            if (isOld && Asks(request, "select_account") && request.AccountChosenAt is null)
            {
                Present = present;
                return Page();
            }
            if ((isOld && MustAuthenticateAnew(request, present)) || await IsAnotherMeantAsync(request, present))
                return await AskAsync(request, request.Parameters.LoginHint ?? present.User.Username);
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
        {
            await OfferAsync(request);
            return pages.Wrong(this, nameof(Username), "UsernameMissing");
        }
        if (!UsePassword)
        {
            if (await ways.OfCompanyAsync(username, request) is { Alias: { } alias })
                return LocalRedirect("~" + SsoPaths.Organization(alias, Handle, To));
            if (await ways.OfNameAsync(username, request) is { Org.SsoRequiredByDefault: true } provider)
                return LocalRedirect("~" + SsoPaths.Start(provider, Handle, To, username));
        }
        await pending.BeginAsync(HttpContext, username, new(Handle, To));
        return LocalRedirect("~" + Routes.SignInPassword);
    }

    /// <summary>Forgets the provider of the last time.</summary>
    public async Task<IActionResult> OnPostForgetAsync()
    {
        if (await BeginAsync() is null && Handle is not null)
            return SignInRefusal.Over(HttpContext);
        remembered.Forget(HttpContext);
        return LocalRedirect("~" + Routes.SignIn + QueryString.Create(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["another"] = "true",
            ["request"] = Handle,
            ["to"] = To,
        }.Where(pair => pair.Value is not null)));
    }

    /// <summary>Goes on as who is signed in (<c>prompt=select_account</c>).</summary>
    public async Task<IActionResult> OnPostStayAsync()
    {
        if (await BeginAsync() is not { } request)
            return SignInRefusal.Over(HttpContext);
        await requests.ChooseAccountAsync(request);
        return LocalRedirect("~" + AuthorizationRequests.AuthorizeUrlOf(request.App, Handle!));
    }

    /// <summary>Asks for a name, unless it is certain where the browser goes.</summary>
    async Task<IActionResult> AskAsync(StoredRequest? request, string? username)
    {
        if (!UsePassword && await ways.StraightAsync(request, To, username) is { } straight)
            return LocalRedirect("~" + straight);
        Username = username;
        await OfferAsync(request);
        return Page();
    }

    async Task OfferAsync(StoredRequest? request)
    {
        if (await ways.MayLeadAwayAsync())
            PageHeaders.AllowAnyFormAction(HttpContext);
        Providers = request?.App.App.OrgId is { } owner ? await ways.OfferAsync(HttpContext, owner, Handle, To)
            : await ways.LastUsedAsync(HttpContext, request, To) is { } last ? [last] : [];
        MayFind = request?.App.App.OrgId is null && await ways.AreThereAnyAsync();
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
