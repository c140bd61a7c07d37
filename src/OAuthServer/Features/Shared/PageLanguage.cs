using System.Globalization;
using OAuthServer.Http;

namespace OAuthServer.Features.Shared;

/// <summary>
/// The language of a page: the first that is supported of <c>ui_locales</c> (OpenID Connect Core section 3.1.2.1), the person's own
/// choice in a cookie, and the browser's <c>Accept-Language</c>; English when none is. A new language is one line here and one .resx
/// beside each that is there.
/// </summary>
public static class PageLanguage
{
    /// <summary>The cookie that keeps the choice made in the footer.</summary>
    public const string Cookie = "lang";

    const int MostAsked = 20;

    /// <summary>Every language there are texts in; the first is the language of the texts without a language in their file's name.</summary>
    public static IReadOnlyList<CultureInfo> Supported { get; } = [CultureInfo.GetCultureInfo("en"), CultureInfo.GetCultureInfo("de")];

    /// <summary>Chooses for this request, and keeps the choice for an error page that may follow.</summary>
    public static void Choose(HttpContext context)
    {
        var chosen = context.Features.Get<CultureInfo>() ?? Asked(context).Select(Find).FirstOrDefault(found => found is not null) ?? Supported[0];
        context.Features.Set(chosen);
        CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = chosen;
        context.Response.Headers.ContentLanguage = chosen.Name;
    }

    /// <summary>The supported language of a tag (RFC 5646) such as <c>de-AT</c>; null when there is none.</summary>
    public static CultureInfo? Find(string tag) =>
        Supported.FirstOrDefault(language => tag.Split('-', '_')[0].Equals(language.TwoLetterISOLanguageName, StringComparison.OrdinalIgnoreCase));

    static IEnumerable<string> Asked(HttpContext context)
    {
        var request = context.Request;
        foreach (var tag in request.Query["ui_locales"].ToString().Split(' ').Take(MostAsked))
            yield return tag;
        if (context.RequestServices.GetRequiredService<ServerCookies>().Read(request, Cookie) is { } kept)
            yield return kept;
        var accepted = request.GetTypedHeaders().AcceptLanguage.Take(MostAsked).Where(language => language.Quality is not 0);
        foreach (var language in accepted.OrderByDescending(language => language.Quality ?? 1))
            yield return language.Value.ToString();
    }
}
