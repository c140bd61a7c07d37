using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Orgs;

namespace OAuthServer.Configuration;

/// <summary>What the database holds of a declared organization: everything that is declared, was declared, or is referred to.</summary>
sealed class OrgState
{
    internal required DeclaredOrg Declared { get; init; }

    /// <summary>Null while the organization does not exist.</summary>
    internal Organization? Org { get; set; }

    /// <summary>Null while it has none.</summary>
    internal OrganizationLogo? Logo { get; private set; }

    internal List<TrustedNetwork> Networks { get; private set; } = [];

    internal Dictionary<string, Profile> Profiles { get; private set; } = new(StringComparer.Ordinal);

    /// <summary>The present version of each profile, by the profile's id.</summary>
    internal Dictionary<string, ProfileVersion> Versions { get; private set; } = new(StringComparer.Ordinal);

    /// <summary>By normal form. Not all users of the organization: only those the files speak or spoke of.</summary>
    internal Dictionary<string, User> Users { get; private set; } = new(StringComparer.Ordinal);

    internal Dictionary<string, IdentityProvider> Providers { get; private set; } = new(StringComparer.Ordinal);

    internal List<ProviderDomain> Domains { get; private set; } = [];

    internal List<ProviderMetadata> Metadata { get; private set; } = [];

    internal List<FederatedIdentity> Identities { get; private set; } = [];

    /// <summary>How many identities there are at each provider, by the provider's id; one that nobody is linked to is not in it.</summary>
    internal Dictionary<string, int> Linked { get; private set; } = new(StringComparer.Ordinal);

    internal Dictionary<string, ConnectedApp> Apps { get; private set; } = new(StringComparer.Ordinal);

    internal List<AppSecret> Secrets { get; private set; } = [];

    internal Dictionary<string, PolicyTest> Tests { get; private set; } = new(StringComparer.Ordinal);

    /// <summary>Changes that revert unless they are confirmed.</summary>
    internal List<TrialChange> Trials { get; private set; } = [];

    internal string Name => Declared.File.Name;

    internal static async Task<OrgState> LoadAsync(ServerDb db, DeclaredOrg declared)
    {
        var state = new OrgState { Declared = declared, Org = await db.Organizations.SingleOrDefaultAsync(org => org.Name == declared.File.Name) };
        if (state.Org?.Id is not { } id)
            return state;
        state.Logo = await db.OrganizationLogos.FindAsync(id);
        state.Networks = await db.TrustedNetworks.Where(network => network.OrgId == id).OrderBy(network => network.Id).ToListAsync();
        state.Profiles = await db.Profiles.Where(profile => profile.OrgId == id).OrderBy(profile => profile.Name)
            .ToDictionaryAsync(profile => profile.Name, StringComparer.Ordinal);
        state.Versions = await db.ProfileVersions
            .Where(version => db.Profiles.Any(p => p.OrgId == id && p.Id == version.ProfileId && p.Version == version.Version))
            .ToDictionaryAsync(version => version.ProfileId, StringComparer.Ordinal);
        var names = References.Usernames(declared);
        state.Users = await db.Users.Where(user => user.OrgId == id && (user.IsDeclared || names.Contains(user.NormalizedUsername)))
            .OrderBy(user => user.NormalizedUsername).ToDictionaryAsync(user => user.NormalizedUsername, StringComparer.Ordinal);
        state.Providers = await db.IdentityProviders.Where(provider => provider.OrgId == id).OrderBy(provider => provider.Name)
            .ToDictionaryAsync(provider => provider.Name, StringComparer.Ordinal);
        var providers = state.Providers.Values.Select(provider => provider.Id).ToList();
        state.Domains = await db.ProviderDomains.Where(domain => providers.Contains(domain.ProviderId)).ToListAsync();
        state.Metadata = await db.ProviderMetadata.Where(metadata => providers.Contains(metadata.ProviderId)).ToListAsync();
        var subjects = declared.Users.SelectMany(user => user.File.FederatedIdentities.Select(identity => identity.Subject)).ToList();
        state.Identities = await db.FederatedIdentities
            .Where(identity => providers.Contains(identity.ProviderId) && (identity.IsDeclared || subjects.Contains(identity.Subject))).ToListAsync();
        state.Linked = await db.FederatedIdentities.Where(identity => providers.Contains(identity.ProviderId)).GroupBy(identity => identity.ProviderId)
            .Select(group => new { group.Key, Count = group.Count() }).ToDictionaryAsync(group => group.Key, group => group.Count, StringComparer.Ordinal);
        state.Apps = await db.ConnectedApps.Where(app => app.OrgId == id).OrderBy(app => app.ClientId)
            .ToDictionaryAsync(app => app.ClientId, StringComparer.Ordinal);
        state.Secrets = await db.AppSecrets.Where(secret => db.ConnectedApps.Any(app => app.OrgId == id && app.Id == secret.AppId))
            .OrderBy(secret => secret.Id).ToListAsync();
        state.Tests = await db.PolicyTests.Where(test => test.OrgId == id).OrderBy(test => test.Name).ToDictionaryAsync(test => test.Name, StringComparer.Ordinal);
        state.Trials = await db.TrialChanges.Where(trial => trial.OrgId == id && trial.ConfirmedAt == null && trial.RevertedAt == null).OrderBy(trial => trial.SavedAt).ToListAsync();
        return state;
    }

    /// <summary>A profile's settings as they will be: the file's, or the stored ones; null when there is no such profile.</summary>
    internal ProfileSettings? SettingsOf(string profile) =>
        Declared.Profiles.Find(declared => declared.Name == profile)?.Settings
        ?? (Profiles.TryGetValue(profile, out var stored) ? SettingsJson.Read<ProfileSettings>(Versions[stored.Id].Settings) : null);
}
