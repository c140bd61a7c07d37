using OAuthServer.Http;

namespace OAuthServer.Features.Shared;

/// <summary>
/// What stands before every page: security headers, the person's language, and the public URL as the request's address, whatever Host
/// the request named. Where no door is, a browser is shown a page that says so.
/// </summary>
public sealed class PageRequests(PublicUrl publicUrl)
{
    readonly Uri url = new(publicUrl.Value);

    /// <summary>The middleware; comes after routing. Requests of programs pass it by.</summary>
    public Task HandleAsync(HttpContext context, RequestDelegate next)
    {
        if (!AnswersWithPages.IsFor(context))
            return next(context);
        context.Request.Scheme = url.Scheme;
        context.Request.Host = new(url.Authority);
        PageHeaders.Begin(context);
        PageLanguage.Choose(context);
        return context.GetEndpoint() is null ? RefusalPage.ShowAsync(context, 404, Refusal.NotFound(context)) : next(context);
    }
}
