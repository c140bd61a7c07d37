using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Orgs;

namespace OAuthServer.Administration.Policies;

/// <summary>A trusted network in a list.</summary>
/// <param name="Name">Several may have one name.</param>
/// <param name="Range">One address, <c>start-end</c> or CIDR.</param>
/// <param name="LastUsedAt">The last sign-in from networks of this name; null = none is recorded.</param>
/// <param name="Warning">Why it is wider than networks of one company are; null when it is not.</param>
/// <param name="UsedBy">Who came in from networks of this name lately.</param>
public sealed record NetworkLine(string Name, string Range, DateTimeOffset? LastUsedAt, string? Warning, NetworkUse UsedBy);

/// <summary>All trusted networks.</summary>
/// <param name="Networks">In their order.</param>
/// <param name="Trial">Their last change, while that reverts unless it is confirmed.</param>
public sealed record NetworkSight(IReadOnlyList<NetworkLine> Networks, TrialSight? Trial);

/// <summary>All trusted networks as they should be.</summary>
/// <param name="Networks">A list of <c>{"name": "Head office", "range": "192.0.2.0/24"}</c>.</param>
/// <param name="TrialMinutes">Revert after so long unless confirmed; ten unless told.</param>
/// <param name="IgnoreTests">Also when policy tests fail.</param>
public sealed record SaveNetworks(JsonElement Networks, int? TrialMinutes = null, bool IgnoreTests = false);

/// <summary>Networks to be looked at before they are saved.</summary>
/// <param name="Networks">The whole list, as JSON text.</param>
public sealed record PreviewNetworks(string Networks);

/// <summary>The trusted networks of an organization, always as a whole: what they spare depends on all of them.</summary>
public sealed class NetworkOperations(Database database, PolicySaves saves) : IAdminOperations
{
    const string Page = "/setup/networks";

    public IEnumerable<AdminOperation> All =>
    [
        AdminOperation.Read<Nothing, NetworkSight>("networks.list", "/networks", Page, "List the trusted networks, with who came in from them lately.", ListAsync),
        AdminOperation.Ask<PreviewNetworks, PolicyPreview>("networks.preview", "/networks/preview", Page, "Say what a save of the trusted networks would change and run into.", PreviewAsync),
        AdminOperation.Change<SaveNetworks, PolicySaved>("networks.save", "PUT", "/networks", Page, "Save the whole list of trusted networks, on trial.", SaveAsync).Versioned().Stops("networks.preview"),
    ];

    public async Task<AdminAnswer<NetworkSight>> ListAsync(AdminCall call, Nothing input)
    {
        await using var db = database.NewContext();
        var policy = await OrgPolicy.LoadAsync(db, call.Org.Id, call.Cancellation);
        var last = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        var names = policy.Networks.Select(network => network.Name).Distinct(StringComparer.Ordinal).ToList();
        var uses = await NetworkUse.OfAsync(db, call, names);
        foreach (var name in names)
        {
            // One step in an index for each.
            var at = await db.LoginRecords.Where(record => record.OrgId == call.Org.Id && record.TrustedNetwork == name).OrderByDescending(record => record.Id)
                .Select(record => (DateTimeOffset?)record.At).FirstOrDefaultAsync(call.Cancellation);
            if (at is { } used)
                last[name] = used;
        }
        var trial = await Trials.Pending(db, call.Org.Id).AsNoTracking().FirstOrDefaultAsync(t => t.Kind == "networks", call.Cancellation);
        AdminAnswer<NetworkSight> sight = new NetworkSight(
            [.. policy.Networks.Select(network => new NetworkLine(
                network.Name, network.Range, last.TryGetValue(network.Name, out var at) ? at : null, PolicyWarnings.OfNetwork(network), uses[network.Name]))],
            trial is null ? null : TrialSight.Of(trial, trial.Kind, call.At));
        return sight.WithVersion(new PolicyEdit.OfNetworks(call.Org.Id, []).VersionIn(policy));
    }

    /// <summary>Name, range and warning alone, for pages that show no more of them.</summary>
    public async Task<IReadOnlyList<(NetworkRange Network, string? Warning)>> BareAsync(AdminCall call)
    {
        await using var db = database.NewContext();
        return (await OrgPolicy.LoadAsync(db, call.Org.Id, call.Cancellation)).Networks.Select(network => (network, PolicyWarnings.OfNetwork(network))).ToList();
    }

    public async Task<AdminAnswer<PolicyPreview>> PreviewAsync(AdminCall call, PreviewNetworks input)
    {
        JsonElement json;
        try
        {
            json = JsonElement.Parse(input.Networks);
        }
        catch (JsonException)
        {
            return new AdminRefusal.Invalid("networks", "is no JSON that can be read.");
        }
        return SentJson.Networks(json, out var refusal) is { } networks ? await saves.PreviewAsync(call, new PolicyEdit.OfNetworks(call.Org.Id, networks)) : refusal!;
    }

    public async Task<AdminAnswer<PolicySaved>> SaveAsync(AdminCall call, SaveNetworks input) => SentJson.Networks(input.Networks, out var refusal) is { } networks
        ? await saves.SaveAsync(call, new PolicyEdit.OfNetworks(call.Org.Id, networks), new(input.TrialMinutes, input.IgnoreTests))
        : refusal!;
}
