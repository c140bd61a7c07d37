using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;

namespace OAuthServer.Federation.Saml;

/// <summary>
/// Fetches the metadata of SAML providers, every hour and when a signature is by none of the known keys, so that a provider can change its
/// certificate without anybody here doing anything. What cannot be had, or does not hold, changes nothing: the last that did stay in
/// force, and administrators see why the fetch failed.
/// </summary>
public sealed class SamlMetadataFetching(
    Database database, ChangeWatch changes, IdentityProviders providers, SamlPeers peers, ProviderHttp http, TimeProvider clock, ILogger<SamlMetadataFetching> log)
{
    /// <summary>How often each is fetched.</summary>
    public static readonly TimeSpan Every = TimeSpan.FromHours(1);

    /// <summary>Between two fetches out of turn: nobody can make us ask at every request.</summary>
    public static readonly TimeSpan BetweenFetches = TimeSpan.FromSeconds(30);

    // By what is fetched too: what administrators have just written is tried at once.
    readonly ConcurrentDictionary<Source, Fetch> last = new();

    /// <summary>Fetches what is due.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var due = (await providers.CurrentAsync()).All.Where(provider => provider is { Row.IsActive: true, Settings.Saml.MetadataUrl: not null }
            && (!last.TryGetValue(Source.Of(provider), out var fetch) || now - fetch.At >= (provider.Metadata is null ? TimeSpan.FromMinutes(1) : Every)));
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
        var fetch = last.AddOrUpdate(Source.Of(provider), mine, (_, present) => now - present.At < BetweenFetches ? present : mine);
        await fetch.Done.Value.WaitAsync(cancellation);
        return (await providers.CurrentAsync()).FindById(provider.Id) ?? provider;
    }

    async Task FetchAsync(ProviderEntry provider, string url, DateTimeOffset now)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.Accept.ParseAdd("application/samlmetadata+xml, application/xml, text/xml, */*;q=0.1");
        var reply = await http.SendAsync(request, ProviderHttp.MostOfDocument, CancellationToken.None);
        var document = reply.Text.TrimStart('\uFEFF');
        var problem = reply.Problem ?? (reply.Status == 200 ? FlawOf(provider, document, now) : $"It answered {reply.Status}.");
        await KeepAsync(provider, problem is null ? document : null, problem, now);
        if (problem is not null)
            log.LogWarning("The metadata of identity provider {ProviderId} could not be had: {Problem}", provider.Id, problem);
    }

    static string? FlawOf(ProviderEntry provider, string document, DateTimeOffset now)
    {
        var saml = provider.Settings.Saml!;
        using var signer = saml.MetadataCertificate is { } pem ? X509Certificate2.CreateFromPem(pem) : null;
        return SamlMetadata.Read(Encoding.UTF8.GetBytes(document), saml.EntityId, signer, now) switch
        {
            SamlMetadataReading.Unusable unusable => unusable.Problem,
            // Links hang on who it was. Somebody else under the same address is an administrator's to say.
            SamlMetadataReading.Found { Provider.EntityId: var name } when SamlPeers.Read(provider) is SamlMetadataReading.Found { Provider.EntityId: var known } && name != known =>
                $"The metadata describes another provider than before, {name}; write it as saml.entityId if that is meant.",
            _ => null,
        };
    }

    async Task KeepAsync(ProviderEntry provider, string? document, string? problem, DateTimeOffset now)
    {
        await using var db = database.NewContext();
        // Written anew meanwhile: then this was fetched for what the provider no longer is.
        if (!await db.IdentityProviders.AnyAsync(p => p.Id == provider.Id && p.Settings == provider.Row.Settings))
            return;
        var row = await db.ProviderMetadata.SingleOrDefaultAsync(m => m.ProviderId == provider.Id);
        if (row is null)
            db.Add(row = new ProviderMetadata { ProviderId = provider.Id });
        if (document is not null)
            (row.Document, row.FetchedAt) = (row.Document is { } stored && SamlMetadata.TellTheSame(stored, document, provider.Settings.Saml!.EntityId) ? stored : document, now);
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

    /// <summary>What is fetched from where, and how it is believed.</summary>
    readonly record struct Source(string ProviderId, string? Url, string? Certificate, string? EntityId)
    {
        internal static Source Of(ProviderEntry provider) =>
            new(provider.Id, provider.Settings.Saml?.MetadataUrl, provider.Settings.Saml?.MetadataCertificate, provider.Settings.Saml?.EntityId);
    }
}
