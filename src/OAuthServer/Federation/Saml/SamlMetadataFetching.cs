using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Federation.Oidc;

namespace OAuthServer.Federation.Saml;

/// <summary>
/// Fetches the metadata of SAML providers, every hour and when a signature is by none of the known keys, so that a provider can change its
/// certificate without anybody here doing anything. What cannot be had, or does not hold, changes nothing: the last that did stay in
/// force, and administrators see why the fetch failed.
/// </summary>
public sealed class SamlMetadataFetching(
    Database database, ChangeWatch changes, IdentityProviders providers, SamlPeers peers, OidcHttp http, TimeProvider clock, ILogger<SamlMetadataFetching> log)
{
    /// <summary>How often each is fetched.</summary>
    public static readonly TimeSpan Every = TimeSpan.FromHours(1);

    /// <summary>Between two fetches out of turn: nobody can make us ask at every request.</summary>
    public static readonly TimeSpan BetweenFetches = TimeSpan.FromSeconds(30);

    readonly ConcurrentDictionary<string, Fetch> last = new(StringComparer.Ordinal);

    /// <summary>Fetches what is due.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var due = (await providers.CurrentAsync()).All.Where(provider => provider is { Row.IsActive: true, Settings.Saml.MetadataUrl: not null }
            && (!last.TryGetValue(provider.Id, out var fetch) || now - fetch.At >= (provider.Metadata is null ? TimeSpan.FromMinutes(1) : Every)));
        // All at once: one that hangs holds up no other.
        await Task.WhenAll(due.Select(provider => FetchAsync(provider, cancellation)));
    }

    /// <summary>The provider as it can be used; where nothing is known of it yet, or what was known has ended, it is asked now and not within the hour.</summary>
    public async Task<(ProviderEntry Provider, SamlMetadataReading Reading)> KnownAsync(ProviderEntry provider, CancellationToken cancellation)
    {
        if (peers.Of(provider) is SamlMetadataReading.Unusable)
            provider = await FetchAsync(provider, cancellation);
        return (provider, peers.Of(provider));
    }

    /// <summary>Fetches one now, unless that was done a moment ago. Whoever comes while it is being fetched waits for the same answer.</summary>
    /// <returns>The provider as it is afterwards.</returns>
    public async Task<ProviderEntry> FetchAsync(ProviderEntry provider, CancellationToken cancellation)
    {
        if (provider.Settings.Saml?.MetadataUrl is not { } url)
            return provider;
        var now = clock.GetUtcNow();
        // Several wait for it: that one of them goes away must not end it.
        var mine = new Fetch(now, new(() => FetchAsync(provider, url, now)));
        var fetch = last.AddOrUpdate(provider.Id, mine, (_, present) => now - present.At < BetweenFetches ? present : mine);
        await fetch.Done.Value.WaitAsync(cancellation);
        return (await providers.CurrentAsync()).FindById(provider.Id) ?? provider;
    }

    async Task FetchAsync(ProviderEntry provider, string url, DateTimeOffset now)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.Accept.ParseAdd("application/samlmetadata+xml, application/xml, text/xml, */*;q=0.1");
        var reply = await http.SendAsync(request, OidcHttp.MostOfDocument, CancellationToken.None);
        var problem = reply.Problem ?? (reply.Status == 200 ? FlawOf(provider, reply.Text, now) : $"It answered {reply.Status}.");
        await KeepAsync(provider, problem is null ? reply.Text : null, problem, now);
        if (problem is not null)
            log.LogWarning("The metadata of identity provider {ProviderId} could not be had: {Problem}", provider.Id, problem);
    }

    static string? FlawOf(ProviderEntry provider, string document, DateTimeOffset now)
    {
        var saml = provider.Settings.Saml!;
        using var signer = saml.MetadataCertificate is { } pem ? X509Certificate2.CreateFromPem(pem) : null;
        return SamlMetadata.Read(Encoding.UTF8.GetBytes(document), saml.EntityId, signer, now) is SamlMetadataReading.Unusable unusable ? unusable.Problem : null;
    }

    async Task KeepAsync(ProviderEntry provider, string? document, string? problem, DateTimeOffset now)
    {
        await using var db = database.NewContext();
        var row = await db.ProviderMetadata.SingleOrDefaultAsync(m => m.ProviderId == provider.Id);
        if (row is null)
            db.Add(row = new ProviderMetadata { ProviderId = provider.Id });
        if (document is not null)
            (row.Document, row.FetchedAt) = (document, now);
        (row.Problem, row.ProblemAt) = (problem, problem is null ? null : now);
        try
        {
            await db.SaveChangesAsync();
        }
        catch (DbUpdateException)
        {
            // Another node fetched the same at this moment, or the provider has been removed.
        }
        await changes.RefreshAsync();
    }

    /// <summary>One that is under way, or was the last.</summary>
    sealed record Fetch(DateTimeOffset At, Lazy<Task> Done);
}
