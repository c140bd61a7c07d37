using System.Net;
using OAuthServer.Apps;
using OAuthServer.Features.Shared;
using OAuthServer.Http;

namespace OAuthServer.Features.Authorize;

/// <summary>Answers of the authorization endpoint: to the app through the browser, always with <c>state</c> and <c>iss</c> (RFC 9207), or to the person alone.</summary>
public sealed class AuthorizeAnswer(PublicUrl publicUrl)
{
    /// <summary>RFC 6749 section 4.1.2.</summary>
    public Task CodeAsync(HttpContext context, ReturnAddress to, string code) => SendAsync(context, to, [("code", code)]);

    /// <summary>RFC 6749 section 4.1.2.1.</summary>
    public Task ErrorAsync(HttpContext context, ReturnAddress to, OAuthError error)
    {
        if (error.Reference is { } reference)
            context.Response.Headers[OAuthAnswer.ReferenceHeader] = reference;
        var said = InWordsOf(to.App, error);
        return SendAsync(context, to, [("error", said.Error), ("error_description", error.Reference is null ? said.Description : $"{said.Description} (reference {error.Reference})")]);
    }

    /// <summary>It is not certain who asks: nothing goes anywhere, and there is no link to follow.</summary>
    public Task PersonAsync(HttpContext context, OAuthError error, Dialect dialect)
    {
        if (dialect == Dialect.Salesforce) // contract, section 4.6
        {
            var said = error.InSalesforceWords ?? error;
            OAuthAnswer.Begin(context, 400, "text/plain;charset=UTF-8");
            return context.Response.WriteAsync($"error={Uri.EscapeDataString(said.Error)}&error_description={Uri.EscapeDataString(said.Description)}");
        }
        return AuthorizePages.ErrorAsync(context, error);
    }

    static OAuthError InWordsOf(AppEntry app, OAuthError error) =>
        app.Settings.Dialect != Dialect.Salesforce ? error
        : error.Error is "login_required" or "consent_required" ? new("immediate_unsuccessful", "no session or approval")
        : error.InSalesforceWords ?? error;

    Task SendAsync(HttpContext context, ReturnAddress to, List<(string Name, string Value)> members)
    {
        if (to.State is { } state)
            members.Add(("state", state));
        members.Add(("iss", publicUrl.Value));
        if (to.Mode == ResponseMode.FormPost)
            return AuthorizePages.FormPostAsync(context, new(to.App.App.Name, to.RedirectUri, members));
        var text = string.Join('&', members.Select(member => $"{member.Name}={Uri.EscapeDataString(member.Value)}"));
        var separator = to.Mode == ResponseMode.Fragment ? "#" : !to.RedirectUri.Contains('?', StringComparison.Ordinal) ? "?" : to.RedirectUri.EndsWith('?') ? "" : "&";
        return RedirectAsync(context, to.RedirectUri + separator + text);
    }

    /// <summary>See Other: a posted form is never posted on (RFC 9700 section 4.12).</summary>
    public static Task RedirectAsync(HttpContext context, string location)
    {
        context.Response.StatusCode = (int)(HttpMethods.IsPost(context.Request.Method) ? HttpStatusCode.SeeOther : HttpStatusCode.Found);
        context.Response.Headers.Location = location;
        context.Response.Headers.CacheControl = "no-store";
        return Task.CompletedTask;
    }
}
