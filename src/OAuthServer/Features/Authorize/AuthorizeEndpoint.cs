using OAuthServer.Apps;
using OAuthServer.Http;
using OAuthServer.Login;

namespace OAuthServer.Features.Authorize;

/// <summary>
/// The hub (RFC 6749 section 3.1): every browser sign-in for an app begins here, comes back here after each page, and ends here. It reads
/// the request, finds the next step, and takes it. Nothing is remembered but what the request and the session hold.
/// </summary>
public sealed class AuthorizeEndpoint(
    AuthorizeRequestReader reader, AuthorizationRequests requests, BrowserSessions sessions, Consents consents, CodeIssuing issuing,
    AuthorizeAnswer answer, AppDirectory apps, RequestLimits limits, RequestOrigins origins, TimeProvider clock)
{
    public async Task HandleAsync(HttpContext context)
    {
        var isPost = HttpMethods.IsPost(context.Request.Method);
        if (!isPost && !HttpMethods.IsGet(context.Request.Method))
        {
            context.Response.Headers.Allow = "GET, POST";
            await answer.PersonAsync(context, new("invalid_request", "Use GET or POST here.", 405), Dialect.Standard);
            return;
        }
        var (form, problem) = await RequestForm.ReadAsync(context);
        if (form is null || form.IsMultipart)
        {
            await answer.PersonAsync(context, problem ?? new("invalid_request", "Send parameters as application/x-www-form-urlencoded.", 415), Dialect.Standard);
            return;
        }
        var sent = AuthorizationParameters.Of(name => form[name]);
        switch (await ReadAsync(sent))
        {
            case AuthorizeReading.ForThePerson wrong:
                var app = sent.ClientId is { } clientId ? await apps.FindAsync(clientId) : null;
                await answer.PersonAsync(context, wrong.Error, app?.Settings.Dialect ?? Dialect.Standard);
                break;
            case AuthorizeReading.ForTheApp refused:
                await answer.ErrorAsync(context, refused.To, refused.Error);
                break;
            case AuthorizeReading.Valid { Request: var posted } when isPost:
                // The session's cookie does not come along with another site's form: the browser is asked to come again by itself.
                if (await HandleOfAsync(context, posted, sent) is { } handle)
                    await AuthorizeAnswer.RedirectAsync(context, context.Request.PathBase + AuthorizationRequests.AuthorizeUrlOf(posted.ReturnTo.App, handle));
                break;
            case AuthorizeReading.Valid { Request: var request }:
                await GoOnAsync(context, request, sent);
                break;
        }
    }

    /// <summary>A handle stands for the whole request, and what is sent beside it is not looked at (RFC 9126 section 4).</summary>
    async Task<AuthorizeReading> ReadAsync(AuthorizationParameters sent)
    {
        if (sent["request_uri"] is not { } uri || !uri.StartsWith(AuthorizationRequests.UriPrefix, StringComparison.Ordinal))
            return await reader.ReadAsync(sent);
        if (await requests.FindAsync(uri[AuthorizationRequests.UriPrefix.Length..]) is not { } stored || stored.App.ClientId != sent.ClientId)
            return new AuthorizeReading.ForThePerson(CodeIssuing.Over);
        await requests.VisitAsync(stored);
        return await reader.ReadAsync(stored);
    }

    async Task GoOnAsync(HttpContext context, AuthorizeRequest request, AuthorizationParameters sent)
    {
        if (request.Stored is { IsDenied: true })
        {
            await issuing.FailAsync(context, request, Denied);
            return;
        }
        var app = request.ReturnTo.App;
        var present = await sessions.CurrentAsync(context);
        var session = present is not null && app.IsOf(present.User.OrgId) ? present : null; // another organization's user is, for this app, nobody
        var consented = session is not null && ConsentRule.IsGiven(request, await consents.FindAsync(session.User.Id, app));
        var step = NextStep.After(request, session, consented, clock.GetUtcNow());
        if (step is NextStep.Issue)
            step = await issuing.IssueAsync(context, request, session!);
        switch (step)
        {
            case NextStep.SignIn signIn:
                // Said to the page, which would else send whoever is signed in straight back.
                await ToPageAsync(context, Routes.SignIn, request, sent, signIn.AsAnother || present is not null && session is null ? "&another=true" : "");
                break;
            case NextStep.Consent:
                await ToPageAsync(context, Routes.Consent, request, sent);
                break;
            case NextStep.Fail fail:
                await issuing.FailAsync(context, request, fail.Error);
                break;
        }
    }

    async Task ToPageAsync(HttpContext context, string page, AuthorizeRequest request, AuthorizationParameters sent, string more = "")
    {
        if (await HandleOfAsync(context, request, sent) is not { } handle)
            return;
        var languages = (request.Stored?.Parameters ?? sent).UiLocales is { } wanted ? "&ui_locales=" + Uri.EscapeDataString(wanted) : "";
        await AuthorizeAnswer.RedirectAsync(context, $"{context.Request.PathBase}{page}?request={handle}{more}{languages}");
    }

    /// <summary>The handle; null when the person was told that too many requests came from there.</summary>
    async Task<string?> HandleOfAsync(HttpContext context, AuthorizeRequest request, AuthorizationParameters sent)
    {
        if (request.Stored is { } stored)
            return stored.Handle;
        if (limits.Take(origins.Of(context).Address) is > 0 and var seconds)
        {
            await AuthorizePages.TooManyAsync(context, seconds);
            return null;
        }
        return await requests.StoreAsync(request.ReturnTo.App, sent, isPushed: false);
    }

    static OAuthError Denied { get; } = new("access_denied", "The user said no.") { InSalesforceWords = new("access_denied", "end-user denied authorization") };
}
