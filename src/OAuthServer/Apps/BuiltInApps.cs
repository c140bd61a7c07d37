using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Policy;

namespace OAuthServer.Apps;

/// <summary>
/// The apps that the server brings along, because unmodified clients have their names built in (Salesforce contract, section 1, no. 22).
/// They belong to no organization; each switches on, for its own users, those it wants. All are public, as everybody knows what they send.
/// </summary>
public static class BuiltInApps
{
    /// <summary>What SOAP <c>login()</c> makes its sessions for. It is no OAuth client: no flow is open to it, and no organization switches it.</summary>
    public const string SoapSession = "SoapSession";

    /// <summary>The one scope of such a session that came of an expired password: it chooses another, and nothing else. No other app may have it.</summary>
    public const string ChangePasswordScope = "change_password";

    /// <summary>Those an organization can switch on, by client identifier, with their names.</summary>
    public static IReadOnlyDictionary<string, string> Switchable { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["PlatformCLI"] = "sf CLI",
        ["DataLoaderPartnerUI/"] = "Data Loader (SOAP)",
        ["DataLoaderBulkUI/"] = "Data Loader (Bulk API)",
    };

    /// <summary>
    /// What sf CLI asks for, and who it is that signs in. No <c>full</c>, and no device flow: anybody knows its name, and a code sent by mail with
    /// "approve this" would get a token of whoever does.
    /// </summary>
    static readonly string[] CliScopes = ["refresh_token", "offline_access", "api", "web", "id", "openid", "profile", "email"];

    /// <summary>Data Loader tries so many ports before it gives up.</summary>
    static readonly IEnumerable<int> DataLoaderPorts = Enumerable.Range(7171, 100);

    static IReadOnlyList<ConnectedApp> All { get; } =
    [
        Row("0H4BuiltInCli01", "PlatformCLI", Switchable["PlatformCLI"], new()
        {
            Dialect = Dialect.Salesforce,
            AuthMethods = [ClientAuthMethod.None],
            Flows = [LoginChannel.AuthorizationCode, LoginChannel.RefreshToken],
            Scopes = CliScopes,
            RedirectUris = ["http://localhost:1717/OauthRedirect"],
        }),
        DataLoader("0H4BuiltInDlp01", "DataLoaderPartnerUI/"),
        DataLoader("0H4BuiltInDlb01", "DataLoaderBulkUI/"),
        Row("0H4BuiltInSoap1", SoapSession, "SOAP API", new()
        {
            Dialect = Dialect.Salesforce,
            AuthMethods = [ClientAuthMethod.None],
            Flows = [],
            Scopes = ["api", "web", "id"],
            AccessTokenMinutes = 120,
        }),
    ];

    /// <summary>False for one that the organization has not switched on.</summary>
    /// <param name="app">Any app.</param>
    /// <param name="switchedOn">What <see cref="Organization.BuiltInApps"/> says.</param>
    public static bool IsOn(AppEntry app, string switchedOn) =>
        app.App.OrgId is not null || app.ClientId == SoapSession || IsOn(app.ClientId, switchedOn);

    /// <summary>True for one that stands among those an organization has switched on.</summary>
    public static bool IsOn(string clientId, string switchedOn) => switchedOn.Split(' ').Contains(clientId, StringComparer.Ordinal);

    /// <summary>The first of these that is none an organization can switch on; null when all are.</summary>
    public static string? Unknown(IEnumerable<string> clientIds) => clientIds.FirstOrDefault(id => !Switchable.ContainsKey(id));

    /// <summary>Brings the rows up to date with this program, one node at a time: two that start on an empty database would both add them.</summary>
    public static async Task EnsureAsync(Database database, CancellationToken cancellation = default)
    {
        if (await AreAsTheyShouldBeAsync(database, cancellation))
            return;
        await using var exclusive = await database.LockForMigrationAsync(cancellation);
        await using var db = database.NewContext();
        var names = All.Select(app => app.ClientId).ToList();
        var present = await db.ConnectedApps.Where(app => names.Contains(app.ClientId)).ToDictionaryAsync(app => app.ClientId, StringComparer.Ordinal, cancellation);
        foreach (var app in All)
        {
            if (!present.TryGetValue(app.ClientId, out var row))
                db.Add(app);
            else if (row.OrgId is null)
                (row.Name, row.Settings) = (app.Name, app.Settings);
            else if (row.ClientId == SoapSession) // of the others an organization that had made an app of this name before keeps it
                throw new InvalidOperationException($"An organization has an app with the client identifier \"{SoapSession}\", which is the server's own now. Give it another before this upgrade.");
        }
        await db.SaveChangesAsync(cancellation);
    }

    /// <summary>What nearly every start finds, without EF Core.</summary>
    static async Task<bool> AreAsTheyShouldBeAsync(Database database, CancellationToken cancellation)
    {
        var rows = await database.ReadAllAsync(
            $"SELECT client_id, org_id, name, settings FROM connected_apps WHERE client_id IN ({string.Join(", ", All.Select(app => $"'{app.ClientId}'"))})",
            row => (ClientId: row.GetString(0), IsOurs: row.IsDBNull(1), Name: row.GetString(2), Settings: row.GetString(3)), cancellation);
        return All.All(app => rows.Exists(row => row.ClientId == app.ClientId
            && (row.IsOurs ? row.Name == app.Name && row.Settings == app.Settings : row.ClientId != SoapSession)));
    }

    static ConnectedApp DataLoader(string id, string clientId) => Row(id, clientId, Switchable[clientId], new()
    {
        Dialect = Dialect.Salesforce,
        AuthMethods = [ClientAuthMethod.None],
        Flows = [LoginChannel.AuthorizationCode, LoginChannel.RefreshToken],
        Scopes = ["api", "id", "refresh_token"], // some releases ask for both words, some for api alone
        RedirectUris = [.. DataLoaderPorts.Select(port => $"http://localhost:{port}/OauthRedirect")],
    });

    static ConnectedApp Row(string id, string clientId, string name, AppSettings settings) => new()
    {
        Id = id,
        ClientId = clientId,
        Name = name,
        Settings = SettingsJson.Write(settings),
        CreatedAt = DateTimeOffset.UnixEpoch,
    };
}
