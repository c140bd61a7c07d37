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

    public Task<AdminAnswer<AdminFile>> ExportAsync(AdminCall call, SignInFilter filter) =>
        new RecordExport("login-history", Columns, (record, names) => Csv(names.RowOf(record, references))).OfAsync(call, filter, database, references);

    static string Csv(HistoryRow row) => CsvText.Line(
        row.Username, RecordExport.Time(row.LoginTime), row.SourceIp, "", "", "", "", "", "", "", "", row.LoginType, row.LoginSubtype,
        row.Status, row.Browser, row.Platform, row.Application, row.ClientVersion, row.ApiType, row.ApiVersion, row.LoginUrl, row.AuthenticationMethodReference, row.HttpMethod, row.TlsProtocol,
        row.TlsCipherSuite, "", row.Reference);
}
