using OAuthServer.Apps;
using OAuthServer.Features.Shared;
using OAuthServer.Http;
using OAuthServer.Login;
using OAuthServer.Policy;
using OAuthServer.Tokens;

namespace OAuthServer.Features.Revocation;

/// <summary>
/// Revocation (RFC 7009). In the standard dialect the app authenticates, and an unknown token is a success. In the salesforce
/// dialect holding the token is enough, by GET or POST, and a token that cannot be ended is an error (contract, section 4.9); which
/// dialect it is, the token's form or the app tells. The hint never keeps a token from being ended, in neither dialect.
/// </summary>
public sealed class RevocationEndpoint(
    ClientAuthenticator clients, TokenRevocation revocation, AppDirectory apps, LoginGate gate, RequestOrigins origins, TimeProvider clock)
{
    public async Task HandleAsync(HttpContext context)
    {
        var isGet = HttpMethods.IsGet(context.Request.Method);
        if (!isGet && !HttpMethods.IsPost(context.Request.Method))
        {
            await OAuthAnswer.WrongMethodAsync(context, "POST");
            return;
        }
        var (form, problem) = await RequestForm.ReadAsync(context);
        if (form is null)
        {
            await OAuthAnswer.ErrorAsync(context, problem!);
            return;
        }
        var token = form["token"];
        if (token is not null && !OffersProof(context, form))
        {
            var found = await revocation.FindAsync(token);
            var owner = found is null ? null : await found.OwnerAsync(apps);
            // The app tells which dialect it is; of a token that is gone only its form does.
            if (owner is null ? form["client_id"] is null && AccessTokenReader.LooksOpaque(token) : owner.Settings.Dialect == Dialect.Salesforce)
            {
                await AnswerAsync(context, found is not null && await revocation.RevokeAsync(found), Dialect.Salesforce, form["token_type_hint"]);
                return;
            }
        }
        if (isGet)
        {
            await OAuthAnswer.WrongMethodAsync(context, "POST");
            return;
        }
        await RevokeByAppAsync(context, form, token);
    }

    /// <summary>A name alone is none, nor is the very token in the header: clients of the salesforce dialect send both.</summary>
    static bool OffersProof(HttpContext context, RequestForm form) =>
        form["client_secret"] is not null || form["client_assertion"] is not null
        || context.Request.Headers.Authorization.Count > 0 && BearerCredentials.Parse(context.Request.Headers.Authorization, orOAuth: true) is not BearerCredentials.Token;

    async Task RevokeByAppAsync(HttpContext context, RequestForm form, string? token)
    {
        var proof = await clients.AuthenticateAsync(context.Request, form);
        if (proof is ClientProof.Failed failed)
        {
            await AppRefusal.AnswerAsync(gate, context, failed, LoginChannel.ClientCredentials, RequestContext.Of(context, origins, clock));
            return;
        }
        var app = ((ClientProof.Proven)proof).App;
        if (app.Settings.Dialect == Dialect.Standard && (form.UsesQuery || form.IsMultipart))
            await OAuthAnswer.ErrorAsync(context, OAuthError.InvalidRequest("Send parameters as application/x-www-form-urlencoded in the body."));
        else if (token is null)
            await OAuthAnswer.ErrorAsync(context, OAuthError.InvalidRequest("token is required."), app.Settings.Dialect);
        else
        {
            // Another app's token stays untouched (RFC 7009 section 2.1), and reads like an unknown one.
            var revoked = await revocation.FindAsync(token) is { } found && found.IsOf(app) && await revocation.RevokeAsync(found);
            await AnswerAsync(context, revoked, app.Settings.Dialect, form["token_type_hint"]);
        }
    }

    /// <summary>RFC 7009 section 2.2: an invalid token is no error, and a hint does not change the answer. The salesforce dialect says what was wrong.</summary>
    static Task AnswerAsync(HttpContext context, bool revoked, Dialect dialect, string? hint)
    {
        if (!revoked && dialect == Dialect.Salesforce)
            return OAuthAnswer.ErrorAsync(context, hint is null or "access_token" or "refresh_token" ? Invalid : Unsupported, dialect);
        OAuthAnswer.Begin(context, 200, "text/plain;charset=UTF-8");
        return Task.CompletedTask;
    }

    static readonly OAuthError Invalid = new("invalid_token", "this token is not valid, or was revoked before");

    /// <summary>Both kinds of tokens can be revoked (RFC 7009 section 2.2.1): what is neither is of a kind that cannot.</summary>
    static readonly OAuthError Unsupported = new("unsupported_token_type", "this token type is not supported");
}
