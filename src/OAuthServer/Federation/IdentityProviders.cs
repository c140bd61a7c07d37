using System.Text;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;

namespace OAuthServer.Federation;

/// <summary>
/// Other people's identity providers. This room owns who they are, what they may vouch for, the browsers that were sent there, the reading
/// of what they assert, and which account an assertion means. It never decides who may come in: an assertion is one more proof that the
/// gate judges. What belongs to one organization's provider is found by that provider alone.
/// </summary>
public sealed class IdentityProviders(Database database, ChangeWatch changes, MasterKey key) : IDisposable
{
    /// <summary>The purpose under which client secrets are sealed.</summary>
    public const string SecretPurpose = "identity-provider-secret";

    readonly StampedCopy<ProviderSnapshot> copy = new(database, changes, ReadAsync);

    /// <summary>The providers as of the highest change stamp seen.</summary>
    public async ValueTask<ProviderSnapshot> CurrentAsync() => (await copy.CurrentAsync()).Rows;

    /// <summary>The secret that proves us to the provider; null where it has none.</summary>
    public string? SecretOf(ProviderEntry provider) =>
        provider.Row.ClientSecret is { } secret ? Encoding.UTF8.GetString(key.Unprotect(SecretPurpose, secret)) : null;

    /// <summary>The providers as the database has them.</summary>
    public static async Task<ProviderSnapshot> ReadAsync(ServerDb db)
    {
        var orgs = await db.Organizations.AsNoTracking().ToDictionaryAsync(org => org.Id, StringComparer.Ordinal);
        var metadata = await db.ProviderMetadata.AsNoTracking().Where(m => m.Document != null)
            .ToDictionaryAsync(m => m.ProviderId, m => m.Document, StringComparer.Ordinal);
        var rows = await db.IdentityProviders.AsNoTracking().ToListAsync();
        var entries = rows.Select(row => new ProviderEntry(row, SettingsJson.Read<ProviderSettings>(row.Settings), orgs[row.OrgId], metadata.GetValueOrDefault(row.Id)));
        return new([.. entries.OrderBy(entry => entry.Settings.Label, StringComparer.Ordinal)], await db.ProviderDomains.AsNoTracking().ToListAsync(), orgs.Values);
    }

    public void Dispose() => copy.Dispose();
}
