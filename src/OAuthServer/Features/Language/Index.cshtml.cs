using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OAuthServer.Features.Shared;
using OAuthServer.Http;

namespace OAuthServer.Features.Language;

/// <summary>Keeps the choice made in every page's footer, and goes back there.</summary>
public sealed class IndexModel(ServerCookies cookies) : PageModel
{
    static readonly TimeSpan Kept = TimeSpan.FromDays(365);

    /// <summary>An address of this server, or it is not heeded (ASVS 5.0 section 3.7.2).</summary>
    public IActionResult OnPost(string? lang, string? returnTo)
    {
        if (PageLanguage.Find(lang ?? "") is { } chosen)
            cookies.Set(Response, PageLanguage.Cookie, chosen.Name, Kept);
        return LocalRedirect("~" + (LocalPath.Of(returnTo) ?? "/"));
    }
}
