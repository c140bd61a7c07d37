using Microsoft.EntityFrameworkCore;
using OAuthServer.Apps;
using OAuthServer.Data;
using OAuthServer.Policy;

namespace OAuthServer.Administration.Apps;

/// <summary>An app that the server brings along, as one organization has and uses it.</summary>
/// <param name="ClientId">What clients send; of SOAP <c>login()</c>, which sends none, <c>SoapSession</c>.</param>
/// <param name="Name">What it is.</param>
/// <param name="On">The organization has switched it on (<c>builtInApps</c>, <c>soapLoginEnabled</c>).</param>
/// <param name="LastUsedAt">Its last login; null = never, as far as records are kept.</param>
/// <param name="LastUsedBy">The user of that login.</param>
/// <param name="LastRefused">That login was refused.</param>
/// <param name="Logins">Logins in the last 30 days, at most <see cref="AppUse.MostCounted"/>.</param>
public sealed record BuiltInAppLine(string ClientId, string Name, bool On, DateTimeOffset? LastUsedAt, string? LastUsedBy, bool LastRefused, int Logins);

/// <summary>All of them: there are four.</summary>
public sealed record BuiltInAppsSight(IReadOnlyList<BuiltInAppLine> Apps);

/// <summary>The apps that the server brings along: which the organization has switched on, and who uses them. They are switched with the organization's other switches.</summary>
public sealed class BuiltInOperations(Database database) : IAdminOperations
{
    static readonly TimeSpan Lately = TimeSpan.FromDays(30);

    /// <inheritdoc />
    public IEnumerable<AdminOperation> All =>
    [
        AdminOperation.Read<Nothing, BuiltInAppsSight>("apps.built-in", "/built-in-apps", "/setup/apps", "List the apps that the server brings along: which are switched on, and their last use.", ListAsync),
    ];

    public async Task<AdminAnswer<BuiltInAppsSight>> ListAsync(AdminCall call, Nothing input)
    {
        await using var db = database.NewContext();
        var org = await db.Organizations.AsNoTracking().SingleAsync(row => row.Id == call.Org.Id, call.Cancellation);
        var lines = new List<BuiltInAppLine>();
        foreach (var app in await Rows(db).ToListAsync(call.Cancellation))
        {
            var isSoap = app.ClientId == BuiltInApps.SoapSession;
            lines.Add(await LineAsync(db, call, app, isSoap ? org.SoapLoginEnabled : BuiltInApps.IsOn(app.ClientId, org.BuiltInApps), isSoap ? BySoap(db, call.Org.Id) : ByApp(db, call.Org.Id, app.ClientId)));
        }
        return new BuiltInAppsSight(lines);
    }

    /// <summary>Their rows. An organization may have an app of its own by such a name from before: that is no row of these.</summary>
    internal static IQueryable<ConnectedApp> Rows(ServerDb db)
    {
        var ids = BuiltInApps.Switchable.Keys.Append(BuiltInApps.SoapSession).ToList();
        return db.ConnectedApps.AsNoTracking().Where(app => ids.Contains(app.ClientId) && app.OrgId == null).OrderBy(app => app.ClientId);
    }

    /// <summary>An app's logins, newest first.</summary>
    internal static IQueryable<LoginRecord> ByApp(ServerDb db, string orgId, string clientId) =>
        db.LoginRecords.AsNoTracking().Where(record => record.OrgId == orgId && record.ClientId == clientId).OrderByDescending(record => record.Id);

    /// <summary>SOAP logins, newest first.</summary>
    internal static IQueryable<LoginRecord> BySoap(ServerDb db, string orgId) =>
        db.LoginRecords.AsNoTracking().Where(record => record.OrgId == orgId && record.Channel == LoginChannel.SoapLogin).OrderByDescending(record => record.Id);

    static async Task<BuiltInAppLine> LineAsync(ServerDb db, AdminCall call, ConnectedApp app, bool isOn, IQueryable<LoginRecord> records)
    {
        var last = await records.Select(record => new { record.At, record.UserId, record.Decision }).FirstOrDefaultAsync(call.Cancellation);
        var by = last?.UserId is { } id
            ? await db.Users.Where(user => user.OrgId == call.Org.Id && user.Id == id).Select(user => user.Username).FirstOrDefaultAsync(call.Cancellation)
            : null;
        var since = call.At - Lately;
        return new(app.ClientId, app.Name, isOn, last?.At, by, last?.Decision == "deny", await records.Take(AppUse.MostCounted).Where(record => record.At >= since).CountAsync(call.Cancellation));
    }
}
