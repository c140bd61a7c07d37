using Microsoft.Extensions.Localization;
using OAuthServer.Http;

namespace OAuthServer.Features.Shared;

/// <summary>
/// What a page says once after a form was sent: its key waits in a cookie over the redirect. Not in the address, where a link from
/// elsewhere could put words into the server's mouth.
/// </summary>
public sealed class Note(ServerCookies cookies)
{
    const string Cookie = "note";
    const string Prefix = "Note.";
    static readonly TimeSpan Waits = TimeSpan.FromMinutes(1);

    /// <summary>Leaves a note for the next page: the text <c>Note.KEY</c> of its area.</summary>
    public void Leave(HttpContext http, string key) => cookies.Set(http.Response, Cookie, key, Waits);

    /// <summary>Takes the note that waits; null when none does.</summary>
    /// <param name="http">The request.</param>
    /// <param name="texts">Those of the page's area.</param>
    public string? Take(HttpContext http, IStringLocalizer texts)
    {
        if (cookies.Read(http.Request, Cookie) is not { } key)
            return null;
        cookies.Delete(http.Response, Cookie);
        return texts[Prefix + key] is { ResourceNotFound: false } text ? text.Value : null;
    }
}
