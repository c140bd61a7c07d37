using OAuthServer.Data;
using OAuthServer.Features.Shared;
using OAuthServer.Http;
using OAuthServer.Tokens;

namespace OAuthServer.Features.SingleAccess;

/// <summary>From a token to an address for a browser (Salesforce contract, section 6): what <c>sf org open</c> asks for.</summary>
public sealed class SingleAccessEndpoint(SalesforceTokens tokens, MasterKey key, PublicUrl publicUrl, TimeProvider clock)
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
            await OAuthAnswer.ErrorAsync(context, problem);
        else if (presented.Value is not { } token)
            await BareWord.AnswerAsync(context, 403, "Missing_OAuth_Token");
        else if (await tokens.ReadAsync(token) is not { } access)
            await BareWord.AnswerAsync(context, 403, "Bad_OAuth_Token");
        else if (!access.HasScope("web") && !access.HasScope("full"))
            await OAuthAnswer.ErrorAsync(context, new("insufficient_scope", "This token lacks the scope web.", 403));
        else
            await AnswerAsync(context, access, presented.Form?["redirect_uri"]);
    }

    async Task AnswerAsync(HttpContext context, AccessTokenInfo access, string? asked)
    {
        var path = asked is null ? null : FrontDoorLink.PathOf(asked);
        if (asked is not null && path is null)
        {
            await OAuthAnswer.ErrorAsync(context, OAuthError.InvalidRequest("redirect_uri is not a path of this server."));
            return;
        }
        var address = new FrontDoorLink(access.UserId, path, clock.GetUtcNow() + FrontDoorLink.Life).AddressAt(publicUrl, key);
        await OAuthAnswer.JsonAsync(context, 200, address, static (json, uri) => json.WriteString("frontdoor_uri"u8, uri));
    }
}
