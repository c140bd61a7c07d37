using System.Globalization;
using System.Text.Json;
using OAuthServer.Federation;
using OAuthServer.Http;

namespace OAuthServer.Features.Token.Grants;

/// <summary>When a bearer JWT holds.</summary>
/// <param name="Flaw">What its times are found wanting in.</param>
/// <param name="UsableUntil">From then on it is refused as expired, what clocks may differ included.</param>
/// <param name="IsShortLived">It ends so soon that it may be brought again until then, where the dialect bears that.</param>
public sealed record JwtBearerTimes(AssertionFlaw Flaw, DateTimeOffset UsableUntil = default, bool IsShortLived = false)
{
    static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);
    static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);
    static readonly TimeSpan TolerantSkew = TimeSpan.FromSeconds(180);
    static readonly TimeSpan TolerantLife = TimeSpan.FromSeconds(300);
    static readonly TimeSpan LongestRemembered = TimeSpan.FromDays(366);

    /// <summary>A greater number counts milliseconds.</summary>
    const double Millis = 1e11;

    /// <summary>RFC 7523 section 3: numbers of seconds, and an end near enough.</summary>
    public static JwtBearerTimes Strict(CompactJws jws, DateTimeOffset now) =>
        jws.Time("exp") is not { } end || !IsAbsentOr(jws, "nbf", jws.Time("nbf")) || !IsAbsentOr(jws, "iat", jws.Time("iat")) ? new(AssertionFlaw.Malformed)
        : jws.Time("nbf") > now + Skew || jws.Time("iat") > now + Skew ? new(AssertionFlaw.NotYetValid)
        : end <= now - Skew ? new(AssertionFlaw.Expired)
        : end > now + Longest + Skew ? new(AssertionFlaw.TooLongLived)
        : new(AssertionFlaw.None, end + Skew);

    /// <summary>
    /// What existing clients send (contract, section 4.4): numbers or texts, seconds or milliseconds, clocks minutes apart. An end in a
    /// far future is no reason to refuse it: one that says when it was made is good for five minutes from then, another for one use.
    /// </summary>
    public static JwtBearerTimes Tolerant(CompactJws jws, DateTimeOffset now)
    {
        var (notBefore, issuedAt) = (Read(jws, "nbf"), Read(jws, "iat"));
        if (Read(jws, "exp") is not { } end || !IsAbsentOr(jws, "nbf", notBefore) || !IsAbsentOr(jws, "iat", issuedAt))
            return new(AssertionFlaw.Malformed);
        if (notBefore > now + TolerantSkew || issuedAt > now + TolerantSkew)
            return new(AssertionFlaw.NotYetValid);
        if (issuedAt is { } from && from + TolerantLife < end)
            end = from + TolerantLife;
        return end < now - TolerantSkew ? new(AssertionFlaw.Expired)
            : end > now + LongestRemembered ? new(AssertionFlaw.TooLongLived)
            : new(AssertionFlaw.None, end + TolerantSkew, IsShortLived: end <= now + TolerantLife + TolerantSkew);
    }

    /// <summary>An end that only the salesforce dialect bears: a text, or a number of milliseconds.</summary>
    public static bool IsOnlyBorne(CompactJws jws) =>
        jws.Claims.TryGetProperty("exp", out var end) && (end.ValueKind == JsonValueKind.String || end.ValueKind == JsonValueKind.Number && end.TryGetDouble(out var number) && number > Millis);

    static bool IsAbsentOr(CompactJws jws, string claim, DateTimeOffset? read) => read is not null || !jws.Claims.TryGetProperty(claim, out _);

    static DateTimeOffset? Read(CompactJws jws, string claim)
    {
        if (!jws.Claims.TryGetProperty(claim, out var value))
            return null;
        var isNumber = value.ValueKind == JsonValueKind.Number
            ? value.TryGetDouble(out var number)
            : double.TryParse(CompactJws.Text(jws.Claims, claim), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number);
        var seconds = number > Millis ? number / 1000 : number;
        return isNumber && seconds is > 0 and < 253_402_300_799 ? DateTimeOffset.FromUnixTimeMilliseconds((long)(seconds * 1000)) : null;
    }
}
