using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using OAuthServer.Http;

namespace OAuthServer.Federation.Saml;

/// <summary>The two sides of a SAML conversation: the provider as its metadata or its settings describe it, and this server as that provider knows it.</summary>
public sealed class SamlPeers(PublicUrl publicUrl, SamlKeyRing keys, TimeProvider clock)
{
    // An entry is replaced when anything of it changes; what was read of it goes with it.
    readonly ConditionalWeakTable<ProviderEntry, SamlMetadataReading> read = [];

    /// <summary>The provider; or why it cannot be used.</summary>
    public SamlMetadataReading Of(ProviderEntry provider)
    {
        var reading = read.GetValue(provider, Read);
        return reading is SamlMetadataReading.Found { Provider.ValidUntil: { } end } && end <= clock.GetUtcNow()
            ? new SamlMetadataReading.Unusable("Its metadata have ended, and newer ones could not be had.")
            : reading;
    }

    /// <summary>The keys that the provider signs with; null when it cannot be used, or goes by another name than this.</summary>
    public IReadOnlyList<SamlKey>? KeysOf(ProviderEntry provider, string issuer) =>
        Of(provider) is SamlMetadataReading.Found { Provider: var idp } && idp.EntityId == issuer ? [.. idp.SigningCertificates.Select(SamlKey.Of)] : null;

    /// <summary>Our entity id at this provider: its own, so that what is meant for one provider's door opens no other's.</summary>
    public string EntityIdOf(ProviderEntry provider) => publicUrl.At(provider.Path);

    /// <summary>Where its answers are posted to.</summary>
    public string ConsumerOf(ProviderEntry provider) => publicUrl.At(provider.Path + "/acs");

    /// <summary>Where its logout messages go.</summary>
    public string LogoutOf(ProviderEntry provider) => publicUrl.At(provider.Path + "/slo");

    /// <summary>Us, as our metadata for this provider tell.</summary>
    public async Task<SamlServiceProvider> UsAsync(ProviderEntry provider, CancellationToken cancellation)
    {
        var all = await keys.KeysAsync(cancellation);
        return new()
        {
            EntityId = EntityIdOf(provider),
            AssertionConsumerServiceUrl = ConsumerOf(provider),
            SingleLogoutUrl = LogoutOf(provider),
            SigningKeys = all,
            EncryptionKeys = all,
            NameIdFormats = provider.Settings.Saml!.NameIdFormat is { } format ? [format] : [SamlNames.PersistentFormat, SamlNames.EmailFormat, SamlNames.UnspecifiedFormat],
        };
    }

    /// <summary>The provider as its settings and what is stored of it say, whether that has ended or not.</summary>
    internal static SamlMetadataReading Read(ProviderEntry provider)
    {
        var saml = provider.Settings.Saml!;
        if (saml.SingleSignOnUrl is { } url)
        {
            return new SamlMetadataReading.Found(new(
                saml.EntityId!, saml.RequestBinding == SamlBinding.Redirect ? url : null, saml.RequestBinding == SamlBinding.Post ? url : null,
                saml.SingleLogoutUrl is { } logout ? new(logout, logout) : null, null,
                [.. saml.Certificates.Select(pem => X509Certificate2.CreateFromPem(pem))], WantAuthnRequestsSigned: false, [], null, null));
        }
        // The instant is asked for when it is used: what is kept here must not end by having been read.
        return provider.Metadata is { } document
            ? SamlMetadata.Read(Encoding.UTF8.GetBytes(document), saml.EntityId, mustBeSignedBy: null, DateTimeOffset.MinValue)
            : new SamlMetadataReading.Unusable("Its metadata have not been had yet.");
    }
}
