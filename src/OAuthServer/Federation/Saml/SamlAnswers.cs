using OAuthServer.Data;

namespace OAuthServer.Federation.Saml;

/// <summary>Reads what a SAML provider answered into the words that both protocols share, and sees to it that each assertion counts once.</summary>
public sealed class SamlAnswers(SamlPeers peers, SamlKeyRing keys, SamlMetadataFetching metadata, WriteQueue writes, TimeProvider clock)
{
    /// <summary>The answer.</summary>
    /// <param name="provider">Whose door it came to.</param>
    /// <param name="response">The form field SAMLResponse.</param>
    /// <param name="back">The open request of this browser that it came with; null = none.</param>
    /// <param name="cancellation">Ends the waiting for newer metadata.</param>
    public async Task<ProviderAnswer> ReadAsync(ProviderEntry provider, string response, SsoReturn? back, CancellationToken cancellation)
    {
        // Before any key is used: what nobody asked for costs us nothing.
        if (back is null && !provider.Settings.Saml!.IdpInitiated && SamlResponses.Peek(response) is { } claim)
            return ProviderAnswer.Refused(provider, claim.InResponseTo is null ? AssertionFlaw.Unsolicited : AssertionFlaw.NotAsked, claim.InResponseTo);
        (provider, var known) = await metadata.KnownAsync(provider, cancellation);
        if (known is not SamlMetadataReading.Found { Provider: var idp })
            return ProviderAnswer.Refused(provider, AssertionFlaw.ProviderUnreachable, ((SamlMetadataReading.Unusable)known).Problem);
        var reading = await ReadAsync(provider, idp, response, back, cancellation);
        if (reading.Flaw is AssertionFlaw.SignatureInvalid && await metadata.FetchAsync(provider, cancellation) is var newer
            && newer.Metadata != provider.Metadata && peers.Of(newer) is SamlMetadataReading.Found { Provider: var changed })
        {
            // Signed by a key that is not known: the provider may have changed it a moment ago.
            (provider, reading) = (newer, await ReadAsync(newer, changed, response, back, cancellation));
        }
        var answer = SamlIdentity.Of(provider, reading);
        if (answer is not { Flaw: AssertionFlaw.None, Once: { } once })
            return answer;
        // One use of each assertion until it would expire, on all nodes and over restarts (profiles section 4.1.4.5).
        var isFirstUse = await writes.CommitAsync(scope => UsedAssertions.ClaimAsync(scope.Sql, "saml " + provider.Id, once.Id, once.Until), CancellationToken.None);
        return answer with
        {
            Flaw = isFirstUse ? AssertionFlaw.None : AssertionFlaw.Replayed,
            Checks = [.. answer.Checks, new(AssertionFlaw.Replayed, isFirstUse, once.Id)],
            Once = null,
        };
    }

    async Task<SamlReading> ReadAsync(ProviderEntry provider, SamlIdentityProvider idp, string response, SsoReturn? back, CancellationToken cancellation)
    {
        var settings = provider.Settings.Saml!;
        return SamlResponses.Read(response, new()
        {
            IdentityProvider = idp.EntityId,
            SigningKeys = [.. idp.SigningCertificates.Select(SamlKey.Of)],
            ServiceProvider = peers.EntityIdOf(provider),
            AssertionConsumerServiceUrl = peers.ConsumerOf(provider),
            DecryptionKeys = await keys.KeysAsync(cancellation),
            Now = clock.GetUtcNow(),
            RequestId = back is null ? null : SsoRequests.MessageIdOf(back.Handle),
            AllowUnsolicited = back is null && settings.IdpInitiated,
            AuthnContexts = settings.RequestedContexts,
            MustBeEncrypted = settings.WantsEncryption,
            AuthenticatedSince = back?.NewerThan,
        });
    }
}
