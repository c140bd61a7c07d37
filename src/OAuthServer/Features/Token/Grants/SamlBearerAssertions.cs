using OAuthServer.Apps;
using OAuthServer.Federation;
using OAuthServer.Federation.Saml;
using OAuthServer.Http;

namespace OAuthServer.Features.Token.Grants;

/// <summary>
/// Holds SAML assertions against those who may have signed them (RFC 7522 section 3): an app with the keys that are registered for it, or a
/// provider with those that it publishes. Each counts once, until it ends.
/// </summary>
public sealed class SamlBearerAssertions(IdentityProviders providers, SamlPeers peers, PublicUrl publicUrl, TimeProvider clock)
{
    /// <summary>How long an app's assertion may be good for; it makes a fresh one whenever it likes.</summary>
    static readonly TimeSpan LongestOfApp = TimeSpan.FromMinutes(10);

    /// <summary>How long a provider's may be.</summary>
    static readonly TimeSpan LongestOfProvider = TimeSpan.FromDays(1);

    readonly string tokenEndpoint = publicUrl.At(Routes.Token);

    readonly string[] audiences = AssertionAudiences.Of(publicUrl);
    readonly string[] tolerantAudiences = AssertionAudiences.OfSalesforce(publicUrl);

    /// <summary>
    /// The verdict on an assertion that the app is said to have signed. Its recipient is this server also in the salesforce dialect: one that was
    /// made for the vendor's own endpoint is good for nothing here.
    /// </summary>
    public AppAssertion OfApp(string text, AppEntry app)
    {
        var reading = Read(text, app.Settings.Dialect == Dialect.Salesforce ? tolerantAudiences : audiences, issuer => issuer == app.ClientId ? KeysOf(app) : null);
        if (reading.Assertion is not { } assertion)
            return new(reading.Flaw);
        var name = assertion.Subject.Value;
        return !AppAssertion.CanBeSubject(name) ? new(AssertionFlaw.NoSubject)
            : IsTooLongLived(assertion, LongestOfApp) ? new(AssertionFlaw.TooLongLived, name)
            : new(AssertionFlaw.None, name, new(assertion.Id, assertion.UsableUntil));
    }

    /// <summary>The verdict on an assertion of a provider of this organization; null when it is of none.</summary>
    public async Task<ProviderAnswer?> OfProviderAsync(string text, string orgId)
    {
        if (SamlBearer.IssuerOf(text) is not { } issuer)
            return null;
        foreach (var provider in (await providers.CurrentAsync()).Of(orgId).Where(provider => provider.Settings.Saml is not null))
        {
            if (peers.KeysOf(provider, issuer) is not { } keys)
                continue;
            var reading = Read(text, [.. audiences, publicUrl.At(provider.Path)], claimed => claimed == issuer ? keys : null);
            return reading.Assertion is { } assertion && IsTooLongLived(assertion, LongestOfProvider)
                ? ProviderAnswer.Refused(provider, AssertionFlaw.TooLongLived)
                : SamlIdentity.Of(provider, reading);
        }
        return null;
    }

    /// <summary>What stands against an assertion that nobody here may have signed.</summary>
    public AssertionFlaw FlawOfStranger(string text) => Read(text, audiences, _ => null).Flaw;

    SamlReading Read(string text, IReadOnlyList<string> audiences, Func<string, IReadOnlyList<SamlKey>?> keysOf) => SamlBearer.Read(text, new()
    {
        KeysOf = keysOf,
        Audiences = audiences,
        Recipients = [tokenEndpoint],
        Now = clock.GetUtcNow(),
    });

    bool IsTooLongLived(SamlAssertion assertion, TimeSpan longest) => assertion.UsableUntil > clock.GetUtcNow() + longest + (2 * SamlExpectation.Skew);

    /// <summary>XML signatures know RSA with PKCS#1 padding and ECDSA. A key that is not bound to an algorithm stands in the list once for each.</summary>
    static List<SamlKey> KeysOf(AppEntry app)
    {
        var keys = new Dictionary<string, SamlKey>(StringComparer.Ordinal);
        foreach (var key in app.Keys.Where(key => key.Algorithm[0] is 'R' or 'E'))
        {
            using var half = key.PublicKey();
            keys.TryAdd(Convert.ToBase64String(half.ExportSubjectPublicKeyInfo()), SamlKey.Of(half));
        }
        return [.. keys.Values];
    }
}
