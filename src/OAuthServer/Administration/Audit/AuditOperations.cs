using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;

namespace OAuthServer.Administration.Audit;

/// <summary>The audit trail: who changed what, from where, before and after.</summary>
public sealed class AuditOperations(Database database) : IAdminOperations
{
    const string Page = "/setup/system/audit";
    const int ExportedAtOnce = 1_000;

    /// <inheritdoc />
    public IEnumerable<AdminOperation> All =>
    [
        AdminOperation.Read<ListAudit, AdminPage<AuditLine>>("audit.list", "/audit", Page, "List changes, the newest first.", ListAsync),
        AdminOperation.Read<AuditNumber, AuditSight>("audit.get", "/audit/entries/{id}", Page, "Show one change, before and after.", GetAsync),
        AdminOperation.Read<ListAudit, AdminFile>("audit.export", "/audit/export", Page, "Write changes as CSV, the newest first.", ExportAsync),
    ];

    public async Task<AdminAnswer<AdminPage<AuditLine>>> ListAsync(AdminCall call, ListAudit input)
    {
        if (!IsNumber(input.After, out var after))
            return Paging.NoPlace;
        if (Paging.Refuse(input.Limit) is { } refusal)
            return refusal;
        await using var db = database.NewContext();
        var rows = await Query(db, call, input, after).Take(Paging.Size(input.Limit) + 1).ToListAsync(call.Cancellation);
        var (shown, next) = Paging.Cut(rows, input.Limit, row => row.Id.ToString(CultureInfo.InvariantCulture));
        return new AdminPage<AuditLine>([.. shown.Select(LineOf)], next);
    }

    public async Task<AdminAnswer<AuditSight>> GetAsync(AdminCall call, AuditNumber input)
    {
        await using var db = database.NewContext();
        if (await db.AuditEntries.AsNoTracking().SingleOrDefaultAsync(entry => entry.Id == input.Id && entry.OrgId == call.Org.Id, call.Cancellation) is not { } entry)
            return new AdminRefusal.NotFound("entry");
        return new AuditSight(LineOf(entry), Element(entry.Before), Element(entry.After), AuditDifferences.Of(entry.Before, entry.After));

        static JsonElement? Element(string? json) => json is null ? null : JsonSerializer.Deserialize<JsonElement>(json);
    }

    public Task<AdminAnswer<AdminFile>> ExportAsync(AdminCall call, ListAudit input) => Task.FromResult<AdminAnswer<AdminFile>>(
        !IsNumber(input.After, out var after) ? Paging.NoPlace
            : Paging.Refuse(input.Limit) is { } refusal ? refusal
            : new AdminFile("audit.csv", "text/csv; charset=utf-8", (stream, cancellation) => WriteAsync(stream, call, input, after, cancellation)));

    async Task WriteAsync(Stream stream, AdminCall call, ListAudit input, long? after, CancellationToken cancellation)
    {
        await using var writer = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true);
        await writer.WriteAsync(AuditCsv.Header.AsMemory(), cancellation);
        for (List<AuditEntry> rows = [null!]; rows.Count > 0;)
        {
            await using var db = database.NewContext();
            rows = await Query(db, call, input, after).Take(ExportedAtOnce).ToListAsync(cancellation);
            foreach (var row in rows)
                await writer.WriteAsync(AuditCsv.LineOf(row).AsMemory(), cancellation);
            after = rows.Count > 0 ? rows[^1].Id : after;
            await writer.FlushAsync(cancellation);
        }
    }

    static IQueryable<AuditEntry> Query(ServerDb db, AdminCall call, ListAudit input, long? after)
    {
        var query = db.AuditEntries.AsNoTracking().Where(entry => entry.OrgId == call.Org.Id);
        if (after is { } id)
            query = query.Where(entry => entry.Id < id);
        if (input.Actor is { Length: > 0 } actor)
            query = query.Where(entry => entry.Actor == actor);
        if (input.Kind is { Length: > 0 } kind)
            query = query.Where(entry => entry.ObjectKind == kind);
        if (input.ObjectId is { Length: > 0 } objectId)
            query = query.Where(entry => entry.ObjectId == objectId);
        if (input.Object is { Length: > 0 } name)
            query = query.Where(entry => entry.ObjectName.Contains(name));
        if (input.Operation is { Length: > 0 } operation)
            query = query.Where(entry => entry.Operation == operation || entry.Operation.StartsWith(operation + "."));
        if (input.Door is { } door)
            query = query.Where(entry => entry.Door == door);
        if (input.From is { } from)
            query = query.Where(entry => entry.At >= from);
        if (input.Until is { } until)
            query = query.Where(entry => entry.At < until);
        return query.OrderByDescending(entry => entry.Id);
    }

    static AuditLine LineOf(AuditEntry entry) => new(
        entry.Id, entry.At, entry.Actor, entry.Door, entry.SourceAddress, entry.Operation, entry.ObjectKind, entry.ObjectId, entry.ObjectName);

    static bool IsNumber(string? text, out long? number)
    {
        number = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) ? parsed : null;
        return text is null or "" || number is not null;
    }
}
