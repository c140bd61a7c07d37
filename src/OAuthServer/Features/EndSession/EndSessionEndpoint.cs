using Microsoft.AspNetCore.WebUtilities;
using OAuthServer.Features.Shared;
using OAuthServer.Federation;
using OAuthServer.Http;
using OAuthServer.Login;

namespace OAuthServer.Features.EndSession;

/// <summary>
/// Where apps send a browser to sign out (OpenID Connect RP-Initiated Logout 1.0). An app that shows an ID token of the session is
/// believed; whoever shows none has the person asked, so that no foreign page signs anybody out. Only the session ends: what apps were
/// granted lives on until it is revoked.
/// </summary>
public sealed class EndSessionEndpoint(LogoutRequestReader reader, BrowserSessions sessions, ProviderSignOut signOut)
{
    public async Task HandleAsync(HttpContext context)
    {
        var isPost = HttpMethods.IsPost(context.Request.Method);
        if (!isPost && !HttpMethods.IsGet(context.Request.Method))
        {
            context.Response.Headers.Allow = "GET, POST";
            await LogoutPages.WrongAsync(context, new("invalid_request", "Use GET or POST here.", 405));
            return;
        }
        var (form, problem) = await RequestForm.ReadAsync(context);
        if (form is null)
        {
            await LogoutPages.WrongAsync(context, problem!);
            return;
        }
        var (request, error) = await reader.ReadAsync(name => form[name]);
        if (request is null)
        {
            await LogoutPages.WrongAsync(context, error!);
            return;
        }
        ProviderRequest? onward = null;
        if (request.Hint is { } hint)
        {
            var present = await sessions.CurrentAsync(context);
            if (hint.SessionId is { } sid)
                await sessions.EndAsync(sid); // also where the browser sent no cookie, as with another site's form
            if (present is not null && (present.Session.Id == hint.SessionId || present.User.Id == hint.UserId))
                onward = await signOut.EndAsync(context, request.RedirectTo ?? Routes.SignOut);
        }
        if (onward is not null)
        {
            await ProviderRequestResult.Of(context, onward).AnswerAsync(context);
            return;
        }
        // Without a hint, and where another person is signed in than the hint is about, the page asks; it comes by a redirect, with which the
        // browser sends its cookie. It knows the app by its client_id, which need not have come beside the hint.
        var asks = request.Hint is null ? isPost || await sessions.CurrentAsync(context) is not null : await sessions.CurrentAsync(context) is not null;
        context.Response.StatusCode = isPost ? StatusCodes.Status303SeeOther : StatusCodes.Status302Found;
        context.Response.Headers.Location = !asks && request.RedirectTo is { } uri ? uri
            : QueryHelpers.AddQueryString(
                context.Request.PathBase + Routes.SignOut,
                LogoutRequestReader.PassedOn.Select(name => KeyValuePair.Create(name, form[name] ?? (name == "client_id" ? request.Hint?.ClientId : null))).Where(pair => asks && pair.Value is not null));
    }
}
