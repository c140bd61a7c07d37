using OAuthServer.Apps;
using OAuthServer.Login;

namespace OAuthServer.Features.Authorize;

/// <summary>Whether a person must be asked what an app may have.</summary>
static class ConsentRule
{
    /// <summary>
    /// True when nobody needs to be asked: an administrator has approved the app for its users, or this person has allowed all of it.
    /// What was allowed earlier does not do for <c>prompt=consent</c>, nor for a public app with a scheme of its own, which any other app
    /// on the device could claim (RFC 8252 section 8.6): there the person is asked each time.
    /// </summary>
    internal static bool IsGiven(AuthorizeRequest request, GivenConsent? given)
    {
        var settings = request.ReturnTo.App.Settings;
        var isDemanded = request.Prompts.HasFlag(Prompts.Consent);
        if (settings.Preapproval.Required && !isDemanded)
            return true;
        if (given is null || !given.Covers(request.Scopes))
            return false;
        var asksEachTime = isDemanded || settings.IsPublic && !RedirectUris.IsAssured(settings, request.ReturnTo.RedirectUri);
        return !asksEachTime || request.Stored is { } stored && given.GivenAt >= stored.CreatedAt;
    }
}
