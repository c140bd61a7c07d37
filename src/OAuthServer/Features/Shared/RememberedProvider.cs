using OAuthServer.Federation;
using OAuthServer.Http;

namespace OAuthServer.Features.Shared;

/// <summary>
/// The provider at which somebody last signed in, or began to, at this browser. It is shown first and opens nothing by itself: nobody
/// who has just signed out is sent back in by it. Its id is no secret.
/// </summary>
public sealed class RememberedProvider(ServerCookies cookies)
{
    const string Cookie = "provider";
    static readonly TimeSpan Lasts = TimeSpan.FromDays(180);

    /// <summary>The provider's id; null when none is remembered.</summary>
    public string? Of(HttpContext context) => cookies.Read(context.Request, Cookie);

    /// <summary>Remembers it in the place of any other.</summary>
    public void Remember(HttpContext context, ProviderEntry provider) => cookies.Set(context.Response, Cookie, provider.Id, Lasts);

    /// <summary>Forgets it.</summary>
    public void Forget(HttpContext context) => cookies.Delete(context.Response, Cookie);
}
