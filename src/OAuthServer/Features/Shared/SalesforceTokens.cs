using OAuthServer.Apps;
using OAuthServer.Http;
using OAuthServer.Tokens;

namespace OAuthServer.Features.Shared;

/// <summary>
/// Tokens at the doors that only the salesforce dialect has: one of another app is none there, nor is one that was made for another resource server
/// (RFC 9068 section 4).
/// </summary>
public sealed class SalesforceTokens(AccessTokenReader reader, AppDirectory apps, PublicUrl publicUrl)
{
    /// <summary>The token's contents; null when it is no live token of an app of this dialect, or good for another password only.</summary>
    public async ValueTask<AccessTokenInfo?> ReadAsync(string token) => await ReadSessionAsync(token) is { } access && TellsWho(access) ? access : null;

    /// <summary>The same, with sessions of expired passwords, for the doors where such a one is changed.</summary>
    public async ValueTask<AccessTokenInfo?> ReadSessionAsync(string token) =>
        await reader.ReadAsync(token) is { } access && access.Audience == publicUrl.Value && await apps.FindAsync(access.ClientId) is { Settings.Dialect: Dialect.Salesforce } ? access : null;

    /// <summary>
    /// The token says who its user is, whatever its scopes: <c>id</c> goes with all of them. Only one that was given for an expired password
    /// does nothing but change that.
    /// </summary>
    public static bool TellsWho(AccessTokenInfo access) => !access.HasScope(BuiltInApps.ChangePasswordScope);

    /// <summary>The token may call what is called the API there.</summary>
    public static bool IsForApi(AccessTokenInfo access) => access.HasScope("api") || access.HasScope("full");
}
