using System.Reflection;
using System.Runtime.InteropServices;
using OAuthServer.Accounts;
using OAuthServer.Administration.Server;
using OAuthServer.Data;
using OAuthServer.Email;
using OAuthServer.Hosting.Checks;

namespace OAuthServer.Hosting;

/// <summary>The doctor's look at a server that runs, for one organization's administrators.</summary>
sealed class ServerHealth(ServerOptions options, Database database, MasterKey key, Outbox outbox, WriteQueue writes, PasswordHashing hashing, TimeProvider clock) : IServerHealth
{
    /// <summary>A page does not wait longer for a mail server that does not answer.</summary>
    const int MailPatience = 3;

    /// <summary>Of this program.</summary>
    internal static string Version { get; } = typeof(ServerHealth).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    public async Task<ServerSight> LookAsync(string orgId, CancellationToken cancellation)
    {
        var findings = new List<Finding>();
        var now = clock.GetUtcNow();
        if (await DatabaseCheck.RunAsync(database, options.Database, findings))
        {
            await using var db = database.NewContext();
            await MasterKeyCheck.RunAsync(db, key, findings);
            await SigningKeyCheck.RunAsync(db, options.Keys, now, findings);
            await SsoCheck.RunAsync(db, findings, orgId);
            await CertificateCheck.RunAsync(db, now, findings, orgId);
            await ClockCheck.RunAsync(db, now, findings);
            await OutboxCheck.RunAsync(db, now, findings);
            await ProxyCheck.RunAsync(db, options, findings, orgId);
            await DemoCheck.RunAsync(db, options.PublicUrl, findings);
        }
        var mail = options.Mail.Smtp is { } smtp ? options.Mail with { Smtp = smtp with { TimeoutSeconds = Math.Min(MailPatience, smtp.TimeoutSeconds) } } : options.Mail;
        await MailCheck.RunAsync(mail, findings);
        AddressCheck.Run(options, findings);
        var schema = await database.ReadAsync("SELECT MAX(\"MigrationId\") FROM \"__EFMigrationsHistory\"", row => row.GetString(0));
        return new(
            Version, RuntimeInformation.FrameworkDescription, database.Kind, schema ?? "", options.PublicUrl, outbox.Depth, writes.Depth, hashing.Waiting,
            [.. findings.Select(finding => new HealthFinding(LevelOf(finding.Level), finding.Subject, finding.Message))]);
    }

    static FindingLevel LevelOf(Level level) => level switch
    {
        Level.Ok => FindingLevel.Ok,
        Level.Warn => FindingLevel.Warn,
        Level.Fail => FindingLevel.Fail,
    };
}
