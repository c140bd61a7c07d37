using System.Text;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Accounts;
using OAuthServer.Administration.Policies;
using OAuthServer.Administration.SignIns;
using OAuthServer.Data;
using OAuthServer.Email;
using OAuthServer.Http;
using OAuthServer.Login;
using OAuthServer.Orgs;

namespace OAuthServer.Administration.Integrations;

/// <summary>Announces a window in which passwords are refused.</summary>
/// <param name="StartsAt">When it begins: now or later.</param>
/// <param name="EndsAt">When it ends, at most a week later.</param>
/// <param name="Integrations">The integrations it is for, by id; none = every login by password.</param>
public sealed record AnnounceBrownOut(DateTimeOffset StartsAt, DateTimeOffset EndsAt, IReadOnlyList<string>? Integrations = null);

/// <summary>One brown-out, by its id.</summary>
public sealed record BrownOutId(string BrownOut);

/// <summary>Part of the brown-outs.</summary>
/// <param name="Limit">How many at once, 1 to 500.</param>
/// <param name="After">Where the last part ended.</param>
public sealed record ListBrownOuts(int? Limit = null, string? After = null);

/// <summary>How a brown-out stands.</summary>
public enum BrownOutState
{
    /// <summary>It has not begun.</summary>
    Announced,

    /// <summary>It refuses passwords now.</summary>
    InForce,

    /// <summary>It ended at its time.</summary>
    Over,

    /// <summary>It ended before its time: by a protected integration, or cancelled.</summary>
    Stopped,
}

/// <summary>A brown-out.</summary>
/// <param name="Id">Its id.</param>
/// <param name="StartsAt">From when on.</param>
/// <param name="EndsAt">Until when.</param>
/// <param name="State">How it stands.</param>
/// <param name="Integrations">Those it is for; null = every login by password.</param>
/// <param name="AnnouncedBy">Who announced it.</param>
/// <param name="AnnouncedAt">When.</param>
/// <param name="Refused">Logins that it refused; counted up to 10,000.</param>
/// <param name="StoppedAt">When it ended before its time.</param>
/// <param name="StopReason">Why.</param>
/// <param name="LastRefusedAt">When it refused the last of these.</param>
public sealed record BrownOutSight(
    string Id, DateTimeOffset StartsAt, DateTimeOffset EndsAt, BrownOutState State, IReadOnlyList<string>? Integrations, string AnnouncedBy, DateTimeOffset AnnouncedAt, int Refused,
    DateTimeOffset? StoppedAt, string? StopReason, DateTimeOffset? LastRefusedAt = null);

/// <summary>What a brown-out would hit.</summary>
/// <param name="Hit">Integrations that use a password and are not protected.</param>
/// <param name="Expected">Of these, how many should run within the window.</param>
/// <param name="Protected">Protected ones that use a password: the first of them that logs in stops the window.</param>
public sealed record BrownOutImpact(IReadOnlyList<IntegrationLine> Hit, int Expected, IReadOnlyList<IntegrationLine> Protected);

/// <summary>Announced windows in which passwords are refused, so that forgotten jobs are found while somebody watches.</summary>
public sealed class BrownOutOperations(
    Database database, IntegrationReading reading, IntegrationUpkeep upkeep, OrgDirectory orgs, ChangeWatch changes, Outbox outbox, PublicUrl server) : IAdminOperations
{
    const int MostChosen = 500;
    const int MostCounted = 10_000;
    const string Page = "/setup/integrations/brown-outs";
    static readonly TimeSpan Longest = TimeSpan.FromDays(7);
    static readonly TimeSpan Farthest = TimeSpan.FromDays(366);

    /// <summary>A form filled in a moment ago begins now.</summary>
    static readonly TimeSpan Late = TimeSpan.FromMinutes(5);

    public IEnumerable<AdminOperation> All =>
    [
        AdminOperation.Read<ListBrownOuts, AdminPage<BrownOutSight>>("brown-outs.list", "/brown-outs", Page, "List brown-outs: announced, in force, over and stopped.", ListAsync),
        AdminOperation.Read<BrownOutId, BrownOutSight>("brown-outs.get", "/brown-outs/{brownOut}", Page, "Show one brown-out: when it refuses whom, how it stands, and how many logins it refused.", GetAsync),
        AdminOperation.Read<AnnounceBrownOut, BrownOutImpact>("brown-outs.impact", "/brown-outs/impact", Page, "Show what a brown-out would hit.", ImpactAsync),
        AdminOperation.Change<AnnounceBrownOut, BrownOutSight>("brown-outs.announce", "POST", "/brown-outs", Page, "Announce a brown-out: owners and administrators are written to, and in the window passwords are refused.", AnnounceAsync).Stops("brown-outs.impact"),
        AdminOperation.Change<BrownOutId, BrownOutSight>("brown-outs.cancel", "DELETE", "/brown-outs/{brownOut}", Page, "Cancel a brown-out, also one in force: from that moment on it refuses nobody.", CancelAsync).Stops("brown-outs.get"),
    ];

    public async Task<AdminAnswer<AdminPage<BrownOutSight>>> ListAsync(AdminCall call, ListBrownOuts input)
    {
        if (Paging.Refuse(input.Limit) is { } refusal)
            return refusal;
        await using var db = database.NewContext();
        var rows = db.BrownOuts.AsNoTracking().Where(b => b.OrgId == call.Org.Id);
        var last = input.After is { } after ? await rows.SingleOrDefaultAsync(b => b.Id == after, call.Cancellation) : null;
        if (input.After is not null && last is null)
            return Paging.NoPlace;
        if (last is not null)
#pragma warning disable CA1309 // the database compares, as it sorts
            rows = rows.Where(b => b.StartsAt <= last.StartsAt && (b.StartsAt < last.StartsAt || string.Compare(b.Id, last.Id) < 0));
#pragma warning restore CA1309
        var found = await rows.OrderByDescending(b => b.StartsAt).ThenByDescending(b => b.Id).Take(Paging.Size(input.Limit) + 1).ToListAsync(call.Cancellation);
        var (shown, next) = Paging.Cut(found, input.Limit, row => row.Id);
        var sights = new List<BrownOutSight>();
        foreach (var row in shown)
            sights.Add(await SightAsync(db, row, call));
        return new AdminPage<BrownOutSight>(sights, next);
    }

    public async Task<AdminAnswer<BrownOutSight>> GetAsync(AdminCall call, BrownOutId input)
    {
        await using var db = database.NewContext();
        return await db.BrownOuts.AsNoTracking().SingleOrDefaultAsync(b => b.OrgId == call.Org.Id && b.Id == input.BrownOut, call.Cancellation) is { } row
            ? await AnswerAsync(db, row, call)
            : new AdminRefusal.NotFound("brown-out");
    }

    public async Task<AdminAnswer<BrownOutImpact>> ImpactAsync(AdminCall call, AnnounceBrownOut input)
    {
        if (FlawsOf(input, call.At) is { Count: > 0 } flaws)
            return new AdminRefusal.Invalid(flaws);
        await upkeep.LookAsync(call.Org.Id, call.Cancellation);
        await using var db = database.NewContext();
        var rows = await HitAsync(db, call, input.Integrations);
        var expected = rows.Count(row => !row.IsProtected && Rhythm.Of(IntegrationSummary.Of(row.Summary), call.At) is var rhythm
            && (rhythm.NextExpectedAt < input.EndsAt || rhythm.Interval <= input.EndsAt - input.StartsAt));
        return new BrownOutImpact(
            await reading.LinesAsync(db, call.Org.Id, rows.FindAll(row => !row.IsProtected), call.At, call.Cancellation), expected,
            await reading.LinesAsync(db, call.Org.Id, rows.FindAll(row => row.IsProtected), call.At, call.Cancellation));
    }

    public async Task<AdminAnswer<BrownOutSight>> AnnounceAsync(AdminCall call, AnnounceBrownOut input)
    {
        if (FlawsOf(input, call.At) is { Count: > 0 } flaws)
            return new AdminRefusal.Invalid(flaws);
        await using var db = call.Begin(database);
        var chosen = input.Integrations is { Count: > 0 } ids ? ids.Distinct(StringComparer.Ordinal).ToList() : null;
        var kept = chosen is null ? null : await KeptAsync(db, call, chosen);
        if (kept?.Count != chosen?.Count)
            return new AdminRefusal.Invalid("integrations", "names one that is not there; take the ids from the list of integrations.");
        var row = new BrownOut
        {
            Id = RandomId.New(16),
            OrgId = call.Org.Id,
            StartsAt = Whole(input.StartsAt),
            EndsAt = Whole(input.EndsAt),
            Selection = SettingsJson.Write(new BrownOutSelection { Integrations = chosen, Networks = kept }),
            AnnouncedBy = call.Actor.Name,
            AnnouncedAt = call.At,
        };
        db.Add(row);
        await WriteToAsync(db, call, row, chosen);
        await db.SaveChangesAsync(call.Cancellation);
        await changes.RefreshAsync();
        outbox.Wake();
        return await AnswerAsync(db, row, call);
    }

    public async Task<AdminAnswer<BrownOutSight>> CancelAsync(AdminCall call, BrownOutId input)
    {
        await using var db = call.Begin(database);
        await using var transaction = await db.Database.BeginTransactionAsync(call.Cancellation);
        // As the protected integration that stops it does: of both at once, one sees what the other did.
        await PolicyLock.TakeAsync(db, call.Cancellation);
        if (await db.BrownOuts.SingleOrDefaultAsync(b => b.OrgId == call.Org.Id && b.Id == input.BrownOut, call.Cancellation) is not { } row)
            return new AdminRefusal.NotFound("brown-out");
        if (call.IfMatch is { } seen && seen != VersionOf(row))
            return new AdminRefusal.Changed();
        if (row.StoppedAt is not null || row.EndsAt <= call.At)
            return new AdminRefusal.Conflict("over", "It is over", "A brown-out that has ended cannot be cancelled.");
        (row.StoppedAt, row.StopReason) = (call.At, $"Cancelled by {call.Actor.Name}.");
        await db.SaveChangesAsync(call.Cancellation);
        await transaction.CommitAsync(call.Cancellation);
        await changes.RefreshAsync();
        return await AnswerAsync(db, row, call);
    }

    static async Task<AdminAnswer<BrownOutSight>> AnswerAsync(ServerDb db, BrownOut row, AdminCall call) =>
        ((AdminAnswer<BrownOutSight>)await SightAsync(db, row, call)).WithVersion(VersionOf(row));

    /// <summary>Changes when it is stopped, and with nothing that it refuses.</summary>
    static string VersionOf(BrownOut row) => ContentVersion.Of(Encoding.UTF8.GetBytes($"{row.Id}|{row.StoppedAt?.ToUnixTimeMilliseconds()}|{row.StopReason}"));

    static List<AdminFlaw> FlawsOf(AnnounceBrownOut input, DateTimeOffset now)
    {
        var flaws = new List<AdminFlaw>();
        if (input.StartsAt < now - Late || input.StartsAt > now + Farthest)
            flaws.Add(new("startsAt", "must be now or within a year."));
        if (input.EndsAt <= input.StartsAt || input.EndsAt <= now || input.EndsAt - input.StartsAt > Longest)
            flaws.Add(new("endsAt", "must be after startsAt, and at most seven days after it."));
        if (input.Integrations is { Count: > MostChosen })
            flaws.Add(new("integrations", $"are more than {MostChosen}; leave them out to mean every login by password."));
        return flaws;
    }

    /// <summary>What the chosen ones' networks mean today, by their ids: nobody escapes, or is hit, by renaming a network before the window.</summary>
    static async Task<Dictionary<string, IReadOnlyList<KeptNetwork>>> KeptAsync(ServerDb db, AdminCall call, List<string> chosen)
    {
        var rows = await db.Integrations.AsNoTracking().Where(i => i.OrgId == call.Org.Id && chosen.Contains(i.Id)).ToListAsync(call.Cancellation);
        var trusted = await IntegrationRows.TrustedAsync(db, call.Org.Id, call.Cancellation);
        return rows.ToDictionary(row => row.Id, row => IntegrationRows.NetworksOf(row, trusted), StringComparer.Ordinal);
    }

    /// <summary>Everybody who answers for something it hits, and every administrator; once each.</summary>
    async Task WriteToAsync(ServerDb db, AdminCall call, BrownOut row, IReadOnlyList<string>? chosen)
    {
        var hit = await HitAsync(db, call, chosen);
        var owners = hit.Select(i => i.OwnerId).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        var people = await db.Users.AsNoTracking().Where(u => u.OrgId == call.Org.Id && owners.Contains(u.Id) && u.Status == Policy.UserStatus.Active).ToListAsync(call.Cancellation);
        people.AddRange(await Administrators.OfAsync(db, call.Org.Id, (await orgs.CurrentAsync()).Rows.AdministratingProfilesOf(call.Org.Id), call.Cancellation));
        var names = await db.Users.Where(u => hit.Select(i => i.UserId).Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => u.Username, StringComparer.Ordinal, call.Cancellation);
        foreach (var person in people.DistinctBy(user => user.Id, StringComparer.Ordinal))
        {
            var own = hit.Where(i => i.OwnerId == person.Id).Select(i => IntegrationNames.Of(names[i.UserId], i)).ToList();
            outbox.Add(db, BrownOutEmail.Compose(person, server, row, own));
        }
    }

    /// <summary>The integrations that use a password still, chosen ones or all.</summary>
    static Task<List<Integration>> HitAsync(ServerDb db, AdminCall call, IReadOnlyList<string>? chosen)
    {
        var since = call.At - IntegrationDesk.StillUsed;
        var rows = db.Integrations.AsNoTracking().Where(i => i.OrgId == call.Org.Id && i.PasswordLastSeenAt > since && i.Stage != IntegrationStage.Closed);
        return (chosen is { Count: > 0 } ? rows.Where(i => chosen.Contains(i.Id)) : rows).OrderByDescending(i => i.LastSeenAt).Take(MostChosen).ToListAsync(call.Cancellation);
    }

    static async Task<BrownOutSight> SightAsync(ServerDb db, BrownOut row, AdminCall call)
    {
        var ends = row.StoppedAt ?? row.EndsAt;
        var (refused, last) = call.At < row.StartsAt || ends <= row.StartsAt ? (0, null) : await RefusedAsync(db, row, ends, call.Cancellation);
        var state = row.StoppedAt is not null ? BrownOutState.Stopped : call.At >= row.EndsAt ? BrownOutState.Over : call.At >= row.StartsAt ? BrownOutState.InForce : BrownOutState.Announced;
        return new(row.Id, row.StartsAt, row.EndsAt, state, BrownOutSelection.Of(row).Integrations, row.AnnouncedBy, row.AnnouncedAt, refused, row.StoppedAt, row.StopReason, last);
    }

    /// <summary>Of the rule's records only those in the window are read, by their numbers: no index by time is kept.</summary>
    static async Task<(int Count, DateTimeOffset? Last)> RefusedAsync(ServerDb db, BrownOut row, DateTimeOffset ends, CancellationToken cancellation)
    {
        var from = await RecordQuery.FirstIdAsync(db, row.StartsAt - RecordQuery.Slack, cancellation) ?? long.MaxValue;
        var until = await RecordQuery.FirstIdAsync(db, ends + RecordQuery.Slack, cancellation) ?? long.MaxValue;
        var refused = db.LoginRecords
            .Where(r => r.OrgId == row.OrgId && r.DecidingRule == "OldWayIsOpen" && r.Id >= from && r.Id < until && r.At >= row.StartsAt && r.At <= ends && r.Reason == Policy.DenyReason.OldWayBrownedOut)
            .OrderByDescending(r => r.Id);
        return (await refused.Take(MostCounted).CountAsync(cancellation), await refused.Select(r => (DateTimeOffset?)r.At).FirstOrDefaultAsync(cancellation));
    }

    /// <summary>The database keeps milliseconds, and the rule is to see the same end again.</summary>
    static DateTimeOffset Whole(DateTimeOffset at) => DateTimeOffset.FromUnixTimeMilliseconds(at.ToUnixTimeMilliseconds());
}

/// <summary>A brown-out is announced.</summary>
static class BrownOutEmail
{
    const int MostNamed = 20;

    internal static Mail Compose(User to, PublicUrl server, BrownOut window, IReadOnlyList<string> own) => AccountMail.Compose(
        to, server, "Logins by password will be refused for a while",
        $"From {AccountMail.Time(window.StartsAt)} to {AccountMail.Time(window.EndsAt)} {(window.Selection.Contains('[', StringComparison.Ordinal) ? "chosen integrations" : "programs that log in by password")} will be refused. It is a rehearsal for the day on which passwords end: what has no new way by then will be found now.",
        own.Count == 0 ? null : "You answer for:\n" + string.Join('\n', own.Take(MostNamed).Select(OneLine)) + (own.Count > MostNamed ? $"\nand {own.Count - MostNamed} more" : ""),
        "A refused login carries a reference; an administrator finds it there. If something must not be refused, ask for it to be protected before the window.");

    static string OneLine(string text) => string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
}
