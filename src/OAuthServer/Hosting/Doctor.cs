using OAuthServer.Data;
using OAuthServer.Hosting.Checks;

namespace OAuthServer.Hosting;

/// <summary>Looks at a configured server from the side and says what is wrong before users do. Changes nothing.</summary>
public static class Doctor
{
    /// <summary>Writes one line per finding; 1 when one of them is a failure, otherwise 0.</summary>
    public static async Task<int> RunAsync(ServerOptions options, TextWriter output, TimeProvider? clock = null)
    {
        var findings = new List<Finding>();
        var now = (clock ?? TimeProvider.System).GetUtcNow();
        await using (var database = Open(options.Database))
        {
            if (await DatabaseCheck.RunAsync(database, options.Database, findings))
            {
                await using var db = database.NewContext();
                await MasterKeyCheck.RunAsync(db, new MasterKey(options.MasterKey), findings);
                await SigningKeyCheck.RunAsync(db, options.Keys, now, findings);
                await SsoCheck.RunAsync(db, findings);
                await CertificateCheck.RunAsync(db, now, findings);
                await ClockCheck.RunAsync(db, now, findings);
                await OutboxCheck.RunAsync(db, now, findings);
                await ProxyCheck.RunAsync(db, options, findings);
                await DemoCheck.RunAsync(db, options.PublicUrl, findings);
            }
        }
        await MailCheck.RunAsync(options.Mail, findings);
        AddressCheck.Run(options, findings);
        TlsCheck.Run(options.Tls, options.PublicUrl, now, findings);
        foreach (var finding in findings)
            await output.WriteLineAsync(finding.ToString());
        return findings.Exists(finding => finding.Level == Level.Fail) ? 1 : 0;
    }

    static Database Open(DatabaseOptions options) =>
        options.SqlitePath is { } path ? new SqliteDatabase(path) : new PostgresDatabase(options.PostgresConnectionString!);
}
