using System.Security.Cryptography;
using System.Text;
using OAuthServer.Apps;
using OAuthServer.Federation;
using OAuthServer.Http;

namespace OAuthServer.Features.Token.Grants;

/// <summary>
/// Reads the JWT by which an app asserts that it acts for a user (RFC 7523 section 3): issued by the app and signed by a key that is
/// registered for it, meant for us, and of now. Only what is signed may name anybody, so that a forgery is nobody's login.
/// </summary>
public sealed class JwtBearerAssertions(PublicUrl publicUrl, TimeProvider clock)
{
    const int MostId = 512;

    readonly string[] audiences = AssertionAudiences.Of(publicUrl);
    readonly string[] tolerantAudiences = AssertionAudiences.OfSalesforce(publicUrl);

    /// <summary>The verdict on an assertion of this app.</summary>
    public AppAssertion Read(string text, AppEntry app)
    {
        if (CompactJws.TryParse(text) is not { } jws)
            return new(text.Length > CompactJws.MaxLength ? AssertionFlaw.TooLarge : AssertionFlaw.Malformed);
        if (CompactJws.Text(jws.Claims, "iss") != app.ClientId)
            return new(AssertionFlaw.WrongIssuer);
        if (FlawOfSignature(jws, app) is not AssertionFlaw.None and var forged)
            return new(forged);
        var isTolerant = app.Settings.Dialect == Dialect.Salesforce;
        var subject = CompactJws.Text(jws.Claims, "sub") ?? (isTolerant ? CompactJws.Text(jws.Claims, "prn") : null);
        if (!AppAssertion.CanBeSubject(subject))
            return new(AssertionFlaw.NoSubject);
        var times = isTolerant ? JwtBearerTimes.Tolerant(jws, clock.GetUtcNow()) : JwtBearerTimes.Strict(jws, clock.GetUtcNow());
        var id = CompactJws.Text(jws.Claims, "jti");
        var flaw = !IsOfThisKind(jws.Type) || id is null or "" or { Length: > MostId } && jws.Claims.TryGetProperty("jti", out _) ? AssertionFlaw.Malformed
            : !jws.IsFor(isTolerant ? tolerantAudiences : audiences) ? AssertionFlaw.WrongAudience
            : times.Flaw;
        return new(flaw, subject, flaw == AssertionFlaw.None ? OnceOf(text, id, times, isTolerant) : null);
    }

    /// <summary>It is as no client by the RFC makes it: padded, its end a text or in milliseconds, or meant for one of the names that only the salesforce dialect bears.</summary>
    public bool IsOnlyBorne(string text, CompactJws jws) =>
        text.Contains('=', StringComparison.Ordinal) || JwtBearerTimes.IsOnlyBorne(jws) || !jws.IsFor(audiences) && jws.IsFor(tolerantAudiences);

    /// <summary>An access token, a logout token, a client's own assertion (RFC 8725 section 3.11) is none; most clients name no type.</summary>
    static bool IsOfThisKind(string? type) =>
        type is null or "authorization-grant+jwt" || type.Equals("JWT", StringComparison.OrdinalIgnoreCase);

    static AssertionFlaw FlawOfSignature(CompactJws jws, AppEntry app)
    {
        var keys = app.Keys.Where(key => key.Algorithm == jws.Algorithm).ToList();
        if (keys.Count == 0)
            return AssertionFlaw.AlgorithmRefused;
        keys.RemoveAll(key => jws.KeyId is not null && key.KeyId is not null && key.KeyId != jws.KeyId);
        return keys.Count == 0 ? AssertionFlaw.KeyUnknown
            : keys.Exists(jws.IsSignedBy) ? AssertionFlaw.None
            : AssertionFlaw.SignatureInvalid;
    }

    /// <summary>
    /// Each counts once, by its id or else by what is signed. Only the salesforce dialect's clients, who name no id and whose clocks tell
    /// seconds, may bring a short-lived one again: two that start in the same second make the same text and mean two logins.
    /// </summary>
    static OnceOnly? OnceOf(string text, string? id, JwtBearerTimes times, bool isTolerant) =>
        id is not null ? new("jti\n" + id, times.UsableUntil)
        : isTolerant && times.IsShortLived ? null
        : new("text\n" + Convert.ToHexString(SHA256.HashData(Encoding.ASCII.GetBytes(text, 0, text.LastIndexOf('.')))), times.UsableUntil);
}
