using OAuthServer.Federation;
using OAuthServer.Federation.Saml;
using OAuthServer.Http;

namespace OAuthServer.Features.Token.Grants;

/// <summary>
/// Holds whole SAML responses that come to the token endpoint against the providers of an organization. They are held to all that a sign-in's
/// must meet, but for the request that they answer, since there was none: a response is made for the token endpoint, its destination and
/// recipient, and one that a browser brought to the consumer service is worth nothing here, nor the other way round.
/// </summary>
public sealed class SamlResponseAssertions(IdentityProviders providers, SamlPeers peers, SamlKeyRing keys, PublicUrl publicUrl, TimeProvider clock)
{
    static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    /// <summary>The verdict on a response of a provider of this organization; null when it is of none.</summary>
    /// <param name="base64">The parameter "assertion".</param>
    /// <param name="orgId">The app's organization.</param>
    /// <param name="cancellation">Ends the reading of our keys.</param>
    public async Task<ProviderAnswer?> ReadAsync(string base64, string orgId, CancellationToken cancellation)
    {
        if (SamlResponses.Peek(base64)?.Issuer is not { } issuer)
            return null;
        foreach (var provider in (await providers.CurrentAsync()).Of(orgId).Where(provider => provider.Settings.Saml is not null))
        {
            if (peers.KeysOf(provider, issuer) is not { } signing)
                continue;
            var settings = provider.Settings.Saml!;
            var now = clock.GetUtcNow();
            var reading = SamlResponses.Read(base64, new()
            {
                IdentityProvider = issuer,
                SigningKeys = signing,
                ServiceProvider = peers.EntityIdOf(provider),
                AssertionConsumerServiceUrl = publicUrl.At(Routes.Token),
                DecryptionKeys = await keys.KeysAsync(cancellation),
                Now = now,
                AllowUnsolicited = true,
                AuthnContexts = settings.RequestedContexts,
                MustBeEncrypted = settings.WantsEncryption,
            });
            return reading.Assertion is { } assertion && assertion.UsableUntil > now + Longest + (2 * SamlExpectation.Skew)
                ? ProviderAnswer.Refused(provider, AssertionFlaw.TooLongLived)
                : SamlIdentity.Of(provider, reading);
        }
        return null;
    }
}
