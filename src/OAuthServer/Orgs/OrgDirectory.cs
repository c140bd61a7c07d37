using System.Collections.Frozen;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Policy;

namespace OAuthServer.Orgs;

/// <summary>
/// Organizations, profiles and networks as facts. Owns the only mapping from rows to facts, and a copy of them that is read
/// again whenever the change stamp has risen. It never decides.
/// </summary>
public sealed class OrgDirectory(Database database, ChangeWatch changes) : IDisposable
{
    readonly StampedCopy<OrgSnapshot> copy = new(database, changes, LoadAsync);

    /// <summary>The directory as of the highest change stamp seen, with that stamp.</summary>
    public ValueTask<StampedCopy<OrgSnapshot>.Copy> CurrentAsync() => copy.CurrentAsync();

    /// <summary>A profile by its id. One that is newer than the copy is looked for once more.</summary>
    public async ValueTask<ProfileFacts> ProfileAsync(string profileId)
    {
        if ((await CurrentAsync()).Rows.Profiles.TryGetValue(profileId, out var found))
            return found;
        await changes.RefreshAsync();
        return (await CurrentAsync()).Rows.Profiles[profileId];
    }

    static async Task<OrgSnapshot> LoadAsync(ServerDb db)
    {
        var networks = (await db.TrustedNetworks.AsNoTracking().OrderBy(n => n.Id).ToListAsync()).ToLookup(n => n.OrgId, StringComparer.Ordinal);
        var orgs = (await db.Organizations.AsNoTracking().ToListAsync())
            .ToFrozenDictionary(org => org.Id, org => new OrgEntry(org, FactsMapping.OrgFacts(org, networks[org.Id])), StringComparer.Ordinal);
        var profiles = await db.Profiles.AsNoTracking()
            .Join(
                db.ProfileVersions, p => new { p.Id, p.Version }, v => new { Id = v.ProfileId, v.Version },
                (p, v) => new { Profile = p, v.Settings })
            .ToListAsync();
        var withProvider = (await db.IdentityProviders.AsNoTracking().Where(p => p.IsActive).Select(p => p.OrgId).Distinct().ToListAsync()).ToHashSet(StringComparer.Ordinal);
        // From the few apps to their users: from the users, all of them would be read.
        var runAs = await db.ConnectedApps.Where(app => app.RunAsUserId != null).Select(app => app.RunAsUserId!).Distinct().Join(db.Users.AsNoTracking(), id => id, user => user.Id, (_, user) => user).ToListAsync();
        return new(
            orgs,
            profiles.ToFrozenDictionary(
                p => p.Profile.Id,
                p => FactsMapping.ProfileFacts(orgs[p.Profile.OrgId].Org, p.Profile, SettingsJson.Read<ProfileSettings>(p.Settings), withProvider.Contains(p.Profile.OrgId)),
                StringComparer.Ordinal),
            runAs.ToFrozenDictionary(user => user.Id, StringComparer.Ordinal),
            profiles.GroupBy(p => p.Profile.OrgId, p => p.Profile.Id, StringComparer.Ordinal).ToFrozenDictionary(g => g.Key, g => g.ToArray(), StringComparer.Ordinal));
    }

    public void Dispose() => copy.Dispose();
}

/// <summary>An organization and what the rules know of it.</summary>
public sealed record OrgEntry(Organization Org, OrgFacts Facts);

/// <summary>All organizations and profiles at one change stamp, and the users that apps run as.</summary>
public sealed record OrgSnapshot(
    FrozenDictionary<string, OrgEntry> Orgs,
    FrozenDictionary<string, ProfileFacts> Profiles,
    FrozenDictionary<string, User> RunAsUsers,
    FrozenDictionary<string, string[]> ProfileIds)
{
    /// <summary>An organization's profiles.</summary>
    public IEnumerable<ProfileFacts> ProfilesOf(string orgId) => ProfileIds.GetValueOrDefault(orgId, []).Select(id => Profiles[id]);

    /// <summary>The ids of those whose people administer it.</summary>
    public string[] AdministratingProfilesOf(string orgId) => [.. ProfilesOf(orgId).Where(profile => profile.Administrator).Select(profile => profile.Id)];
}
