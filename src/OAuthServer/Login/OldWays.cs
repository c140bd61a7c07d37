using System.Collections.Frozen;
using System.Net;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Policy;
using OAuthServer.Policy.Networks;

namespace OAuthServer.Login;

/// <summary>
/// The old ways that are not open: integrations that were closed, and announced brown-outs. Owns how a login is found to take one, and a copy
/// of them that is read again whenever the change stamp has risen. It refuses nobody: that is the rules' part.
/// </summary>
public sealed class OldWays(Database database, ChangeWatch changes, TimeProvider clock) : IDisposable
{
    readonly StampedCopy<OldWaysSnapshot> copy = new(database, changes, db => LoadAsync(db, clock.GetUtcNow()));

    /// <summary>The old ways as of the highest change stamp seen.</summary>
    public async ValueTask<OldWaysSnapshot> CurrentAsync() => (await copy.CurrentAsync()).Rows;

    static async Task<OldWaysSnapshot> LoadAsync(ServerDb db, DateTimeOffset now)
    {
        var windows = (await db.BrownOuts.AsNoTracking().Where(b => b.StoppedAt == null && b.EndsAt > now).OrderBy(b => b.StartsAt).ToListAsync())
            .ConvertAll(window => BrownOutWindow.Of(window));
        var chosen = windows.SelectMany(window => window.Chosen).Distinct(StringComparer.Ordinal).ToList();
        var rows = await db.Integrations.AsNoTracking()
            .Where(i => i.Stage == IntegrationStage.Closed || i.IsProtected || chosen.Contains(i.Id))
            .Select(i => new { i.Id, i.OrgId, i.UserId, i.ClientId, i.Network, i.Client, i.Stage, i.IsProtected, i.Plan })
            .ToListAsync();
        var ways = rows.ToLookup(
            row => row.UserId,
            row => new KnownWay(
                row.Id, new(row.UserId, row.ClientId, row.Network, row.Client), row.Stage == IntegrationStage.Closed, row.IsProtected,
                row.Stage == IntegrationStage.Closed || row.IsProtected ? WayNetworks.KeptBy(row.Plan) : null),
            StringComparer.Ordinal);
        return new(
            rows.Select(row => row.OrgId).Concat(windows.Select(window => window.OrgId)).ToFrozenSet(StringComparer.Ordinal),
            ways.ToFrozenDictionary(group => group.Key, group => group.ToArray(), StringComparer.Ordinal),
            windows.ToLookup(window => window.OrgId, StringComparer.Ordinal).ToFrozenDictionary(group => group.Key, group => group.ToArray(), StringComparer.Ordinal));
    }

    public void Dispose() => copy.Dispose();
}

/// <summary>Which integrations a brown-out is for, as it is stored.</summary>
public sealed record BrownOutSelection
{
    /// <summary>Their ids; null = every login by password.</summary>
    public IReadOnlyList<string>? Integrations { get; init; }

    /// <summary>What the name of each one's network meant when the brown-out was announced; null where nothing was kept.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<KeptNetwork>>? Networks { get; init; }

    public static BrownOutSelection Of(BrownOut window) => SettingsJson.Read<BrownOutSelection>(window.Selection);
}

/// <summary>An integration that is closed, protected, or chosen for a brown-out.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Key">Its way.</param>
/// <param name="IsClosed">Its passwords are refused.</param>
/// <param name="IsProtected">No brown-out may hit it.</param>
/// <param name="Networks">What its network's name meant when that was decided; null = nothing was kept.</param>
public sealed record KnownWay(string Id, WayKey Key, bool IsClosed, bool IsProtected, NetworkList? Networks = null)
{
    /// <summary>By what its network is called now, and by what it was when it was closed: renaming a network opens nothing.</summary>
    internal bool IsTakenBy(WayKey login, IPAddress? from) => Key == login || Networks is { } kept && IsTakenBy(login, from, kept);

    /// <summary>By what the networks were then, and by nothing else.</summary>
    internal bool IsTakenBy(WayKey login, IPAddress? from, NetworkList kept) =>
        Key == login with { Network = Key.Network } && WayNetworks.Hold(kept, Key.Network, from);
}

/// <summary>A brown-out that has neither ended nor been stopped.</summary>
/// <param name="Id">Its id.</param>
/// <param name="OrgId">Whose.</param>
/// <param name="StartsAt">From when on.</param>
/// <param name="EndsAt">Until when.</param>
/// <param name="Chosen">The integrations it is for; empty = every login by password.</param>
/// <param name="Networks">Of the chosen ones, by their ids, what their networks' names meant when it was announced; null = nothing was kept.</param>
public sealed record BrownOutWindow(
    string Id, string OrgId, DateTimeOffset StartsAt, DateTimeOffset EndsAt, FrozenSet<string> Chosen, FrozenDictionary<string, NetworkList>? Networks = null)
{
    internal static BrownOutWindow Of(BrownOut window)
    {
        var selection = BrownOutSelection.Of(window);
        return new(
            window.Id, window.OrgId, window.StartsAt, window.EndsAt, [.. selection.Integrations ?? []],
            selection.Networks?.Where(pair => pair.Value.Count > 0).ToFrozenDictionary(pair => pair.Key, pair => WayNetworks.ListOf(pair.Value), StringComparer.Ordinal));
    }

    /// <summary>
    /// Whether it is for a login that takes one of these ways. A chosen way is told by what its network was when the brown-out was announced: renaming
    /// a network, or giving its name to another, changes nothing of what was announced.
    /// </summary>
    internal bool IsFor(IEnumerable<KnownWay> known, WayKey login, IPAddress? from) => Chosen.Count == 0 || known.Any(way =>
        Chosen.Contains(way.Id) && (Networks is { } networks && networks.TryGetValue(way.Id, out var kept) ? way.IsTakenBy(login, from, kept) : way.Key == login));

    internal bool IsInForce(DateTimeOffset at) => StartsAt <= at && at < EndsAt;
}

/// <summary>What is known against a login's way.</summary>
/// <param name="Way">For the rules; null where nothing is.</param>
/// <param name="Spared">The brown-outs that spare it because it is protected: if it logs in, they stop.</param>
/// <param name="ProtectedId">The protected integration.</param>
public readonly record struct OldWayFinding(OldWay? Way, IReadOnlyList<BrownOutWindow> Spared, string? ProtectedId)
{
    internal static OldWayFinding Nothing { get; } = new(null, [], null);
}

/// <summary>All old ways that are not open, at one change stamp.</summary>
public sealed class OldWaysSnapshot(FrozenSet<string> orgs, FrozenDictionary<string, KnownWay[]> ways, FrozenDictionary<string, BrownOutWindow[]> windows)
{
    /// <summary>What is known against a login. Most organizations have nothing closed: for their logins this is one look into a table.</summary>
    public OldWayFinding Find(LoginFacts facts, RequestContext request) =>
        orgs.Contains(facts.Org.Id) && facts.Channel.TakesAppendedSecret() && facts.User.Id.Length > 0 ? Look(facts, request) : OldWayFinding.Nothing;

    // Apart, so that what its lambda holds is made only for those who need it.
    OldWayFinding Look(LoginFacts facts, RequestContext request)
    {
        var known = ways.GetValueOrDefault(facts.User.Id) ?? [];
        var login = new WayKey(
            facts.User.Id, facts.App?.ClientId ?? "", WayKey.NetworkOf(facts.TrustedNetwork?.Label, facts.From), WayKey.ClientOf(request.UserAgent, request.ClientVersion));
        // A closed one first: of two that overlap since networks were changed, the refusal stands.
        var taken = known.Where(way => way.IsTakenBy(login, facts.From)).ToList();
        if (taken.Find(way => way.IsClosed) is { } closed)
            return new(new(closed.Id, null), [], null);
        if (!windows.TryGetValue(facts.Org.Id, out var announced))
            return OldWayFinding.Nothing;
        var hit = announced.Where(window => window.IsInForce(facts.At) && window.IsFor(known, login, facts.From)).ToList();
        return hit.Count == 0 ? OldWayFinding.Nothing
            : taken.Find(way => way.IsProtected) is { } spared ? new(null, hit, spared.Id)
            : new(new(hit[0].Id, hit.Max(window => window.EndsAt)), [], null);
    }
}
