using System.Text.Json;
using OAuthServer.Http;

namespace OAuthServer.Federation.Oidc;

/// <summary>
/// The claims of an ID token and of userinfo as the rest of the house knows them: names with texts. Members of an object have dotted names
/// (<c>realm_access.roles</c>), by which some providers give roles; a claim that is written so itself comes first.
/// </summary>
static class OidcClaims
{
    const int MostClaims = 500;
    const int MostValues = 2000;
    const int MostCharacters = 4000;

    /// <summary>Reads them; null when there are more than an honest provider sends. Some of them would be worse: a missing one can mean something.</summary>
    /// <param name="idToken">The verified ID token's claims, which count first.</param>
    /// <param name="userInfo">What userinfo said of the same subject; null when it was not asked.</param>
    /// <param name="provisioning">Which of them holds the e-mail address.</param>
    internal static ProviderClaims? Read(JsonElement idToken, JsonElement? userInfo, ProvisioningSettings provisioning)
    {
        var values = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        try
        {
            if (!Add(values, "", idToken) || (userInfo is { } more && !Add(values, "", more)))
                return null;
        }
        catch (InvalidOperationException) // half a surrogate pair: valid JSON (RFC 8259 section 8.2) and no text
        {
            return null;
        }
        var claims = new ProviderClaims(values, EmailIsVerified: false);
        return claims with { EmailIsVerified = claims.First(provisioning.Claims.Email) is { } email && (IsVerified(idToken, email) || (userInfo is { } info && IsVerified(info, email))) };
    }

    /// <summary>True when userinfo may know what the ID token does not say and the provider's settings ask for.</summary>
    internal static bool IsThin(ProviderClaims claims, JsonElement idToken, ProviderSettings settings)
    {
        var (rules, names) = (settings.Provisioning, settings.Provisioning.Claims);
        return claims.First(names.Email) is null
            || (settings.LinksByVerifiedEmail && !idToken.TryGetProperty("email_verified", out _))
            || ((rules.Creates || rules.Updates) && new[] { names.Username, names.FirstName, names.LastName }.Any(wanted => claims.First(wanted) is null))
            || rules.Profiles.Any(rule => !claims.Values.ContainsKey(rule.Claim))
            || (rules.LeftWhen is { } left && !claims.Values.ContainsKey(left.Claim));
    }

    /// <summary>The document that says so is the one that has this very address, and says it with the JSON value <c>true</c>.</summary>
    static bool IsVerified(JsonElement document, string email) =>
        CompactJws.Text(document, "email")?.Trim() == email && document.TryGetProperty("email_verified", out var verified) && verified.ValueKind == JsonValueKind.True;

    static bool Add(Dictionary<string, IReadOnlyList<string>> values, string prefix, JsonElement from)
    {
        foreach (var member in from.EnumerateObject().Where(member => member.Value.ValueKind != JsonValueKind.Object))
        {
            if (TextsOf(member.Value) is not { } texts || values.Count == MostClaims)
                return false;
            if (texts.Count > 0)
                values.TryAdd(prefix + member.Name, texts);
        }
        foreach (var member in from.EnumerateObject().Where(member => member.Value.ValueKind == JsonValueKind.Object))
        {
            if (!Add(values, prefix + member.Name + ".", member.Value))
                return false;
        }
        return true;
    }

    /// <summary>Null when there are too many, or one is too long.</summary>
    static List<string>? TextsOf(JsonElement value)
    {
        var texts = new List<string>();
        if (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > MostValues)
            return null;
        foreach (var one in value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().AsEnumerable() : [value])
        {
            if (TextOf(one) is not { } text)
                continue;
            if (text.Length > MostCharacters)
                return null;
            texts.Add(text);
        }
        return texts;
    }

    static string? TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.GetRawText(),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => null,
    };
}
