using System.Globalization;
using OAuthServer.Data;

namespace OAuthServer.Administration.Audit;

/// <summary>The audit trail as CSV (RFC 4180).</summary>
static class AuditCsv
{
    internal const string Header = "id,at,actor,door,from,operation,kind,objectId,object,before,after\r\n";

    internal static string LineOf(AuditEntry entry) => string.Join(
        ',',
        new[]
        {
            entry.Id.ToString(CultureInfo.InvariantCulture), entry.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
            entry.Actor, entry.Door.ToString().ToLowerInvariant(), entry.SourceAddress, entry.Operation, entry.ObjectKind, entry.ObjectId, entry.ObjectName,
            entry.Before, entry.After,
        }.Select(Cell)) + "\r\n";

    /// <summary>Quoted where it must be. What a spreadsheet would take for a formula begins with an apostrophe: names are typed by people.</summary>
    internal static string Cell(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return "";
        if (text[0] is '=' or '+' or '-' or '@' or '\t' or '\r')
            text = "'" + text;
        return text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
