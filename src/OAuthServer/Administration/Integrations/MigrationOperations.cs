using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;

namespace OAuthServer.Administration.Integrations;

/// <summary>Closes an integration's old way.</summary>
/// <param name="Integration">The integration.</param>
/// <param name="EvenThough">Why, where the new way is not proven: up to 500 characters, kept in the audit trail.</param>
/// <param name="RevokeTokens">Also ends what the old way began: its refresh tokens would go on otherwise.</param>
public sealed record CloseIntegration(string Integration, string? EvenThough = null, bool RevokeTokens = false);

/// <summary>What closing an integration's old way stops.</summary>
/// <param name="Stage">How far it has come.</param>
/// <param name="Evidence">What speaks for the new way; null where none is planned.</param>
/// <param name="PasswordLastSeenAt">When the old way was last used.</param>
/// <param name="NextExpectedAt">When it should run next.</param>
/// <param name="LiveGrants">Refresh tokens that the old way began and that would go on.</param>
/// <param name="IsSafe">The new way is proven.</param>
public sealed record CloseImpact(
    IntegrationStage Stage, IntegrationEvidence? Evidence, DateTimeOffset? PasswordLastSeenAt, DateTimeOffset? NextExpectedAt, int LiveGrants, bool IsSafe);

/// <summary>Settings to paste.</summary>
public sealed record SnippetsSight(IReadOnlyList<Snippet> Snippets);

/// <summary>The way from the old to the new: plan, prove, close, and back.</summary>
public sealed class MigrationOperations(
    Database database, IntegrationReading reading, IntegrationPlanning planning, IntegrationUpkeep upkeep, ChangeWatch changes) : IAdminOperations
{
    const int MostReason = 500;
    const string Page = "/setup/integrations/{integration}";

    public IEnumerable<AdminOperation> All =>
    [
        AdminOperation.Change<PlanIntegration, PlannedIntegration>("integrations.plan", "POST", "/integrations/{integration}/plan", Page, "Plan an integration's new way: makes the app and shows its secret or private key once.", planning.PlanAsync).Versioned(),
        AdminOperation.Read<IntegrationId, SnippetsSight>("integrations.snippets", "/integrations/{integration}/snippets", Page, "Show settings for the common client libraries, ready to paste.", SnippetsAsync),
        AdminOperation.Read<IntegrationId, CloseImpact>("integrations.impact", "/integrations/{integration}/impact", Page, "Show what closing an integration's old way stops.", ImpactAsync),
        AdminOperation.Change<CloseIntegration, IntegrationSight>("integrations.close", "POST", "/integrations/{integration}/close", Page, "Close an integration's old way: passwords of just this user, app, network and client are refused.", CloseAsync).Versioned().Stops("integrations.impact"),
        AdminOperation.Change<IntegrationId, IntegrationSight>("integrations.reopen", "POST", "/integrations/{integration}/reopen", Page, "Open a closed integration's old way again.", ReopenAsync).Versioned(),
    ];

    public Task<AdminAnswer<PlannedIntegration>> PlanAsync(AdminCall call, PlanIntegration input) => planning.PlanAsync(call, input);

    public async Task<AdminAnswer<SnippetsSight>> SnippetsAsync(AdminCall call, IntegrationId input)
    {
        await using var db = database.NewContext();
        return await IntegrationRows.FindAsync(db, call, input.Integration) is { } row
            ? new SnippetsSight(await planning.SnippetsOfAsync(await reading.SightAsync(db, row, call.At, call.Cancellation)))
            : new AdminRefusal.NotFound(IntegrationNames.Kind);
    }

    public async Task<AdminAnswer<CloseImpact>> ImpactAsync(AdminCall call, IntegrationId input)
    {
        await upkeep.LookAsync(call.Org.Id, call.Cancellation);
        await using var db = database.NewContext();
        if (await IntegrationRows.FindAsync(db, call, input.Integration) is not { } row)
            return new AdminRefusal.NotFound(IntegrationNames.Kind);
        var sight = await reading.SightAsync(db, row, call.At, call.Cancellation);
        return new CloseImpact(
            row.Stage, sight.Evidence, row.PasswordLastSeenAt, sight.Rhythm.NextExpectedAt, await BornOfThePassword(db, row, call.At).CountAsync(call.Cancellation),
            row.Stage == IntegrationStage.Proven);
    }

    public async Task<AdminAnswer<IntegrationSight>> CloseAsync(AdminCall call, CloseIntegration input)
    {
        if (input.EvenThough is { Length: > MostReason })
            return new AdminRefusal.Invalid("evenThough", $"is longer than {MostReason} characters.");
        await upkeep.RunAsync(call.Cancellation); // what was proven a moment ago counts
        await using var db = call.Begin(database);
        await using var transaction = await db.Database.BeginTransactionAsync(call.Cancellation);
        var (row, unseen) = await IntegrationRows.TakeSeenAsync(db, call, input.Integration);
        if (row is null)
            return unseen!;
        if (row.Stage is IntegrationStage.Closed or IntegrationStage.Modern)
            return new AdminRefusal.Conflict("nothing-to-close", "There is no old way to close", "It is closed already, or uses no password.");
        if (row.Stage != IntegrationStage.Proven && string.IsNullOrWhiteSpace(input.EvenThough))
        {
            return new AdminRefusal.Conflict(
                "not-proven", "The new way is not proven", "The new way has not yet worked often enough from the same network with the same scopes while the old one was silent. Say in evenThough why it is to be closed all the same.");
        }
        var before = new { row.Stage };
        var revoked = 0;
        if (input.RevokeTokens)
            revoked = await BornOfThePassword(db, row, call.At).ExecuteUpdateAsync(set => set.SetProperty(g => g.RevokedAt, call.At), call.Cancellation);
        row.Plan = SettingsJson.Write(IntegrationPlan.Of(row) with { ClosedBy = call.Actor.Name, EvenThough = row.Stage == IntegrationStage.Proven ? null : input.EvenThough });
        (row.Stage, row.StageChangedAt) = (IntegrationStage.Closed, call.At);
        await IntegrationRows.KeepNetworksAsync(db, row, call.Cancellation);
        await IntegrationOperations.AuditAsync(db, row, before, new { row.Stage, input.EvenThough, revokedTokens = revoked });
        return await SaveAsync(db, transaction, call, row);
    }

    public async Task<AdminAnswer<IntegrationSight>> ReopenAsync(AdminCall call, IntegrationId input)
    {
        await using var db = call.Begin(database);
        await using var transaction = await db.Database.BeginTransactionAsync(call.Cancellation);
        var (row, unseen) = await IntegrationRows.TakeSeenAsync(db, call, input.Integration);
        if (row is null)
            return unseen!;
        if (row.Stage != IntegrationStage.Closed)
            return new AdminRefusal.Conflict("not-closed", "It is not closed", "Its old way is open: there is nothing to reopen.");
        var before = new { row.Stage };
        row.Plan = SettingsJson.Write(IntegrationPlan.Of(row) with { ClosedBy = null, EvenThough = null });
        (row.Stage, row.StageChangedAt) = (row.NewClientId is null ? IntegrationStage.Found : IntegrationStage.Planned, call.At);
        await IntegrationRows.KeepNetworksAsync(db, row, call.Cancellation);
        await IntegrationOperations.AuditAsync(db, row, before, new { row.Stage });
        return await SaveAsync(db, transaction, call, row);
    }

    async Task<AdminAnswer<IntegrationSight>> SaveAsync(ServerDb db, Microsoft.EntityFrameworkCore.Storage.IDbContextTransaction transaction, AdminCall call, Integration row)
    {
        await db.SaveChangesAsync(call.Cancellation);
        await transaction.CommitAsync(call.Cancellation);
        await changes.RefreshAsync(); // this node's next login already knows
        return ((AdminAnswer<IntegrationSight>)await reading.SightAsync(db, row, call.At, call.Cancellation)).WithVersion(IntegrationReading.VersionOf(row));
    }

    /// <summary>The live grants of this user and app that a password began. A grant does not know the network it began in: all networks' are meant.</summary>
    static IQueryable<Grant> BornOfThePassword(ServerDb db, Integration row, DateTimeOffset now) => db.Grants.Where(g =>
        g.OrgId == row.OrgId && g.UserId == row.UserId && g.RevokedAt == null && g.RefreshExpiresAt > now && g.RefreshIdleExpiresAt > now
        && (g.Channel == Policy.LoginChannel.PasswordGrant || g.Channel == Policy.LoginChannel.SoapLogin)
        && db.ConnectedApps.Any(app => app.Id == g.AppId && app.ClientId == row.ClientId));
}
