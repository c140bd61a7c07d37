using OAuthServer.Http;

namespace OAuthServer.Features.Shared;

/// <summary>
/// The security headers of everything a browser shows (ASVS 5.0 section 3.4): only this server's own scripts, styles and pictures, no
/// frames, no caches. They are written when the answer begins, so that a page may widen them until then, and an error page that took
/// the place of a page still has them.
/// </summary>
public static class PageHeaders
{
    const string Fixed = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'none'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'";

    /// <summary>Sees to it that the answer has the headers.</summary>
    public static void Begin(HttpContext context)
    {
        if (context.Features.Get<Widened>() is not null)
            return;
        context.Features.Set(new Widened());
        context.Response.OnStarting(static state => Write((HttpContext)state), context);
    }

    /// <summary>
    /// Lets a form of this page end at this address as well. Browsers check <c>form-action</c> again at every redirect after the post,
    /// so a page whose form may lead back to an app must name the app's redirect URI, or the browser stops there.
    /// </summary>
    public static void AllowFormAction(HttpContext context, Uri target) => Of(context).FormTargets.Add(SourceOf(target));

    /// <summary>
    /// Leaves <c>form-action</c> out, for a form whose way cannot be foreseen: an app's redirect URI that redirects on to other hosts.
    /// </summary>
    public static void AllowAnyFormAction(HttpContext context) => Of(context).AnyFormTarget = true;

    /// <summary>Lets this page show pictures written into it as <c>data:</c>, such as a QR code that nobody else may fetch.</summary>
    public static void AllowDataImages(HttpContext context) => Of(context).DataImages = true;

    static Widened Of(HttpContext context) =>
        context.Features.Get<Widened>() ?? throw new InvalidOperationException("This door does not answer with pages.");

    static Task Write(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy(Of(context));
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        // Not no-referrer: with that, Chromium says "Origin: null" in honest form posts.
        headers["Referrer-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "publickey-credentials-get=(self), publickey-credentials-create=(self), camera=(), microphone=(), geolocation=()";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.CacheControl = "no-store";
        headers.Remove("Pragma");
        if (context.RequestServices.GetRequiredService<ServerCookies>().AreSecure)
            headers.StrictTransportSecurity = "max-age=31536000";
        return Task.CompletedTask;
    }

    static string Policy(Widened page) => string.Concat(
        Fixed,
        page.DataImages ? "; img-src 'self' data:" : "; img-src 'self'",
        page.AnyFormTarget ? "" : "; form-action " + string.Join(' ', page.FormTargets.Prepend("'self'").Distinct(StringComparer.Ordinal)));

    /// <summary>The origin where a policy has words for it; else the scheme: an app's own one, or an IPv6 address (CSP 3 section 2.3.1).</summary>
    static string SourceOf(Uri target) =>
        target.Scheme is "http" or "https" && target.HostNameType is UriHostNameType.Dns or UriHostNameType.IPv4
            ? $"{target.Scheme}://{target.IdnHost}{(target.IsDefaultPort ? "" : $":{target.Port}")}"
            : target.Scheme + ":";

    sealed class Widened
    {
        internal List<string> FormTargets { get; } = [];

        internal bool AnyFormTarget { get; set; }

        internal bool DataImages { get; set; }
    }
}
