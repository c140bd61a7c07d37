using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;

namespace OAuthServer.Administration.Jobs;

/// <summary>Where jobs begin: a row that the worker takes when it is committed, and the file it works on, in chunks beside it.</summary>
public sealed class JobQueue(Database database)
{
    /// <summary>Every chunk of a file has so many bytes, except the last.</summary>
    public const int ChunkBytes = 256 * 1024;

    /// <summary>The largest file that is taken, in bytes.</summary>
    public const long LargestUpload = 64L * 1024 * 1024;

    /// <summary>Begins a job in the caller's transaction, or at once where there is none. It runs within seconds after the commit.</summary>
    public static async Task<Job> AddAsync<TInput>(ServerDb db, AdminCall call, string kind, TInput input)
    {
        var job = New(call, kind, input);
        db.Jobs.Add(job);
        await db.SaveChangesAsync(call.Cancellation);
        return job;
    }

    /// <summary>
    /// Begins a job that works on a file. The file is written piece by piece, each in a transaction of its own, so that a slow sender holds
    /// up no login; the job waits until all of it is there. Of a file that does not arrive nothing is kept. Where there are as many jobs of the
    /// kind as may be already, nothing is read of it.
    /// </summary>
    public async Task<AdminAnswer<Job>> UploadAsync<TInput>(
        AdminCall call, string kind, TInput input, AdminUpload upload, long largest = LargestUpload, int atMost = int.MaxValue)
    {
        var job = New(call, kind, input);
        job.SeenAt = call.At; // held, see Job.SeenAt
        await using var db = database.NewContext();
        await using (var transaction = await db.Database.BeginTransactionAsync(call.Cancellation))
        {
            if (await WhyNoMoreAsync(db, call, kind, atMost) is { } tooMany)
                return tooMany;
            db.Jobs.Add(job);
            await db.SaveChangesAsync(call.Cancellation);
            await transaction.CommitAsync(call.Cancellation);
        }
        var isWhole = false;
        try
        {
            if (await WriteAsync(db, job.Id, upload.Content, largest, call.Cancellation) is { } flaw)
                return new AdminRefusal.Invalid("", flaw);
            await db.Jobs.Where(j => j.Id == job.Id).ExecuteUpdateAsync(set => set.SetProperty(j => j.SeenAt, (DateTimeOffset?)null), call.Cancellation);
            isWhole = true;
            return job;
        }
        finally
        {
            if (!isWhole)
                await db.Jobs.Where(j => j.Id == job.Id).ExecuteDeleteAsync(CancellationToken.None);
        }
    }

    /// <summary>
    /// Why an organization begins no more jobs of a kind now; null = it may. Asked inside the transaction that begins one: of several who ask
    /// at once each waits until the one before has begun its own.
    /// </summary>
    /// <param name="db">In a transaction, which holds the organization's row from here on. Logins only read it.</param>
    /// <param name="call">Whose.</param>
    /// <param name="kind">What kind of job.</param>
    /// <param name="atMost">So many at once, waiting ones included.</param>
    internal static async Task<AdminRefusal?> WhyNoMoreAsync(ServerDb db, AdminCall call, string kind, int atMost)
    {
        // Touched rather than read FOR UPDATE: one statement that locks on both databases.
        await db.Organizations.Where(org => org.Id == call.Org.Id).ExecuteUpdateAsync(set => set.SetProperty(org => org.Name, org => org.Name), call.Cancellation);
        return await db.Jobs.CountAsync(j => j.OrgId == call.Org.Id && j.Kind == kind && (j.State == JobState.Waiting || j.State == JobState.Running), call.Cancellation) < atMost
            ? null
            : new AdminRefusal.Conflict($"too-many-{kind}s", $"There are {kind}s under way already.", $"At most {atMost} run or wait at once; wait for one, or cancel it.");
    }

    /// <summary>Lets a job that is done work on its file once more, with another input and from the beginning: a preview that is to be carried out. False when it is not done, or not theirs.</summary>
    public static async Task<bool> AgainAsync<TInput>(ServerDb db, AdminCall call, string id, TInput input)
    {
        await using var own = db.Database.CurrentTransaction is null ? await db.Database.BeginTransactionAsync(call.Cancellation) : null;
        var (json, actor) = (SettingsJson.Write(input), SettingsJson.Write(call.Actor));
        var taken = await db.Jobs.Where(j => j.Id == id && j.OrgId == call.Org.Id && j.State == JobState.Done).ExecuteUpdateAsync(
            set => set.SetProperty(j => j.State, JobState.Waiting).SetProperty(j => j.SeenAt, (DateTimeOffset?)null).SetProperty(j => j.FinishedAt, (DateTimeOffset?)null)
                .SetProperty(j => j.Done, 0).SetProperty(j => j.Total, 0).SetProperty(j => j.Result, (string?)null)
                .SetProperty(j => j.Input, json).SetProperty(j => j.Actor, actor),
            call.Cancellation);
        if (taken == 0)
            return false;
        await db.JobLines.Where(line => line.JobId == id).ExecuteDeleteAsync(call.Cancellation);
        if (own is not null)
            await own.CommitAsync(call.Cancellation);
        return true;
    }

    /// <summary>The file of a job from this byte on, read a chunk at a time. Asynchronous reads only.</summary>
    public Stream OpenUpload(string id, long offset = 0) => new ChunkStream(database, id, offset);

    /// <summary>Forgets the file of a job that needs it no more.</summary>
    public static Task DropUploadAsync(ServerDb db, string id, CancellationToken cancellation = default) =>
        db.JobChunks.Where(chunk => chunk.JobId == id).ExecuteDeleteAsync(cancellation);

    static Job New<TInput>(AdminCall call, string kind, TInput input) => new()
    {
        Id = RandomId.New(16),
        OrgId = call.Org.Id,
        Kind = kind,
        State = JobState.Waiting,
        Input = SettingsJson.Write(input),
        Actor = SettingsJson.Write(call.Actor),
        CreatedAt = call.At,
    };

    /// <summary>What is wrong with the file; null when it is written.</summary>
    static async Task<string?> WriteAsync(ServerDb db, string id, Stream content, long largest, CancellationToken cancellation)
    {
        for (var number = 0; ; number++)
        {
            var bytes = new byte[ChunkBytes];
            var read = await content.ReadAtLeastAsync(bytes, ChunkBytes, throwOnEndOfStream: false, cancellation);
            if (read == 0)
                return number == 0 ? "is empty; send a file." : null;
            if (number * (long)ChunkBytes + read > largest)
                return $"is larger than {largest / 1024 / 1024} MB; send it in parts.";
            db.JobChunks.Add(new() { JobId = id, Number = number, Bytes = read == ChunkBytes ? bytes : bytes[..read] });
            await db.SaveChangesAsync(cancellation);
            db.ChangeTracker.Clear();
            if (read < ChunkBytes)
                return null;
        }
    }
}
