using System.Collections.Frozen;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Http;
using OAuthServer.Policy;

namespace OAuthServer.Apps;

/// <summary>A connected app with everything a request needs of it.</summary>
public sealed record AppEntry(
    ConnectedApp App,
    AppSettings Settings,
    FrozenSet<LoginChannel> Flows,
    IReadOnlyList<AppSecret> Secrets,
    IReadOnlyList<VerificationKey> Keys)
{
    public string ClientId => App.ClientId;

    /// <summary>It serves this organization's users: its own, or one that the server brings along.</summary>
    public bool IsOf(string orgId) => App.OrgId is null || App.OrgId == orgId;

    /// <summary>Switched on, and where the server brings it along also by the organization. An attempt of nobody's organization is not told by it.</summary>
    public bool IsOnFor(OrgFacts org) => App.IsActive && (App.OrgId is not null || org.Id.Length == 0 || org.BuiltInApps.Contains(ClientId));

    /// <summary>The app as the rules see it, for a user of this name and profile.</summary>
    /// <param name="org">The user's.</param>
    /// <param name="username">The user's.</param>
    /// <param name="profileName">The user's.</param>
    /// <param name="channel">On one that rests on an assertion the user is not there to be asked, and must have approved before.</param>
    /// <param name="isApprovedByUser">The user has. Does not stand in for an administrator's approval, where that is required.</param>
    public AppFacts FactsFor(OrgFacts org, string username, string profileName, LoginChannel channel, bool isApprovedByUser) => new(
        App.ClientId, IsOnFor(org), Flows, Settings.Preapproval.Required || channel.RestsOnAssertion(),
        Settings.Preapproval.Required
            ? Settings.Preapproval.Profiles.Contains(profileName, StringComparer.Ordinal) || Settings.Preapproval.Users.Contains(username, StringComparer.OrdinalIgnoreCase)
            : isApprovedByUser,
        Settings.IpRelaxation);
}

/// <summary>
/// Connected apps. Owns how an app is found and proven, its secrets, keys and redirect URIs, and a copy of them that is read again
/// whenever the change stamp has risen. It never makes a token and never knows a user.
/// </summary>
public sealed class AppDirectory(Database database, ChangeWatch changes) : IDisposable
{
    readonly StampedCopy<FrozenDictionary<string, AppEntry>> copy = new(database, changes, LoadAsync);

    /// <summary>The app of this client identifier; null when there is none.</summary>
    public async ValueTask<AppEntry?> FindAsync(string clientId) => (await copy.CurrentAsync()).Rows.GetValueOrDefault(clientId);

    /// <summary>The app of this id.</summary>
    public async ValueTask<AppEntry?> FindByIdAsync(string id) =>
        (await copy.CurrentAsync()).Rows.Values.FirstOrDefault(entry => entry.App.Id == id);

    /// <summary>The app as it is at this moment; null when nothing has changed since it was found.</summary>
    public async ValueTask<AppEntry?> RefreshedAsync(AppEntry known)
    {
        await changes.RefreshAsync();
        return await FindAsync(known.ClientId) is { } current && !ReferenceEquals(current, known) ? current : null;
    }

    static async Task<FrozenDictionary<string, AppEntry>> LoadAsync(ServerDb db)
    {
        var secrets = (await db.AppSecrets.AsNoTracking().OrderBy(s => s.Id).ToListAsync()).ToLookup(s => s.AppId, StringComparer.Ordinal);
        var apps = await db.ConnectedApps.AsNoTracking().ToListAsync();
        return apps.Select(app => EntryOf(app, [.. secrets[app.Id]])).ToFrozenDictionary(entry => entry.ClientId, StringComparer.Ordinal);
    }

    /// <summary>An app with what its settings mean.</summary>
    internal static AppEntry EntryOf(ConnectedApp app, IReadOnlyList<AppSecret> secrets)
    {
        var settings = SettingsJson.Read<AppSettings>(app.Settings);
        return new(app, settings, settings.Flows.ToFrozenSet(), secrets, settings.Jwks is { } set ? VerificationKey.FromSet(set) : []);
    }

    public void Dispose() => copy.Dispose();
}
