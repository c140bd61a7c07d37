using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Http;
using OAuthServer.Orgs;
using OAuthServer.Policy;
using OAuthServer.Tokens;

namespace OAuthServer.Features.SelfService;

/// <summary>Lets in whoever holds a live access token with the scope <c>api</c> or <c>full</c>, before anything of the request is read.</summary>
sealed class BearerFilter(AccessTokenReader reader, OrgDirectory orgs, Database database, RequestOrigins origins, PublicUrl publicUrl) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        switch (BearerCredentials.Parse(http.Request.Headers.Authorization))
        {
            case BearerCredentials.Missing:
                return BearerRefusal.Missing;
            case BearerCredentials.Token { Value: var value } when await reader.ReadAsync(value) is { } token:
                // Made for another resource server, it is nothing here (RFC 9068 section 4).
                if (token.Audience != publicUrl.Value)
                    return BearerRefusal.Invalid;
                if (!token.HasScope("api") && !token.HasScope("full"))
                    return BearerRefusal.Scope;
                if (await FindAsync(token, http) is not { } me)
                    return BearerRefusal.Invalid;
                http.Features.Set(me);
                return await next(context);
            case BearerCredentials.Token:
                return BearerRefusal.Invalid;
            default:
                return BearerRefusal.Malformed;
        }
    }

    async Task<Me?> FindAsync(AccessTokenInfo token, HttpContext http)
    {
        await using var db = database.NewContext();
        var directory = (await orgs.CurrentAsync()).Rows;
        return await db.Users.AsNoTracking().SingleOrDefaultAsync(user => user.Id == token.UserId, http.RequestAborted) is { } user
            && directory.Profiles.TryGetValue(user.ProfileId, out var profile)
            && directory.Orgs.TryGetValue(user.OrgId, out var org)
            ? new(token, user, profile, org.Org, LoginFacts.IsTrustedOrigin(org.Facts, profile, origins.Of(http).Address))
            : null;
    }
}
