using Microsoft.AspNetCore.Http.Features;
using OAuthServer.Data;
using OAuthServer.Policy;
using OAuthServer.Tokens;

namespace OAuthServer.Features.Shared;

/// <summary>The caller: a live access token and whose it is.</summary>
/// <param name="Token">What was presented.</param>
/// <param name="User">The account, as it was when the request came in.</param>
/// <param name="Profile">The policy that applies to it.</param>
/// <param name="Org">Its organization.</param>
/// <param name="IsFromTrustedOrigin">Whether the request came from a trusted network or one of the profile's login ranges.</param>
public sealed record Me(AccessTokenInfo Token, User User, ProfileFacts Profile, Organization Org, bool IsFromTrustedOrigin)
{
    /// <summary>The caller that <see cref="BearerDoor"/> has let in.</summary>
    internal static Me Of(HttpContext http) => http.Features.GetRequiredFeature<Me>();
}
