using System.Globalization;
using OAuthServer.Data;

namespace OAuthServer.Administration.Audit;

/// <summary>The audit trail as CSV.</summary>
static class AuditCsv
{
    internal static string Header { get; } = CsvText.Line("id", "at", "actor", "door", "from", "operation", "kind", "objectId", "object", "before", "after");

    internal static string LineOf(AuditEntry entry) => CsvText.Line(
        entry.Id.ToString(CultureInfo.InvariantCulture), entry.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
        entry.Actor, entry.Door.ToString().ToLowerInvariant(), entry.SourceAddress, entry.Operation, entry.ObjectKind, entry.ObjectId, entry.ObjectName,
        entry.Before, entry.After);
}
