using Microsoft.EntityFrameworkCore;
using OAuthServer.Administration.Providers;
using OAuthServer.Data;
using OAuthServer.Federation;
using OAuthServer.Tokens;

namespace OAuthServer.Administration.Keys;

/// <summary>Where a signing key stands.</summary>
public enum KeyState
{
    /// <summary>Published, so that everybody has seen it when it begins to sign.</summary>
    Waiting,

    /// <summary>Signs now.</summary>
    Signing,

    /// <summary>Signs no more; published until the last token it signed has expired.</summary>
    Retiring,
}

/// <summary>A signing key, without the key.</summary>
/// <param name="Kid">Its name in the key set (RFC 7517 section 4.5).</param>
/// <param name="Algorithm">ES256 or RS256.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Since">From when on it signs.</param>
/// <param name="Until">From when on it is no longer published; null while it signs or will sign.</param>
/// <param name="Use">What it signs for the organization, and when last.</param>
public sealed record SigningKeyLine(string Kid, string Algorithm, KeyState State, DateTimeOffset Since, DateTimeOffset? Until, SigningKeyUse Use);

/// <summary>The certificates of one provider.</summary>
/// <param name="Provider">Its name.</param>
/// <param name="Certificates">By which it is believed, the one that ends first in front.</param>
/// <param name="IsActive">It is switched on.</param>
/// <param name="People">How many identities there open an account.</param>
/// <param name="LastUsedAt">When somebody last came in by the provider, or tried to: which of its certificates it was is not recorded. Null = nobody, as far as is known.</param>
public sealed record ProviderCertificateLines(string Provider, IReadOnlyList<ProviderCertificate> Certificates, bool IsActive, int People, DateTimeOffset? LastUsedAt);

/// <summary>Who uses our own certificates: all SAML providers of the organization know this server by them.</summary>
/// <param name="Providers">Those that are switched on.</param>
/// <param name="LastUsedAt">When somebody last came in by any of them, or tried to.</param>
public sealed record OwnCertificateUse(IReadOnlyList<string> Providers, DateTimeOffset? LastUsedAt);

/// <summary>All keys and certificates an administrator has to do with.</summary>
/// <param name="SigningKeys">Those that sign tokens, the youngest in front.</param>
/// <param name="RotateAfterDays">How long one signs (<c>keys.rotateAfterDays</c>).</param>
/// <param name="OwnCertificates">By which SAML providers know this server.</param>
/// <param name="Providers">The organization's SAML providers.</param>
/// <param name="OwnUse">Who uses our own certificates.</param>
/// <param name="Apps">How many apps of the organization have tokens that any of these keys signs.</param>
/// <param name="MasterKey">The beginning of a keyed hash of nothing: tells two master keys apart, and tells nothing about one.</param>
public sealed record KeySight(
    IReadOnlyList<SigningKeyLine> SigningKeys, int RotateAfterDays, IReadOnlyList<ProviderCertificate> OwnCertificates,
    IReadOnlyList<ProviderCertificateLines> Providers, OwnCertificateUse OwnUse, int Apps, string MasterKey);

/// <summary>Signing keys and certificates. They are the whole server's, but for those of an organization's own providers.</summary>
public sealed class KeyOperations(Database database, SigningKeyRing ring, KeyOptions options, IdentityProviders providers, MasterKey master, ChangeWatch changes) : IAdminOperations
{
    const string Page = "/setup/system/keys";

    /// <inheritdoc />
    public IEnumerable<AdminOperation> All =>
    [
        AdminOperation.Read<Nothing, KeySight>("keys.list", "/keys", Page, "List signing keys and certificates, with their ends and what they are used for.", ListAsync),
        AdminOperation.Change<Nothing, KeySight>("keys.rotate", "POST", "/keys/rotate", Page, "Sign with new keys from now on; the old ones stay published until their last tokens have expired.", RotateAsync).Stops("keys.list"),
    ];

    public async Task<AdminAnswer<KeySight>> ListAsync(AdminCall call, Nothing input)
    {
        await using var db = database.NewContext();
        var rows = await db.SigningKeys.AsNoTracking().Where(key => key.RetiresAt == null || key.RetiresAt > call.At)
            .Select(key => new { key.Kid, key.Algorithm, key.ActivatesAt, key.RetiresAt }).ToListAsync(call.Cancellation);
        var signing = rows.Where(key => key.ActivatesAt <= call.At).GroupBy(key => key.Algorithm, StringComparer.Ordinal)
            .Select(keys => keys.MaxBy(key => key.ActivatesAt)!.Kid).ToHashSet(StringComparer.Ordinal);
        var all = (await providers.CurrentAsync()).All.Where(provider => provider.OrgId == call.Org.Id).ToList();
        var own = all.Where(provider => provider.Settings.Saml is not null).OrderBy(provider => provider.Row.Name, StringComparer.Ordinal).ToList();
        var certificates = own.Count == 0 ? [] : await db.ServiceProviderKeys.AsNoTracking().OrderBy(key => key.NotAfter).ToListAsync(call.Cancellation);
        var (use, uses) = (await ProviderUse.OfAsync(db, call), await SigningKeyUses.ReadAsync(db, call, all.Where(provider => provider.Row.IsActive)));
        var lines = new List<SigningKeyLine>();
        foreach (var key in rows.OrderBy(key => key.Algorithm, StringComparer.Ordinal).ThenByDescending(key => key.ActivatesAt))
        {
            var next = rows.Where(other => other.Algorithm == key.Algorithm && other.ActivatesAt > key.ActivatesAt).Min(other => (DateTimeOffset?)other.ActivatesAt);
            lines.Add(new(
                key.Kid, key.Algorithm, key.ActivatesAt > call.At ? KeyState.Waiting : signing.Contains(key.Kid) ? KeyState.Signing : KeyState.Retiring,
                key.ActivatesAt, key.RetiresAt, await uses.OfAsync(db, call, key.Algorithm, key.ActivatesAt, next)));
        }
        var active = own.Where(provider => provider.Row.IsActive).ToList();
        return new KeySight(
            lines,
            options.RotateAfterDays,
            [.. certificates.Select(ProviderCertificates.Of)],
            [.. own.Select(provider => new ProviderCertificateLines(provider.Row.Name, ProviderCertificates.Of(provider), provider.Row.IsActive, use.PeopleOf(provider.Id), use.LastOf(provider.Id)))],
            new([.. active.Select(provider => provider.Row.Name)], active.Max(provider => use.LastOf(provider.Id))),
            uses.Apps,
            master.KeyedHash("fingerprint", "")[..8]);
    }

    public async Task<AdminAnswer<KeySight>> RotateAsync(AdminCall call, Nothing input)
    {
        await using var db = call.Begin(database);
        // Everybody's tokens are signed by them: where there are several organizations, none rotates for the others.
        var organizations = await db.Organizations.Select(org => org.Id).ToListAsync(call.Cancellation);
        if (organizations.Count > 1 && call.Actor.Door != AuditDoor.Cli)
        {
            return new AdminRefusal.Conflict(
                "server-wide", "The signing keys are the whole server's, and it has more than one organization.",
                "Ask the operator to run this at the machine itself: oauthserver keys rotate --org NAME");
        }
        await using (var transaction = await db.Database.BeginTransactionAsync(call.Cancellation))
        {
            if (await ring.ReplaceAsync(db, call.Cancellation) is not { } made)
            {
                return new AdminRefusal.Conflict(
                    "just-rotated", "The signing keys were replaced a moment ago.", $"Everybody who verifies tokens has to fetch the new ones first. Wait {SigningKeyRing.Pause.TotalMinutes:0} minutes.");
            }
            foreach (var (org, key) in organizations.SelectMany(org => made.Select(key => (org, key))))
                db.Audit(org, "signing-key", key.Kid, $"{key.Algorithm} {key.Kid}", after: new { key.Algorithm, key.ActivatesAt });
            await db.SaveChangesAsync(call.Cancellation);
            await transaction.CommitAsync(call.Cancellation);
        }
        await changes.RefreshAsync();
        return await ListAsync(call, input);
    }
}
