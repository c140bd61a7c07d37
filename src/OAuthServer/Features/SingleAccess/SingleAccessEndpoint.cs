using OAuthServer.Features.Shared;
using OAuthServer.Http;
using OAuthServer.Tokens;

namespace OAuthServer.Features.SingleAccess;

/// <summary>
/// From a token to an address that opens this server's pages in a browser, once and within a minute (Salesforce contract, section 6): what
/// <c>sf org open</c> asks for. The address says who may come to the door; who comes in, the door and the gate decide.
/// </summary>
public sealed class SingleAccessEndpoint(SalesforceTokens tokens, FrontDoors doors, PublicUrl publicUrl)
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
            await AnswerAsync(context, token, access, presented.Form?["redirect_uri"]);
    }

    async Task AnswerAsync(HttpContext context, string token, AccessTokenInfo access, string? asked)
    {
        var path = asked is null ? null : PathOf(asked);
        if (asked is not null && path is null)
        {
            await OAuthAnswer.ErrorAsync(context, OAuthError.InvalidRequest("redirect_uri is not a path of this server."));
            return;
        }
        var address = publicUrl.At($"{Routes.FrontDoor}?otp={await doors.IssueAsync(token, access, path)}");
        await OAuthAnswer.JsonAsync(context, 200, address, static (json, uri) => json.WriteString("frontdoor_uri"u8, uri));
    }

    /// <summary>
    /// sf CLI leaves the first slash out, as in <c>lightning/setup</c>. A colon before any slash would make a scheme of what stands before it
    /// (RFC 3986 section 4.2).
    /// </summary>
    static string? PathOf(string text) =>
        text[0] == '/' ? LocalPath.Of(text)
        : text.Split('/', '?', '#')[0].Contains(':', StringComparison.Ordinal) ? null
        : LocalPath.Of("/" + text);
}
