using Microsoft.EntityFrameworkCore;
using OAuthServer.Administration.Jobs;
using OAuthServer.Data;
using OAuthServer.Login;
using OAuthServer.Policy;

namespace OAuthServer.Administration.Replay;

/// <summary>
/// Replays a draft over the recorded logins: reads them in the order of their numbers, decides each again, counts, and keeps the first
/// lines of each outcome. While one part is decided the next is read. Changes nothing but its own job.
/// </summary>
public sealed class ReplayJob(Database database, LoginReferences references) : IJobKind
{
    /// <summary>The word in the row.</summary>
    public const string Word = "replay";

    const int Part = 10_000;

    public string Kind => Word;

    /// <summary>Goes on after the record that <see cref="JobRun.Done"/> counts up to; its number is kept with the tally.</summary>
    public async Task RunAsync(JobRun run, CancellationToken cancellation)
    {
        var input = run.Input<ReplayInput>();
        await using var db = database.NewContext();
        var rules = await ReplayRules.LoadAsync(db, run.OrgId, input, cancellation);
        await using var connection = await database.ConnectAsync(cancellation);
        var records = new ReplayRecords(connection, run.OrgId, input);
        var state = await StateAsync(db, run, records, cancellation);
        var names = new Dictionary<string, string>(StringComparer.Ordinal);

        var next = records.ReadAsync(state.After, Part, cancellation);
        try
        {
            while (await next is { Count: > 0 } part)
            {
                var after = part[^1].Id;
                // SQLite reads on the thread that asks: another one, so that this one can decide meanwhile.
                next = Task.Run(() => records.ReadAsync(after, Part, cancellation), CancellationToken.None);
                var kept = Decide(part, rules, state.Tally, cancellation);
                await NameAsync(db, names, state.Tally.ShownUsers.Concat(kept.Select(one => one.Record.UserId).OfType<string>()), cancellation);
                state = state with { After = after };
                await SaveAsync(run, state, [.. kept.Select(one => run.Line(one.Record.Id, OutcomeWord(one.Verdict.Outcome), LineOf(one.Record, one.Verdict, names)))], names, cancellation);
            }
        }
        finally
        {
            // The connection is not closed under a reader.
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        await NameAsync(db, names, state.Tally.ShownUsers, cancellation);
        await SaveAsync(run, state with { After = input.Last }, [], names, cancellation);
    }

    /// <summary>As it stands in lines and in filters.</summary>
    public static string OutcomeWord(ReplayOutcome outcome) => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(outcome.ToString());

    static List<(LoginRecord Record, ReplayVerdict Verdict)> Decide(List<LoginRecord> part, ReplayRules rules, ReplayTally tally, CancellationToken cancellation)
    {
        var kept = new List<(LoginRecord, ReplayVerdict)>();
        foreach (var record in part)
        {
            cancellation.ThrowIfCancellationRequested();
            var verdict = rules.Judge(record);
            if (tally.Add(record, verdict.Outcome))
                kept.Add((record, verdict));
        }
        return kept;
    }

    static async Task<State> StateAsync(ServerDb db, JobRun run, ReplayRecords records, CancellationToken cancellation)
    {
        if (await db.JobChunks.AsNoTracking().SingleOrDefaultAsync(chunk => chunk.JobId == run.Id && chunk.Number == 0, cancellation) is { } saved)
        {
            var place = System.Text.Json.JsonSerializer.Deserialize<Place>(saved.Bytes, SettingsJson.Options)!;
            return new(place.After, place.Others, place.Total, ReplayTally.Load(place.Tally));
        }
        var after = await records.BeforeFirstAsync(cancellation);
        var total = await records.CountAsync(after, all: false, cancellation);
        return new(after, await records.CountAsync(after, all: true, cancellation) - total, total, new());
    }

    static Task SaveAsync(JobRun run, State state, List<JobLine> lines, Dictionary<string, string> names, CancellationToken cancellation)
    {
        var bytes = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(new Place(state.After, state.Others, state.Total, state.Tally.Save()), SettingsJson.Options);
        var summary = state.Tally.Summary(state.Others, id => id.Length == 0 ? "" : names.GetValueOrDefault(id, Removed));
        return run.CheckpointAsync(
            state.Tally.Attempts, state.Total, summary, lines,
            async db =>
            {
                await db.JobChunks.Where(chunk => chunk.JobId == run.Id).ExecuteDeleteAsync(cancellation);
                db.JobChunks.Add(new() { JobId = run.Id, Number = 0, Bytes = bytes });
            },
            cancellation);
    }

    const string Removed = "(a user who has been removed)";

    static async Task NameAsync(ServerDb db, Dictionary<string, string> names, IEnumerable<string> ids, CancellationToken cancellation)
    {
        foreach (var unknown in ids.Where(id => id.Length > 0 && !names.ContainsKey(id)).Distinct(StringComparer.Ordinal).Chunk(500))
        {
            foreach (var user in await db.Users.AsNoTracking().Where(u => unknown.Contains(u.Id)).Select(u => new { u.Id, u.Username }).ToListAsync(cancellation))
                names[user.Id] = user.Username;
            foreach (var id in unknown)
                names.TryAdd(id, Removed);
        }
    }

    ReplayLine LineOf(LoginRecord record, ReplayVerdict verdict, Dictionary<string, string> names) => new(
        references.Of(record.Id), record.At, record.UserId is { } id ? names[id] : null, record.ClientId, ReplayRecords.NetworkOf(record), record.SourceAddress, record.Channel,
        record.Reason is { } reason ? $"deny {reason}" : record.Decision, After(verdict.Ruling!), verdict.Note);

    static string After(LoginRuling ruling) => ruling.Decision switch
    {
        LoginDecision.Deny deny => $"deny {deny.Reason}",
        LoginDecision.Challenge challenge => "challenge " + string.Join(" or ", challenge.OneOf),
        _ => "allow",
    };

    sealed record State(long After, long Others, long Total, ReplayTally Tally);

    /// <summary>As it is kept beside the job.</summary>
    sealed record Place(long After, long Others, long Total, byte[] Tally);
}
