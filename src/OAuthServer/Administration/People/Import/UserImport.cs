using OAuthServer.Accounts;
using OAuthServer.Administration.Jobs;
using OAuthServer.Data;
using OAuthServer.Email;
using OAuthServer.Federation;
using OAuthServer.Http;
using OAuthServer.Orgs;

namespace OAuthServer.Administration.People.Import;

/// <summary>What an import is to do.</summary>
/// <param name="Applies">False = only look what would come of it.</param>
/// <param name="Invites">Mail new users a link to choose their first password.</param>
public sealed record ImportInput(bool Applies, bool Invites);

/// <summary>What has come out so far.</summary>
/// <param name="Applied">False = nothing was changed: these are the numbers that would be.</param>
/// <param name="Made">New users.</param>
/// <param name="Changed">Users of whom something changed.</param>
/// <param name="Same">Users who are so already.</param>
/// <param name="Errors">Lines of which nothing is done.</param>
/// <param name="Invited">Invitations on their way.</param>
public sealed record ImportResult(bool Applied, int Made, int Changed, int Same, int Errors, int Invited)
{
    internal ImportResult With(IReadOnlyList<JudgedRow> rows, int invited)
    {
        int Count(string outcome) => rows.Count(row => row.Outcome == outcome);
        return this with
        {
            Made = Made + Count(JudgedRow.Made),
            Changed = Changed + Count(JudgedRow.Changed),
            Same = Same + Count(JudgedRow.Same),
            Errors = Errors + Count(JudgedRow.Error),
            Invited = Invited + invited,
        };
    }
}

/// <summary>
/// Makes and changes people from a file, a few hundred lines at a time: first to look, then to do it. Each batch is one transaction with its
/// checkpoint, its audit trail, its mails and its lines, judged again inside it; a killed server goes on after the last one, and no line
/// is done twice.
/// </summary>
public sealed class UserImport(
    JobQueue queue, Database database, OrgDirectory orgs, IdentityProviders providers, MailedLinks links, Outbox outbox, PublicUrl server, ChangeWatch changes, TimeProvider clock) : IJobKind
{
    public const string Word = "import";

    /// <summary>Lines in one transaction: a login waits no longer than for these.</summary>
    const int Batch = 500;

    /// <summary>Lines in one file: their names are kept in memory, to find what is there twice.</summary>
    internal const int MostLines = 500_000;

    public string Kind => Word;

    /// <summary>What was looked at is yet to be carried out.</summary>
    public bool KeepsFile(JobRun run) => !run.Input<ImportInput>().Applies;

    public async Task RunAsync(JobRun run, CancellationToken cancellation)
    {
        var input = run.Input<ImportInput>();
        var result = run.Result<ImportResult>();
        if (result is null || result.Applied != input.Applies)
            result = new(input.Applies, 0, 0, 0, 0, 0);
        var total = run.Total > 0 ? run.Total : await CountAsync(run.Id, cancellation);
        var judge = await JudgeAsync(run.OrgId);
        ImportHeader? header = null;
        var (batch, number) = (new List<ImportRow>(Batch), 0L);
        await using var file = queue.OpenUpload(run.Id);
        using var csv = new CsvReader(file);
        await foreach (var record in csv.ReadAsync(cancellation))
        {
            if (header is null)
            {
                header = ImportHeader.Of(record);
                continue;
            }
            var row = ImportRow.Of(header, record);
            judge.Note(row);
            if (++number <= run.Done)
                continue;
            batch.Add(row);
            if (batch.Count == Batch)
                await FlushAsync();
        }
        if (header is null)
            throw new JobProblemException("The file is empty; its first line names the columns.");
        if (batch.Count > 0 || number == 0)
            await FlushAsync();

        async Task FlushAsync()
        {
            result = input.Applies
                ? await new ImportStep(run, judge, links, outbox, server, clock).RunAsync(batch, number, total, result, input.Invites, cancellation)
                : await LookAsync(run, judge, batch, number, total, result, cancellation);
            batch.Clear();
            if (input.Applies)
            {
                outbox.Wake();
                await changes.RefreshAsync();
            }
        }
    }

    async Task<ImportResult> LookAsync(JobRun run, ImportJudge judge, List<ImportRow> batch, long number, long total, ImportResult result, CancellationToken cancellation)
    {
        await using var db = database.NewContext();
        var rows = await judge.JudgeAsync(db, batch, isTracked: false, cancellation);
        var next = result.With(rows, 0);
        await run.CheckpointAsync(number, total, next, [.. rows.Select(row => run.Line(row.Row.Line, row.Outcome, row.Line))], cancellation: cancellation);
        return next;
    }

    async Task<ImportJudge> JudgeAsync(string orgId) => new(
        orgId,
        [.. (await orgs.CurrentAsync()).Rows.ProfilesOf(orgId)],
        (await providers.CurrentAsync()).All.Where(provider => provider.OrgId == orgId).ToDictionary(provider => provider.Row.Name, provider => provider.Id, StringComparer.Ordinal));

    async Task<long> CountAsync(string id, CancellationToken cancellation)
    {
        var count = -1L; // the header
        await using var file = queue.OpenUpload(id);
        using var csv = new CsvReader(file);
        await foreach (var _ in csv.ReadAsync(cancellation))
        {
            if (++count > MostLines)
                throw new JobProblemException($"The file has more than {MostLines} lines of people; send it in parts.");
        }
        return Math.Max(0, count);
    }
}
