using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Accounts;
using OAuthServer.Administration.Server;
using OAuthServer.Data;
using OAuthServer.Email;
using OAuthServer.Hosting.Checks;
using OAuthServer.Hosting.Tls;

namespace OAuthServer.Hosting;

/// <summary>The doctor's look at a server that runs, for one organization's administrators and for the operator.</summary>
sealed class ServerHealth(
    ServerOptions options, Database database, MasterKey key, Outbox outbox, WriteQueue writes, PasswordHashing hashing, IEnumerable<ServerCertificate> https, TimeProvider clock)
    : IServerHealth, IDisposable
{
    /// <summary>A page does not wait longer for a mail server that does not answer.</summary>
    const int MailPatience = 3;

    /// <summary>Of this program.</summary>
    internal static string Version { get; } = typeof(ServerHealth).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    /// <summary>How long a look at the server is good: a page that is loaded again and again must not ask the mail server each time.</summary>
    static readonly TimeSpan Good = TimeSpan.FromMinutes(1);

    readonly SemaphoreSlim looking = new(1, 1);
    volatile ServerLook? last;

    public async Task<ServerSight> LookAsync(string orgId, bool isOperator, CancellationToken cancellation)
    {
        var look = await ServerAsync(cancellation);
        var own = new List<Finding>();
        var tellsAll = isOperator;
        if (look.IsReadable)
        {
            await using var db = database.NewContext();
            tellsAll |= await db.Organizations.Take(2).CountAsync(cancellation) == 1;
            await SsoCheck.RunAsync(db, own, orgId);
            await CertificateCheck.RunAsync(db, clock.GetUtcNow(), own, orgId);
        }
        var server = tellsAll ? look.Findings : look.Findings.Select(InGeneral).Distinct();
        return new(
            Version, RuntimeInformation.FrameworkDescription, database.Kind, look.Schema, options.PublicUrl,
            tellsAll ? outbox.Depth : null, tellsAll ? writes.Depth : null, tellsAll ? hashing.Waiting : null,
            https.FirstOrDefault()?.Describe(clock.GetUtcNow()),
            [.. server.Concat(own).Select(finding => new HealthFinding(LevelOf(finding.Level), finding.Subject, finding.Message))]);
    }

    public void Dispose() => looking.Dispose();

    async Task<ServerLook> ServerAsync(CancellationToken cancellation)
    {
        if (last is { } fresh && IsGood(fresh))
            return fresh;
        await looking.WaitAsync(cancellation);
        try
        {
            return last is { } made && IsGood(made) ? made : last = await LookAsync();
        }
        finally
        {
            looking.Release();
        }
    }

    bool IsGood(ServerLook look) => clock.GetUtcNow() is var now && now >= look.At && now - look.At < Good;

    async Task<ServerLook> LookAsync()
    {
        var findings = new List<Finding>();
        var now = clock.GetUtcNow();
        var isReadable = await DatabaseCheck.RunAsync(database, options.Database, findings);
        if (isReadable)
        {
            await using var db = database.NewContext();
            await MasterKeyCheck.RunAsync(db, key, findings);
            await SigningKeyCheck.RunAsync(db, options.Keys, now, findings);
            await ClockCheck.RunAsync(db, now, findings);
            await OutboxCheck.RunAsync(db, now, findings);
            await ProxyCheck.RunAsync(db, options, findings);
            await DemoCheck.RunAsync(db, options.PublicUrl, findings);
        }
        var mail = options.Mail.Smtp is { } smtp ? options.Mail with { Smtp = smtp with { TimeoutSeconds = Math.Min(MailPatience, smtp.TimeoutSeconds) } } : options.Mail;
        await MailCheck.RunAsync(mail, findings);
        AddressCheck.Run(options, findings);
        TlsCheck.Run(options.Tls, options.PublicUrl, now, findings);
        var schema = isReadable ? await database.ReadAsync("SELECT MAX(\"MigrationId\") FROM \"__EFMigrationsHistory\"", row => row.GetString(0)) : null;
        return new(now, isReadable, schema ?? "", findings);
    }

    /// <summary>What one of several organizations is told: how bad it is, and nothing of paths, hosts and the others.</summary>
    static Finding InGeneral(Finding finding) => finding with
    {
        Message = finding.Level switch
        {
            Level.Ok => "as it should be.",
            Level.Warn => "works, and the operator of the server should look at it.",
            Level.Fail => "does not work as it should; tell the operator of the server.",
        },
    };

    static FindingLevel LevelOf(Level level) => level switch
    {
        Level.Ok => FindingLevel.Ok,
        Level.Warn => FindingLevel.Warn,
        Level.Fail => FindingLevel.Fail,
    };

    /// <summary>What was seen of the server, whoever asked.</summary>
    sealed record ServerLook(DateTimeOffset At, bool IsReadable, string Schema, IReadOnlyList<Finding> Findings);
}
