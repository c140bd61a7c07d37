using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Orgs;

namespace OAuthServer.Administration.Policies;

/// <summary>What a caller wishes of a save besides the save.</summary>
/// <param name="TrialMinutes">On a timer, even where none is needed: it reverts unless it is confirmed. Null = ten minutes where a trial is needed, none elsewhere.</param>
/// <param name="IgnoreTests">Also when policy tests fail; the audit trail shows which.</param>
public sealed record SaveWish(int? TrialMinutes = null, bool IgnoreTests = false);

/// <summary>What would come of a save.</summary>
/// <param name="Differences">What differs, one line each; none = it is as it was.</param>
/// <param name="NeedsTrial">It would go live on a timer.</param>
/// <param name="Warnings">What is allowed, and worth a second look.</param>
/// <param name="FailedTests">The policy tests that would fail, each with what came out instead.</param>
/// <param name="Obstacle">Why it would be refused, tests apart; null = it would not.</param>
/// <param name="Stops">The integrations by password that it would stop, among the 500 last seen.</param>
public sealed record PolicyPreview(
    IReadOnlyList<string> Differences, bool NeedsTrial, IReadOnlyList<string> Warnings, IReadOnlyList<string> FailedTests, string? Obstacle,
    IReadOnlyList<StoppedWay> Stops);

/// <summary>What came of a save.</summary>
/// <param name="Version">What is live now.</param>
/// <param name="Differences">What differs from before; none = nothing was to be saved.</param>
/// <param name="Trial">It is live on a timer; null = for good.</param>
/// <param name="Warnings">What was allowed, and is worth a second look.</param>
/// <param name="FailedTests">The policy tests that fail now and were ignored.</param>
public sealed record PolicySaved(
    string Version, IReadOnlyList<string> Differences, TrialSight? Trial, IReadOnlyList<string> Warnings, IReadOnlyList<string> FailedTests);

/// <summary>
/// The one way by which administrators save policy. Owns what stands before a save: nobody else has changed it, no other change is on
/// trial, somebody can still sign in, the policy tests pass; and that a risky change goes live on a timer.
/// </summary>
public sealed class PolicySaves(Database database, ChangeWatch changes, AccessCheck access, PolicyTestRuns tests)
{
    /// <summary>How long a trial lasts where nobody says.</summary>
    public static readonly TimeSpan UsualTrial = TimeSpan.FromMinutes(10);

    const int LongestTrialMinutes = 24 * 60;

    /// <summary>What a save would do and run into. Changes nothing.</summary>
    public async Task<AdminAnswer<PolicyPreview>> PreviewAsync(AdminCall call, PolicyEdit edit)
    {
        await using var db = database.NewContext();
        var policy = await OrgPolicy.LoadAsync(db, call.Org.Id, call.Cancellation);
        if (edit.AsIn(policy) is not { } before)
            return new AdminRefusal.NotFound(edit.Kind);
        var differences = PolicyEdit.Differences(before, edit);
        var obstacle = differences.Count == 0 ? null : await TrialInTheWayAsync(db, call) ?? await access.WhyNobodyLeftAsync(db, call, edit.Proposal);
        var proposed = edit.Proposal.ApplyTo(policy);
        var failed = await tests.FailuresAsync(db, proposed, call.Cancellation);
        var stops = differences.Count == 0 ? [] : await StoppedWays.OfAsync(db, policy, proposed, call.At, call.Cancellation);
        return new PolicyPreview(differences, differences.Count > 0 && edit.IsRisky(policy), PolicyWarnings.Of(edit), failed, Text(obstacle), stops);
    }

    /// <summary>Saves it, or says what stands against it.</summary>
    public async Task<AdminAnswer<PolicySaved>> SaveAsync(AdminCall call, PolicyEdit edit, SaveWish wish)
    {
        if (wish.TrialMinutes is < 1 or > LongestTrialMinutes)
            return new AdminRefusal.Invalid("trialMinutes", $"{wish.TrialMinutes} is out of range; use 1 to {LongestTrialMinutes}.");
        await using var db = call.Begin(database);
        await using var transaction = await PolicyLock.BeginAsync(db, call.Cancellation);
        var policy = await OrgPolicy.LoadAsync(db, call.Org.Id, call.Cancellation);
        if (edit.AsIn(policy) is not { } before)
            return new AdminRefusal.NotFound(edit.Kind);
        if (call.IfMatch is { } seen && seen != edit.VersionIn(policy))
            return new AdminRefusal.Changed();
        var warnings = PolicyWarnings.Of(edit);
        var differences = PolicyEdit.Differences(before, edit);
        if (differences.Count == 0)
            return Saved(new(edit.VersionIn(policy), [], null, warnings, []));
        if ((await TrialInTheWayAsync(db, call) ?? await access.WhyNobodyLeftAsync(db, call, edit.Proposal)) is { } refusal)
            return refusal;
        var failed = await tests.FailuresAsync(db, edit.Proposal.ApplyTo(policy), call.Cancellation);
        if (failed.Count > 0 && !wish.IgnoreTests)
            return TestsFail(failed);
        var trial = wish.TrialMinutes is not null || edit.IsRisky(policy) ? Begin(call, before, edit, wish) : null;
        if (trial is not null)
            db.Add(trial);
        if (failed.Count > 0)
            db.Audit(call.Org.Id, edit.Kind, edit.ObjectId, NameOf(edit, policy), after: new { IgnoredTests = failed });
        await edit.WriteAsync(db, call.Org.Id, call.At, call.Actor.Name, call.Cancellation);
        await db.SaveChangesAsync(call.Cancellation);
        var version = edit.VersionIn(await OrgPolicy.LoadAsync(db, call.Org.Id, call.Cancellation));
        await transaction.CommitAsync(call.Cancellation);
        await changes.RefreshAsync();
        return Saved(new(version, differences, trial is null ? null : TrialSight.Of(trial, NameOf(edit, policy), call.At), warnings, failed));
    }

    /// <summary>What a tests' failure is to every way of saving policy.</summary>
    internal static AdminRefusal TestsFail(IReadOnlyList<string> failed) =>
        new AdminRefusal.Conflict("tests-fail", "Policy tests would fail.", string.Join("\n", failed));

    static AdminAnswer<PolicySaved> Saved(PolicySaved saved) => ((AdminAnswer<PolicySaved>)saved).WithVersion(saved.Version);

    /// <summary>One change is on trial at a time: else one that reverts could leave another standing that only made sense with it.</summary>
    static async Task<AdminRefusal?> TrialInTheWayAsync(ServerDb db, AdminCall call)
    {
        if (await Trials.Pending(db, call.Org.Id).FirstOrDefaultAsync(call.Cancellation) is not { } trial)
            return null;
        return new AdminRefusal.Conflict(
            "trial-pending", "Another change is on trial.",
            $"{trial.SavedBy} changed the {trial.Kind} at {trial.SavedAt:yyyy-MM-dd HH:mm} UTC; it reverts at {trial.RevertsAt:HH:mm:ss} UTC. Confirm or revert it first.");
    }

    static TrialChange Begin(AdminCall call, PolicyEdit before, PolicyEdit after, SaveWish wish) => new()
    {
        Id = RandomId.New(16),
        OrgId = call.Org.Id,
        Kind = after.Kind,
        ObjectId = after.ObjectId,
        Before = before.Content,
        After = after.Content,
        SavedById = call.Actor.UserId,
        SavedBy = call.Actor.Name,
        SavedAt = call.At,
        RevertsAt = call.At + (wish.TrialMinutes is { } minutes ? TimeSpan.FromMinutes(minutes) : UsualTrial),
    };

    static string NameOf(PolicyEdit edit, OrgPolicy policy) => edit is PolicyEdit.OfProfile profile ? policy.Profiles[profile.ProfileId].Row.Name : edit.Kind;

    static string? Text(AdminRefusal? refusal) => refusal is AdminRefusal.Conflict conflict ? $"{conflict.Title}\n{conflict.Detail}" : null;
}
