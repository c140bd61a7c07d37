using System.Net;
using OAuthServer.Features.Shared;
using OAuthServer.Http;

namespace OAuthServer.Features.Authorize;

/// <summary>The two small pages of the hub.</summary>
static class AuthorizePages
{
    /// <summary>Says what is wrong. There is nothing in it that leads on.</summary>
    internal static Task ErrorAsync(HttpContext context, OAuthError error) =>
        HtmlAsync(context, error.Status, $"<h1>{WebUtility.HtmlEncode(error.Error)}</h1><p>{WebUtility.HtmlEncode(error.Description)}</p>", "'none'");

    /// <summary>A form that the browser posts to the app (Form Post Response Mode 1.0, section 2); by a button where there are no scripts.</summary>
    internal static Task FormPostAsync(HttpContext context, string action, IEnumerable<(string Name, string Value)> members)
    {
        var inputs = members.Select(member => $"<input type=\"hidden\" name=\"{member.Name}\" value=\"{WebUtility.HtmlEncode(member.Value)}\">");
        return HtmlAsync(
            context, 200, $"<form method=\"post\" action=\"{WebUtility.HtmlEncode(action)}\">{string.Concat(inputs)}<button>Continue</button></form>",
            new Uri(action).GetLeftPart(UriPartial.Authority));
    }

    static Task HtmlAsync(HttpContext context, int status, string body, string formAction)
    {
        OAuthAnswer.Begin(context, status, "text/html; charset=utf-8");
        context.Response.Headers.ContentSecurityPolicy = $"default-src 'none'; script-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action {formAction}";
        context.Response.Headers["Referrer-Policy"] = "no-referrer";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return context.Response.WriteAsync($"<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>OAuthServer</title></head><body>{body}</body></html>");
    }
}
