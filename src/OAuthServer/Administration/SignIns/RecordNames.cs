using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Federation;
using OAuthServer.Login;
using OAuthServer.Login.History;

namespace OAuthServer.Administration.SignIns;

/// <summary>Names of what a part of the login history speaks of: users, apps, identity providers. Each kind is one query.</summary>
sealed class RecordNames
{
    readonly Dictionary<string, string> users;
    readonly Dictionary<string, string> apps;
    readonly Dictionary<string, bool> saml;

    RecordNames(Dictionary<string, string> users, Dictionary<string, string> apps, Dictionary<string, bool> saml) => (this.users, this.apps, this.saml) = (users, apps, saml);

    /// <summary>The records are one organization's, and so are the apps that are named: its own, and those the server brings along.</summary>
    internal static async Task<RecordNames> OfAsync(ServerDb db, string orgId, IReadOnlyList<LoginRecord> records, CancellationToken cancellation)
    {
        var (userIds, clientIds) = (Distinct(records.Select(record => record.UserId)), Distinct(records.Select(record => record.ClientId)));
        var usernames = await db.Users.Where(user => userIds.Contains(user.Id)).ToDictionaryAsync(user => user.Id, user => user.Username, StringComparer.Ordinal, cancellation);
        var names = clientIds.Count == 0 ? [] : await db.ConnectedApps.Where(app => clientIds.Contains(app.ClientId) && (app.OrgId == orgId || app.OrgId == null))
            .ToDictionaryAsync(app => app.ClientId, app => app.Name, StringComparer.Ordinal, cancellation);
        var providers = records.Any(record => record.ProviderId is not null)
            ? await db.IdentityProviders.AsNoTracking().Where(provider => provider.OrgId == orgId).ToListAsync(cancellation)
            : [];
        return new(usernames, names, providers.ToDictionary(provider => provider.Id, provider => SettingsJson.Read<ProviderSettings>(provider.Settings).Saml is not null, StringComparer.Ordinal));
    }

    internal string? UserOf(LoginRecord record) => record.UserId is { } id ? users.GetValueOrDefault(id) : null;

    /// <summary>The record in the columns of Salesforce's login history.</summary>
    internal HistoryRow RowOf(LoginRecord record, LoginReferences references) => HistoryRow.Of(record, new(
        references.Of(record.Id), UserOf(record), record.ClientId is { } client ? apps.GetValueOrDefault(client) : null,
        record.ProviderId is { } provider && saml.TryGetValue(provider, out var bySaml) ? bySaml : null));

    static List<string> Distinct(IEnumerable<string?> ids) => [.. ids.OfType<string>().Distinct(StringComparer.Ordinal)];
}
