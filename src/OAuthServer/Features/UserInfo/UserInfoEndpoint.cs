using OAuthServer.Apps;
using OAuthServer.Data;
using OAuthServer.Features.Shared;
using OAuthServer.Http;
using OAuthServer.Orgs;
using OAuthServer.Policy;
using OAuthServer.Tokens;

namespace OAuthServer.Features.UserInfo;

/// <summary>
/// Userinfo (OpenID Connect Core 1.0, section 5.3). The standard dialect wants a bearer header and the scope openid; the
/// salesforce dialect also takes the token as a parameter, lets the caller choose the representation, and answers a bad token with
/// 403 and one bare word.
/// </summary>
public sealed class UserInfoEndpoint(AccessTokenReader reader, AppDirectory apps, OrgDirectory orgs, Database database, PublicUrl publicUrl)
{
    public async Task HandleAsync(HttpContext context)
    {
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsPost(context.Request.Method))
        {
            await OAuthAnswer.WrongMethodAsync(context, "GET, POST");
            return;
        }
        var presented = await PresentedToken.ReadAsync(context);
        if (presented.Problem is { } problem)
        {
            await OAuthAnswer.ErrorAsync(context, problem);
            return;
        }
        var (token, isParameter, form) = (presented.Value, presented.IsParameter, presented.Form);
        if (token is null)
        {
            await ChallengeAsync(context, 401, null, null); // RFC 6750 section 3.1: no error code where no token was sent
            return;
        }
        var access = await reader.ReadAsync(token);
        var app = (access?.ClientId ?? await reader.FormerClientIdAsync(token)) is { } clientId ? await apps.FindAsync(clientId) : null;
        var isSalesforce = app is null ? AccessTokenReader.LooksOpaque(token) : app.Settings.Dialect == Dialect.Salesforce;
        if (access is null || isSalesforce && (access.Audience != publicUrl.Value || !SalesforceTokens.TellsWho(access)))
            await (isSalesforce ? BareWord.AnswerAsync(context, 403, "Bad_OAuth_Token") : ChallengeAsync(context, 401, "invalid_token", "The access token is invalid, expired or revoked."));
        else if (isParameter && !isSalesforce)
            await ChallengeAsync(context, 400, "invalid_request", "Send the token in the Authorization header.");
        else if (!isSalesforce && access.Audience != publicUrl.Value)
            await ChallengeAsync(context, 401, "invalid_token", "The access token was made for another resource server."); // RFC 9068 section 4
        else if (!isSalesforce && access.Channel == LoginChannel.ClientCredentials)
            await ChallengeAsync(context, 403, "insufficient_scope", "This token was made for an app, not for a person.");
        else if (!isSalesforce && !access.HasScope("openid"))
            await ChallengeAsync(context, 403, "insufficient_scope", "This token lacks the scope openid.");
        else
            await AnswerAsync(context, form, access, isSalesforce);
    }

    async Task AnswerAsync(HttpContext context, RequestForm? form, AccessTokenInfo access, bool isSalesforce)
    {
        var user = await Person.FindAsync(database, access.UserId) ?? throw new InvalidOperationException("A live token without a user.");
        if (!isSalesforce)
        {
            await OAuthAnswer.JsonAsync(context, 200, (access, user), UserInfoMembers.WriteStandard);
            return;
        }
        var isForPrograms = (await orgs.CurrentAsync()).Rows.Profiles.TryGetValue(user.ProfileId, out var profile) && profile.ApiOnly;
        await SalesforceAnswer.WriteAsync(context, form, "user", (access, user, isForPrograms, publicUrl), UserInfoMembers.WriteSalesforce);
    }

    static Task ChallengeAsync(HttpContext context, int status, string? error, string? description)
    {
        OAuthAnswer.Begin(context, status, "application/json;charset=UTF-8");
        context.Response.Headers.WWWAuthenticate = error is null ? "Bearer" : $"Bearer error=\"{error}\", error_description=\"{description}\"";
        return error is null
            ? Task.CompletedTask
            : OAuthAnswer.JsonAsync(context, status, (error, description), static (json, state) =>
            {
                json.WriteString("error"u8, state.error);
                json.WriteString("error_description"u8, state.description);
            });
    }
}
