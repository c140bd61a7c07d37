using System.Buffers;
using System.Text;

namespace OAuthServer.Administration;

/// <summary>Lines of CSV (RFC 4180), safe to open in a spreadsheet.</summary>
public static class CsvText
{
    static readonly SearchValues<char> Quoted = SearchValues.Create("\",;\r\n");

    /// <summary>
    /// One line. A cell that a spreadsheet would take for a formula gets an apostrophe before it, because much of what is exported here
    /// comes from strangers; <see cref="Unguarded"/> takes it off again.
    /// </summary>
    public static string Line(params ReadOnlySpan<string?> cells)
    {
        var line = new StringBuilder();
        for (var i = 0; i < cells.Length; i++)
        {
            if (i > 0)
                line.Append(',');
            line.Append(Cell(cells[i] ?? ""));
        }
        return line.Append("\r\n").ToString();
    }

    /// <summary>A cell as it was before <see cref="Line"/> guarded it.</summary>
    public static string Unguarded(string cell) => cell.StartsWith('\'') && IsFormula(cell) ? cell[1..] : cell;

    static string Cell(string text)
    {
        var guarded = IsFormula(text) ? "'" + text : text;
        return guarded.AsSpan().ContainsAny(Quoted) ? $"\"{guarded.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : guarded;
    }

    /// <summary>Apostrophes in front make no other thing of it, so that taking one away is always the way back.</summary>
    static bool IsFormula(string cell) => cell.AsSpan().TrimStart('\'') is ['=' or '+' or '-' or '@' or '\t' or '\r' or '|' or '%', ..];
}
