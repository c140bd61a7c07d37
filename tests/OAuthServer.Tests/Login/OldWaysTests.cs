using System.Collections.Frozen;
using System.Diagnostics;
using System.Net;
using OAuthServer.Http;
using OAuthServer.Login;
using OAuthServer.Policy;
using OAuthServer.Policy.Networks;

namespace OAuthServer.Tests.Login;

/// <summary>How a login is found to take an old way, and what looking costs.</summary>
public sealed class OldWaysTests
{
    static readonly DateTimeOffset Now = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);
    static readonly RequestContext Request = new(new RequestOrigin(IPAddress.Parse("192.0.2.7"), "peer"), "jsforce/3.1 (node)", null, 0);
    static readonly WayKey Key = new("u1", "app", "192.0.2.0/24", "jsforce");

    [Theory]
    [InlineData("u1", "app", "192.0.2.99", "jsforce/9", true)]
    [InlineData("u2", "app", "192.0.2.7", "jsforce/9", false)]
    [InlineData("u1", "other", "192.0.2.7", "jsforce/9", false)]
    [InlineData("u1", "app", "192.0.3.7", "jsforce/9", false)]
    [InlineData("u1", "app", "192.0.2.7", "curl/9", false)]
    public void A_closed_way_is_just_this_user_app_network_and_client(string user, string app, string address, string client, bool isClosed)
    {
        var snapshot = Snapshot(new KnownWay("i1", Key, IsClosed: true, IsProtected: false));
        Assert.Equal(isClosed, snapshot.Find(Facts(user, app, address), Request with { UserAgent = client }).Way is { Id: "i1", Until: null });
    }

    [Theory]
    [InlineData("Office", "192.0.2.0/28", "192.0.2.99", true)] // the rest of its neighbourhood
    [InlineData("Office", "192.0.2.0/28", "192.0.2.7", false)] // a network of its own then: another way
    [InlineData("Office", "198.51.100.0/24", "192.0.2.7", true)]
    [InlineData("Office", "192.0.2.0/24", "203.0.113.7", false)]
    public void A_closed_way_is_told_by_the_networks_of_the_time_it_was_closed(string name, string range, string address, bool isClosed)
    {
        var kept = WayNetworks.Of(Key.Network, new([IpRange.TryParse(range, name)!]), []);
        var snapshot = Snapshot(new KnownWay("i1", Key, IsClosed: true, IsProtected: false, new([.. kept.Select(network => IpRange.TryParse(network.Range, network.Name)!)])));
        var facts = Facts("u1", "app", address);
        var renamed = facts with { Org = facts.Org with { TrustedNetworks = new([IpRange.TryParse(address, "Newly named")!]) } };
        Assert.Equal(isClosed, snapshot.Find(renamed, Request).Way is { Id: "i1" });
    }

    [Fact]
    public void Of_several_brown_outs_the_last_to_end_counts()
    {
        BrownOutWindow Window(string id, int from, int until) => new(id, "org", Now.AddHours(from), Now.AddHours(until), []);
        var snapshot = Snapshot([], Window("a", -1, 1), Window("b", 0, 3), Window("c", 2, 9));
        Assert.Equal(new OldWay("a", Now.AddHours(3)), snapshot.Find(Facts("u1", "app", "192.0.2.7"), Request).Way);
    }

    [Fact]
    public void A_login_of_an_organization_with_nothing_closed_pays_one_look_into_a_table()
    {
        var snapshot = Snapshot(new KnownWay("i1", Key, IsClosed: true, IsProtected: false));
        var (other, own) = (Facts("u9", "app", "192.0.2.7", org: "quiet"), Facts("u1", "app", "192.0.2.7"));
        var (nothing, hit) = (PerLook(snapshot, other), PerLook(snapshot, own));
        TestContext.Current.TestOutputHelper?.WriteLine($"nothing closed: {nothing.Nanoseconds:0} ns, {nothing.Bytes:0} B; closed: {hit.Nanoseconds:0} ns, {hit.Bytes:0} B");
        Assert.InRange(nothing.Bytes, 0, 1);
    }

    static (double Nanoseconds, double Bytes) PerLook(OldWaysSnapshot snapshot, LoginFacts facts)
    {
        const int Looks = 200_000;
        for (var i = 0; i < Looks; i++)
            snapshot.Find(facts, Request);
        var (before, watch) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.StartNew());
        for (var i = 0; i < Looks; i++)
            snapshot.Find(facts, Request);
        return (watch.Elapsed.TotalNanoseconds / Looks, (GC.GetAllocatedBytesForCurrentThread() - before) / (double)Looks);
    }

    static OldWaysSnapshot Snapshot(params KnownWay[] ways) => Snapshot(ways, []);

    static OldWaysSnapshot Snapshot(KnownWay[] ways, params BrownOutWindow[] windows) => new(
        new[] { "org" }.ToFrozenSet(StringComparer.Ordinal), ways.GroupBy(way => way.Key.UserId, StringComparer.Ordinal).ToFrozenDictionary(group => group.Key, group => group.ToArray(), StringComparer.Ordinal),
        windows.GroupBy(window => window.OrgId, StringComparer.Ordinal).ToFrozenDictionary(group => group.Key, group => group.ToArray(), StringComparer.Ordinal));

    static LoginFacts Facts(string user, string app, string address, string org = "org") => new(
        LoginChannel.PasswordGrant, Now, IPAddress.Parse(address), new(org, OrgStatus.Open, true, true, NetworkList.Empty), Strangers.Profile, new UserFacts { Id = user },
        new AppFacts(app, true, new HashSet<LoginChannel>(), false, false, IpRelaxation.Enforce), null, Evidence.Of(Proof.Password));
}
