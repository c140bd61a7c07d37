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
    Database database, ChangeWatch changes, IdentityProviders providers, OidcHttp http, TimeProvider clock, ILogger<SamlMetadataFetching> log)
{
    /// <summary>How often each is fetched.</summary>
    public static readonly TimeSpan Every = TimeSpan.FromHours(1);

    /// <summary>Between two fetches out of turn: nobody can make us ask at every request.</summary>
    public static readonly TimeSpan BetweenFetches = TimeSpan.FromSeconds(30);

    // By what is fetched too: what administrators have just written is tried at once.
    readonly ConcurrentDictionary<Source, DateTimeOffset> lastTried = new();

    /// <summary>Fetches what is due.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var due = (await providers.CurrentAsync()).All.Where(provider => provider is { Row.IsActive: true, Settings.Saml.MetadataUrl: not null }
            && now - lastTried.GetValueOrDefault(Source.Of(provider)) >= (provider.Metadata is null ? TimeSpan.FromMinutes(1) : Every));
        // All at once: one that hangs holds up no other.
        await Task.WhenAll(due.Select(provider => FetchAsync(provider, cancellation)));
    }

    /// <summary>Fetches one now, unless that was done a moment ago.</summary>
    /// <returns>The provider as it is afterwards.</returns>
    public async Task<ProviderEntry> FetchAsync(ProviderEntry provider, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var tried = lastTried.GetValueOrDefault(Source.Of(provider));
        if (provider.Settings.Saml?.MetadataUrl is not { } url || now - tried < BetweenFetches)
            return provider;
        lastTried[Source.Of(provider)] = now;
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.Accept.ParseAdd("application/samlmetadata+xml, application/xml, text/xml, */*;q=0.1");
        var reply = await http.SendAsync(request, OidcHttp.MostOfDocument, cancellation);
        var document = reply.Text.TrimStart('\uFEFF');
        var problem = reply.Problem ?? (reply.Status == 200 ? FlawOf(provider, document, now) : $"It answered {reply.Status}.");
        await KeepAsync(provider, problem is null ? document : null, problem, now, cancellation);
        if (problem is not null)
            log.LogWarning("The metadata of identity provider {ProviderId} could not be had: {Problem}", provider.Id, problem);
        return (await providers.CurrentAsync()).FindById(provider.Id) ?? provider;
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

    async Task KeepAsync(ProviderEntry provider, string? document, string? problem, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var db = database.NewContext();
        // Written anew meanwhile: then this was fetched for what the provider no longer is.
        if (!await db.IdentityProviders.AnyAsync(p => p.Id == provider.Id && p.Settings == provider.Row.Settings, cancellation))
            return;
        var row = await db.ProviderMetadata.SingleOrDefaultAsync(m => m.ProviderId == provider.Id, cancellation);
        if (row is null)
            db.Add(row = new ProviderMetadata { ProviderId = provider.Id });
        if (document is not null)
            (row.Document, row.FetchedAt) = (row.Document is { } stored && SamlMetadata.TellTheSame(stored, document, provider.Settings.Saml!.EntityId) ? stored : document, now);
        (row.Problem, row.ProblemAt) = (problem, problem is null ? null : now);
        try
        {
            await db.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateException)
        {
            // Another node fetched the same at this moment, or the provider has been removed.
        }
        await changes.RefreshAsync();
    }

    /// <summary>What is fetched from where, and how it is believed.</summary>
    readonly record struct Source(string ProviderId, string? Url, string? Certificate, string? EntityId)
    {
        internal static Source Of(ProviderEntry provider) =>
            new(provider.Id, provider.Settings.Saml?.MetadataUrl, provider.Settings.Saml?.MetadataCertificate, provider.Settings.Saml?.EntityId);
    }
}
