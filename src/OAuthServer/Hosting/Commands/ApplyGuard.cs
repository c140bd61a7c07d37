using Microsoft.EntityFrameworkCore;
using OAuthServer.Administration;
using OAuthServer.Administration.Policies;
using OAuthServer.Configuration;
using OAuthServer.Data;

namespace OAuthServer.Hosting.Commands;

/// <summary>
/// Files change policy like everybody else: one after the other with the administrators' pages, and not so that an organization whose
/// administrators come in now has none afterwards who does. One that has none yet is still being set up.
/// </summary>
/// <param name="access">Says who comes in.</param>
/// <param name="clock">Now.</param>
/// <param name="force">The operator says that it is to be done all the same.</param>
sealed class ApplyGuard(AccessCheck access, TimeProvider clock, bool force) : IApplyGuard
{
    readonly List<string> open = [];

    public async Task BeginAsync(ServerDb db)
    {
        await PolicyLock.TakeAsync(db, CancellationToken.None);
        if (force)
            return;
        foreach (var org in await db.Organizations.AsNoTracking().OrderBy(o => o.Name).ToListAsync())
        {
            if (await WhyNobodyAsync(db, org) is null)
                open.Add(org.Id);
        }
    }

    public async Task CheckAsync(ServerDb db)
    {
        foreach (var org in await db.Organizations.AsNoTracking().Where(o => open.Contains(o.Id)).OrderBy(o => o.Name).ToListAsync())
        {
            if (await WhyNobodyAsync(db, org) is AdminRefusal.Conflict refusal)
                throw new InvalidOperationException($"{org.Name}: {refusal.Title} Nothing was changed; --force applies it all the same.\n{refusal.Detail}");
        }
    }

    /// <summary>Asked about switches that stay as they are: who comes in by what is saved at this moment.</summary>
    async Task<AdminRefusal?> WhyNobodyAsync(ServerDb db, Organization org)
    {
        var actor = new AuditActor(null, "operator " + Environment.UserName, AuditDoor.Cli, null, "apply", clock.GetUtcNow());
        return await access.WhyNobodyLeftAsync(db, new(org, actor, null, null, CancellationToken.None), new() { Switches = Orgs.OrganizationSwitches.Of(org) });
    }
}
