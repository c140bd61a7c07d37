using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;
using OAuthServer.Features.Shared;
using OAuthServer.Login;
using OAuthServer.Orgs;
using OAuthServer.Policy;

namespace OAuthServer.Features.SignIn;

/// <summary>
/// What the pages of a sign-in have in common: the sign-in they belong to, whose name and colours they wear, and what they answer when
/// a step has been judged.
/// </summary>
public sealed class SignInPages(PendingSignIns pending, AuthorizationRequests requests, OrgDirectory orgs, IStringLocalizer<SignInTexts> texts)
{
    /// <summary>The sign-in that is under way at this browser; null when none is.</summary>
    public async Task<SignInUnderWay?> FindAsync(PageModel page)
    {
        if (await pending.CurrentAsync(page.HttpContext) is not { } at)
            return null;
        await DressAsync(page, at.Target.RequestHandle, at.User?.OrgId);
        page.ViewData["Again"] = page.Url.Content("~" + Routes.SignIn) + QueryString.Create(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["another"] = "true",
            ["request"] = at.Target.RequestHandle,
            ["to"] = at.Target.To,
        }.Where(pair => pair.Value is not null));
        return at;
    }

    /// <summary>The same, when the rules ask for this: what they did not ask for, no page does.</summary>
    public async Task<SignInUnderWay?> FindAskedAsync(PageModel page, ChallengeKind kind) =>
        await FindAsync(page) is { } at && at.IsAsked(kind) ? at : null;

    /// <summary>Gives the page the name of the app that asks, and the look of its organization.</summary>
    public async Task<StoredRequest?> DressAsync(PageModel page, string? requestHandle, string? orgId = null)
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

    /// <summary>The answer to a judged step.</summary>
    /// <param name="page">The page that asked.</param>
    /// <param name="step">Where the sign-in stands.</param>
    /// <param name="field">The field that a refusal is about while nothing is proven.</param>
    /// <param name="error">The key of what is said there.</param>
    public IActionResult Answer(PageModel page, SignInStep step, string field, string error)
    {
        switch (step)
        {
            case SignInStep.Done done:
                return page.LocalRedirect("~" + done.To);
            case SignInStep.Asked asked:
                return page.LocalRedirect("~" + SignInPaths.Of(asked.OneOf));
            case SignInStep.Refused { Outcome: { IsProven: false } refused }:
                page.ModelState.AddModelError(field, texts[error]);
                page.ViewData["Reference"] = refused.Reference;
                return page.Page();
            case SignInStep.Refused { Outcome: { } refused }:
                return SignInRefusal.Page(page.HttpContext, refused);
            case SignInStep.TooMany many:
                return SignInRefusal.TooMany(page.HttpContext, many.RetryAfterSeconds);
            case SignInStep.Busy:
                page.Response.Headers.RetryAfter = "5";
                return RefusalPage.Result(StatusCodes.Status503ServiceUnavailable, Refusal.Busy(page.HttpContext));
            default:
                return SignInRefusal.Over(page.HttpContext);
        }
    }

    /// <summary>Says what is wrong with a field.</summary>
    public IActionResult Wrong(PageModel page, string field, string error)
    {
        page.ModelState.AddModelError(field, texts[error]);
        return page.Page();
    }

    /// <summary>To the beginning: no sign-in is under way, or not this step of it.</summary>
    public static IActionResult ToTheBeginning(PageModel page) => page.LocalRedirect("~" + Routes.SignIn);
}
