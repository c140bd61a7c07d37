using System.Globalization;
using System.Text;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Login;
using OAuthServer.Login.History;

namespace OAuthServer.Administration.SignIns;

/// <summary>
/// Hands the login history out in the columns and words of Salesforce's own download (Salesforce contract, section 9), so that reports made for
/// that one go on. Those of the place stay empty: nobody is asked where an address lies.
/// </summary>
public sealed class HistoryOperations(Database database, LoginReferences references) : IAdminOperations
{
    /// <summary>The last one is ours.</summary>
    static readonly string[] Columns =
    [
        "Username", "Login Time", "Source IP", "Location", "Country", "Country ISO", "Subdivision", "City", "Postal Code", "Latitude", "Longitude", "Login Type", "Login Subtype",
        "Status", "Browser", "Platform", "Application", "Client Version", "API Type", "API Version", "Login URL", "Authentication Method Reference", "HTTP Method", "TLS Protocol",
        "TLS Cipher Suite", "Community", "Login Reference",
    ];

    /// <inheritdoc />
    public IEnumerable<AdminOperation> All =>
    [
        AdminOperation.Read<SignInFilter, AdminFile>("sign-ins.history", "/login-history.csv", "/setup/sign-ins", "Export sign-ins as CSV with the columns and status texts of Salesforce's login history.", ExportAsync),
    ];

    /// <summary>All that match: the file is written while it is read.</summary>
    public async Task<AdminAnswer<AdminFile>> ExportAsync(AdminCall call, SignInFilter filter)
    {
        if (Paging.Refuse(filter.Limit) is { } wrong)
            return wrong;
        await using var db = database.NewContext();
        var (_, refusal) = await RecordQuery.OfAsync(db, call, filter, references);
        if (refusal is not null)
            return refusal;
        return new AdminFile($"login-history-{call.At:yyyy-MM-dd}.csv", "text/csv; charset=utf-8", (target, cancellation) => WriteAsync(call with { Cancellation = cancellation }, filter, target));
    }

    async Task WriteAsync(AdminCall call, SignInFilter filter, Stream target)
    {
        await using var text = new StreamWriter(target, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), leaveOpen: true);
        await text.WriteAsync(CsvText.Line(Columns));
        string? after = filter.After;
        do
        {
            await using var db = database.NewContext();
            var (records, _) = await RecordQuery.OfAsync(db, call, filter with { After = after, Limit = null }, references);
            var (shown, next) = Paging.Cut(await records!.Take(Paging.Most + 1).ToListAsync(call.Cancellation), Paging.Most, record => references.Of(record.Id));
            var names = await RecordNames.OfAsync(db, call.Org.Id, shown, call.Cancellation);
            foreach (var record in shown)
                await text.WriteAsync(Csv(names.RowOf(record, references)));
            after = next;
        }
        while (after is not null);
    }

    static string Csv(HistoryRow row) => CsvText.Line(
        row.Username, row.LoginTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture), row.SourceIp, "", "", "", "", "", "", "", "", row.LoginType, row.LoginSubtype,
        row.Status, row.Browser, row.Platform, row.Application, row.ClientVersion, row.ApiType, row.ApiVersion, row.LoginUrl, row.AuthenticationMethodReference, row.HttpMethod, row.TlsProtocol,
        row.TlsCipherSuite, "", row.Reference);
}
