using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Federation;
using OAuthServer.Policy;

namespace OAuthServer.Configuration;

/// <summary>
/// Names in one file that mean something in another or in the database. Whoever is named must be declared too, or be there and
/// stay there.
/// </summary>
static class References
{
    /// <summary>All users a declared organization speaks of, in normal form.</summary>
    internal static List<string> Usernames(DeclaredOrg org) =>
    [
        .. org.Users.Select(user => user.NormalizedUsername)
            .Concat(org.Apps.SelectMany(app => app.Settings.Preapproval.Users.Append(app.File.RunAs)).OfType<string>().Select(Normal))
            .Distinct(StringComparer.Ordinal),
    ];

    internal static string Normal(string username) => Data.Usernames.Normalize(username) ?? username;

    internal static async Task CheckAsync(ServerDb db, OrgState state, bool prune)
    {
        await CheckOwnersAsync(db, state);
        foreach (var user in state.Declared.Users.Where(user => user.File.Profile is not null))
            CheckProfile(state, user, prune);
        foreach (var provider in state.Declared.Providers)
        {
            CheckProvider(state, provider, prune);
            ProviderChange.Check(state, provider);
        }
        foreach (var user in state.Declared.Users)
            CheckIdentities(state, user, prune);
        foreach (var app in state.Declared.Apps)
        {
            if (app.Settings.Flows.Contains(LoginChannel.SamlBearer) && app.Settings.Jwks is null && !HasProvider(state, provider => provider.Saml is not null))
                app.Source.Add("jwks", "is missing: samlBearer assertions are checked with the app's public keys, or a SAML provider's; add the keys, or declare a provider.");
            if (app.Settings.Flows.Contains(LoginChannel.TokenExchange) && !HasProvider(state, provider => provider.Oidc is not null))
                app.Source.Add("flows", "has tokenExchange, which takes ID tokens of an OpenID provider; declare one in providers/, or remove it.");
            if (app.File.RunAs is { } runAs)
                CheckUser(state, runAs, "runAs", app.Source, prune);
            foreach (var (index, username) in app.Settings.Preapproval.Users.Index())
                CheckUser(state, username, $"preapproval.users[{index}]", app.Source, prune);
            foreach (var (index, profile) in app.Settings.Preapproval.Profiles.Index())
            {
                if (!HasProfile(state, profile, prune))
                    app.Source.Add($"preapproval.profiles[{index}]", UnknownProfile(state, profile));
            }
        }
    }

    static void CheckProvider(OrgState state, DeclaredProvider provider, bool prune)
    {
        if (state.Declared.File.Alias is null)
            provider.Source.Add("", "needs the organization to have an alias, with which the provider's addresses begin; write \"alias\" into organization.json.");
        var provisioning = provider.Settings.Provisioning;
        foreach (var (index, rule) in provisioning.Profiles.Index())
            CheckGiven(state, provider, rule.Profile, $"provisioning.profiles[{index}].profile", prune);
        if (provisioning.DefaultProfile is { } given)
            CheckGiven(state, provider, given, "provisioning.defaultProfile", prune);
    }

    static void CheckGiven(OrgState state, DeclaredProvider provider, string? profile, string path, bool prune)
    {
        if (profile is null)
            return;
        if (!HasProfile(state, profile, prune))
            provider.Source.Add(path, UnknownProfile(state, profile));
        else if (!provider.Settings.Provisioning.MayGrantAdministrator && state.SettingsOf(profile) is { Permissions.Administrator: true })
            provider.Source.Add(path, $"\"{profile}\" is an administrator's profile, which the provider may not give; choose another, or set provisioning.mayGrantAdministrator.");
    }

    static void CheckIdentities(OrgState state, DeclaredUser user, bool prune)
    {
        foreach (var (index, identity) in user.File.FederatedIdentities.Index())
        {
            var path = $"federatedIdentities[{index}]";
            if (identity.Provider is { } name && !state.Declared.Providers.Exists(provider => provider.File.Name == name) && (prune || !state.Providers.ContainsKey(name)))
                user.Source.Add($"{path}.provider", $"there is no provider \"{name}\"; {Spelling.Advice(name, [.. state.Declared.Providers.Select(provider => provider.File.Name)])}");
            if (identity.Subject is { Length: 0 or > 512 })
                user.Source.Add($"{path}.subject", "must be 1 to 512 characters.");
        }
    }

    static bool HasProvider(OrgState state, Func<ProviderSettings, bool> isMeant) =>
        state.Declared.Providers.Select(provider => provider.Settings).Concat(state.Providers.Values.Select(row => SettingsJson.Read<ProviderSettings>(row.Settings))).Any(isMeant);

    static async Task CheckOwnersAsync(ServerDb db, OrgState state)
    {
        var (org, id) = (state.Declared, state.Org?.Id);
        var names = org.Users.ConvertAll(user => user.NormalizedUsername);
        var elsewhere = await db.Users.AsNoTracking().Where(user => names.Contains(user.NormalizedUsername) && user.OrgId != id)
            .Select(user => user.NormalizedUsername).ToListAsync();
        foreach (var user in org.Users.Where(user => elsewhere.Contains(user.NormalizedUsername, StringComparer.Ordinal)))
            user.Source.Add("username", $"\"{user.File.Username}\" belongs to another organization of this server; choose another.");
        var clients = org.Apps.ConvertAll(app => app.File.ClientId);
        var taken = await db.ConnectedApps.AsNoTracking().Where(app => clients.Contains(app.ClientId) && app.OrgId != id)
            .Select(app => app.ClientId).ToListAsync();
        if (org.File.Alias is { } alias && await db.Organizations.AsNoTracking().AnyAsync(other => other.Alias == alias && other.Id != id))
            org.Source.Add("alias", $"\"{alias}\" belongs to another organization of this server; choose another.");
        var domains = org.Providers.SelectMany(provider => provider.Settings.Domains).ToList();
        var foreign = await db.ProviderDomains.AsNoTracking()
            .Where(row => domains.Contains(row.Domain) && db.IdentityProviders.Any(provider => provider.Id == row.ProviderId && provider.OrgId != id))
            .Select(row => row.Domain).ToListAsync();
        foreach (var provider in org.Providers.Where(provider => provider.Settings.Domains.Intersect(foreign, StringComparer.Ordinal).Any()))
            provider.Source.Add("domains", $"\"{provider.Settings.Domains.Intersect(foreign, StringComparer.Ordinal).First()}\" belongs to another organization of this server; remove it.");
        foreach (var app in org.Apps.Where(app => taken.Contains(app.File.ClientId, StringComparer.Ordinal)))
            app.Source.Add("clientId", $"\"{app.File.ClientId}\" belongs to another organization of this server; choose another.");
    }

    static void CheckProfile(OrgState state, DeclaredUser user, bool prune)
    {
        if (!HasProfile(state, user.File.Profile, prune))
            user.Source.Add("profile", UnknownProfile(state, user.File.Profile));
        else if (user.File.BreakGlass && state.SettingsOf(user.File.Profile) is { Permissions.Administrator: false })
            user.Source.Add("breakGlass", $"is for administrators, and \"{user.File.Profile}\" is no administrator's profile; set it to false.");
    }

    static bool HasProfile(OrgState state, string name, bool prune) =>
        state.Declared.Profiles.Exists(profile => profile.Name == name) || !prune && state.Profiles.ContainsKey(name);

    static string UnknownProfile(OrgState state, string name)
    {
        var known = state.Declared.Profiles.Select(profile => profile.Name).Union(state.Profiles.Keys, StringComparer.Ordinal);
        return $"there is no profile \"{name}\"; {Spelling.Advice(name, [.. known])}";
    }

    static void CheckUser(OrgState state, string username, string path, FileReport report, bool prune)
    {
        var name = Normal(username);
        if (state.Declared.Users.Exists(user => user.NormalizedUsername == name))
            return;
        if (!state.Users.TryGetValue(name, out var stored) || prune && stored.IsDeclared)
            report.Add(path, $"there is no user \"{username}\" in this organization; declare one in users/, or correct the name.");
    }
}
