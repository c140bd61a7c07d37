using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;

namespace OAuthServer.Administration.Integrations;

/// <summary>Who answers for an integration, and what is to be remembered of it.</summary>
/// <param name="Integration">The integration.</param>
/// <param name="Owner">A username; empty = nobody; left out = as it is.</param>
/// <param name="Note">Up to 2,000 characters; empty = none; left out = as it is.</param>
public sealed record AssignIntegration(string Integration, string? Owner = null, string? Note = null);

/// <summary>Whether brown-outs spare an integration.</summary>
public sealed record ProtectIntegration(string Integration, bool IsProtected = true);

/// <summary>How far back.</summary>
/// <param name="Days">1 to 400; 90 unless told.</param>
public sealed record ReadBurnDown(int? Days = null);

/// <summary>The burn-down.</summary>
/// <param name="Days">Oldest first, the present day as it is now.</param>
/// <param name="CountedUntil">Logins up to then are counted, the rest will be within minutes; null = all are.</param>
public sealed record BurnDownSight(IReadOnlyList<BurnDownDay> Days, DateTimeOffset? CountedUntil = null);

/// <summary>The inventory: what is there, who answers for it, what is spared.</summary>
public sealed class IntegrationOperations(Database database, IntegrationReading reading, IntegrationUpkeep upkeep) : IAdminOperations
{
    const int MostNote = 2_000;
    const string Page = "/setup/integrations/{integration}";

    public IEnumerable<AdminOperation> All =>
    [
        AdminOperation.Read<ListIntegrations, AdminPage<IntegrationLine>>("integrations.list", "/integrations", "/setup/integrations", "List integrations: who logs in as whom, through which app, from which network, by which program, and with what.", ListAsync),
        AdminOperation.Read<ReadBurnDown, BurnDownSight>("integrations.burn-down", "/integrations/burn-down", "/setup/integrations", "Show how many integrations stood at which stage, day by day.", BurnDownAsync),
        AdminOperation.Read<IntegrationId, IntegrationSight>("integrations.get", "/integrations/{integration}", Page, "Show one integration: what it presents, its rhythm, its score, where it should go, and what speaks for its new way.", GetAsync),
        AdminOperation.Change<AssignIntegration, IntegrationSight>("integrations.assign", "POST", "/integrations/{integration}/assign", Page, "Say who answers for an integration, and keep a note with it.", AssignAsync).Versioned(),
        AdminOperation.Change<ProtectIntegration, IntegrationSight>("integrations.protect", "POST", "/integrations/{integration}/protect", Page, "Protect an integration from brown-outs, or no longer: one that hits a protected integration stops at once.", ProtectAsync).Versioned(),
    ];

    public async Task<AdminAnswer<AdminPage<IntegrationLine>>> ListAsync(AdminCall call, ListIntegrations input)
    {
        if (Paging.Refuse(input.Limit) is { } refusal)
            return refusal;
        if (input.Presents is { Length: > 0 } way && !IntegrationWays.All.Any(word => word.StartsWith(way, StringComparison.Ordinal)))
            return new AdminRefusal.Invalid("presents", $"must be one of {string.Join(", ", IntegrationWays.All)}, or the beginning of one.");
        if (input.After is { } cursor && IntegrationQuery.CursorOf(cursor) is null)
            return Paging.NoPlace;
        if (input.After is null)
            await upkeep.LookAsync(call.Org.Id, call.Cancellation);
        await using var db = database.NewContext();
        return await reading.ListAsync(db, call.Org.Id, input, call.At, call.Cancellation);
    }

    public async Task<AdminAnswer<BurnDownSight>> BurnDownAsync(AdminCall call, ReadBurnDown input)
    {
        if (input.Days is < 1 or > 400)
            return new AdminRefusal.Invalid("days", "must be 1 to 400.");
        var until = await upkeep.LookAsync(call.Org.Id, call.Cancellation);
        await using var db = database.NewContext();
        return new BurnDownSight(await BurnDown.ReadAsync(db, call.Org.Id, input.Days ?? 90, call.At, call.Cancellation), until);
    }

    public async Task<AdminAnswer<IntegrationSight>> GetAsync(AdminCall call, IntegrationId input)
    {
        await upkeep.LookAsync(call.Org.Id, call.Cancellation);
        await using var db = database.NewContext();
        return await db.Integrations.AsNoTracking().SingleOrDefaultAsync(i => i.OrgId == call.Org.Id && i.Id == input.Integration, call.Cancellation) is { } row
            ? await AnswerAsync(db, call, row)
            : new AdminRefusal.NotFound(IntegrationNames.Kind);
    }

    public Task<AdminAnswer<IntegrationSight>> AssignAsync(AdminCall call, AssignIntegration input) => ChangeAsync(call, input.Integration, async (db, row) =>
    {
        if (input.Note is { Length: > MostNote })
            return new AdminRefusal.Invalid("note", $"is longer than {MostNote} characters.");
        var before = new { Owner = await OwnerOfAsync(db, row, call), IntegrationPlan.Of(row).Note };
        if (input.Owner is { Length: 0 })
            row.OwnerId = null;
        else if (input.Owner is { } name)
        {
            var normal = Usernames.Normalize(name) ?? "";
            if (await db.Users.SingleOrDefaultAsync(u => u.OrgId == call.Org.Id && u.NormalizedUsername == normal, call.Cancellation) is not { } owner)
                return new AdminRefusal.Invalid("owner", "is no user of this organization; write a username.");
            row.OwnerId = owner.Id;
        }
        if (input.Note is { } note)
            row.Plan = SettingsJson.Write(IntegrationPlan.Of(row) with { Note = note.Length == 0 ? null : note });
        await AuditAsync(db, row, before, new { Owner = await OwnerOfAsync(db, row, call), IntegrationPlan.Of(row).Note });
        return null;
    });

    public Task<AdminAnswer<IntegrationSight>> ProtectAsync(AdminCall call, ProtectIntegration input) => ChangeAsync(call, input.Integration, async (db, row) =>
    {
        var before = new { row.IsProtected };
        row.IsProtected = input.IsProtected;
        await IntegrationRows.KeepNetworksAsync(db, row, call.Cancellation);
        await AuditAsync(db, row, before, new { row.IsProtected });
        return null;
    });

    async Task<AdminAnswer<IntegrationSight>> ChangeAsync(AdminCall call, string id, Func<ServerDb, Integration, Task<AdminRefusal?>> change)
    {
        await using var db = call.Begin(database);
        await using var transaction = await db.Database.BeginTransactionAsync(call.Cancellation);
        var (row, unseen) = await IntegrationRows.TakeSeenAsync(db, call, id);
        if (row is null)
            return unseen!;
        if (await change(db, row) is { } refusal)
            return refusal;
        await db.SaveChangesAsync(call.Cancellation);
        await transaction.CommitAsync(call.Cancellation);
        return await AnswerAsync(db, call, row);
    }

    async Task<AdminAnswer<IntegrationSight>> AnswerAsync(ServerDb db, AdminCall call, Integration row) =>
        ((AdminAnswer<IntegrationSight>)await reading.SightAsync(db, row, call.At, call.Cancellation)).WithVersion(IntegrationReading.VersionOf(row));

    static async Task<string?> OwnerOfAsync(ServerDb db, Integration row, AdminCall call) =>
        row.OwnerId is { } id ? await db.Users.Where(u => u.Id == id).Select(u => u.Username).SingleOrDefaultAsync(call.Cancellation) : null;

    /// <summary>Adds the change to the audit trail; the caller saves.</summary>
    internal static async Task AuditAsync(ServerDb db, Integration row, object? before, object? after) =>
        db.Audit(row.OrgId, IntegrationNames.Kind, row.Id, IntegrationNames.Of(await db.Users.Where(u => u.Id == row.UserId).Select(u => u.Username).SingleAsync(), row), before, after);
}
