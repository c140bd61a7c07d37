using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;
using OAuthServer.Features.Shared;
using OAuthServer.Login;
using OAuthServer.Policy;

namespace OAuthServer.Features.SignIn;

/// <summary>
/// What the pages of a sign-in have in common: the sign-in they belong to, whose name and colours they wear, and what they answer when
/// a step has been judged.
/// </summary>
public sealed class SignInPages(PendingSignIns pending, SignInLook look, SignInWays ways, IStringLocalizer<SignInTexts> texts)
{
    /// <summary>The sign-in that is under way at this browser; null when none is.</summary>
    public async Task<SignInUnderWay?> FindAsync(PageModel page)
    {
        if (await pending.CurrentAsync(page.HttpContext) is not { } at)
            return null;
        var request = await DressAsync(page, at.Target.RequestHandle, at.User?.OrgId);
        var provider = at.Row.Username.Length == 0 ? null : await ways.OfNameAsync(at.Row.Username, request);
        if (request is null && at.User is null && provider is not null)
            OrganizationLook.Show(page.HttpContext, provider.Org);
        page.ViewData["Again"] = page.Url.Content("~" + Routes.SignIn) + QueryString.Create(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["another"] = "true",
            ["request"] = at.Target.RequestHandle,
            ["to"] = at.Target.To,
            // Who is at these pages although others of the domain are sent on has asked for that.
            ["password"] = provider is { Org.SsoRequiredByDefault: true } ? "true" : null,
        }.Where(pair => pair.Value is not null));
        return at;
    }

    /// <summary>The same, when the rules ask for this: what they did not ask for, no page does.</summary>
    public async Task<SignInUnderWay?> FindAskedAsync(PageModel page, ChallengeKind kind) =>
        await FindAsync(page) is { } at && at.IsAsked(kind) ? at : null;

    /// <summary>Gives the page the name of the app that asks, and the look of its organization.</summary>
    public Task<StoredRequest?> DressAsync(PageModel page, string? requestHandle, string? orgId = null) => look.ShowAsync(page, requestHandle, orgId);

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
