using OAuthServer.Apps;
using OAuthServer.Features.Shared;
using OAuthServer.Http;
using OAuthServer.Login;
using OAuthServer.Policy;
using OAuthServer.Tokens;

namespace OAuthServer.Features.Revocation;

/// <summary>
/// Revocation (RFC 7009). In the standard dialect the app authenticates, and an unknown token is a success. In the salesforce
/// dialect holding the token is enough, by GET or POST (contract, section 4.9); which dialect it is, the token's form tells.
/// </summary>
public sealed class RevocationEndpoint(
    ClientAuthenticator clients, TokenRevocation revocation, AccessTokenReader reader, AppDirectory apps, LoginGate gate, RequestOrigins origins, TimeProvider clock)
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
        var namesApp = form["client_id"] is not null || form["client_assertion"] is not null || context.Request.Headers.Authorization.Count > 0;
        if (token is not null && !namesApp && await IsOfSalesforceDialectAsync(token))
        {
            await RevokeByHolderAsync(context, token);
            return;
        }
        if (isGet)
        {
            await OAuthAnswer.WrongMethodAsync(context, "POST");
            return;
        }
        await RevokeByAppAsync(context, form, token);
    }

    async Task RevokeByHolderAsync(HttpContext context, string token)
    {
        if (await revocation.RevokeAsync(token, app: null))
            OAuthAnswer.Begin(context, 200, "text/plain;charset=UTF-8");
        else
            await OAuthAnswer.ErrorAsync(context, new("invalid_token", "this token is not valid, or was revoked before"), Dialect.Salesforce);
    }

    async Task RevokeByAppAsync(HttpContext context, RequestForm form, string? token)
    {
        var proof = await clients.AuthenticateAsync(context.Request, form);
        if (proof is ClientProof.Failed failed)
        {
            var (error, seconds) = await gate.RefuseAppAsync(failed, LoginChannel.ClientCredentials, RequestContext.Of(context, origins, clock));
            await OAuthAnswer.ErrorAsync(context, error ?? OAuthAnswer.TooMany(seconds), failed.App?.Settings.Dialect ?? Dialect.Standard, failed.UsedHeader);
            return;
        }
        var app = ((ClientProof.Proven)proof).App;
        if (app.Settings.Dialect == Dialect.Standard && (form.UsesQuery || form.IsMultipart))
            await OAuthAnswer.ErrorAsync(context, OAuthError.InvalidRequest("Send parameters as application/x-www-form-urlencoded in the body."));
        else if (token is null)
            await OAuthAnswer.ErrorAsync(context, OAuthError.InvalidRequest("token is required."), app.Settings.Dialect);
        else
        {
            await revocation.RevokeAsync(token, app);
            OAuthAnswer.Begin(context, 200, "text/plain;charset=UTF-8");
        }
    }

    /// <summary>An opaque token says so by its form, a live one by its app.</summary>
    async ValueTask<bool> IsOfSalesforceDialectAsync(string token) =>
        AccessTokenReader.LooksOpaque(token)
        || await revocation.AppIdOfRefreshTokenAsync(token) is { } appId && await apps.FindByIdAsync(appId) is { Settings.Dialect: Dialect.Salesforce }
        || await reader.ReadAsync(token) is { } access && await apps.FindAsync(access.ClientId) is { Settings.Dialect: Dialect.Salesforce };
}
