using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Http;
using OAuthServer.Orgs;
using OAuthServer.Policy;
using OAuthServer.Tokens;

namespace OAuthServer.Features.Shared;

/// <summary>Who holds a live access token of this server's own APIs, found before anything else of the request is read.</summary>
public sealed class BearerDoor(AccessTokenReader reader, OrgDirectory orgs, Database database, RequestOrigins origins, PublicUrl publicUrl)
{
    /// <summary>The caller, or why there is none.</summary>
    /// <param name="http">The request; its answer is kept by nobody.</param>
    /// <param name="scopes">Any of these will do; the first is named to who has none.</param>
    internal async Task<(Me? Me, BearerRefusal? Refusal)> AdmitAsync(HttpContext http, params string[] scopes)
    {
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        switch (BearerCredentials.Parse(http.Request.Headers.Authorization))
        {
            case BearerCredentials.Missing:
                return (null, BearerRefusal.Missing);
            case BearerCredentials.Token { Value: var value } when await reader.ReadAsync(value) is { } token:
                // Made for another resource server, it is nothing here (RFC 9068 section 4).
                if (token.Audience != publicUrl.Value)
                    return (null, BearerRefusal.Invalid);
                if (!scopes.Any(token.HasScope))
                    return (null, BearerRefusal.Scope(scopes));
                return await FindAsync(token, http) is { } me ? (me, null) : (null, BearerRefusal.Invalid);
            case BearerCredentials.Token:
                return (null, BearerRefusal.Invalid);
            default:
                return (null, BearerRefusal.Malformed);
        }
    }

    /// <summary>Whose live token it is, for doors that read tokens themselves; null when somebody is gone meanwhile.</summary>
    internal async Task<Me?> FindAsync(AccessTokenInfo token, HttpContext http)
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
