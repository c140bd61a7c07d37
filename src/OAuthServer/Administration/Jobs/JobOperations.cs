using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;

namespace OAuthServer.Administration.Jobs;

/// <summary>Which jobs.</summary>
/// <param name="Kind">Of one kind only, such as <c>replay</c>.</param>
/// <param name="Limit">At most so many, 1 to 500; 50 when it says nothing.</param>
/// <param name="After">Where the last part ended.</param>
public sealed record ListJobs(string? Kind = null, int? Limit = null, string? After = null);

/// <summary>One job, by its id.</summary>
public sealed record JobId(string Job);

/// <summary>The lines of a job.</summary>
/// <param name="Job">Its id.</param>
/// <param name="Outcome">Those counted under this word only.</param>
/// <param name="Limit">At most so many, 1 to 500; 50 when it says nothing.</param>
/// <param name="After">Where the last part ended.</param>
public sealed record ListJobLines(string Job, string? Outcome = null, int? Limit = null, string? After = null);

/// <summary>A job as administrators see it.</summary>
/// <param name="Id">128 random bits.</param>
/// <param name="Kind">What it does.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Done">How far it is, as its kind counts.</param>
/// <param name="Total">How far there is to go; 0 = not known yet.</param>
/// <param name="Result">What has come out so far.</param>
/// <param name="Problem">Why it failed.</param>
/// <param name="By">Who asked for it.</param>
/// <param name="CreatedAt">When.</param>
/// <param name="FinishedAt">When it was over.</param>
public sealed record JobSight(
    string Id, string Kind, JobState State, long Done, long Total, JsonElement? Result, string? Problem, string By, DateTimeOffset CreatedAt, DateTimeOffset? FinishedAt)
{
    public bool IsOver => State is JobState.Done or JobState.Failed or JobState.Cancelled;

    public static JobSight Of(Job job) => new(
        job.Id, job.Kind, job.State, job.Done, job.Total, job.Result is { } result ? JsonElement.Parse(result) : null, job.Problem,
        SettingsJson.Read<AuditActor>(job.Actor).Name, job.CreatedAt, job.FinishedAt);
}

/// <summary>One line of what a job found.</summary>
/// <param name="Number">The line of the file, or the login record's number.</param>
/// <param name="Outcome">What it is counted under.</param>
/// <param name="Content">What it says.</param>
public sealed record JobLineSight(long Number, string Outcome, JsonElement Content);

/// <summary>Looking at long work, and stopping it.</summary>
public sealed class JobOperations(Database database) : IAdminOperations
{
    const string Page = "/setup/jobs";

    public IEnumerable<AdminOperation> All =>
    [
        AdminOperation.Read<ListJobs, AdminPage<JobSight>>("jobs.list", "/jobs", Page, "List long work, the newest first.", ListAsync),
        AdminOperation.Read<JobId, JobSight>("jobs.get", "/jobs/{job}", Page, "Show one piece of long work: how far it is, what came out.", GetAsync),
        AdminOperation.Read<ListJobLines, AdminPage<JobLineSight>>("jobs.lines", "/jobs/{job}/lines", Page, "List what a piece of long work found, line by line.", LinesAsync),
        AdminOperation.Change<JobId, JobSight>("jobs.cancel", "POST", "/jobs/{job}/cancel", Page, "Stop a piece of long work; what it has done stays done.", CancelAsync).Stops("jobs.get"),
    ];

    public async Task<AdminAnswer<AdminPage<JobSight>>> ListAsync(AdminCall call, ListJobs input)
    {
        if (Paging.Refuse(input.Limit) is { } refusal)
            return refusal;
        await using var db = database.NewContext();
        var jobs = db.Jobs.AsNoTracking().Where(j => j.OrgId == call.Org.Id);
        if (input.Kind is { } kind)
            jobs = jobs.Where(j => j.Kind == kind);
        if (input.After is { } after)
        {
            if (await db.Jobs.AsNoTracking().Where(j => j.OrgId == call.Org.Id && j.Id == after).Select(j => (DateTimeOffset?)j.CreatedAt).FirstOrDefaultAsync(call.Cancellation) is not { } at)
                return Paging.NoPlace;
#pragma warning disable CA1309, CA1310, CA1862 // the database compares, as it orders
            jobs = jobs.Where(j => j.CreatedAt <= at && (j.CreatedAt < at || j.Id.CompareTo(after) < 0));
#pragma warning restore CA1309, CA1310, CA1862
        }
        var rows = await jobs.OrderByDescending(j => j.CreatedAt).ThenByDescending(j => j.Id).Take(Paging.Size(input.Limit) + 1).ToListAsync(call.Cancellation);
        var (shown, next) = Paging.Cut(rows, input.Limit, job => job.Id);
        return new AdminPage<JobSight>([.. shown.Select(JobSight.Of)], next);
    }

    public async Task<AdminAnswer<JobSight>> GetAsync(AdminCall call, JobId input)
    {
        await using var db = database.NewContext();
        return await FindAsync(db, call, input.Job) is { } job ? JobSight.Of(job) : new AdminRefusal.NotFound("job");
    }

    public async Task<AdminAnswer<AdminPage<JobLineSight>>> LinesAsync(AdminCall call, ListJobLines input)
    {
        if (Paging.Refuse(input.Limit) is { } refusal)
            return refusal;
        var after = -1L;
        if (input.After is { } text && !long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out after))
            return Paging.NoPlace;
        await using var db = database.NewContext();
        if (await FindAsync(db, call, input.Job) is not { } job)
            return new AdminRefusal.NotFound("job");
        var lines = db.JobLines.AsNoTracking().Where(line => line.JobId == job.Id && line.Number > after);
        if (input.Outcome is { } outcome)
            lines = lines.Where(line => line.Outcome == outcome);
        var rows = await lines.OrderBy(line => line.Number).Take(Paging.Size(input.Limit) + 1).ToListAsync(call.Cancellation);
        var (shown, next) = Paging.Cut(rows, input.Limit, line => line.Number.ToString(CultureInfo.InvariantCulture));
        return new AdminPage<JobLineSight>([.. shown.Select(line => new JobLineSight(line.Number, line.Outcome, JsonElement.Parse(line.Content)))], next);
    }

    public async Task<AdminAnswer<JobSight>> CancelAsync(AdminCall call, JobId input)
    {
        await using var db = call.Begin(database);
        if (await FindAsync(db, call, input.Job) is not { } job)
            return new AdminRefusal.NotFound("job");
        // By a statement: a checkpoint that is just being saved either comes before, or finds that the job is no longer its own.
        await using (var transaction = await db.Database.BeginTransactionAsync(call.Cancellation))
        {
            var stopped = await db.Jobs.Where(j => j.Id == job.Id && (j.State == JobState.Waiting || j.State == JobState.Running))
                .ExecuteUpdateAsync(set => set.SetProperty(j => j.State, JobState.Cancelled).SetProperty(j => j.FinishedAt, call.At), call.Cancellation);
            if (stopped == 1)
            {
                await JobQueue.DropUploadAsync(db, job.Id, call.Cancellation);
                db.Audit(call.Org.Id, "job", job.Id, job.Kind, new { state = job.State }, new { state = JobState.Cancelled });
                await db.SaveChangesAsync(call.Cancellation);
            }
            await transaction.CommitAsync(call.Cancellation);
        }
        return JobSight.Of((await FindAsync(db, call, input.Job))!);
    }

    static Task<Job?> FindAsync(ServerDb db, AdminCall call, string id) =>
        db.Jobs.AsNoTracking().SingleOrDefaultAsync(j => j.Id == id && j.OrgId == call.Org.Id, call.Cancellation);
}
