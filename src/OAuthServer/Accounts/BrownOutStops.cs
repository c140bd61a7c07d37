using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Email;
using OAuthServer.Http;

namespace OAuthServer.Accounts;

/// <summary>Ends a brown-out at once because a protected integration was in its way, and tells the administrators.</summary>
public sealed class BrownOutStops(Database database, ChangeWatch changes, Outbox outbox, PublicUrl server, TimeProvider clock, ILogger<BrownOutStops> log)
{
    /// <summary>The operation in the audit trail.</summary>
    public const string Operation = "brown-outs.stop";

    /// <summary>What could not be stopped yet, by protected integration.</summary>
    readonly ConcurrentDictionary<string, Waiting> waiting = new(StringComparer.Ordinal);

    /// <summary>Stops those that have not been stopped yet, now or, where that fails, a little later: the login that found them stands whatever happens here.</summary>
    /// <param name="ids">The brown-outs.</param>
    /// <param name="integrationId">The protected integration.</param>
    /// <param name="administratorProfiles">The organization's profiles whose people administer it.</param>
    /// <param name="reference">The login's record.</param>
    public Task StopSoonAsync(IReadOnlyCollection<string> ids, string integrationId, IReadOnlyCollection<string> administratorProfiles, string reference) =>
        TryAsync(integrationId, new(ids, administratorProfiles, reference));

    /// <summary>Tries again what could not be stopped.</summary>
    public async Task RetryAsync(CancellationToken cancellation)
    {
        foreach (var (integrationId, stop) in waiting)
        {
            cancellation.ThrowIfCancellationRequested();
            await TryAsync(integrationId, stop);
        }
    }

    async Task TryAsync(string integrationId, Waiting stop)
    {
        try
        {
            await StopAsync(stop.Ids, integrationId, stop.AdministratorProfiles, stop.Reference);
            waiting.TryRemove(KeyValuePair.Create(integrationId, stop));
        }
        catch (Exception problem)
        {
            waiting.TryAdd(integrationId, stop);
            log.LogWarning("A brown-out that a protected integration met ({Reference}) could not be stopped and will be tried again: {Problem}", stop.Reference, problem.GetType().Name);
        }
    }

    /// <summary>Stops those that have not been stopped yet; they refuse nobody from now on, on any node.</summary>
    /// <param name="ids">The brown-outs.</param>
    /// <param name="integrationId">The protected integration.</param>
    /// <param name="administratorProfiles">The organization's profiles whose people administer it.</param>
    /// <param name="reference">The login's record.</param>
    async Task StopAsync(IReadOnlyCollection<string> ids, string integrationId, IReadOnlyCollection<string> administratorProfiles, string reference)
    {
        await using var db = database.NewContext();
        await using var transaction = await db.Database.BeginTransactionAsync();
        db.Actor = AuditActor.Server(Operation, clock.GetUtcNow());
        // The stamp's row first: of two logins at once, one stops the brown-out and writes the mails.
        await db.ChangeStamps.ExecuteUpdateAsync(set => set.SetProperty(stamp => stamp.Version, stamp => stamp.Version + 1));
        var now = clock.GetUtcNow();
        var windows = await db.BrownOuts.Where(window => ids.Contains(window.Id) && window.StoppedAt == null && window.EndsAt > now).ToListAsync();
        if (windows.Count == 0)
            return;
        var who = await db.Integrations.AsNoTracking().Where(i => i.Id == integrationId)
            .Join(db.Users, i => i.UserId, u => u.Id, (i, u) => new { u.Username, i.ClientId, i.Network, i.OrgId }).SingleAsync();
        var name = $"{who.Username}{(who.ClientId.Length > 0 ? " through " + who.ClientId : "")} from {who.Network}";
        foreach (var window in windows)
        {
            window.StoppedAt = clock.GetUtcNow();
            window.StopReason = $"The protected integration {name} logged in ({reference}).";
        }
        foreach (var administrator in await Administrators.OfAsync(db, who.OrgId, administratorProfiles))
            outbox.Add(db, BrownOutStoppedEmail.Compose(administrator, server, name, reference, clock.GetUtcNow()));
        await db.SaveChangesAsync();
        await transaction.CommitAsync();
        await changes.RefreshAsync();
        outbox.Wake();
    }

    sealed record Waiting(IReadOnlyCollection<string> Ids, IReadOnlyCollection<string> AdministratorProfiles, string Reference);
}

/// <summary>A brown-out ended by itself.</summary>
static class BrownOutStoppedEmail
{
    internal static Mail Compose(User to, PublicUrl server, string integration, string reference, DateTimeOffset at) => AccountMail.Compose(
        to, server, "A brown-out was stopped",
        $"The brown-out in force was stopped for everybody: the protected integration {OneLine(integration)} still logs in by password.",
        $"When: {AccountMail.Time(at)}\nReference: {reference}",
        "Passwords are accepted again as before. Announce the next brown-out when this integration has its new way, or is no longer protected.",
        server.At("/setup/integrations/brown-outs"));

    static string OneLine(string text) => string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
}
