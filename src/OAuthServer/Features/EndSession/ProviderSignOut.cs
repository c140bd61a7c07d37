using OAuthServer.Federation;
using OAuthServer.Login;

namespace OAuthServer.Features.EndSession;

/// <summary>Ends the session of a browser here, and where it came from an identity provider, leads on to end the one there.</summary>
public sealed class ProviderSignOut(BrowserSessions sessions, IdentityProviders providers, ProviderErrands errands)
{
    /// <summary>Ends it.</summary>
    /// <param name="context">The browser's request.</param>
    /// <param name="afterwards">Where the browser goes when it is back: a path of this server, or an address that an app has registered for it.</param>
    /// <returns>The way to the provider; null where there is none to go to.</returns>
    public async Task<ProviderRequest?> EndAsync(HttpContext context, string afterwards)
    {
        // Before it ends: afterwards nobody knows where it came from.
        var there = await sessions.CurrentAsync(context) is { } present ? sessions.ProviderOf(present.Session) : null;
        await sessions.EndAsync(context);
        return there is not null && (await providers.CurrentAsync()).FindById(there.ProviderId) is { Row.IsActive: true } provider
            ? await errands.SignOutAsync(context, provider, there, afterwards)
            : null;
    }
}
