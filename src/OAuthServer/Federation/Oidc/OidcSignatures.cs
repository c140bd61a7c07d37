using OAuthServer.Http;

namespace OAuthServer.Federation.Oidc;

/// <summary>
/// Whether a provider signed a JWT: by one of the keys it publishes, with the algorithm that the key is for. No algorithm but RSA's and
/// those of the NIST curves is taken: not none, and none by which a public key could pass for a shared secret.
/// </summary>
public sealed class OidcSignatures(OidcDiscovery discovery)
{
    static readonly string[] Allowed = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"];

    /// <summary>Checks it. A key that nobody knows has the keys fetched again, once.</summary>
    /// <returns>True when the signature holds.</returns>
    internal async Task<bool> CheckAsync(ProviderEntry provider, OidcMetadata metadata, CompactJws jws, OidcChecks checks, CancellationToken cancellation)
    {
        var flaw = Judge(metadata.Keys, jws);
        // Without a key id, a signature that no key made is all that can be seen of a new key.
        if ((flaw == AssertionFlaw.KeyUnknown || (flaw == AssertionFlaw.SignatureInvalid && jws.KeyId is null))
            && await discovery.AgainAsync(provider, metadata, cancellation) is { } fresh)
            flaw = Judge(fresh.Keys, jws);
        return checks.Add(AssertionFlaw.AlgorithmRefused, flaw != AssertionFlaw.AlgorithmRefused, jws.Algorithm)
            && checks.Add(AssertionFlaw.KeyUnknown, flaw != AssertionFlaw.KeyUnknown, jws.KeyId)
            && checks.Add(AssertionFlaw.SignatureInvalid, flaw != AssertionFlaw.SignatureInvalid);
    }

    /// <summary>Pure: what these keys say of it.</summary>
    internal static AssertionFlaw Judge(IReadOnlyList<VerificationKey> keys, CompactJws jws)
    {
        if (!Allowed.Contains(jws.Algorithm, StringComparer.Ordinal))
            return AssertionFlaw.AlgorithmRefused;
        var named = keys.Where(key => jws.KeyId is null || key.KeyId is null || key.KeyId == jws.KeyId).ToList();
        return named.Count == 0 ? AssertionFlaw.KeyUnknown
            : !named.Exists(key => key.Algorithm == jws.Algorithm) ? AssertionFlaw.AlgorithmRefused
            : named.Exists(jws.IsSignedBy) ? AssertionFlaw.None
            : AssertionFlaw.SignatureInvalid;
    }
}
