using System.Text.Json;
using OAuthServer.Data;
using OAuthServer.Http;

namespace OAuthServer.Federation.Oidc;

/// <summary>What a provider's logout token says.</summary>
/// <param name="Flaw">The first thing that does not hold; <see cref="AssertionFlaw.None"/> when all does.</param>
/// <param name="Subject">Whose sessions have ended there; null = only the one session is named.</param>
/// <param name="SessionId">Which session has; null = all of the subject's.</param>
public sealed record OidcLogout(AssertionFlaw Flaw, string? Subject, string? SessionId);

/// <summary>
/// Reads the tokens by which providers say that a session there is over (OpenID Connect Back-Channel Logout 1.0, section 2.6). Anybody can
/// bring one, so nothing but the signature, and all that it covers, is believed; and each is good for one time.
/// </summary>
public sealed class OidcLogoutTokens(OidcDiscovery discovery, OidcSignatures signatures, WriteQueue writes, TimeProvider clock)
{
    const string Event = "http://schemas.openid.net/event/backchannel-logout";
    const int MostOfName = 512;

    static readonly TimeSpan LongestAge = TimeSpan.FromMinutes(5);

    /// <summary>Reads one, and uses it up.</summary>
    public async Task<OidcLogout> ReadAsync(ProviderEntry provider, string token, CancellationToken cancellation)
    {
        var checks = new OidcChecks();
        var jws = CompactJws.TryParse(token);
        if (!checks.Add(AssertionFlaw.Malformed, jws is not null))
            return new(checks.Flaw, null, null);
        var metadata = await discovery.OfAsync(provider, cancellation);
        if (!checks.Add(AssertionFlaw.ProviderUnreachable, metadata is not null) || !await signatures.CheckAsync(provider, metadata!, jws!, checks, cancellation))
            return new(checks.Flaw, null, null);
        Check(provider.Settings.Oidc!, jws!, checks);
        if (checks.Flaw == AssertionFlaw.None)
            checks.Add(AssertionFlaw.Replayed, await IsFirstUseAsync(provider, jws!));
        return new(checks.Flaw, IdTokenRules.SubjectOf(jws!), IdTokenRules.SessionOf(jws!));
    }

    void Check(OidcSettings settings, CompactJws jws, OidcChecks checks)
    {
        var now = clock.GetUtcNow();
        checks.Add(AssertionFlaw.Malformed, jws.Type == "logout+jwt" || IdTokenRules.IsPlain(jws.Type)); // the type is only recommended
        IdTokenRules.CheckOrigin(jws, settings, [settings.ClientId], checks);
        IdTokenRules.CheckTimes(jws, now, checks);
        checks.Add(AssertionFlaw.Expired, jws.Time("iat") > now - LongestAge - IdTokenRules.Skew);
        checks.Add(AssertionFlaw.Malformed, SaysLogout(jws));
        // With a nonce it could pass for an ID token, or be one.
        checks.Add(AssertionFlaw.Malformed, !jws.Claims.TryGetProperty("nonce", out _));
        checks.Add(AssertionFlaw.Malformed, CompactJws.Text(jws.Claims, "jti") is { Length: > 0 and <= MostOfName });
        // A name that is there and cannot be read must not turn "this session" into "all of this person's".
        checks.Add(AssertionFlaw.NoSubject, Reads(jws, "sub", IdTokenRules.SubjectOf(jws)) && Reads(jws, "sid", IdTokenRules.SessionOf(jws))
            && (IdTokenRules.SubjectOf(jws) ?? IdTokenRules.SessionOf(jws)) is not null);
    }

    static bool SaysLogout(CompactJws jws) =>
        jws.Claims.TryGetProperty("events", out var events) && events.ValueKind == JsonValueKind.Object && events.EnumerateObject().Count() == 1
        && events.TryGetProperty(Event, out var value) && value.ValueKind == JsonValueKind.Object && !value.EnumerateObject().Any();

    static bool Reads(CompactJws jws, string claim, string? read) => read is not null || !jws.Claims.TryGetProperty(claim, out _);

    /// <summary>On all nodes and over restarts.</summary>
    async ValueTask<bool> IsFirstUseAsync(ProviderEntry provider, CompactJws jws)
    {
        var (id, until) = (CompactJws.Text(jws.Claims, "jti")!, jws.Time("iat")!.Value + LongestAge + (2 * IdTokenRules.Skew));
        return await writes.CommitAsync(scope => UsedAssertions.ClaimAsync(scope.Sql, "logout " + provider.Id, id, until));
    }
}
