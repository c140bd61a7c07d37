using System.Globalization;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Federation;

namespace OAuthServer.Hosting.Checks;

/// <summary>Does single sign-on rest on a certificate that is about to end, and so to be changed?</summary>
static class CertificateCheck
{
    const string Subject = "single sign-on";

    /// <param name="db">Where to look.</param>
    /// <param name="now">The present.</param>
    /// <param name="findings">Gets what is found.</param>
    /// <param name="orgId">Only at this organization; null = at all.</param>
    internal static async Task RunAsync(ServerDb db, DateTimeOffset now, List<Finding> findings, string? orgId = null)
    {
        var snapshot = await IdentityProviders.ReadAsync(db);
        var own = (await db.ServiceProviderKeys.AsNoTracking().ToListAsync()).ConvertAll(ProviderCertificates.Of);
        foreach (var last in snapshot.All.Where(provider => (orgId is null || provider.OrgId == orgId) && provider.Row.IsActive && provider.Settings.Saml is not null).SelectMany(provider => CertificateWatch.LastOf(provider, own)))
        {
            if (last.DaysToWarn(now) is not null)
            {
                var whose = last.IsOurs ? "this server's certificate" : "the provider's last certificate";
                var ends = last.Certificate.NotAfter.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
                findings.Warn(Subject, $"{whose} for {last.Provider.Path} ends on {ends}; {(last.IsOurs ? "import this server's metadata there once more" : "providers usually change it before then: have the next one ready")}.");
            }
        }
        var problems = await db.ProviderMetadata.AsNoTracking().Where(m => m.Problem != null).ToListAsync();
        foreach (var problem in problems.Where(problem => orgId is null || snapshot.FindById(problem.ProviderId)?.OrgId == orgId))
            findings.Warn(Subject, $"the metadata of {snapshot.FindById(problem.ProviderId)?.Path} could not be fetched: {problem.Problem}");
    }
}
