using System.Net;
using OAuthServer.Administration.Networks;
using OAuthServer.Policy.Networks;

namespace OAuthServer.Tests.Administration;

/// <summary>Suggested ranges are no wider than what was seen.</summary>
public sealed class NetworkClustersTests
{
    [Theory]
    [InlineData("203.0.113.7", "203.0.113.7")]
    [InlineData("203.0.113.7 203.0.113.9", "203.0.113.7 203.0.113.9")]
    [InlineData("203.0.113.7 203.0.113.9 203.0.113.15", "203.0.113.0/28")]
    [InlineData("203.0.113.7 203.0.113.9 203.0.113.16", "203.0.113.16 203.0.113.7 203.0.113.9")]
    [InlineData("203.0.113.1 203.0.113.2 203.0.113.3 203.0.113.200", "203.0.113.0/28 203.0.113.200")]
    [InlineData("203.0.113.1 203.0.113.2 203.0.113.3 203.0.113.17 203.0.113.18 203.0.113.19 203.0.113.33 203.0.113.34 203.0.113.35", "203.0.113.0/24")]
    [InlineData("2001:db8::1 2001:db8::2", "2001:db8::1 2001:db8::2")]
    [InlineData("2001:db8::1 2001:db8::2 2001:db8::3 2001:db8:0:1::1", "2001:db8::/64 2001:db8:0:1::1")]
    public void Are_suggested(string seen, string expected) =>
        Assert.Equal(expected.Split(' ').Order(StringComparer.Ordinal), NetworkClusters.Of(seen.Split(' ').Select(Use)).Select(network => network.Range).Order(StringComparer.Ordinal));

    [Fact]
    public void Say_how_many_addresses_and_people_were_really_seen()
    {
        var one = Assert.Single(NetworkClusters.Of([Use("203.0.113.1"), Use("203.0.113.2"), Use("203.0.113.3")]));
        Assert.Equal((3, 16.0, 1, 6L), (one.Addresses, one.Size, one.Users, one.Logins));
    }

    [Fact]
    public void Networks_far_wider_than_what_comes_from_them_are_called_out_with_what_would_do()
    {
        string[] written = ["10.0.0.0/8", "192.0.2.0/28", "198.51.100.0/24"];
        var trusted = new NetworkList([.. written.Select(range => IpRange.TryParse(range, "N " + range)!)]);
        var uses = new[] { "10.1.2.1", "10.1.2.2", "10.1.2.3" }.Concat(Enumerable.Range(0, 20).Select(i => $"198.51.100.{i}")).Select(Use).ToList();
        var wide = Assert.Single(NetworkClusters.TooWideOf(trusted, uses, written));
        Assert.Equal(("N 10.0.0.0/8", "10.0.0.0/8", 3, 16_777_216.0), (wide.Name, wide.Range, wide.Addresses, wide.Size));
        Assert.Equal(["10.1.2.0/28"], wide.Instead);
    }

    static AddressUse Use(string address) => new(IPAddress.Parse(address), new HashSet<string>(StringComparer.Ordinal) { "user" }, 2, DateTimeOffset.UnixEpoch);
}
