using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Login;

namespace OAuthServer.Administration.Server;

/// <summary>How long records are kept. Set in config/server.json: it is the whole server's.</summary>
/// <param name="HistoryDays">Login records (<c>limits.historyDays</c>).</param>
/// <param name="AuditDays">The audit trail (<c>limits.auditDays</c>).</param>
/// <param name="OldestRecord">The organization's oldest login record; null = there is none.</param>
/// <param name="OldestEntry">Its oldest audit entry.</param>
public sealed record Retention(int HistoryDays, int AuditDays, DateTimeOffset? OldestRecord, DateTimeOffset? OldestEntry);

/// <summary>The running server: how it fares, and how long it remembers.</summary>
public sealed class ServerOperations(IServerHealth health, LimitOptions limits, Database database) : IAdminOperations
{
    const string Page = "/setup/system";

    /// <inheritdoc />
    public IEnumerable<AdminOperation> All =>
    [
        AdminOperation.Read<Nothing, ServerSight>("system.health", "/system/health", Page, "Say how the server fares: the doctor's findings, versions, queues.", HealthAsync),
        AdminOperation.Read<Nothing, Retention>("system.retention", "/system/retention", Page, "Say how long login records and the audit trail are kept.", RetentionAsync),
    ];

    public async Task<AdminAnswer<ServerSight>> HealthAsync(AdminCall call, Nothing input) =>
        await health.LookAsync(call.Org.Id, call.Actor.Door == AuditDoor.Cli, call.Cancellation);

    public async Task<AdminAnswer<Retention>> RetentionAsync(AdminCall call, Nothing input)
    {
        await using var db = database.NewContext();
        return new Retention(
            limits.HistoryDays, limits.AuditDays,
            await db.LoginRecords.Where(record => record.OrgId == call.Org.Id).OrderBy(record => record.Id).Select(record => (DateTimeOffset?)record.At).FirstOrDefaultAsync(call.Cancellation),
            await db.AuditEntries.Where(entry => entry.OrgId == call.Org.Id).OrderBy(entry => entry.Id).Select(entry => (DateTimeOffset?)entry.At).FirstOrDefaultAsync(call.Cancellation));
    }
}
