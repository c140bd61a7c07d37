using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Orgs;

namespace OAuthServer.Administration.Policies;

/// <summary>A change on trial, as administrators see it.</summary>
/// <param name="Trial">Its id.</param>
/// <param name="Kind"><c>profile</c>, <c>networks</c> or <c>organization</c>.</param>
/// <param name="Name">The profile's name; else the kind.</param>
/// <param name="Differences">What it changed.</param>
/// <param name="SavedBy">Who.</param>
/// <param name="SavedAt">When. A sign-in after this confirms it.</param>
/// <param name="RevertsAt">When what was before comes back.</param>
/// <param name="SecondsLeft">Until then; 0 = any moment.</param>
public sealed record TrialSight(
    string Trial, string Kind, string Name, IReadOnlyList<string> Differences, string SavedBy, DateTimeOffset SavedAt, DateTimeOffset RevertsAt, int SecondsLeft)
{
    internal static TrialSight Of(TrialChange trial, string name, DateTimeOffset now) => new(
        trial.Id, trial.Kind, name,
        PolicyEdit.Differences(PolicyEdit.Read(trial.Kind, trial.ObjectId, trial.Before), PolicyEdit.Read(trial.Kind, trial.ObjectId, trial.After)),
        trial.SavedBy, trial.SavedAt, trial.RevertsAt, Math.Max(0, (int)(trial.RevertsAt - now).TotalSeconds));
}

/// <summary>A trial by its id.</summary>
public sealed record TrialId(string Trial);

/// <summary>Keeps a change that is on trial.</summary>
/// <param name="Trial">Its id.</param>
/// <param name="WithoutSignIn">At the machine itself, where nobody signs in: the operator says that it is to stay although no sign-in has shown it to work.</param>
public sealed record ConfirmTrial(string Trial, bool WithoutSignIn = false);

/// <summary>
/// Changes that are live on a timer. Who has signed in since a change has shown that one still comes in under it, and may keep it; nobody
/// else may. What nobody keeps comes back as it was. All of it stands in the table: a server that was killed goes on where it stopped.
/// </summary>
public sealed class Trials(Database database, ChangeWatch changes, TimeProvider clock, ILogger<Trials> log) : IAdminOperations
{
    const string AnyDueSql = "SELECT EXISTS (SELECT 1 FROM trial_changes WHERE reverts_at <= @p0 AND confirmed_at IS NULL AND reverted_at IS NULL)";

    public IEnumerable<AdminOperation> All =>
    [
        AdminOperation.Read<Nothing, AdminPage<TrialSight>>("trials.list", "/trials", "/setup/policies", "List changes that revert unless they are confirmed.", ListAsync),
        AdminOperation.Change<ConfirmTrial, Nothing>("trials.confirm", "POST", "/trials/{trial}/confirm", "/setup/policies", "Keep a change that is on trial; needs a sign-in made after it.", ConfirmAsync),
        AdminOperation.Change<TrialId, Nothing>("trials.revert", "POST", "/trials/{trial}/revert", "/setup/policies", "Revert a change that is on trial now.", RevertAsync).Stops("trials.list"),
    ];

    public async Task<AdminAnswer<AdminPage<TrialSight>>> ListAsync(AdminCall call, Nothing input)
    {
        await using var db = database.NewContext();
        var trials = new List<TrialSight>();
        // Never more than there are profiles.
        foreach (var trial in await Pending(db, call.Org.Id).AsNoTracking().OrderBy(t => t.RevertsAt).ToListAsync(call.Cancellation))
            trials.Add(TrialSight.Of(trial, await NameAsync(db, trial, call.Cancellation), call.At));
        return new AdminPage<TrialSight>(trials, null);
    }

    public async Task<AdminAnswer<Nothing>> ConfirmAsync(AdminCall call, ConfirmTrial input)
    {
        await using var db = call.Begin(database);
        await using var transaction = await PolicyLock.BeginAsync(db, call.Cancellation);
        if (await FindAsync(db, call, input.Trial) is not { } trial)
            return new AdminRefusal.NotFound("trial");
        if (trial.RevertsAt <= call.At)
            return new AdminRefusal.Conflict("trial-over", "The time of this change is over.", "What was before comes back at any moment. Make the change again.");
        if (!MayConfirm(call, trial, input))
        {
            return new AdminRefusal.Conflict(
                "needs-fresh-sign-in", "A sign-in made after the change is needed.",
                call.Actor.Door == AuditDoor.Cli
                    ? "At the machine itself nobody signs in: say --without-sign-in true to keep it all the same."
                    : "Sign out and in again, so that the new rules show that they let you in; then confirm.");
        }
        if (await ClaimAsync(db, trial.Id, set => set.SetProperty(t => t.ConfirmedAt, call.At), call.Cancellation) == 0)
            return new AdminRefusal.NotFound("trial");
        db.Audit(trial.OrgId, trial.Kind, trial.ObjectId, await NameAsync(db, trial, call.Cancellation), after: new { Confirmed = trial.SavedAt });
        await db.SaveChangesAsync(call.Cancellation);
        await transaction.CommitAsync(call.Cancellation);
        return new Nothing();
    }

    public async Task<AdminAnswer<Nothing>> RevertAsync(AdminCall call, TrialId input)
    {
        await using var db = call.Begin(database);
        if (await FindAsync(db, call, input.Trial) is not { } trial || !await PutBackAsync(db, trial, call.At, call.Actor.Name, call.Cancellation))
            return new AdminRefusal.NotFound("trial");
        return new Nothing();
    }

    /// <summary>Reverts what nobody has confirmed in time: by a worker every few seconds, and before a starting server lets anybody in.</summary>
    public async Task RevertDueAsync(CancellationToken cancellation = default)
    {
        var now = clock.GetUtcNow();
        // Before EF Core, whose model costs a start more than all else.
        if (await database.ReadAsync(AnyDueSql, row => row.GetBoolean(0), now.ToUnixTimeMilliseconds()) is false)
            return;
        List<TrialChange> due;
        await using (var db = database.NewContext())
            due = await db.TrialChanges.AsNoTracking().Where(t => t.RevertsAt <= now && t.ConfirmedAt == null && t.RevertedAt == null).ToListAsync(cancellation);
        foreach (var trial in due)
        {
            try
            {
                await using var db = database.NewContext();
                db.Actor = AuditActor.Server("trials.revert", now);
                await PutBackAsync(db, trial, now, "server: not confirmed", cancellation);
            }
            catch (Exception problem) when (problem is not (OperationCanceledException or OutOfMemoryException))
            {
                // One organization's trial must not keep another's from coming back; this one is tried again with the next look.
                log.LogError("Trial {Id} of organization {Org} could not be reverted ({Problem}).", trial.Id, trial.OrgId, problem.GetType().Name);
            }
        }
    }

    /// <summary>Those that wait for a confirmation.</summary>
    internal static IQueryable<TrialChange> Pending(ServerDb db, string orgId) => db.TrialChanges.Where(t => t.OrgId == orgId && t.ConfirmedAt == null && t.RevertedAt == null);

    static bool MayConfirm(AdminCall call, TrialChange trial, ConfirmTrial input) =>
        call.Actor.Door == AuditDoor.Cli ? input.WithoutSignIn : call.AuthenticatedAt > trial.SavedAt;

    static Task<TrialChange?> FindAsync(ServerDb db, AdminCall call, string id) => Pending(db, call.Org.Id).AsNoTracking().SingleOrDefaultAsync(t => t.Id == id, call.Cancellation);

    /// <summary>One of several who end a trial at once does.</summary>
    static Task<int> ClaimAsync(
        ServerDb db, string id, Action<Microsoft.EntityFrameworkCore.Query.UpdateSettersBuilder<TrialChange>> set, CancellationToken cancellation) =>
        db.TrialChanges.Where(t => t.Id == id && t.ConfirmedAt == null && t.RevertedAt == null).ExecuteUpdateAsync(set, cancellation);

    /// <summary>Brings back what was before; what somebody has made of it since, by a file, stays. False when the trial was ended meanwhile.</summary>
    async Task<bool> PutBackAsync(ServerDb db, TrialChange trial, DateTimeOffset at, string by, CancellationToken cancellation)
    {
        await using var transaction = await PolicyLock.BeginAsync(db, cancellation);
        if (await ClaimAsync(db, trial.Id, set => set.SetProperty(t => t.RevertedAt, at), cancellation) == 0)
            return false;
        var policy = await OrgPolicy.LoadAsync(db, trial.OrgId, cancellation);
        var before = PolicyEdit.Read(trial.Kind, trial.ObjectId, trial.Before);
        var isStillLive = before.AsIn(policy) is { } live && live.Content == PolicyEdit.Read(trial.Kind, trial.ObjectId, trial.After).Content;
        if (isStillLive)
            await before.WriteAsync(db, trial.OrgId, at, by, cancellation);
        else
            db.Audit(trial.OrgId, trial.Kind, trial.ObjectId, await NameAsync(db, trial, cancellation), after: new { NotReverted = "It was changed again meanwhile." });
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        await changes.RefreshAsync();
        return true;
    }

    static async Task<string> NameAsync(ServerDb db, TrialChange trial, CancellationToken cancellation) => trial.Kind != "profile" ? trial.Kind
        : await db.Profiles.Where(p => p.Id == trial.ObjectId).Select(p => p.Name).SingleOrDefaultAsync(cancellation) ?? trial.Kind;
}
