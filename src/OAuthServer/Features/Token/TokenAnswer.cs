using System.Globalization;
using System.Security;
using System.Security.Cryptography;
using System.Text;
using OAuthServer.Data;
using OAuthServer.Features.Shared;
using OAuthServer.Http;
using OAuthServer.Tokens;

namespace OAuthServer.Features.Token;

/// <summary>The answer in the standard dialect (RFC 6749 section 5.1).</summary>
static class StandardTokenAnswer
{
    internal static Task WriteAsync(HttpContext context, TokenResult result) =>
        OAuthAnswer.JsonAsync(context, 200, result, static (json, result) =>
        {
            json.WriteString("access_token"u8, result.AccessToken);
            json.WriteString("token_type"u8, "Bearer"u8);
            json.WriteNumber("expires_in"u8, (long)result.ExpiresIn.TotalSeconds);
            if (result.RefreshToken is { } refresh)
                json.WriteString("refresh_token"u8, refresh);
            if (result.IdToken is { } id)
                json.WriteString("id_token"u8, id);
            json.WriteString("scope"u8, result.Access.Scope);
        });
}

/// <summary>
/// The answer in the salesforce dialect (contract, section 4.1): every value a string, no expires_in, the identity URL and the
/// instance URL always there, and a signature over identity and time keyed with the app's secret.
/// </summary>
static class SalesforceTokenAnswer
{
    internal static Task WriteAsync(HttpContext context, TokenResult result, RequestForm form, string? presentedSecret, PublicUrl publicUrl)
    {
        var members = Members(result, presentedSecret, publicUrl);
        return FormatOf(form, context.Request) switch
        {
            "xml" => TextAsync(context, "application/xml;charset=UTF-8", AsXml(members)),
            "urlencoded" => TextAsync(context, "application/x-www-form-urlencoded;charset=UTF-8", AsForm(members)),
            _ => OAuthAnswer.JsonAsync(context, 200, members, static (json, members) =>
            {
                foreach (var (name, value) in members)
                    json.WriteString(name, value);
            }),
        };
    }

    static List<(string Name, string Value)> Members(TokenResult result, string? presentedSecret, PublicUrl publicUrl)
    {
        var id = publicUrl.At($"/id/{RecordId.Long(result.Access.OrgId)}/{RecordId.Long(result.Access.UserId)}");
        var issuedAt = result.IssuedAt.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        var members = new List<(string, string)> { ("access_token", result.AccessToken) };
        if (result.RefreshToken is { } refresh)
            members.Add(("refresh_token", refresh));
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

    /// <summary>The parameter wins over the Accept header; JSON is the default.</summary>
    static string FormatOf(RequestForm form, HttpRequest request) => form["format"]
        ?? (request.Headers.Accept.ToString().Split(',')[0].Split(';')[0].Trim() switch
        {
            "application/xml" => "xml",
            "application/x-www-form-urlencoded" => "urlencoded",
            _ => "json",
        });

    static string AsXml(List<(string Name, string Value)> members) =>
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><OAuth>"
        + string.Concat(members.Select(m => $"<{m.Name}>{SecurityElement.Escape(m.Value)}</{m.Name}>")) + "</OAuth>";

    static string AsForm(List<(string Name, string Value)> members) =>
        string.Join('&', members.Select(m => m.Name + "=" + Uri.EscapeDataString(m.Value)));

    static Task TextAsync(HttpContext context, string type, string text)
    {
        OAuthAnswer.Begin(context, 200, type);
        return context.Response.WriteAsync(text);
    }
}
