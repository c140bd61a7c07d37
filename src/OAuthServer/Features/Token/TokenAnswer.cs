using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using OAuthServer.Features.Shared;
using OAuthServer.Http;
using OAuthServer.Policy;
using OAuthServer.Tokens;

namespace OAuthServer.Features.Token;

/// <summary>The answer in the standard dialect (RFC 6749 section 5.1).</summary>
static class StandardTokenAnswer
{
    internal static Task WriteAsync(HttpContext context, TokenResult result) =>
        OAuthAnswer.JsonAsync(context, 200, result, static (json, result) =>
        {
            json.WriteString("access_token"u8, result.AccessToken);
            if (IssuedType.Of(result) is { } type)
                json.WriteString("issued_token_type"u8, type);
            json.WriteString("token_type"u8, "Bearer"u8);
            json.WriteNumber("expires_in"u8, (long)result.ExpiresIn.TotalSeconds);
            if (result.RefreshToken is { } refresh)
                json.WriteString("refresh_token"u8, refresh);
            if (result.IdToken is { } id)
                json.WriteString("id_token"u8, id);
            json.WriteString("scope"u8, result.Access.Scope);
        });
}

/// <summary>What a token exchange has issued (RFC 8693 section 2.2.1).</summary>
static class IssuedType
{
    internal const string AccessToken = "urn:ietf:params:oauth:token-type:access_token";

    /// <summary>Null for every other grant.</summary>
    internal static string? Of(TokenResult result) => result.Access.Channel == LoginChannel.TokenExchange ? AccessToken : null;
}

/// <summary>
/// The answer in the salesforce dialect (contract, section 4.1): every value a string, no expires_in, the identity URL and the
/// instance URL always there, and a signature over identity and time keyed with the app's secret.
/// </summary>
static class SalesforceTokenAnswer
{
    internal static Task WriteAsync(HttpContext context, TokenResult result, RequestForm form, string? presentedSecret, PublicUrl publicUrl) =>
        SalesforceAnswer.WriteAsync(context, form, "OAuth", Members(result, presentedSecret, publicUrl), static (json, members) =>
        {
            foreach (var (name, value) in members)
                json.WriteString(name, value);
        });

    static List<(string Name, string Value)> Members(TokenResult result, string? presentedSecret, PublicUrl publicUrl)
    {
        var id = IdentityUrl.Of(publicUrl, result.Access.OrgId, result.Access.UserId);
        var issuedAt = result.IssuedAt.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        var members = new List<(string, string)> { ("access_token", result.AccessToken) };
        if (result.RefreshToken is { } refresh)
            members.Add(("refresh_token", refresh));
        if (IssuedType.Of(result) is { } type)
            members.Add(("issued_token_type", type));
        if (presentedSecret is not null)
            members.Add(("signature", Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(presentedSecret), Encoding.UTF8.GetBytes(id + issuedAt)))));
        members.Add(("scope", result.Access.Scope));
        if (result.IdToken is { } idToken)
            members.Add(("id_token", idToken));
        members.Add(("instance_url", publicUrl.Value));
        members.Add(("id", id));
        members.Add(("token_type", "Bearer"));
        members.Add(("issued_at", issuedAt));
        return members;
    }
}
