using OAuthServer.Data;
using OAuthServer.Features.Shared;
using OAuthServer.Http;
using OAuthServer.Tokens;

namespace OAuthServer.Features.SingleAccess;

/// <summary>From a token to an address for a browser (Salesforce contract, section 6): what <c>sf org open</c> asks for.</summary>
public sealed class SingleAccessEndpoint(BareWordCallers callers, MasterKey key, PublicUrl publicUrl, TimeProvider clock)
{
    public async Task HandleAsync(HttpContext context)
    {
        if (await callers.AdmitAsync(context) is not var (access, form))
            return;
        if (access.HasScope("web") || access.HasScope("full"))
            await AnswerAsync(context, access, form?["redirect_uri"]);
        else
            await OAuthAnswer.ErrorAsync(context, new("insufficient_scope", "This token lacks the scope web.", 403));
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
