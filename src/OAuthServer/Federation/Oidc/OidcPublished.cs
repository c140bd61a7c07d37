using Microsoft.IdentityModel.Protocols;

namespace OAuthServer.Federation.Oidc;

/// <summary>What one provider publishes: whoever waits for it waits for no other.</summary>
sealed class OidcPublished(ProviderEntry provider, ProviderHttp http, TimeProvider clock, ILogger log) : IDisposable
{
    readonly SemaphoreSlim turn = new(1);
    ConfigurationManager<OidcMetadata>? manager;
    DateTimeOffset? failedAt;
    DateTimeOffset? refetchedAt;

    internal string Settings { get; } = provider.Row.Settings;

    internal async Task<OidcMetadata?> CurrentAsync(CancellationToken cancellation)
    {
        if (Volatile.Read(ref manager) is { } present)
            return await present.GetConfigurationAsync(cancellation); // renews itself behind our back
        await turn.WaitAsync(cancellation);
        try
        {
            return manager is { } made ? await made.GetConfigurationAsync(cancellation)
                : clock.GetUtcNow() - failedAt < OidcDiscovery.AfterFailure ? null
                : await FetchAsync();
        }
        finally
        {
            turn.Release();
        }
    }

    internal async Task<OidcMetadata?> AgainAsync(OidcMetadata seen, CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            if (manager is { } present && await present.GetConfigurationAsync(cancellation) is var current && !ReferenceEquals(current, seen))
                return current; // somebody else's key was unknown too
            if (clock.GetUtcNow() - refetchedAt < OidcDiscovery.BetweenRefetches)
                return null;
            refetchedAt = clock.GetUtcNow();
            return await FetchAsync();
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>
    /// A new manager fetches at once; one that is asked to refresh does so behind our back, too late for the sign-in that waits. What
    /// was had before stays when nothing comes.
    /// </summary>
    async Task<OidcMetadata?> FetchAsync()
    {
        var issuer = provider.Settings.Oidc!.Issuer;
        var fresh = new ConfigurationManager<OidcMetadata>(OidcMetadataRetriever.AddressOf(issuer), new OidcMetadataRetriever(issuer), http)
        {
            AutomaticRefreshInterval = TimeSpan.FromDays(1),
        };
        try
        {
            var metadata = await fresh.GetConfigurationAsync(CancellationToken.None); // for whoever waits as well
            Volatile.Write(ref manager, fresh);
            return metadata;
        }
        catch (InvalidOperationException problem)
        {
            failedAt = clock.GetUtcNow();
            log.LogWarning("What identity provider {ProviderId} publishes cannot be had: {Problem}", provider.Id, problem.InnerException?.Message.ReplaceLineEndings(" "));
            return null;
        }
    }

    public void Dispose() => turn.Dispose();
}
