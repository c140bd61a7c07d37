using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;

namespace OAuthServer.Hosting.Configuration;

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
        foreach (var app in state.Declared.Apps)
        {
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
