using Microsoft.EntityFrameworkCore;
using OAuthServer.Administration.Policies;
using OAuthServer.Data;
using OAuthServer.Login;
using OAuthServer.Policy.Networks;

namespace OAuthServer.Administration.Integrations;

/// <summary>The rows of integrations as administrators change them. Every look is by the organization too.</summary>
static class IntegrationRows
{
    internal static Task<Integration?> FindAsync(ServerDb db, AdminCall call, string id) =>
        db.Integrations.SingleOrDefaultAsync(i => i.OrgId == call.Org.Id && i.Id == id, call.Cancellation);

    /// <summary>
    /// Takes the row for the transaction that has begun, and reads it as it is then: of two changes at once the second sees what the first did.
    /// The change stamp first, as everybody takes it who will raise it, so that no two wait for each other. Null when there is no such row.
    /// </summary>
    internal static async Task<Integration?> TakeAsync(ServerDb db, AdminCall call, string id)
    {
        await PolicyLock.TakeAsync(db, call.Cancellation);
        return await db.Integrations.Where(i => i.OrgId == call.Org.Id && i.Id == id)
            .ExecuteUpdateAsync(set => set.SetProperty(i => i.Stage, i => i.Stage), call.Cancellation) == 0 ? null : await FindAsync(db, call, id);
    }

    /// <summary>The same, while it is what the caller has seen; otherwise why it is not.</summary>
    internal static async Task<(Integration? Row, AdminRefusal? Refusal)> TakeSeenAsync(ServerDb db, AdminCall call, string id) => await TakeAsync(db, call, id) switch
    {
        null => (null, new AdminRefusal.NotFound(IntegrationNames.Kind)),
        var row when call.HasSeenAnother(IntegrationReading.VersionOf(row)) => (null, new AdminRefusal.Changed()),
        var row => (row, null),
    };

    /// <summary>Keeps with a row that is closed or protected what its network's name means now, and with no other.</summary>
    internal static async Task KeepNetworksAsync(ServerDb db, Integration row, CancellationToken cancellation)
    {
        if (row.Stage != IntegrationStage.Closed && !row.IsProtected)
        {
            if (row.Plan is not null)
                row.Plan = SettingsJson.Write(IntegrationPlan.Of(row) with { Networks = null });
            return;
        }
        row.Plan = SettingsJson.Write(IntegrationPlan.Of(row) with { Networks = NetworksOf(row, await TrustedAsync(db, row.OrgId, cancellation)) });
    }

    /// <summary>The organization's trusted networks now.</summary>
    internal static async Task<NetworkList> TrustedAsync(ServerDb db, string orgId, CancellationToken cancellation)
    {
        var trusted = await db.TrustedNetworks.AsNoTracking().Where(n => n.OrgId == orgId).OrderBy(n => n.Id).ToListAsync(cancellation);
        return new([.. trusted.Select(network => IpRange.TryParse(network.Range, network.Name)).OfType<IpRange>()]);
    }

    /// <summary>What the name of a row's network means now.</summary>
    internal static IReadOnlyList<KeptNetwork> NetworksOf(Integration row, NetworkList trusted) =>
        WayNetworks.Of(row.Network, trusted, IntegrationSummary.Of(row.Summary).Addresses.Select(address => address.Address));
}
