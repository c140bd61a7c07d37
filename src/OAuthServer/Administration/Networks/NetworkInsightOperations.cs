using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Http;
using OAuthServer.Orgs;
using OAuthServer.Policy.Networks;

namespace OAuthServer.Administration.Networks;

/// <summary>Suggestions out of how much history.</summary>
/// <param name="Days">So many days, 1 to 365; 30 when it says nothing.</param>
public sealed record SuggestNetworks(int? Days = null);

/// <summary>How the server sees the very request that asks.</summary>
/// <param name="IsRequest">False where there is none, as on the command line.</param>
/// <param name="Address">The caller's address; null when unknown, which is never trusted.</param>
/// <param name="Hop"><c>peer</c>, or the proxy whose header was believed.</param>
/// <param name="TrustedNetwork">The trusted network that holds the address.</param>
/// <param name="HasProxies">Some proxy is listed in the server's configuration.</param>
/// <param name="MaxHops">How many entries of X-Forwarded-For are read at most.</param>
/// <param name="Hops">The peer first, then the entries of X-Forwarded-For from the right, and what was made of each.</param>
/// <param name="UnreadHeaders">Headers that name a caller elsewhere and count for nothing here.</param>
/// <param name="OneAddress">Nearly all sign-ins of the last day come from this address: perhaps a proxy that is not listed.</param>
public sealed record NetworkTruth(
    bool IsRequest, string? Address, string? Hop, string? TrustedNetwork, bool HasProxies, int MaxHops,
    IReadOnlyList<RequestHop> Hops, IReadOnlyList<string> UnreadHeaders, OneAddress? OneAddress);

/// <summary>An address from which nearly everybody seems to come.</summary>
/// <param name="Address">Which.</param>
/// <param name="Logins">Sign-ins of the last day from it.</param>
/// <param name="All">All sign-ins of the last day that were looked at.</param>
/// <param name="Users">How many people and programs.</param>
public sealed record OneAddress(string Address, int Logins, int All, int Users);

/// <summary>What history says of networks.</summary>
/// <param name="Days">Of how many days.</param>
/// <param name="MostRecords">The latest records that were looked at, at most.</param>
/// <param name="Suggested">Ranges from which people and programs came in that no trusted network holds, the most used first; at most a hundred.</param>
/// <param name="TooWide">Trusted networks that are far wider than what is seen of them.</param>
public sealed record NetworkSuggestions(int Days, int MostRecords, IReadOnlyList<SuggestedNetwork> Suggested, IReadOnlyList<WideNetwork> TooWide);

/// <summary>What the server knows of networks: how it sees callers, and which ranges history speaks for. The trusted networks themselves are policy.</summary>
public sealed class NetworkInsightOperations(Database database, OrgDirectory orgs, RequestOrigins origins, IHttpContextAccessor request) : IAdminOperations
{
    const string Page = "/setup/networks";
    const int DefaultDays = 30;
    const int Shown = 100;
    const int Recent = 2_000;
    const int EnoughLogins = 50;
    const int EnoughUsers = 5;

    public IEnumerable<AdminOperation> All =>
    [
        AdminOperation.Read<Nothing, NetworkTruth>("networks.truth", "/networks/truth", Page, "Show how the server sees this very request, hop by hop.", TruthAsync),
        AdminOperation.Read<SuggestNetworks, NetworkSuggestions>("networks.suggest", "/networks/suggestions", Page, "Suggest trusted networks from who came in, and call out those that are too wide.", SuggestAsync),
    ];

    public async Task<AdminAnswer<NetworkTruth>> TruthAsync(AdminCall call, Nothing input)
    {
        var (hasProxies, hops) = origins.Settings;
        var one = await OneAddressAsync(call);
        if (request.HttpContext is not { } http)
            return new NetworkTruth(false, null, null, null, hasProxies, hops, [], [], one);
        var trail = origins.Describe(http);
        var trusted = (await orgs.CurrentAsync()).Rows.Orgs[call.Org.Id].Facts.TrustedNetworks;
        return new NetworkTruth(
            true, trail.Origin.Address?.ToString(), trail.Origin.Hop, trusted.Find(trail.Origin.Address)?.Label, hasProxies, hops, trail.Hops, trail.UnreadHeaders, one);
    }

    public async Task<AdminAnswer<NetworkSuggestions>> SuggestAsync(AdminCall call, SuggestNetworks input)
    {
        var days = input.Days ?? DefaultDays;
        if (days is < 1 or > 365)
            return new AdminRefusal.Invalid("days", $"{days} is out of range; use 1 to 365.");
        var uses = await NetworkEvidence.ReadAsync(database, call.Org.Id, call.At.AddDays(-days), NetworkEvidence.MostRecords, call.Cancellation);
        await using var db = database.NewContext();
        var networks = await db.TrustedNetworks.AsNoTracking().Where(n => n.OrgId == call.Org.Id).OrderBy(n => n.Id).ToListAsync(call.Cancellation);
        var trusted = new NetworkList([.. networks.Select(network => IpRange.TryParse(network.Range, network.Name)!)]);
        var outside = uses.Where(use => !trusted.Contains(use.Address));
        return new NetworkSuggestions(
            days, NetworkEvidence.MostRecords, [.. NetworkClusters.Of(outside).Take(Shown)], NetworkClusters.TooWideOf(trusted, uses, networks.ConvertAll(network => network.Range)));
    }

    /// <summary>Of the last day's latest sign-ins, refused ones too: whoever stands behind a proxy that is not listed has its address. Many of one program say nothing.</summary>
    async Task<OneAddress?> OneAddressAsync(AdminCall call)
    {
        var since = call.At.AddDays(-1);
        await using var db = database.NewContext();
        var latest = (await db.LoginRecords.AsNoTracking().Where(r => r.OrgId == call.Org.Id).OrderByDescending(r => r.Id).Take(Recent)
            .Select(r => new { r.At, r.SourceAddress, r.UserId }).ToListAsync(call.Cancellation)).Where(r => r.At >= since).ToList();
        var most = latest.GroupBy(r => r.SourceAddress, StringComparer.Ordinal).MaxBy(group => group.Count());
        if (most is not { Key: { } address } || most.Count() < EnoughLogins || most.Count() < latest.Count * 0.95)
            return null;
        var users = most.Select(r => r.UserId).OfType<string>().Distinct(StringComparer.Ordinal).Count();
        return users < EnoughUsers ? null : new(address, most.Count(), latest.Count, users);
    }
}
