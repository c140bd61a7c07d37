using System.Diagnostics.Metrics;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Accounts;
using OAuthServer.Data;
using OAuthServer.Email;
using OAuthServer.Http;
using OAuthServer.Orgs;

namespace OAuthServer.Federation;

/// <summary>
/// The last certificate of its use that a provider has. Its end is no reason to refuse here (see <see cref="Saml.SamlKey"/>), but providers
/// usually change it before then, and single sign-on stops when they use one that is not known here.
/// </summary>
/// <param name="Provider">Whose sign-in rests on it.</param>
/// <param name="Certificate">The certificate.</param>
/// <param name="IsOurs">This server's own; the others are the provider's.</param>
public sealed record LastCertificate(ProviderEntry Provider, ProviderCertificate Certificate, bool IsOurs)
{
    /// <summary>How many days ahead administrators are to be warned of it: 30, 7 or 1; null = not yet. One that has ended is as near as can be.</summary>
    public int? DaysToWarn(DateTimeOffset now) => (Certificate.NotAfter - now).TotalDays switch
    {
        <= 1 => 1,
        <= 7 => 7,
        <= 30 => 30,
        _ => null,
    };
}

/// <summary>
/// Watches when certificates end on which single sign-on rests, and warns the organization's administrators 30, 7 and 1 days ahead: by
/// mail, each once, and by a metric. One beside which another of the same use lives longer is being rolled over, and worries nobody.
/// </summary>
public sealed class CertificateWatch(
    Database database, IdentityProviders providers, OrgDirectory orgs, Outbox outbox, PublicUrl server, TimeProvider clock)
{
    IReadOnlyList<LastCertificate> seen = [];

    /// <summary>Days until each ends, as of the last look.</summary>
    public IEnumerable<Measurement<double>> DaysLeft()
    {
        var now = clock.GetUtcNow();
        foreach (var last in seen)
        {
            yield return new(
                (last.Certificate.NotAfter - now).TotalDays, new KeyValuePair<string, object?>("provider", last.Provider.Path),
                new("use", last.Certificate.Use.ToString()), new("owner", last.IsOurs ? "server" : "provider"));
        }
    }

    /// <summary>The last certificates of all SAML providers that are switched on.</summary>
    public async Task<IReadOnlyList<LastCertificate>> LookAsync(CancellationToken cancellation = default)
    {
        await using var db = database.NewContext();
        var own = (await db.ServiceProviderKeys.AsNoTracking().ToListAsync(cancellation)).ConvertAll(ProviderCertificates.Of);
        return seen = [.. (await providers.CurrentAsync()).All.Where(provider => provider.Row.IsActive && provider.Settings.Saml is not null).SelectMany(provider => LastOf(provider, own))];
    }

    /// <summary>Looks, and writes the mails that are due, each in one transaction with the mark that it was written.</summary>
    public async Task WarnAsync(CancellationToken cancellation = default)
    {
        var now = clock.GetUtcNow();
        foreach (var last in await LookAsync(cancellation))
        {
            if (last.DaysToWarn(now) is { } days)
                await WarnAsync(last, days, now, cancellation);
        }
    }

    async Task WarnAsync(LastCertificate last, int days, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var db = database.NewContext();
        if (await db.CertificateWarnings.AnyAsync(w => w.ProviderId == last.Provider.Id && w.Thumbprint == last.Certificate.Thumbprint && w.Days <= days, cancellation))
            return;
        db.Add(new CertificateWarning { ProviderId = last.Provider.Id, Thumbprint = last.Certificate.Thumbprint, Days = days, SentAt = now });
        foreach (var administrator in await Administrators.OfAsync(db, last.Provider.OrgId, (await orgs.CurrentAsync()).Rows.AdministratingProfilesOf(last.Provider.OrgId), cancellation))
            outbox.Add(db, CertificateEmail.Compose(administrator, server, last.Provider.Settings.Label, last.Certificate.Subject, last.IsOurs, last.Certificate.NotAfter, now));
        try
        {
            await db.SaveChangesAsync(cancellation);
            outbox.Wake();
        }
        catch (DbUpdateException)
        {
            // Another node was first.
        }
    }

    /// <summary>The last certificate of each use: the provider's, and this server's own.</summary>
    internal static IEnumerable<LastCertificate> LastOf(ProviderEntry provider, IEnumerable<ProviderCertificate> own) =>
        LastOf(provider, ProviderCertificates.Of(provider), isOurs: false).Concat(LastOf(provider, own, isOurs: true));

    static IEnumerable<LastCertificate> LastOf(ProviderEntry provider, IEnumerable<ProviderCertificate> certificates, bool isOurs) =>
        certificates.GroupBy(certificate => certificate.Use)
            .Select(use => new LastCertificate(provider, use.MaxBy(certificate => certificate.NotAfter)!, isOurs));
}
