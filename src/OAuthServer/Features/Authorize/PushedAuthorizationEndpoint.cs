using OAuthServer.Apps;
using OAuthServer.Features.Shared;
using OAuthServer.Http;
using OAuthServer.Login;
using OAuthServer.Policy;

namespace OAuthServer.Features.Authorize;

/// <summary>
/// Pushed authorization requests (RFC 9126): the app sends its request itself, proven as at the token endpoint, and gives the browser
/// nothing but a handle. What is wrong is found here, before any person is bothered.
/// </summary>
public sealed class PushedAuthorizationEndpoint(
    AuthorizeRequestReader reader, AuthorizationRequests requests, ClientAuthenticator clients, LoginGate gate, RequestLimits limits, RequestOrigins origins, TimeProvider clock)
{
    public async Task HandleAsync(HttpContext context)
    {
        if (!HttpMethods.IsPost(context.Request.Method))
        {
            await OAuthAnswer.WrongMethodAsync(context, "POST");
            return;
        }
        var (form, problem) = await RequestForm.ReadAsync(context);
        if (form is null || form.UsesQuery || form.IsMultipart)
        {
            await OAuthAnswer.ErrorAsync(context, problem ?? OAuthError.InvalidRequest("Send parameters as application/x-www-form-urlencoded in the body."));
            return;
        }
        if (await ProvenAsync(context, form) is not { } app)
            return;
        var dialect = app.Settings.Dialect;
        // The app is the one that has proven itself, named in the form or in the header alone.
        var sent = AuthorizationParameters.Of(name => name == "client_id" ? app.ClientId : form[name]);
        var error = form["request_uri"] is not null ? OAuthError.InvalidRequest("A pushed request cannot contain request_uri (RFC 9126 section 2.1).")
            : await reader.ReadPushedAsync(app, sent) switch
            {
                AuthorizeReading.ForThePerson wrong => wrong.Error,
                AuthorizeReading.ForTheApp refused => refused.Error,
                _ => null,
            };
        // Anybody may name a public app; one that has proven itself is not slowed down by its own success.
        if (error is null && app.Settings.IsPublic && limits.Take(origins.Of(context).Address) is > 0 and var wait)
            error = OAuthAnswer.TooMany(wait);
        if (error is not null)
        {
            await OAuthAnswer.ErrorAsync(context, error, dialect);
            return;
        }
        var handle = await requests.StoreAsync(app, sent, isPushed: true);
        await OAuthAnswer.JsonAsync(context, 201, AuthorizationRequests.UriPrefix + handle, static (json, uri) =>
        {
            json.WriteString("request_uri"u8, uri);
            json.WriteNumber("expires_in"u8, (int)AuthorizationRequests.PushedLife.TotalSeconds);
        });
    }

    /// <summary>The app; null when it has been told why not.</summary>
    async Task<AppEntry?> ProvenAsync(HttpContext context, RequestForm form)
    {
        var proof = await clients.AuthenticateAsync(context.Request, form);
        if (proof is ClientProof.Proven proven)
            return proven.App;
        await AppRefusal.AnswerAsync(gate, context, (ClientProof.Failed)proof, LoginChannel.AuthorizationCode, RequestContext.Of(context, origins, clock));
        return null;
    }
}
