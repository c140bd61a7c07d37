using System.Text;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Administration.Jobs;
using OAuthServer.Data;
using OAuthServer.Orgs;

namespace OAuthServer.Administration.People.Import;

/// <summary>A file of people.</summary>
/// <param name="File">CSV in UTF-8, comma or semicolon, its first line naming the columns; at most 64 MB.</param>
public sealed record ImportUsers(AdminUpload File);

/// <summary>Which previewed import to carry out.</summary>
/// <param name="Job">Its job.</param>
/// <param name="Invite">Mail new users a link to choose their first password; no when not said.</param>
public sealed record ApplyImport(string Job, bool Invite = false);

/// <summary>People as files: looked at first, then made and changed; and written out in the same form.</summary>
public sealed class ImportOperations(Database database, JobQueue queue, OrgDirectory orgs) : IAdminOperations
{
    const string Page = "/setup/people/import";
    const int Part = 1000;

    /// <summary>At once, waiting ones included.</summary>
    const int AtOnce = 3;

    public IEnumerable<AdminOperation> All =>
    [
        AdminOperation.Change<ImportUsers, JobSight>("users.import", "POST", "/user-imports", Page, "Send a CSV file of people and see, line by line, what it would make and change.", ImportAsync),
        AdminOperation.Change<ApplyImport, JobSight>("users.import-apply", "POST", "/user-imports/{job}/apply", Page, "Carry out an import that was looked at.", ApplyAsync).Stops("jobs.get"),
        AdminOperation.Read<Nothing, AdminFile>("users.export", "/user-export", Page, "Write all people as CSV, in the form that is imported.", ExportAsync),
    ];

    public async Task<AdminAnswer<JobSight>> ImportAsync(AdminCall call, ImportUsers input)
    {
        var answer = await queue.UploadAsync(call, UserImport.Word, new ImportInput(Applies: false, Invites: false), input.File, atMost: AtOnce);
        return answer.Refusal is { } refusal ? refusal : JobSight.Of(answer.Value!);
    }

    public async Task<AdminAnswer<JobSight>> ApplyAsync(AdminCall call, ApplyImport input)
    {
        await using var db = call.Begin(database);
        await using var transaction = await db.Database.BeginTransactionAsync(call.Cancellation);
        if (await FindAsync(db, call, input.Job) is not { } job)
            return new AdminRefusal.NotFound("job");
        if (await JobQueue.WhyNoMoreAsync(db, call, UserImport.Word, AtOnce) is { } tooMany)
            return tooMany;
        if (SettingsJson.Read<ImportInput>(job.Input).Applies || !await JobQueue.AgainAsync(db, call, job.Id, new ImportInput(Applies: true, input.Invite)))
        {
            return new AdminRefusal.Conflict(
                "not-previewed", "There is nothing to carry out.", "Only an import whose preview has ended is carried out, and once. Send the file again: what is done already is not done twice.");
        }
        await transaction.CommitAsync(call.Cancellation);
        return JobSight.Of((await FindAsync(db, call, input.Job))!);
    }

    public Task<AdminAnswer<AdminFile>> ExportAsync(AdminCall call, Nothing input) =>
        Task.FromResult<AdminAnswer<AdminFile>>(new AdminFile($"people-{call.At:yyyy-MM-dd}.csv", "text/csv; charset=utf-8", (to, cancellation) => WriteAsync(call, to, cancellation)));

    static Task<Job?> FindAsync(ServerDb db, AdminCall call, string id) =>
        db.Jobs.AsNoTracking().SingleOrDefaultAsync(j => j.Id == id && j.OrgId == call.Org.Id && j.Kind == UserImport.Word, call.Cancellation);

    /// <summary>Part by part, in the order of usernames. Of several identities the oldest is written.</summary>
    async Task WriteAsync(AdminCall call, Stream to, CancellationToken cancellation)
    {
        var text = new StringBuilder("\uFEFF"); // spreadsheets take it for something else without
        text.Append(CsvText.Line([.. ImportHeader.Columns]));
        await using var db = database.NewContext();
        var after = "";
        while (true)
        {
#pragma warning disable CA1309 // the database compares
            var users = await db.Users.AsNoTracking().Where(u => u.OrgId == call.Org.Id && string.Compare(u.NormalizedUsername, after) > 0)
                .OrderBy(u => u.NormalizedUsername).Take(Part).ToListAsync(cancellation);
#pragma warning restore CA1309
            var ids = users.ConvertAll(user => user.Id);
            var identities = (await db.FederatedIdentities.AsNoTracking().Where(i => ids.Contains(i.UserId)).OrderBy(i => i.Id)
                .Join(db.IdentityProviders, i => i.ProviderId, p => p.Id, (i, p) => new { i.UserId, p.Name, i.Subject, i.Format }).ToListAsync(cancellation))
                .GroupBy(i => i.UserId, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.First(), StringComparer.Ordinal);
            foreach (var user in users)
            {
                var identity = identities.GetValueOrDefault(user.Id);
                text.Append(CsvText.Line(
                    user.Username, user.Email, user.FirstName, user.LastName, (await orgs.ProfileAsync(user.ProfileId)).Name, user.Language, user.TimeZone,
                    user.Status.ToString().ToLowerInvariant(), user.IsBreakGlass ? "true" : "false", identity?.Name ?? "", identity?.Subject ?? "", identity?.Format ?? ""));
            }
            await to.WriteAsync(Encoding.UTF8.GetBytes(text.ToString()), cancellation);
            text.Clear();
            if (users.Count < Part)
                return;
            after = users[^1].NormalizedUsername;
        }
    }
}
