using Microsoft.Extensions.Localization;
using OAuthServer.Data;
using OAuthServer.Features.Shared;
using OAuthServer.Login;

namespace OAuthServer.Features.SingleAccess;

/// <summary>
/// Where a browser comes with a link that a token was given. Whoever is signed in there as the link's user goes on; everybody else signs in, the name
/// filled in. No token opens a session: it would make a person's browser of what is for programs, and last when the token has been revoked.
/// </summary>
public sealed class FrontDoorEndpoint(
    BrowserSessions sessions, PendingSignIns pending, SignInWays ways, Database database, MasterKey key, TimeProvider clock, IStringLocalizer<SingleAccessTexts> texts)
{
    public async Task HandleAsync(HttpContext context)
    {
        var otp = context.Request.Query["otp"];
        if (FrontDoorLink.Of(otp.Count == 1 ? otp.ToString() : null, key, clock.GetUtcNow()) is not { } link
            || await Person.FindAsync(database, link.UserId) is not { IsActive: true } person)
        {
            await RefusalPage.ShowAsync(context, StatusCodes.Status410Gone, new(texts["DeadTitle"], texts["DeadSentence"], texts["DeadWhatToDo"]));
            return;
        }
        context.Response.Redirect(context.Request.PathBase + await NextAsync(context, link, person.Username));
    }

    async Task<string> NextAsync(HttpContext context, FrontDoorLink link, string username)
    {
        if (await sessions.CurrentAsync(context) is { } present && present.User.Id == link.UserId)
            return link.Path ?? Routes.Settings;
        var target = new SignInTarget(null, link.Path);
        if (await ways.OfNameAsync(username, null) is { Org.SsoRequiredByDefault: true } provider)
            return SsoPaths.Start(provider, null, target.To, username);
        await pending.BeginAsync(context, username, target);
        return Routes.SignInPassword;
    }
}
