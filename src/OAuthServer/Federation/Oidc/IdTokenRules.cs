using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using OAuthServer.Http;

namespace OAuthServer.Federation.Oidc;

/// <summary>What must hold of a provider's JWT once its signature is known (OpenID Connect Core 1.0, section 3.1.3.7). Pure.</summary>
static class IdTokenRules
{
    /// <summary>How far a provider's clock may be off.</summary>
    internal static readonly TimeSpan Skew = TimeSpan.FromSeconds(60);

    const int MostOfName = 255;

    static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The checks of every ID token. All are made, so that whoever tries a provider sees each.</summary>
    /// <param name="jws">The token.</param>
    /// <param name="settings">Whose it must be.</param>
    /// <param name="audiences">Whom it may be for; the first is ours.</param>
    /// <param name="now">The time of day.</param>
    /// <param name="checks">Where they are noted.</param>
    internal static void Check(CompactJws jws, OidcSettings settings, IReadOnlyList<string> audiences, DateTimeOffset now, OidcChecks checks)
    {
        // Logout and access tokens are signed with the same keys for the same audiences (RFC 8725 section 3.11).
        checks.Add(AssertionFlaw.Malformed, IsPlain(jws.Type) && CompactJws.Text(jws.Claims, "typ") is null or "ID" or "JWT" && !jws.Claims.TryGetProperty("events", out _), jws.Type);
        CheckOrigin(jws, settings, audiences, checks);
        CheckTimes(jws, now, checks);
        checks.Add(AssertionFlaw.NoSubject, SubjectOf(jws) is not null, CompactJws.Text(jws.Claims, "sub"));
    }

    /// <summary>Who made it, and for whom.</summary>
    internal static void CheckOrigin(CompactJws jws, OidcSettings settings, IReadOnlyList<string> audiences, OidcChecks checks)
    {
        var issuer = CompactJws.Text(jws.Claims, "iss");
        checks.Add(AssertionFlaw.WrongIssuer, issuer == settings.Issuer, issuer);
        checks.Add(AssertionFlaw.WrongAudience, IsForUs(jws, audiences), jws.Claims.TryGetProperty("aud", out var audience) ? audience.GetRawText() : null);
    }

    /// <summary>When it was made and until when it counts.</summary>
    internal static void CheckTimes(CompactJws jws, DateTimeOffset now, OidcChecks checks)
    {
        var (expires, issued) = (jws.Time("exp"), jws.Time("iat"));
        checks.Add(AssertionFlaw.Malformed, expires is not null && issued is not null);
        if (expires is not null)
            checks.Add(AssertionFlaw.Expired, expires > now - Skew, Text(expires));
        var begins = jws.Claims.TryGetProperty("nbf", out _) ? jws.Time("nbf") : now;
        checks.Add(AssertionFlaw.NotYetValid, !(issued > now + Skew) && begins <= now + Skew, Text(issued));
    }

    /// <summary>The access token and the code belong to it, where it says which do (sections 3.1.3.6 and 3.3.2.11).</summary>
    internal static void CheckHashes(CompactJws jws, string? accessToken, string code, OidcChecks checks) => checks.Add(
        AssertionFlaw.HashMismatch, (accessToken is null || IsHashOf(jws, "at_hash", accessToken)) && IsHashOf(jws, "c_hash", code));

    /// <summary>The subject, 255 printable ASCII characters at most (section 2); null when there is none.</summary>
    internal static string? SubjectOf(CompactJws jws) =>
        CompactJws.Text(jws.Claims, "sub") is { Length: > 0 and <= MostOfName } subject && !subject.AsSpan().ContainsAnyExceptInRange(' ', '~') ? subject : null;

    /// <summary>The session there; null when it names none that could be kept.</summary>
    internal static string? SessionOf(CompactJws jws) =>
        CompactJws.Text(jws.Claims, "sid") is { Length: > 0 and <= MostOfName } session && !session.Any(c => char.IsControl(c) || char.IsSurrogate(c)) ? session : null;

    /// <summary>The claims for a person's eyes; null when they are no text.</summary>
    internal static string? Decode(CompactJws jws)
    {
        try
        {
            return JsonSerializer.Serialize(jws.Claims, Readable);
        }
        catch (Exception problem) when (problem is InvalidOperationException or ArgumentException) // half a surrogate pair
        {
            return null;
        }
    }

    internal static bool IsPlain(string? type) => type is null || type.Equals("JWT", StringComparison.OrdinalIgnoreCase);

    /// <summary>One of the audiences is there; with several, the one that it was made for is ours as well.</summary>
    static bool IsForUs(CompactJws jws, IReadOnlyList<string> audiences)
    {
        if (!jws.IsFor([.. audiences]))
            return false;
        var several = jws.Claims.GetProperty("aud") is { ValueKind: JsonValueKind.Array } list && list.GetArrayLength() > 1;
        return jws.Claims.TryGetProperty("azp", out _) ? CompactJws.Text(jws.Claims, "azp") is { } party && audiences.Contains(party, StringComparer.Ordinal) : !several;
    }

    static bool IsHashOf(CompactJws jws, string claim, string value)
    {
        if (!jws.Claims.TryGetProperty(claim, out _))
            return true;
        var bytes = Encoding.UTF8.GetBytes(value);
        var hash = jws.Algorithm[2..] switch
        {
            "384" => SHA384.HashData(bytes),
            "512" => SHA512.HashData(bytes),
            _ => SHA256.HashData(bytes),
        };
        return CompactJws.Text(jws.Claims, claim) == Base64Url.EncodeToString(hash.AsSpan(0, hash.Length / 2));
    }

    static string? Text(DateTimeOffset? time) => time?.ToString("u", CultureInfo.InvariantCulture);
}
