using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Administration.Jobs;
using OAuthServer.Data;
using OAuthServer.Login;
using OAuthServer.Login.Explaining;
using OAuthServer.Orgs;

namespace OAuthServer.Administration.Replay;

/// <summary>What to replay: drafts that are kept, or what is sent along. Nothing at all = every attempt under the policy of its day, which must change nothing.</summary>
/// <param name="Drafts">Ids of drafts: one of a profile, one of networks, or both.</param>
/// <param name="Profile">The name of the profile that <paramref name="Settings"/> are a draft of.</param>
/// <param name="Settings">What the profile's file would say, without its name.</param>
/// <param name="Networks">All trusted networks as they would be.</param>
/// <param name="Days">The attempts of so many days, 1 to 3650; 30 when it says nothing.</param>
public sealed record StartReplay(
    IReadOnlyList<string>? Drafts = null, string? Profile = null, JsonElement? Settings = null, IReadOnlyList<DraftNetwork>? Networks = null, int? Days = null);

/// <summary>One replay, by its job.</summary>
public sealed record ReplayId(string Job);

/// <summary>One attempt in a replay, by its reference.</summary>
public sealed record ReplayLineId(string Job, string Reference);

/// <summary>A replay, running or done.</summary>
/// <param name="Job">How far it is.</param>
/// <param name="Profile">The profile that is drafted.</param>
/// <param name="HasNetworks">The trusted networks are drafted.</param>
/// <param name="Drafts">The drafts it was begun from.</param>
/// <param name="Days">The attempts of so many days.</param>
/// <param name="From">From when on.</param>
/// <param name="Summary">What it found so far; null before the first numbers.</param>
/// <param name="Assumptions">What every replay takes as given, in sentences.</param>
public sealed record ReplaySight(
    JobSight Job, string? Profile, bool HasNetworks, IReadOnlyList<string> Drafts, int Days, DateTimeOffset From, ReplaySummary? Summary, IReadOnlyList<string> Assumptions);

/// <summary>One attempt, as it was decided and as the draft would.</summary>
/// <param name="Reference">Its reference.</param>
/// <param name="At">When.</param>
/// <param name="Outcome">Against what was decided then.</param>
/// <param name="Note">What is not known, in a sentence.</param>
/// <param name="Recorded">Under the policy of its day.</param>
/// <param name="Drafted">Under the draft.</param>
public sealed record ReplayLineSight(string Reference, DateTimeOffset At, ReplayOutcome Outcome, string? Note, LoginExplanation Recorded, LoginExplanation Drafted);

/// <summary>Drafts against recorded logins.</summary>
public sealed class ReplayOperations(Database database, LoginReferences references) : IAdminOperations
{
    const string Page = "/setup/policies/replay";
    const string OnePage = "/setup/policies/replay/{job}";
    const int DefaultDays = 30;

    /// <summary>At once, waiting ones included.</summary>
    const int AtOnce = 3;

    public IEnumerable<AdminOperation> All =>
    [
        AdminOperation.Change<StartReplay, ReplaySight>("replay.start", "POST", "/replays", Page, "Replay a draft over the recorded logins of some days.", StartAsync),
        AdminOperation.Read<ReplayId, ReplaySight>("replay.get", "/replays/{job}", OnePage, "Show what a replay found: counts by outcome, user, app and network.", GetAsync),
        AdminOperation.Read<ReplayLineId, ReplayLineSight>("replay.line", "/replays/{job}/lines/{reference}", OnePage, "Explain one attempt of a replay, as it was decided and under the draft.", LineAsync),
    ];

    public async Task<AdminAnswer<ReplaySight>> StartAsync(AdminCall call, StartReplay input)
    {
        if (input.Days is < 1 or > 3650)
            return new AdminRefusal.Invalid("days", $"{input.Days} is out of range; use 1 to 3650.");
        await using var db = call.Begin(database);
        var (wish, refusal) = await WishAsync(db, call, input);
        if (refusal is not null)
            return refusal;
        var last = await db.LoginRecords.Where(r => r.OrgId == call.Org.Id).MaxAsync(r => (long?)r.Id, call.Cancellation) ?? 0;
        await using var transaction = await db.Database.BeginTransactionAsync(call.Cancellation);
        if (await JobQueue.WhyNoMoreAsync(db, call, ReplayJob.Word, AtOnce) is { } tooMany)
            return tooMany;
        var days = input.Days ?? DefaultDays;
        var job = await JobQueue.AddAsync(db, call, ReplayJob.Word, wish! with
        {
            Days = days,
            From = call.At.AddDays(-days),
            Last = last,
        });
        await transaction.CommitAsync(call.Cancellation);
        return Sight(job);
    }

    public async Task<AdminAnswer<ReplaySight>> GetAsync(AdminCall call, ReplayId input)
    {
        await using var db = database.NewContext();
        return await FindAsync(db, call, input.Job) is { } job ? Sight(job) : new AdminRefusal.NotFound("replay");
    }

    public async Task<AdminAnswer<ReplayLineSight>> LineAsync(AdminCall call, ReplayLineId input)
    {
        await using var db = database.NewContext();
        if (await FindAsync(db, call, input.Job) is not { } job)
            return new AdminRefusal.NotFound("replay");
        if (references.Parse(input.Reference) is not { } id
            || await db.LoginRecords.AsNoTracking().SingleOrDefaultAsync(r => r.Id == id && r.OrgId == call.Org.Id, call.Cancellation) is not { } record)
            return new AdminRefusal.NotFound("login");
        var rules = await ReplayRules.LoadAsync(db, call.Org.Id, ReplayInput.Of(job), call.Cancellation);
        var verdict = rules.Judge(record);
        return new ReplayLineSight(
            references.Of(record.Id), record.At, verdict.Outcome, verdict.Note, FactsExplanation.Of(rules.OfItsDay(record)), FactsExplanation.Of(rules.UnderDraft(record)));
    }

    static Task<Job?> FindAsync(ServerDb db, AdminCall call, string id) =>
        db.Jobs.AsNoTracking().SingleOrDefaultAsync(j => j.Id == id && j.OrgId == call.Org.Id && j.Kind == ReplayJob.Word, call.Cancellation);

    static ReplaySight Sight(Job job)
    {
        var input = ReplayInput.Of(job);
        return new(JobSight.Of(job), input.ProfileName, input.Networks is not null, input.Drafts, input.Days, input.From, ReplaySummary.Of(job), ReplaySummary.Assumptions);
    }

    static async Task<(ReplayInput? Wish, AdminRefusal? Refusal)> WishAsync(ServerDb db, AdminCall call, StartReplay input)
    {
        var wish = new ReplayInput { Drafts = [.. input.Drafts ?? []] };
        foreach (var id in wish.Drafts)
        {
            if (await DraftOperations.FindAsync(db, call, id) is not { } draft)
                return (null, new AdminRefusal.NotFound("draft"));
            if (draft.Kind == DraftKind.Profile ? wish.Settings is not null || input.Settings is not null : wish.Networks is not null || input.Networks is not null)
                return (null, new AdminRefusal.Invalid("drafts", "has two of one kind; a replay takes one of a profile and one of networks."));
            wish = draft.Kind == DraftKind.Profile
                ? wish with { ProfileId = draft.ProfileId, Settings = SettingsJson.Read<ProfileSettings>(draft.Content) }
                : wish with { Networks = SettingsJson.Read<IReadOnlyList<DraftNetwork>>(draft.Content) };
        }
        var flaws = new List<AdminFlaw>();
        if (input.Settings is { } json)
        {
            if (input.Profile is null)
                return (null, new AdminRefusal.Invalid("profile", "is missing; name the profile that the settings are a draft of."));
            wish = wish with { Settings = DraftContent.ReadSettings(json, flaws) };
        }
        if (input.Networks is { } networks)
        {
            DraftContent.Check(networks, flaws);
            wish = wish with { Networks = networks };
        }
        if (flaws.Count > 0)
            return (null, new AdminRefusal.Invalid(flaws));
        if (wish.Settings is null)
            return (wish, null);
        var profile = await db.Profiles.AsNoTracking()
            .SingleOrDefaultAsync(p => p.OrgId == call.Org.Id && (wish.ProfileId == null ? p.Name == input.Profile : p.Id == wish.ProfileId), call.Cancellation);
        return profile is null ? (null, new AdminRefusal.NotFound("profile")) : (wish with { ProfileId = profile.Id, ProfileName = profile.Name }, null);
    }
}
