using Microsoft.EntityFrameworkCore;
using OAuthServer.Apps;
using OAuthServer.Data;
using OAuthServer.Federation;
using OAuthServer.Login.Examples;

namespace OAuthServer.Administration.Policies;

/// <summary>Who uses profiles, and when last.</summary>
static class ProfileUses
{
    /// <summary>How far back the last use is looked for: no index leads from a profile to its sign-ins.</summary>
    const int Recent = 20_000;

    /// <summary>How many users have each; one that nobody has is not in it.</summary>
    internal static Task<Dictionary<string, int>> CountAsync(ServerDb db, IReadOnlyCollection<string> profileIds, CancellationToken cancellation) =>
        db.Users.Where(user => profileIds.Contains(user.ProfileId)).GroupBy(user => user.ProfileId).Select(group => new { group.Key, Count = group.Count() })
            .ToDictionaryAsync(group => group.Key, group => group.Count, StringComparer.Ordinal, cancellation);

    /// <summary>When each decided a sign-in last, among the recent ones.</summary>
    internal static async Task<Dictionary<string, DateTimeOffset>> LastAsync(ServerDb db, string orgId, CancellationToken cancellation)
    {
        var recent = db.LoginRecords.Where(record => record.OrgId == orgId).OrderByDescending(record => record.Id).Take(Recent);
        var last = await recent.Where(record => record.ProfileId != null).GroupBy(record => record.ProfileId!).Select(group => new { group.Key, At = group.Max(record => record.At) }).ToListAsync(cancellation);
        return last.ToDictionary(group => group.Key, group => group.At, StringComparer.Ordinal);
    }

    /// <summary>Whether a record after this number names the profile. No index leads there: from 0 on, the whole history may be read.</summary>
    internal static Task<bool> HasDecidedAsync(ServerDb db, string orgId, string profileId, long after, CancellationToken cancellation) =>
        db.LoginRecords.AnyAsync(record => record.OrgId == orgId && record.Id > after && record.ProfileId == profileId, cancellation);

    /// <summary>What hangs on one.</summary>
    internal static async Task<ProfileImpact> ImpactAsync(ServerDb db, Profile profile, bool hasDecided, CancellationToken cancellation) => new(
        await db.Users.CountAsync(user => user.ProfileId == profile.Id, cancellation),
        hasDecided,
        await NamedByAsync(db, profile, cancellation));

    /// <summary>What names it: by its name, as files do, and not by its id.</summary>
    internal static async Task<IReadOnlyList<string>> NamedByAsync(ServerDb db, Profile profile, CancellationToken cancellation)
    {
        var apps = await db.ConnectedApps.AsNoTracking().Where(app => app.OrgId == profile.OrgId).OrderBy(app => app.ClientId).ToListAsync(cancellation);
        var providers = await db.IdentityProviders.AsNoTracking().Where(provider => provider.OrgId == profile.OrgId).OrderBy(provider => provider.Name).ToListAsync(cancellation);
        var tests = await db.PolicyTests.AsNoTracking().Where(test => test.OrgId == profile.OrgId).OrderBy(test => test.Name).ToListAsync(cancellation);
        return
        [
            .. apps.Where(app => SettingsJson.Read<AppSettings>(app.Settings).Preapproval.Profiles.Contains(profile.Name, StringComparer.Ordinal)).Select(app => $"app {app.ClientId}"),
            .. providers.Where(provider => SettingsJson.Read<ProviderSettings>(provider.Settings).Provisioning is var rules
                && (rules.DefaultProfile == profile.Name || rules.Profiles.Any(rule => rule.Profile == profile.Name))).Select(provider => $"provider {provider.Name}"),
            .. tests.Where(test => SettingsJson.Read<ExampleLogin>(test.Content).Profile == profile.Name).Select(test => $"test {test.Name}"),
        ];
    }
}
