using OAuthServer.Federation;

namespace OAuthServer.Administration.Providers;

/// <summary>How a provider speaks.</summary>
public enum ProviderProtocol
{
    /// <summary>OpenID Connect.</summary>
    Oidc,

    /// <summary>SAML 2.0.</summary>
    Saml,
}

/// <summary>An identity provider by its name.</summary>
public sealed record ProviderName(string Provider);

/// <summary>An identity provider in the list.</summary>
/// <param name="Provider">Its name.</param>
/// <param name="Label">On its button.</param>
/// <param name="Protocol">How it speaks.</param>
/// <param name="IsActive">Switched on.</param>
/// <param name="People">How many identities there open an account.</param>
/// <param name="LastUsedAt">When somebody last came in by it, or tried to; null = nobody, as far as is known.</param>
/// <param name="Problem">Why its metadata could not be fetched; null = it could, or need not.</param>
public sealed record ProviderLine(string Provider, string Label, ProviderProtocol Protocol, bool IsActive, int People, DateTimeOffset? LastUsedAt, string? Problem);

/// <summary>An identity provider as its administrators see it.</summary>
/// <param name="Provider">Its name.</param>
/// <param name="Id">Its record id.</param>
/// <param name="IsActive">Switched on.</param>
/// <param name="Settings">What it is and may do, as its file says it. The secret that proves us to it is not there.</param>
/// <param name="People">How many identities there open an account.</param>
/// <param name="LastUsedAt">When somebody last came in by it, or tried to; null = nobody, as far as is known.</param>
/// <param name="Metadata">Of a SAML provider that publishes them.</param>
/// <param name="Certificates">Its own.</param>
/// <param name="Addresses">What the provider is to be told of us.</param>
public sealed record ProviderSight(
    string Provider, string Id, bool IsActive, ProviderSettings Settings, int People, DateTimeOffset? LastUsedAt,
    MetadataState? Metadata, IReadOnlyList<ProviderCertificate> Certificates, IReadOnlyList<ProviderAddress> Addresses);

/// <summary>How the fetching of a provider's metadata fares.</summary>
/// <param name="FetchedAt">When it last succeeded; null = never.</param>
/// <param name="Problem">Why the last fetch failed; null when it did not.</param>
/// <param name="ProblemAt">Since when.</param>
public sealed record MetadataState(DateTimeOffset? FetchedAt, string? Problem, DateTimeOffset? ProblemAt);

/// <summary>An address that an administrator gives to the provider.</summary>
/// <param name="Key">Which, such as <c>RedirectUri</c>.</param>
/// <param name="Url">As the provider is to write it.</param>
public sealed record ProviderAddress(string Key, string Url);

/// <summary>What stops when a provider is switched off.</summary>
/// <param name="People">How many active users are linked with it.</param>
/// <param name="OnlyWay">How many of these have neither another active provider nor, where their profiles require single sign-on, any other way in.</param>
/// <param name="RequiredBy">The profiles that require single sign-on.</param>
/// <param name="IsLast">No other provider is switched on: whoever must use single sign-on cannot.</param>
/// <param name="Domains">Whose people are no longer sent there.</param>
/// <param name="Apps">The client ids of apps that log in with what such a provider asserts.</param>
/// <param name="LastUsedAt">When somebody last came in by it, or tried to.</param>
/// <param name="Users">Who is linked with it.</param>
/// <param name="LockedOut">Who has no other way in.</param>
public sealed record ProviderImpact(
    int People, int OnlyWay, IReadOnlyList<string> RequiredBy, bool IsLast, IReadOnlyList<string> Domains, IReadOnlyList<string> Apps, DateTimeOffset? LastUsedAt,
    NamedFew Users, NamedFew LockedOut);
