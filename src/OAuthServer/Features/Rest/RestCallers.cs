using OAuthServer.Features.Shared;
using OAuthServer.Http;

namespace OAuthServer.Features.Rest;

/// <summary>Who calls the REST surface. The token first: who has none learns nothing, not even what there is.</summary>
public sealed class RestCallers(SalesforceTokens tokens, BearerDoor door)
{
    /// <summary>The caller, or why there is none.</summary>
    internal async Task<(Me? Me, RestError? Error)> AdmitAsync(HttpContext context) =>
        BearerCredentials.Parse(context.Request.Headers.Authorization, orOAuth: true).Presented is not { } token || await tokens.ReadAsync(token) is not { } access ? (null, RestError.NoSession)
        : !SalesforceTokens.IsForApi(access) ? (null, RestError.NoScope)
        : await door.FindAsync(access, context) is not { Profile.ApiEnabled: true } me ? (null, RestError.NoApi)
        : context.Request.RouteValues["version"] is string named && ApiVersions.Parse(named) is null ? (null, RestError.NotFound)
        : (me, null);
}
