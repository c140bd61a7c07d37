using System.Security.Cryptography.X509Certificates;

namespace OAuthServer.Federation.Saml;

/// <summary>An address of a provider's service.</summary>
/// <param name="Url">For requests.</param>
/// <param name="ResponseUrl">For answers: ResponseLocation, or the same.</param>
public sealed record SamlEndpoint(string Url, string ResponseUrl);

/// <summary>An identity provider as its metadata describes it.</summary>
/// <param name="EntityId">Its name.</param>
/// <param name="SsoRedirectUrl">Single sign-on by redirect; null when it has none. One of the two is there.</param>
/// <param name="SsoPostUrl">Single sign-on by post.</param>
/// <param name="SloRedirect">Single logout by redirect; null when it has none.</param>
/// <param name="SloPost">Single logout by post.</param>
/// <param name="SigningCertificates">All, at least one with a key of usable strength; expired ones too (see <see cref="SamlKey"/>).</param>
/// <param name="WantAuthnRequestsSigned">It refuses unsigned requests.</param>
/// <param name="NameIdFormats">The kinds of name it says it gives.</param>
/// <param name="ValidUntil">The metadata must not be used from then on; null: no end.</param>
/// <param name="CacheDuration">To be fetched again after that; null: not said.</param>
public sealed record SamlIdentityProvider(
    string EntityId, string? SsoRedirectUrl, string? SsoPostUrl, SamlEndpoint? SloRedirect, SamlEndpoint? SloPost,
    IReadOnlyList<X509Certificate2> SigningCertificates, bool WantAuthnRequestsSigned, IReadOnlyList<string> NameIdFormats,
    DateTimeOffset? ValidUntil, TimeSpan? CacheDuration);

/// <summary>Us, as our metadata describes us.</summary>
public sealed record SamlServiceProvider
{
    /// <summary>Our name: a URI of at most 1024 characters.</summary>
    public required string EntityId { get; init; }

    /// <summary>Where answers are posted to.</summary>
    public required string AssertionConsumerServiceUrl { get; init; }

    /// <summary>For both bindings; null: no single logout.</summary>
    public string? SingleLogoutUrl { get; init; }

    /// <summary>All keys we sign with now or soon: listed ahead of their first use.</summary>
    public required IReadOnlyList<ServiceProviderKey> SigningKeys { get; init; }

    /// <summary>All keys that may be encrypted to. Providers take the first; the others we still open.</summary>
    public IReadOnlyList<ServiceProviderKey> EncryptionKeys { get; init; } = [];

    /// <summary>Formats of names we take.</summary>
    public IReadOnlyList<string> NameIdFormats { get; init; } =
        [SamlNames.PersistentFormat, SamlNames.EmailFormat, SamlNames.UnspecifiedFormat];

    /// <summary>Null: it does not end.</summary>
    public DateTimeOffset? ValidUntil { get; init; }
}

/// <summary>What came of reading metadata.</summary>
public abstract record SamlMetadataReading
{
    /// <summary>A provider that can be used.</summary>
    public sealed record Found(SamlIdentityProvider Provider) : SamlMetadataReading;

    /// <summary>None.</summary>
    /// <param name="Problem">Why, for an administrator: a sentence in English, without anything from the document but names.</param>
    public sealed record Unusable(string Problem) : SamlMetadataReading;
}
