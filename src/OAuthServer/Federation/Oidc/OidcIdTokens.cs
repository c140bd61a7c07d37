using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using OAuthServer.Http;

namespace OAuthServer.Federation.Oidc;

/// <summary>
/// Reads ID tokens that an app brings without a browser, to exchange them (RFC 8693): a provider's, for us or for an app that the settings
/// name, and made a moment ago. Without a nonce only their youth, and that each counts once, says that they were not picked up somewhere.
/// </summary>
public sealed class OidcIdTokens(OidcDiscovery discovery, OidcSignatures signatures, TimeProvider clock)
{
    /// <summary>How old one may be.</summary>
    public static readonly TimeSpan LongestAge = TimeSpan.FromMinutes(10);

    /// <summary>Reads and checks one.</summary>
    /// <param name="provider">Whose it is said to be: an OpenID provider.</param>
    /// <param name="idToken">As it came.</param>
    /// <param name="cancellation">Ends the waiting for the provider.</param>
    /// <returns>The answer; <see cref="ProviderAnswer.Once"/> must be used up by whoever acts on it. It has no session.</returns>
    public async Task<ProviderAnswer> ReadAsync(ProviderEntry provider, string idToken, CancellationToken cancellation)
    {
        var checks = new OidcChecks();
        var jws = CompactJws.TryParse(idToken);
        if (!checks.Add(AssertionFlaw.Malformed, jws is not null))
            return checks.Refuse(provider);
        var metadata = await discovery.OfAsync(provider, cancellation);
        if (!checks.Add(AssertionFlaw.ProviderUnreachable, metadata is not null))
            return checks.Refuse(provider);
        var (settings, now) = (provider.Settings.Oidc!, clock.GetUtcNow());
        await signatures.CheckAsync(provider, metadata!, jws!, checks, cancellation);
        IdTokenRules.Check(jws!, settings, [settings.ClientId, .. settings.ExchangedAudiences], now, checks);
        checks.Add(AssertionFlaw.Expired, !(jws!.Time("iat") <= now - LongestAge - IdTokenRules.Skew));
        if (checks.Flaw != AssertionFlaw.None)
            return checks.Refuse(provider, IdTokenRules.Decode(jws));
        var claims = OidcClaims.Read(jws.Claims, null, provider.Settings.Provisioning);
        return !checks.Add(AssertionFlaw.TooLarge, claims is not null) ? checks.Refuse(provider, IdTokenRules.Decode(jws)) : new()
        {
            Provider = provider,
            Flaw = AssertionFlaw.None,
            Checks = checks.Made,
            Subject = IdTokenRules.SubjectOf(jws)!,
            Claims = claims!,
            HasSecondFactor = OidcSecondFactor.IsIn(jws, provider.Settings),
            AuthenticatedAt = jws.Time("auth_time"),
            Once = new(IdOf(idToken), jws.Time("iat")!.Value + LongestAge + (2 * IdTokenRules.Skew)),
            Decoded = IdTokenRules.Decode(jws),
        };
    }

    /// <summary>Of what is signed: the signature could be written in other ways.</summary>
    static string IdOf(string idToken) => Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(idToken[..idToken.LastIndexOf('.')])));
}
