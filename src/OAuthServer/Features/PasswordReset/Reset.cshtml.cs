using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Localization;
using OAuthServer.Accounts;
using OAuthServer.Data;
using OAuthServer.Features.Shared;
using OAuthServer.Http;
using OAuthServer.Login;
using OAuthServer.Orgs;
using OAuthServer.Policy;

namespace OAuthServer.Features.PasswordReset;

/// <summary>
/// A password chosen through a mailed link. The first visit takes the link's secret out of the address and into a cookie, so that no
/// page with a link or a picture on it has it in its address, and no Referer tells it. Looking at the page uses nothing up: mail
/// scanners do. Afterwards the person signs in through the gate, second factors and all.
/// </summary>
public sealed class ResetModel(
    MailedLinks links, OrgDirectory orgs, ServerCookies cookies, PendingSignIns pending, SignIns signIns, IStringLocalizer<PasswordResetTexts> texts) : PageModel
{
    const string Cookie = "link";

    [BindProperty]
    public string? Password { get; set; }

    [BindProperty]
    public string? Repeated { get; set; }

    public string Username { get; private set; } = "";

    /// <summary>The first password of a new account.</summary>
    public bool IsActivation { get; private set; }

    public async Task<IActionResult> OnGetAsync(string? link)
    {
        if (link is not null)
        {
            if (link.Length <= 100)
                cookies.Set(Response, Cookie, link, MailedLinks.ResetTime);
            return LocalRedirect("~" + Routes.ResetPassword);
        }
        return await FindAsync() is null ? Dead() : Page();
    }

    public async Task<IActionResult> OnPostAsync()
    {
        if (await FindAsync() is not var (secret, user))
            return Dead();
        if (string.IsNullOrEmpty(Password))
            return Wrong(nameof(Password), "PasswordMissing");
        if (Password != Repeated)
            return Wrong(nameof(Repeated), "NotTheSame");
        var profile = (await orgs.CurrentAsync()).Rows.Profiles[user.ProfileId];
        switch (await links.UseAsync(secret, profile, Password, HttpContext.RequestAborted))
        {
            case LinkUse.Done:
                cookies.Delete(Response, Cookie);
                return await SignInAsync(user);
            case LinkUse.Refused refused:
                foreach (var flaw in refused.Flaws)
                    ModelState.AddModelError(nameof(Password), flaw.Sentence(profile.Password));
                return Page();
            case LinkUse.Busy:
                Response.Headers.RetryAfter = "5";
                return RefusalPage.Result(StatusCodes.Status503ServiceUnavailable, Refusal.Busy(HttpContext));
            default:
                return Dead();
        }
    }

    /// <summary>As after the password page. The link has come by mail, so another code by mail would prove nothing more.</summary>
    async Task<IActionResult> SignInAsync(User user)
    {
        var at = await pending.BeginAsync(HttpContext, user.Username, new(null, null), user, Proof.EmailCode);
        return await signIns.PasswordAsync(HttpContext, at, Password!) switch
        {
            SignInStep.Done done => LocalRedirect("~" + done.To),
            SignInStep.Asked asked => LocalRedirect("~" + SignInPaths.Of(asked.OneOf)),
            SignInStep.Refused refused => SignInRefusal.Page(HttpContext, refused.Outcome),
            _ => LocalRedirect("~" + Routes.SignIn),
        };
    }

    async Task<(string Secret, User User)?> FindAsync()
    {
        if (cookies.Read(Request, Cookie) is not { } secret || await links.FindAsync(secret, HttpContext.RequestAborted) is not var (user, purpose))
            return null;
        Username = user.Username;
        IsActivation = purpose == MailedLinkPurpose.Activation;
        if ((await orgs.CurrentAsync()).Rows.Orgs.TryGetValue(user.OrgId, out var org))
            OrganizationLook.Show(HttpContext, org.Org);
        return (secret, user);
    }

    PageResult Wrong(string field, string error)
    {
        ModelState.AddModelError(field, texts[error]);
        return Page();
    }

    IActionResult Dead() => RefusalPage.Result(StatusCodes.Status410Gone, new(texts["DeadTitle"], texts["DeadSentence"], texts["DeadWhatToDo"]));
}
