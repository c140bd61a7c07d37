using Microsoft.EntityFrameworkCore;
using OAuthServer.Apps;
using OAuthServer.Data;
using OAuthServer.Federation;
using OAuthServer.Login.Examples;

namespace OAuthServer.Administration.Policies;

/// <summary>Who uses profiles, and when last.</summary>
static class ProfileUses
{
    /// <summary>Of what is not counted yet no more is looked through, after a standstill: no index leads from a profile to its sign-ins.</summary>
    const int MostUncounted = 20_000;

    /// <summary>How many users have each; one that nobody has is not in it.</summary>
    internal static Task<Dictionary<string, int>> CountAsync(ServerDb db, IReadOnlyCollection<string> profileIds, CancellationToken cancellation) =>
        db.Users.Where(user => profileIds.Contains(user.ProfileId)).GroupBy(user => user.ProfileId).Select(group => new { group.Key, Count = group.Count() })
            .ToDictionaryAsync(group => group.Key, group => group.Count, StringComparer.Ordinal, cancellation);

    /// <summary>When each decided a sign-in last: as counted, and of what is not counted yet as it stands in the records.</summary>
    internal static async Task<Dictionary<string, DateTimeOffset>> LastAsync(ServerDb db, string orgId, CancellationToken cancellation)
    {
        var mark = await MarkAsync(db, cancellation);
        var last = await db.ProfileUses.Where(use => db.Profiles.Any(profile => profile.Id == use.ProfileId && profile.OrgId == orgId) && db.LoginRecords.Any(record => record.Id == use.RecordId))
            .ToDictionaryAsync(use => use.ProfileId, use => use.At, StringComparer.Ordinal, cancellation);
        foreach (var use in await Uncounted(db, orgId, mark).ToListAsync(cancellation))
            last[use.ProfileId] = use.At;
        return last;
    }

    /// <summary>The newest records that are not counted yet, by profile.</summary>
    internal static IQueryable<ProfileUse> Uncounted(ServerDb db, string orgId, long mark) =>
        db.LoginRecords.Where(record => record.OrgId == orgId && record.Id > mark).OrderByDescending(record => record.Id).Take(MostUncounted)
            .Where(record => record.ProfileId != null).GroupBy(record => record.ProfileId!)
            .Select(group => new ProfileUse { ProfileId = group.Key, RecordId = group.Max(record => record.Id), At = group.Max(record => record.At) });

    /// <summary>Whether a record after this number names the profile. From 0 on: by its last counted record, and by those that are not counted yet.</summary>
    internal static async Task<bool> HasDecidedAsync(ServerDb db, string orgId, string profileId, long after, CancellationToken cancellation)
    {
        // The mark first: what is counted in between is read twice rather than never.
        var from = after > 0 ? after : await MarkAsync(db, cancellation);
        return after == 0 && await db.ProfileUses.AnyAsync(use => use.ProfileId == profileId && db.LoginRecords.Any(record => record.Id == use.RecordId), cancellation)
            || await db.LoginRecords.AnyAsync(record => record.OrgId == orgId && record.Id > from && record.ProfileId == profileId, cancellation);
    }

    static Task<long> MarkAsync(ServerDb db, CancellationToken cancellation) => db.IntegrationMarks.Select(mark => mark.LastRecordId).SingleAsync(cancellation);

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
