using OAuthServer.Configuration;
using OAuthServer.Data;
using OAuthServer.Policy;

namespace OAuthServer.Administration.People.Import;

/// <summary>One thing that is wrong in a line.</summary>
/// <param name="Column">Characters from the beginning of the line, from 1.</param>
/// <param name="Field">The column's name; null where the line as a whole is wrong.</param>
/// <param name="Message">What is wrong and what to write instead.</param>
public sealed record ImportFlaw(int Column, string? Field, string Message);

/// <summary>A line that was read, each cell by its own rules; nobody has been looked for yet. What is null is not said.</summary>
public sealed class ImportRow
{
    public required int Line { get; init; }

    public List<ImportFlaw> Flaws { get; } = [];

    public string Username { get; private set; } = "";

    public string NormalizedUsername => Usernames.Normalize(Username) ?? "";

    public string? Email { get; private set; }

    public string? FirstName { get; private set; }

    public string? LastName { get; private set; }

    public string? Profile { get; private set; }

    public string? Language { get; private set; }

    public string? TimeZone { get; private set; }

    public UserStatus? Status { get; private set; }

    public bool? BreakGlass { get; private set; }

    public string? Provider { get; private set; }

    public string? Subject { get; private set; }

    /// <summary>Of a SAML NameID; empty for everything else.</summary>
    public string Format { get; private set; } = "";

    /// <summary>Where each cell begins, by column.</summary>
    readonly Dictionary<string, int> columns = new(StringComparer.Ordinal);

    public static ImportRow Of(ImportHeader header, CsvRecord record)
    {
        var row = new ImportRow { Line = record.Line };
        if (record.Flaw is { } flaw)
            row.Flaws.Add(new(flaw.Column, null, flaw.Message));
        else if (record.Cells.Count != header.Count)
            row.Flaws.Add(new(1, null, $"There are {record.Cells.Count} cells; the first line has {header.Count}."));
        else
            row.Read(header, record);
        return row;
    }

    /// <summary>Adds a flaw at a column of this line.</summary>
    public void Add(string field, string message) => Flaws.Add(new(columns.GetValueOrDefault(field, 1), field, message));

    void Read(ImportHeader header, CsvRecord record)
    {
        foreach (var column in ImportHeader.Columns)
        {
            if (header.Find(record, column) is { } cell)
                columns[column] = cell.Column;
        }
        string? Text(string column) => header.Find(record, column)?.Text;
        Username = Text("username") ?? "";
        Check("username", Username, UserRules.Username);
        Email = Check("email", Text("email"), UserRules.Email);
        FirstName = Check("firstName", Text("firstName"), UserRules.Name);
        LastName = Check("lastName", Text("lastName"), UserRules.Name);
        Language = Check("language", Text("language"), UserRules.Language);
        TimeZone = Check("timeZone", Text("timeZone"), UserRules.TimeZone);
        Profile = Text("profile");
        Status = Word<UserStatus>("status", Text("status"), UserStatus.Active, UserStatus.Inactive, UserStatus.Frozen);
        BreakGlass = Word<bool>("breakGlass", Text("breakGlass"), true, false);
        (Provider, Subject, Format) = (Text("federationProvider"), Text("federationSubject"), Text("federationFormat") ?? "");
        if (Provider is null != Subject is null)
            Add(Provider is null ? "federationSubject" : "federationProvider", "federationProvider and federationSubject belong together; write both or neither.");
        Check("federationSubject", Subject, UserRules.Name);
        Check("federationFormat", Format, UserRules.Name);
    }

    string? Check(string field, string? value, Func<string, string?> rule)
    {
        if (value is not null && rule(value) is { } wrong)
            Add(field, wrong);
        return value;
    }

    T? Word<T>(string field, string? text, params T[] words)
        where T : struct
    {
        if (text is null)
            return null;
        foreach (var word in words)
        {
            if (string.Equals(word.ToString(), text, StringComparison.OrdinalIgnoreCase))
                return word;
        }
        Add(field, $"\"{(text.Length > 40 ? text[..40] + "…" : text)}\" is not one of {string.Join(", ", words.Select(word => word.ToString()!.ToLowerInvariant()))}.");
        return null;
    }
}
