using System.Security.Cryptography;
using System.Text;
using OAuthServer.Data;

namespace OAuthServer.Federation.Saml;

/// <summary>Reads what a SAML provider answered into the words that both protocols share, and sees to it that each assertion counts once.</summary>
public sealed class SamlAnswers(SamlPeers peers, SamlKeyRing keys, SamlMetadataFetching metadata, WriteQueue writes, TimeProvider clock)
{
    const string ClaimSql = "INSERT INTO used_assertions (id, expires_at) VALUES (@p0, @p1) ON CONFLICT (id) DO NOTHING";

    /// <summary>The answer.</summary>
    /// <param name="provider">Whose door it came to.</param>
    /// <param name="response">The form field SAMLResponse.</param>
    /// <param name="back">The open request of this browser that it came with; null = none.</param>
    /// <param name="cancellation">Ends the waiting for newer metadata.</param>
    public async Task<ProviderAnswer> ReadAsync(ProviderEntry provider, string response, SsoReturn? back, CancellationToken cancellation)
    {
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
        return reading.Assertion is { } assertion ? await OfAsync(provider, reading, assertion) : new()
        {
            Provider = provider,
            Flaw = reading.Flaw,
            Checks = reading.Checks,
            Decoded = reading.Xml,
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

    async Task<ProviderAnswer> OfAsync(ProviderEntry provider, SamlReading reading, SamlAssertion assertion)
    {
        var claims = ClaimsOf(assertion);
        var attribute = provider.Settings.Saml!.SubjectAttribute;
        var subject = attribute is null ? assertion.Subject.Value : claims.First([attribute]);
        var flaw = subject is null or { Length: > SamlNameId.MaxLength } ? AssertionFlaw.NoSubject
            // A name that is another one each time names nobody (core section 8.3.8).
            : attribute is null && assertion.Subject.Format == SamlNames.TransientFormat ? AssertionFlaw.NoSubject
            : await IsFirstUseAsync(assertion) ? AssertionFlaw.None : AssertionFlaw.Replayed;
        var authentication = assertion.Authentication!;
        return new()
        {
            Provider = provider,
            Flaw = flaw,
            Checks = [.. reading.Checks, new(flaw is AssertionFlaw.NoSubject ? flaw : AssertionFlaw.Replayed, flaw == AssertionFlaw.None, assertion.Id)],
            Subject = subject ?? "",
            Format = attribute is null ? assertion.Subject.Format ?? "" : "",
            Claims = claims,
            HasSecondFactor = authentication.ContextClass is { } context && provider.Settings.SecondFactors.Contains(context, StringComparer.Ordinal),
            AuthenticatedAt = authentication.At,
            Session = new(provider.Id, subject ?? "", authentication.SessionIndex, SamlSubject.Write(assertion.Subject), authentication.SessionEnds),
            Decoded = reading.Xml,
        };
    }

    static ProviderClaims ClaimsOf(SamlAssertion assertion) => new(
        assertion.Attributes, assertion.Attributes.TryGetValue("email_verified", out var said) && said is ["true"]);

    /// <summary>One use of each assertion until it would expire, on all nodes and over restarts (profiles section 4.1.4.5).</summary>
    async Task<bool> IsFirstUseAsync(SamlAssertion assertion)
    {
        var id = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes("saml\n" + assertion.Issuer + "\n" + assertion.Id)));
        return await writes.CommitAsync(async scope => await scope.Sql.ExecuteAsync(ClaimSql, id, assertion.UsableUntil.ToUnixTimeMilliseconds()) == 1);
    }
}
