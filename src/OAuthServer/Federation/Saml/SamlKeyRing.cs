using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Http;

namespace OAuthServer.Federation.Saml;

/// <summary>
/// The keys by which this server is known to SAML providers. Owns their life: three years, and three months before the end the next one
/// is made and published, which signs when the old one has a month left. Whatever is published is opened with.
/// </summary>
public sealed class SamlKeyRing(Database database, ChangeWatch changes, MasterKey master, PublicUrl publicUrl, TimeProvider clock) : IDisposable
{
    /// <summary>How long a certificate lasts.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromDays(3 * 365);

    /// <summary>How long before the end the next one is published.</summary>
    public static readonly TimeSpan PublishedAhead = TimeSpan.FromDays(90);

    /// <summary>How long before the end the next one signs.</summary>
    public static readonly TimeSpan SignsAhead = TimeSpan.FromDays(30);

    const string Purpose = "saml-key";

    readonly StampedCopy<List<KnownKey>> copy = new(database, changes, db => LoadAsync(db, master));
    readonly SemaphoreSlim making = new(1);

    /// <summary>The keys as of now, the one that signs in front; made when first needed.</summary>
    public async Task<IReadOnlyList<ServiceProviderKey>> KeysAsync(CancellationToken cancellation = default)
    {
        var now = clock.GetUtcNow();
        var keys = (await copy.CurrentAsync()).Rows;
        if (!keys.Exists(key => key.Key.NotAfter - now > PublishedAhead))
        {
            await MakeAsync(cancellation);
            keys = (await copy.CurrentAsync()).Rows;
        }
        return [.. keys.Where(key => key.Key.NotAfter > now).OrderByDescending(key => key.ActivatesAt <= now).ThenByDescending(key => key.ActivatesAt).Select(key => key.Key)];
    }

    async Task MakeAsync(CancellationToken cancellation)
    {
        await making.WaitAsync(cancellation);
        try
        {
            var now = clock.GetUtcNow();
            await using var db = database.NewContext();
            var last = await db.ServiceProviderKeys.AsNoTracking().OrderByDescending(key => key.NotAfter).FirstOrDefaultAsync(cancellation);
            if (last is not null && last.NotAfter - now > PublishedAhead)
            {
                // Made while this one waited, or by another node, of which this one may not have heard yet.
                await changes.RefreshAsync();
                return;
            }
            var key = ServiceProviderKey.Make(new Uri(publicUrl.Value).Host, now.AddMinutes(-5), Life);
            db.Add(new Data.ServiceProviderKey
            {
                Id = Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(key.Certificate)),
                Certificate = key.Certificate,
                PrivateKey = master.Protect(Purpose, key.PrivateKey()),
                ActivatesAt = last is { } old && old.NotAfter - SignsAhead > now ? old.NotAfter - SignsAhead : now,
                NotAfter = key.NotAfter,
                CreatedAt = now,
            });
            await db.SaveChangesAsync(cancellation);
            await changes.RefreshAsync();
        }
        finally
        {
            making.Release();
        }
    }

    static async Task<List<KnownKey>> LoadAsync(ServerDb db, MasterKey master) =>
        (await db.ServiceProviderKeys.AsNoTracking().ToListAsync())
            .ConvertAll(row => new KnownKey(new ServiceProviderKey(row.Certificate, master.Unprotect(Purpose, row.PrivateKey)), row.ActivatesAt));

    public void Dispose()
    {
        copy.Dispose();
        making.Dispose();
    }

    sealed record KnownKey(ServiceProviderKey Key, DateTimeOffset ActivatesAt);
}
