using System.Runtime.CompilerServices;
using System.Text;

namespace OAuthServer.Administration.People.Import;

/// <summary>A cell, and where it begins.</summary>
/// <param name="Column">Characters from the beginning of its line, from 1.</param>
/// <param name="Text">What is in it, without the quotes around it.</param>
public readonly record struct CsvCell(int Column, string Text);

/// <summary>What is wrong with the writing of a record.</summary>
/// <param name="Column">Where in its line, from 1.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="IsLast">What comes after it cannot be told apart any more.</param>
public sealed record CsvFlaw(int Column, string Message, bool IsLast = false);

/// <summary>A record.</summary>
/// <param name="Line">The line it begins in, from 1.</param>
/// <param name="Cells">What is in it; not all of it where there is a flaw.</param>
/// <param name="Flaw">What is wrong with its writing; null = nothing.</param>
public sealed record CsvRecord(int Line, IReadOnlyList<CsvCell> Cells, CsvFlaw? Flaw);

/// <summary>
/// Reads CSV as RFC 4180 writes it, in UTF-8 with or without a byte order mark, one record at a time: comma or semicolon, whichever
/// comes first in the first line; quotes around a cell, doubled inside; lines end with LF or CRLF; empty lines are passed over.
/// Nothing else is guessed at, and no record is longer than memory is meant for.
/// </summary>
public sealed class CsvReader(Stream stream) : IDisposable
{
    /// <summary>The longest record, in characters.</summary>
    public const int LongestRecord = 20_000;

    /// <summary>More cells than anybody's record has.</summary>
    public const int MostCells = 100;

    const int End = -1;
    readonly StreamReader reader = new(stream, new UTF8Encoding(false), detectEncodingFromByteOrderMarks: false, leaveOpen: true);
    readonly char[] buffer = new char[LongestRecord];
    readonly StringBuilder text = new();
    int at;
    int end;
    int line = 1;
    int column;
    int length;
    char separator = ',';

    /// <summary>The records, the header among them.</summary>
    public async IAsyncEnumerable<CsvRecord> ReadAsync([EnumeratorCancellation] CancellationToken cancellation = default)
    {
        end = await reader.ReadBlockAsync(buffer, cancellation);
        if (end > 0 && buffer[0] == '\uFEFF')
            at = 1;
        separator = Separator(buffer.AsSpan(at, end - at));
        while (await RecordAsync(cancellation) is { } record)
        {
            if (record is { Flaw: null, Cells: [{ Text: "" }] })
                continue; // an empty line
            yield return record;
            if (record.Flaw is { IsLast: true })
                yield break;
        }
    }

    /// <summary>The stream stays the caller's.</summary>
    public void Dispose() => reader.Dispose();

    /// <summary>Null at the end of the file.</summary>
    async ValueTask<CsvRecord?> RecordAsync(CancellationToken cancellation)
    {
        var (begins, cells, flaw) = (line, new List<CsvCell>(), default(CsvFlaw));
        (column, length) = (0, 0);
        var c = await NextAsync(cancellation);
        if (c == End)
            return null;
        while (true)
        {
            var (cellColumn, cellLine) = (column, line);
            text.Clear();
            if (c == '"')
            {
                (c, var open) = await QuotedAsync(cancellation);
                if (open)
                    return new(begins, cells, new(cellLine == begins ? cellColumn : 1, "A quote is opened here and not closed, or the record is too long.", IsLast: true));
                if (c != separator && c is not '\n' and not End)
                    flaw ??= new(column, "Text follows a closing quote; double the quotes inside a cell.");
            }
            for (; c != separator && c is not '\n' and not End; c = await NextAsync(cancellation))
            {
                if (c == '"')
                    flaw ??= new(column, "A quote stands inside a cell that does not begin with one; put the cell in quotes and double it.");
                if (length > LongestRecord)
                    flaw ??= new(column, $"The record is longer than {LongestRecord} characters.");
                if (flaw is null)
                    text.Append((char)c);
            }
            var cell = text.ToString();
            if (cell.Contains('\uFFFD', StringComparison.Ordinal))
                flaw ??= new(cellColumn, "This is not UTF-8; save the file as CSV UTF-8.");
            if (cells.Count == MostCells)
                flaw ??= new(cellColumn, $"There are more than {MostCells} cells.");
            if (flaw is null)
                cells.Add(new(cellColumn, cell));
            if (c is '\n' or End)
                return new(begins, cells, flaw);
            c = await NextAsync(cancellation);
        }
    }

    /// <summary>The inside of a quoted cell; answers what follows the closing quote.</summary>
    async ValueTask<(int Next, bool IsOpen)> QuotedAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var c = await NextAsync(cancellation);
            if (c == End || length > LongestRecord)
                return (c, true);
            if (c == '"')
            {
                var after = await NextAsync(cancellation);
                if (after != '"')
                    return (after, false);
            }
            text.Append((char)c);
        }
    }

    /// <summary>The next character; CRLF is one line end.</summary>
    async ValueTask<int> NextAsync(CancellationToken cancellation)
    {
        var c = await RawAsync(cancellation);
        if (c == '\r' && await PeekAsync(cancellation) == '\n')
            c = await RawAsync(cancellation);
        if (c == '\n')
            (line, column) = (line + 1, 0);
        else
            column++;
        length++;
        return c;
    }

    async ValueTask<int> RawAsync(CancellationToken cancellation)
    {
        var c = await PeekAsync(cancellation);
        at++;
        return c;
    }

    async ValueTask<int> PeekAsync(CancellationToken cancellation)
    {
        if (at < end)
            return buffer[at];
        if (end == 0)
            return End;
        (at, end) = (0, await reader.ReadAsync(buffer, cancellation));
        return end == 0 ? End : buffer[0];
    }

    static char Separator(ReadOnlySpan<char> first)
    {
        var quoted = false;
        foreach (var c in first)
        {
            if (c == '"')
                quoted = !quoted;
            else if (!quoted && c is ',' or ';')
                return c;
            else if (!quoted && c == '\n')
                break;
        }
        return ',';
    }
}
