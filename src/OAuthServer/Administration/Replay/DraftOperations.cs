using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Administration.Jobs;
using OAuthServer.Data;
using OAuthServer.Http;
using OAuthServer.Orgs;

namespace OAuthServer.Administration.Replay;

/// <summary>One draft, by its id.</summary>
public sealed record DraftId(string Draft);

/// <summary>Which drafts.</summary>
/// <param name="Profile">Of one profile only.</param>
/// <param name="Limit">At most so many, 1 to 500; 50 when it says nothing.</param>
/// <param name="After">Where the last part ended.</param>
public sealed record ListDrafts(string? Profile = null, int? Limit = null, string? After = null);

/// <summary>A draft to keep: of a profile, or of all trusted networks.</summary>
/// <param name="Draft">The draft it replaces; null for a new one.</param>
/// <param name="Profile">The profile's name; null where it is one of networks.</param>
/// <param name="Settings">What the profile's file would say, without its name.</param>
/// <param name="Networks">All trusted networks as they would be.</param>
public sealed record SaveDraft(string? Draft = null, string? Profile = null, JsonElement? Settings = null, IReadOnlyList<DraftNetwork>? Networks = null);

/// <summary>A draft in a list.</summary>
/// <param name="Id">128 random bits.</param>
/// <param name="Kind">What it is of.</param>
/// <param name="Profile">The profile's name; null where it is one of networks.</param>
/// <param name="SavedBy">Who saved it.</param>
/// <param name="SavedAt">When.</param>
/// <param name="LastReplay">The job of its last replay, among the latest of the organization; null = none.</param>
/// <param name="ReplayedAt">When that was asked for.</param>
/// <param name="ReplayedBy">By whom.</param>
public sealed record DraftLine(
    string Id, DraftKind Kind, string? Profile, string SavedBy, DateTimeOffset SavedAt, string? LastReplay = null, DateTimeOffset? ReplayedAt = null, string? ReplayedBy = null);

/// <summary>The last replay of a draft.</summary>
/// <param name="Job">Its job.</param>
/// <param name="State">Where it stands.</param>
/// <param name="IsOfThis">The draft has not been changed since.</param>
/// <param name="Days">Of how many days.</param>
/// <param name="Summary">What it found, so far or in all; null before its first numbers.</param>
public sealed record DraftReplay(string Job, JobState State, bool IsOfThis, int Days, ReplaySummary? Summary);

/// <summary>A draft as a whole.</summary>
/// <param name="Id">128 random bits.</param>
/// <param name="Kind">What it is of.</param>
/// <param name="Profile">The profile's name.</param>
/// <param name="BasedOn">The version of the profile it was begun from.</param>
/// <param name="Settings">Of a profile's draft.</param>
/// <param name="Networks">Of a draft of networks.</param>
/// <param name="SavedBy">Who saved it.</param>
/// <param name="SavedAt">When.</param>
/// <param name="LastReplay">What its last replay found; null when there was none within thirty days.</param>
public sealed record DraftSight(
    string Id, DraftKind Kind, string? Profile, int? BasedOn, ProfileSettings? Settings, IReadOnlyList<DraftNetwork>? Networks, string SavedBy, DateTimeOffset SavedAt, DraftReplay? LastReplay);

/// <summary>Policies that somebody is thinking about: kept, tried and replayed, and in force nowhere.</summary>
public sealed class DraftOperations(Database database) : IAdminOperations
{
    const string Page = "/setup/policies/replay";
    const int LookedAt = 100;

    public IEnumerable<AdminOperation> All =>
    [
        AdminOperation.Read<ListDrafts, AdminPage<DraftLine>>("drafts.list", "/drafts", Page, "List the drafts of profiles and networks, the newest first.", ListAsync),
        AdminOperation.Read<DraftId, DraftSight>("drafts.get", "/drafts/{draft}", Page, "Show a draft, and what its last replay found.", GetAsync),
        AdminOperation.Change<SaveDraft, DraftSight>("drafts.save", "POST", "/drafts", Page, "Keep a draft of a profile or of the trusted networks; it decides nothing.", SaveAsync).Versioned(),
        AdminOperation.Change<DraftId, Nothing>("drafts.delete", "DELETE", "/drafts/{draft}", Page, "Throw a draft away.", DeleteAsync).Versioned().Stops("drafts.get"),
    ];

    public async Task<AdminAnswer<AdminPage<DraftLine>>> ListAsync(AdminCall call, ListDrafts input)
    {
        if (Paging.Refuse(input.Limit) is { } refusal)
            return refusal;
        await using var db = database.NewContext();
        var after = input.After is { } place ? await FindAsync(db, call, place) : null;
        if (input.After is not null && after is null)
            return Paging.NoPlace;
        var profileId = input.Profile is { } name ? await db.Profiles.Where(p => p.OrgId == call.Org.Id && p.Name == name).Select(p => p.Id).SingleOrDefaultAsync(call.Cancellation) ?? "" : null;
        var drafts = await Newest(db, call.Org.Id, profileId, after).Take(Paging.Size(input.Limit) + 1)
            .Select(d => new { d.Id, d.Kind, Profile = db.Profiles.Where(p => p.Id == d.ProfileId).Select(p => p.Name).FirstOrDefault(), d.SavedBy, d.SavedAt }).ToListAsync(call.Cancellation);
        var (shown, next) = Paging.Cut(drafts, input.Limit, draft => draft.Id);
        var replays = (await LatestReplays(db, call).ToListAsync(call.Cancellation)).ConvertAll(job => (Job: job, ReplayInput.Of(job).Drafts));
        return new AdminPage<DraftLine>(
            [.. shown.Select(draft =>
            {
                var last = replays.Find(replay => replay.Drafts.Contains(draft.Id, StringComparer.Ordinal)).Job;
                return new DraftLine(draft.Id, draft.Kind, draft.Profile, draft.SavedBy, draft.SavedAt, last?.Id, last?.CreatedAt, last is null ? null : JobSight.Of(last).By);
            })],
            next);
    }

    /// <summary>An organization's drafts, the newest first.</summary>
    /// <param name="db">Where.</param>
    /// <param name="orgId">Whose.</param>
    /// <param name="profileId">Of one profile only; null = all.</param>
    /// <param name="after">The last one of the part before.</param>
    internal static IQueryable<Draft> Newest(ServerDb db, string orgId, string? profileId, Draft? after)
    {
        var drafts = db.Drafts.AsNoTracking().Where(d => d.OrgId == orgId);
        if (profileId is not null)
            drafts = drafts.Where(d => d.ProfileId == profileId);
        if (after is { SavedAt: var at, Id: var id })
#pragma warning disable CA1309 // the database compares, as it orders
            drafts = drafts.Where(d => d.SavedAt <= at && (d.SavedAt < at || string.Compare(d.Id, id) < 0));
#pragma warning restore CA1309
        return drafts.OrderByDescending(d => d.SavedAt).ThenByDescending(d => d.Id);
    }

    public async Task<AdminAnswer<DraftSight>> GetAsync(AdminCall call, DraftId input)
    {
        await using var db = database.NewContext();
        return await FindAsync(db, call, input.Draft) is { } draft ? await SightAsync(db, call, draft) : new AdminRefusal.NotFound("draft");
    }

    public async Task<AdminAnswer<DraftSight>> SaveAsync(AdminCall call, SaveDraft input)
    {
        await using var db = call.Begin(database);
        Draft? draft = null;
        if (input.Draft is { } id && (draft = await FindAsync(db, call, id)) is null)
            return new AdminRefusal.NotFound("draft");
        if (call.IfMatch is not null && (draft is null || call.HasSeenAnother(VersionOf(draft))))
            return new AdminRefusal.Changed();
        var flaws = new List<AdminFlaw>();
        var content = Content(input, flaws);
        Profile? profile = null;
        if (input.Profile is { } name)
        {
            profile = await db.Profiles.AsNoTracking().SingleOrDefaultAsync(p => p.OrgId == call.Org.Id && p.Name == name, call.Cancellation);
            if (profile is null)
                return new AdminRefusal.NotFound("profile");
        }
        if (draft is not null && (draft.Kind == DraftKind.Networks) != (input.Networks is not null))
            flaws.Add(new("draft", "is of another kind; save a new one."));
        if (flaws.Count > 0)
            return new AdminRefusal.Invalid(flaws);

        if (draft is null)
            db.Drafts.Add(draft = new() { Id = RandomId.New(16), OrgId = call.Org.Id, Content = "", SavedBy = "" });
        draft.Kind = profile is null ? DraftKind.Networks : DraftKind.Profile;
        (draft.BasedOn, draft.ProfileId) = draft.ProfileId == profile?.Id && input.Draft is not null ? (draft.BasedOn, draft.ProfileId) : (profile?.Version, profile?.Id);
        (draft.Content, draft.SavedBy, draft.SavedAt) = (content!, call.Actor.Name, call.At);
        db.Audit(call.Org.Id, "draft", draft.Id, profile?.Name ?? "trusted networks");
        await db.SaveChangesAsync(call.Cancellation);
        return await SightAsync(db, call, draft);
    }

    public async Task<AdminAnswer<Nothing>> DeleteAsync(AdminCall call, DraftId input)
    {
        await using var db = call.Begin(database);
        if (await FindAsync(db, call, input.Draft) is not { } draft)
            return new AdminRefusal.NotFound("draft");
        if (call.HasSeenAnother(VersionOf(draft)))
            return new AdminRefusal.Changed();
        db.Drafts.Remove(draft);
        db.Audit(call.Org.Id, "draft", draft.Id, draft.Kind.ToString());
        await db.SaveChangesAsync(call.Cancellation);
        return new Nothing();
    }

    internal static Task<Draft?> FindAsync(ServerDb db, AdminCall call, string id) => db.Drafts.SingleOrDefaultAsync(d => d.Id == id && d.OrgId == call.Org.Id, call.Cancellation);

    static string VersionOf(Draft draft) => ContentVersion.Of(Encoding.UTF8.GetBytes(draft.Content));

    /// <summary>The row's text; null with what is wrong.</summary>
    static string? Content(SaveDraft input, List<AdminFlaw> flaws)
    {
        if (input is { Profile: not null, Settings: { } json, Networks: null })
            return DraftContent.ReadSettings(json, flaws) is { } settings ? SettingsJson.Write(settings) : null;
        if (input is { Profile: null, Settings: null, Networks: { } networks })
        {
            DraftContent.Check(networks, flaws);
            return SettingsJson.Write(networks);
        }
        flaws.Add(new("", "is neither: send profile and settings, or networks alone."));
        return null;
    }

    static async Task<AdminAnswer<DraftSight>> SightAsync(ServerDb db, AdminCall call, Draft draft)
    {
        var profile = draft.ProfileId is { } id ? await db.Profiles.AsNoTracking().Where(p => p.Id == id).Select(p => p.Name).SingleOrDefaultAsync(call.Cancellation) : null;
        var sight = new DraftSight(
            draft.Id, draft.Kind, profile, draft.BasedOn,
            draft.Kind == DraftKind.Profile ? SettingsJson.Read<ProfileSettings>(draft.Content) : null,
            draft.Kind == DraftKind.Networks ? SettingsJson.Read<IReadOnlyList<DraftNetwork>>(draft.Content) : null,
            draft.SavedBy, draft.SavedAt, await LastReplayAsync(db, call, draft));
        return ((AdminAnswer<DraftSight>)sight).WithVersion(VersionOf(draft));
    }

    static IQueryable<Job> LatestReplays(ServerDb db, AdminCall call) =>
        db.Jobs.AsNoTracking().Where(j => j.OrgId == call.Org.Id && j.Kind == ReplayJob.Word).OrderByDescending(j => j.CreatedAt).Take(LookedAt);

    static async Task<DraftReplay?> LastReplayAsync(ServerDb db, AdminCall call, Draft draft)
    {
        foreach (var job in await LatestReplays(db, call).ToListAsync(call.Cancellation))
        {
            var input = ReplayInput.Of(job);
            if (!input.Drafts.Contains(draft.Id, StringComparer.Ordinal))
                continue;
            var replayed = draft.Kind == DraftKind.Profile ? SettingsJson.Write(input.Settings) : SettingsJson.Write(input.Networks);
            return new(job.Id, job.State, replayed == draft.Content, input.Days, ReplaySummary.Of(job));
        }
        return null;
    }
}
