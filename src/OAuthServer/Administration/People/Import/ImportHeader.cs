using OAuthServer.Administration.Jobs;

namespace OAuthServer.Administration.People.Import;

/// <summary>The first line of a file: which column is what. Without it nothing is read.</summary>
public sealed class ImportHeader
{
    /// <summary>All columns, in the order in which they are exported.</summary>
    public static readonly IReadOnlyList<string> Columns =
    [
        "username", "email", "firstName", "lastName", "profile", "language", "timeZone", "status", "breakGlass",
        "federationProvider", "federationSubject", "federationFormat",
    ];

    readonly Dictionary<string, int> places = new(StringComparer.OrdinalIgnoreCase);

    ImportHeader(int count) => Count = count;

    /// <summary>How many cells every line has.</summary>
    public int Count { get; }

    /// <summary>Reads it.</summary>
    /// <exception cref="JobProblemException">A column that is not known, or is there twice, or no username.</exception>
    public static ImportHeader Of(CsvRecord record)
    {
        if (record.Flaw is { } flaw)
            throw new JobProblemException($"Line {record.Line}, column {flaw.Column}: {flaw.Message}");
        var header = new ImportHeader(record.Cells.Count);
        foreach (var (index, cell) in record.Cells.Index())
        {
            if (!Columns.Contains(cell.Text.Trim(), StringComparer.OrdinalIgnoreCase))
                throw new JobProblemException($"Line {record.Line}, column {cell.Column}: \"{Short(cell.Text)}\" is no column; use {string.Join(", ", Columns)}.");
            if (!header.places.TryAdd(cell.Text.Trim(), index))
                throw new JobProblemException($"Line {record.Line}, column {cell.Column}: the column \"{cell.Text.Trim()}\" is there twice.");
        }
        return header.places.ContainsKey("username") ? header : throw new JobProblemException($"Line {record.Line}: there is no column username, by which users are found.");
    }

    /// <summary>The cell of a column; null when the file has no such column, or the cell is empty: then nothing is said about it.</summary>
    public CsvCell? Find(CsvRecord record, string column) =>
        places.TryGetValue(column, out var index) && record.Cells[index] is { Text.Length: > 0 } cell ? cell with { Text = CsvText.Unguarded(cell.Text) } : null;

    static string Short(string text) => text.Length <= 40 ? text : text[..40] + "…";
}
