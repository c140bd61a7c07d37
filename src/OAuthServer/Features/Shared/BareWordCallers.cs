using OAuthServer.Http;
using OAuthServer.Tokens;

namespace OAuthServer.Features.Shared;

/// <summary>Who calls a door of the salesforce dialect that says in one bare word what is wrong with a token (contract, sections 4.11 and 6).</summary>
public sealed class BareWordCallers(SalesforceTokens tokens)
{
    /// <summary>The token's contents and the request's parameters, where there are any; null when the answer has been given.</summary>
    internal async Task<(AccessTokenInfo Access, RequestForm? Form)?> AdmitAsync(HttpContext context)
    {
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsPost(context.Request.Method))
        {
            await OAuthAnswer.WrongMethodAsync(context, "GET, POST");
            return null;
        }
        var presented = await PresentedToken.ReadAsync(context);
        if (presented.Problem is { } problem)
            await OAuthAnswer.ErrorAsync(context, problem);
        else if (presented.Value is not { } token)
            await BareWord.AnswerAsync(context, 403, "Missing_OAuth_Token");
        else if (await tokens.ReadAsync(token) is not { } access)
            await BareWord.AnswerAsync(context, 403, "Bad_OAuth_Token");
        else
            return (access, presented.Form);
        return null;
    }
}
