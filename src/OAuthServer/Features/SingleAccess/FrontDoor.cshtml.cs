using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Localization;
using OAuthServer.Apps;
using OAuthServer.Data;
using OAuthServer.Features.Shared;
using OAuthServer.Http;
using OAuthServer.Login;
using OAuthServer.Orgs;
using OAuthServer.Policy;
using OAuthServer.Tokens;

namespace OAuthServer.Features.SingleAccess;

/// <summary>
/// Where a browser comes with a one-time password that an access token was given. The first visit takes it out of the address and into a cookie,
/// so that neither history nor Referer keeps it. Looking uses nothing up, and signs nobody in: whoever sends somebody a link of his own would
/// have that person work in his account. So the page says whose account it is, and only its form goes on.
/// </summary>
public sealed class FrontDoorModel(
    FrontDoors doors, SignIns signIns, PendingSignIns pending, SignInWays ways, BrowserSessions sessions, AppDirectory apps, OrgDirectory orgs, Database database,
    ServerCookies cookies, IStringLocalizer<SingleAccessTexts> texts) : PageModel
{
    const string Cookie = "frontdoor";

    OpenFrontDoor door = null!;
    User user = null!;
    ProfileFacts profile = null!;

    /// <summary>Whose account it opens.</summary>
    public string Username => user.Username;

    /// <summary>The same as a number: an answer counts for the account that the person saw.</summary>
    public string UserId => user.Id;

    /// <summary>The app whose token it is.</summary>
    public string AppName { get; private set; } = "";

    /// <summary>Where it leads; null where the app named nothing.</summary>
    public string? Path => door.Path;

    /// <summary>Somebody else who is signed in at this browser.</summary>
    public string? Other { get; private set; }

    public async Task<IActionResult> OnGetAsync()
    {
        if (Request.Query.TryGetValue("otp", out var brought))
        {
            if (brought.ToString() is { Length: FrontDoors.Characters } otp)
                cookies.Set(Response, Cookie, otp, FrontDoors.Life);
            else
                cookies.Delete(Response, Cookie);
            return LocalRedirect("~" + Routes.FrontDoor);
        }
        if (!await FindAsync())
            return Dead();
        return await IsHereAsync() ? Enter() : await ShowAsync();
    }

    /// <summary>Goes on, or does not; either way it is used up.</summary>
    public async Task<IActionResult> OnPostAsync(string? decision, [FromForm(Name = "user")] string? seen)
    {
        if (!await FindAsync())
            return Dead();
        if (seen != user.Id)
            return await ShowAsync();
        if (!await doors.SpendAsync(door))
            return Dead();
        cookies.Delete(Response, Cookie);
        if (decision != "continue")
            return LocalRedirect("~/");
        if (await IsHereAsync())
            return Enter();
        var target = new SignInTarget(null, door.Path);
        var earlier = new EarlierSignIn(user, profile, door.Token.Proven, door.Token.AuthenticatedAt, door.Token.ClientId);
        return await signIns.GoOnAsync(HttpContext, earlier, target) is { } step ? SignInSteps.Result(HttpContext, step) : await SignInAsync(target);
    }

    /// <summary>As after the name was typed.</summary>
    async Task<IActionResult> SignInAsync(SignInTarget target)
    {
        if (await ProviderAsync() is { } provider)
            return LocalRedirect("~" + SsoPaths.Start(provider, null, target.To, user.Username));
        await pending.BeginAsync(HttpContext, user.Username, target);
        return LocalRedirect("~" + Routes.SignInPassword);
    }

    /// <summary>The same person is signed in here: the session that is there goes on as it is.</summary>
    async Task<bool> IsHereAsync() => await sessions.CurrentAsync(HttpContext) is { } present && present.User.Id == user.Id;

    LocalRedirectResult Enter() => LocalRedirect("~" + (door.Path ?? Routes.Settings));

    async Task<IActionResult> ShowAsync()
    {
        AppName = (await apps.FindAsync(door.Token.ClientId))?.App.Name ?? door.Token.ClientId;
        Other = (await sessions.CurrentAsync(HttpContext))?.User.Username;
        if (await ProviderAsync() is not null)
            PageHeaders.AllowAnyFormAction(HttpContext); // the form may lead on to the provider
        return Page();
    }

    async Task<Federation.ProviderEntry?> ProviderAsync() =>
        await ways.OfNameAsync(user.Username, null) is { Org.SsoRequiredByDefault: true } provider ? provider : null;

    async Task<bool> FindAsync()
    {
        if (cookies.Read(Request, Cookie) is not { } secret || await doors.FindAsync(secret) is not { } found)
            return false;
        await using var db = database.NewContext();
        var directory = (await orgs.CurrentAsync()).Rows;
        if (await db.Users.AsNoTracking().SingleOrDefaultAsync(row => row.Id == found.Token.UserId, HttpContext.RequestAborted) is not { } owner
            || !directory.Profiles.TryGetValue(owner.ProfileId, out var applies) || !directory.Orgs.TryGetValue(owner.OrgId, out var org))
            return false;
        (door, user, profile) = (found, owner, applies);
        OrganizationLook.Show(HttpContext, org.Org);
        return true;
    }

    IActionResult Dead() => RefusalPage.Result(StatusCodes.Status410Gone, new(texts["DeadTitle"], texts["DeadSentence"], texts["DeadWhatToDo"]));
}
