using System.Collections.Concurrent;

namespace OAuthServer.Federation.Oidc;

/// <summary>
/// What OpenID providers publish of themselves, fetched when it is first needed and again every day. A key that is unknown has it
/// fetched once more, so that a rotation a moment ago stops nobody; but not more than twice a minute, so that nobody can make us ask
/// at every request.
/// </summary>
public sealed class OidcDiscovery(ProviderHttp http, TimeProvider clock, ILogger<OidcDiscovery> log) : IDisposable
{
    /// <summary>Between two fetches for an unknown key.</summary>
    public static readonly TimeSpan BetweenRefetches = TimeSpan.FromSeconds(30);

    /// <summary>How long a provider that could not be reached is not asked again.</summary>
    public static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(5);

    readonly ConcurrentDictionary<string, OidcPublished> known = new(StringComparer.Ordinal);

    /// <summary>What it publishes; null when it cannot be had, which is logged.</summary>
    public Task<OidcMetadata?> OfAsync(ProviderEntry provider, CancellationToken cancellation) => KnownOf(provider).CurrentAsync(cancellation);

    /// <summary>What it publishes now, after something that these keys do not know.</summary>
    /// <returns>Null when it cannot be had, or was fetched for the same reason a moment ago.</returns>
    public Task<OidcMetadata?> AgainAsync(ProviderEntry provider, OidcMetadata seen, CancellationToken cancellation) => KnownOf(provider).AgainAsync(seen, cancellation);

    // Other settings may mean another issuer: nothing of the old one is kept.
    OidcPublished KnownOf(ProviderEntry provider) => known.AddOrUpdate(
        provider.Id, _ => new(provider, http, clock, log), (_, old) => old.Settings == provider.Row.Settings ? old : new(provider, http, clock, log));

    public void Dispose()
    {
        foreach (var one in known.Values)
            one.Dispose();
    }
}
