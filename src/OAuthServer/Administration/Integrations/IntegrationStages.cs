using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;

namespace OAuthServer.Administration.Integrations;

/// <summary>
/// Moves planned integrations on as the counts tell: parallel, proven, and back where the old way is used again. It never closes one and never
/// opens one: that is for administrators.
/// </summary>
public sealed class IntegrationStages(Database database, TimeProvider clock)
{
    /// <summary>The operation in the audit trail.</summary>
    public const string Operation = "integrations.stage";

    static readonly IntegrationStage[] Moving = [IntegrationStage.Planned, IntegrationStage.Parallel, IntegrationStage.Proven];

    /// <summary>Looks at every planned integration.</summary>
    /// <param name="orgId">Only at those of this organization; null = everybody's.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task RunAsync(string? orgId, CancellationToken cancellation)
    {
        await using var db = database.NewContext();
        foreach (var row in await Planned(db, orgId).ToListAsync(cancellation))
        {
            var now = clock.GetUtcNow();
            var stage = (await EvidenceAsync(db, row, now, cancellation)).After(row.Stage);
            if (stage != row.Stage)
                await MoveAsync(row, stage, now, cancellation);
        }
    }

    /// <summary>Those that a new app was made for and that are on their way to it.</summary>
    internal static IQueryable<Integration> Planned(ServerDb db, string? orgId)
    {
        var rows = db.Integrations.AsNoTracking().Where(i => i.NewClientId != null && Moving.Contains(i.Stage));
        return orgId is null ? rows : rows.Where(i => i.OrgId == orgId);
    }

    /// <summary>What speaks for an integration's new way.</summary>
    public static async Task<IntegrationEvidence> EvidenceAsync(ServerDb db, Integration row, DateTimeOffset now, CancellationToken cancellation)
    {
        if (row.NewClientId is not { } clientId)
            return IntegrationEvidence.Of(row, 0, 0, null, [], now);
        var ways = await db.Integrations.AsNoTracking()
            .Where(i => i.OrgId == row.OrgId && i.UserId == row.UserId && i.ClientId == clientId)
            .Select(i => new { i.Network, i.Logins })
            .ToListAsync(cancellation);
        var scope = await db.Grants.AsNoTracking()
            .Where(g => g.UserId == row.UserId && g.OrgId == row.OrgId && db.ConnectedApps.Any(app => app.Id == g.AppId && app.ClientId == clientId))
            .OrderByDescending(g => g.AuthenticatedAt).Select(g => g.Scope).FirstOrDefaultAsync(cancellation);
        var beside = await db.Integrations.AsNoTracking()
            .Where(i => i.OrgId == row.OrgId && i.UserId == row.UserId && i.ClientId == row.ClientId && i.Network == row.Network && i.Id != row.Id
                && i.Stage == IntegrationStage.Found && i.PasswordLastSeenAt != null)
            .ToListAsync(cancellation);
        return IntegrationEvidence.Of(
            row, ways.Where(way => way.Network == row.Network).Sum(way => way.Logins), ways.Where(way => way.Network != row.Network).Sum(way => way.Logins),
            scope?.Split(' ', StringSplitOptions.RemoveEmptyEntries), beside, now);
    }

    /// <summary>By one statement that names the stage it leaves: an administrator may have closed it meanwhile, or another node been faster.</summary>
    async Task MoveAsync(Integration row, IntegrationStage stage, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var db = database.NewContext();
        db.Actor = AuditActor.Server(Operation, now);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var moved = await db.Integrations.Where(i => i.Id == row.Id && i.Stage == row.Stage)
            .ExecuteUpdateAsync(set => set.SetProperty(i => i.Stage, stage).SetProperty(i => i.StageChangedAt, now), cancellation);
        if (moved == 0)
            return;
        var user = await db.Users.Where(u => u.Id == row.UserId).Select(u => u.Username).SingleAsync(cancellation);
        db.Audit(row.OrgId, IntegrationNames.Kind, row.Id, IntegrationNames.Of(user, row), new { row.Stage }, new { stage });
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
    }
}

/// <summary>How an integration is called where it has no name of its own.</summary>
public static class IntegrationNames
{
    /// <summary>In refusals and in the audit trail.</summary>
    public const string Kind = "integration";

    public static string Of(string username, Integration row) =>
        $"{username}{(row.ClientId.Length > 0 ? " through " + row.ClientId : "")} from {(row.Network.Length > 0 ? row.Network : "an unknown address")}{(row.Client.Length > 0 ? ", " + row.Client : "")}";
}
