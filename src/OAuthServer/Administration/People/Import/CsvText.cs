using System.Text;

namespace OAuthServer.Administration.People.Import;

/// <summary>
/// Cells as they are written. A cell that a spreadsheet would take for a formula gets an apostrophe before it, and whoever reads takes one
/// away again: what was written is what is read.
/// </summary>
public static class CsvText
{
    /// <summary>One record with its line end.</summary>
    public static void Append(StringBuilder text, IEnumerable<string> cells)
    {
        var isFirst = true;
        foreach (var cell in cells)
        {
            if (!isFirst)
                text.Append(',');
            isFirst = false;
            var guarded = Guard(cell);
            if (guarded.AsSpan().IndexOfAny(",;\"\r\n") < 0)
                text.Append(guarded);
            else
                text.Append('"').Append(guarded.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
        }
        text.Append("\r\n");
    }

    /// <summary>Makes a cell harmless to spreadsheets.</summary>
    public static string Guard(string cell) => IsFormula(cell) ? "'" + cell : cell;

    /// <summary>The other way.</summary>
    public static string Unguard(string cell) => cell.StartsWith('\'') && IsFormula(cell) ? cell[1..] : cell;

    /// <summary>Apostrophes in front do not make another thing of it, so that taking one away is always right.</summary>
    static bool IsFormula(string cell) => cell.AsSpan().TrimStart('\'') is [ '=' or '+' or '-' or '@' or '\t' or '\r', .. ];
}
