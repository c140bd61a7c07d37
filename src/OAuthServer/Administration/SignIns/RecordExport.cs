using System.Globalization;
using System.Text;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Login;

namespace OAuthServer.Administration.SignIns;

/// <summary>All login records that a filter finds, as CSV: the file is written while they are read, a page at a time.</summary>
/// <param name="Name">The file's, to which the day is added.</param>
/// <param name="Columns">The first line.</param>
/// <param name="Line">A record's, as CSV.</param>
sealed record RecordExport(string Name, string[] Columns, Func<LoginRecord, RecordNames, string> Line)
{
    /// <summary>The file, or what is wrong with the filter.</summary>
    internal async Task<AdminAnswer<AdminFile>> OfAsync(AdminCall call, SignInFilter filter, Database database, LoginReferences references)
    {
        if (Paging.Refuse(filter.Limit) is { } wrong)
            return wrong;
        await using var db = database.NewContext();
        var (_, refusal) = await RecordQuery.OfAsync(db, call, filter, references);
        if (refusal is not null)
            return refusal;
        return new AdminFile(
            $"{Name}-{call.At:yyyy-MM-dd}.csv", "text/csv; charset=utf-8", (target, cancellation) => WriteAsync(call with { Cancellation = cancellation }, filter, target, database, references));
    }

    /// <summary>A moment as both files write it.</summary>
    internal static string Time(DateTimeOffset at) => at.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    async Task WriteAsync(AdminCall call, SignInFilter filter, Stream target, Database database, LoginReferences references)
    {
        await using var text = new StreamWriter(target, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), leaveOpen: true);
        await text.WriteAsync(CsvText.Line(Columns));
        string? after = filter.After;
        do
        {
            await using var db = database.NewContext();
            var (records, _) = await RecordQuery.OfAsync(db, call, filter with { After = after, Limit = null }, references);
            var (shown, next) = Paging.Cut(await records!.Take(Paging.Most + 1).ToListAsync(call.Cancellation), Paging.Most, record => references.Of(record.Id));
            var names = await RecordNames.OfAsync(db, call.Org.Id, shown, call.Cancellation);
            foreach (var record in shown)
                await text.WriteAsync(Line(record, names));
            after = next;
        }
        while (after is not null);
    }
}
