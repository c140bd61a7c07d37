using System.Net;
using Microsoft.AspNetCore.Http;
using OAuthServer.Http;

namespace OAuthServer.Tests.Http;

/// <summary>Which address counts, behind proxies and in front of liars.</summary>
public sealed class RequestOriginsTests
{
    const string Peer = "203.0.113.7";
    const string Proxy = "10.0.0.1";

    [Theory]
    [InlineData(Peer, "127.0.10.7", Peer)] // nobody's proxy
    [InlineData("::ffff:203.0.113.7", "127.0.10.7", Peer)]
    [InlineData(Proxy, "198.51.100.9", "198.51.100.9")]
    [InlineData("::ffff:10.0.0.1", "198.51.100.9", "198.51.100.9")]
    [InlineData(Proxy, "127.0.10.7, 198.51.100.9", "198.51.100.9")] // what the caller wrote stands to the left
    [InlineData(Proxy, "127.0.10.7|198.51.100.9", "198.51.100.9")] // two headers
    [InlineData(Proxy, "127.0.10.7,198.51.100.9|10.0.0.2", "198.51.100.9")]
    [InlineData(Proxy, "198.51.100.9, 10.0.0.2", "198.51.100.9")] // two hops
    [InlineData(Proxy, "127.0.10.7, 10.0.0.3, 10.0.0.2", "10.0.0.3")] // no more hops than are configured
    [InlineData(Proxy, "198.51.100.9:4711", "198.51.100.9")]
    [InlineData(Proxy, "[2001:db8::9]:4711", "2001:db8::9")]
    [InlineData(Proxy, "[2001:db8::9]", "2001:db8::9")]
    [InlineData(Proxy, "2001:db8::9", "2001:db8::9")]
    [InlineData(Proxy, "::ffff:198.51.100.9", "198.51.100.9")]
    [InlineData(Proxy, "[::ffff:198.51.100.9]:1", "198.51.100.9")]
    [InlineData(Proxy, " 198.51.100.9 ", "198.51.100.9")]
    [InlineData("2001:db8:ffff::1", "198.51.100.9", "198.51.100.9")]
    public void Counts(string peer, string? forwarded, string expected) => Assert.Equal(IPAddress.Parse(expected), Of(peer, forwarded).Address);

    [Theory]
    [InlineData("")]
    [InlineData("unknown")]
    [InlineData("_hidden")]
    [InlineData("127.0.10.7, junk")]
    [InlineData("127.0.10.7,")]
    [InlineData("127.0.10.7|")]
    [InlineData("2130706433")] // one number is an address for some parsers
    [InlineData("127.1")]
    [InlineData("0x7f.0.0.1.2")]
    [InlineData("127.0.10.7.")]
    [InlineData("[2001:db8::9")]
    [InlineData("[]")]
    [InlineData("for=127.0.10.7")]
    [InlineData("\"127.0.10.7\"")]
    [InlineData("127.0.10.7/24")]
    [InlineData("127.0.10.7 10.0.0.2")]
    [InlineData("999.0.0.1")]
    public void What_a_proxy_names_and_nobody_can_read_is_no_address_at_all(string forwarded) => Assert.Null(Of(Proxy, forwarded).Address);

    [Fact]
    public void The_hop_that_was_believed_is_named()
    {
        Assert.Equal("peer", Of(Peer, "127.0.10.7").Hop);
        Assert.Equal(Proxy, Of(Proxy, "198.51.100.9").Hop);
    }

    [Theory]
    [InlineData("Forwarded")]
    [InlineData("X-Real-IP")]
    [InlineData("CF-Connecting-IP")]
    [InlineData("True-Client-IP")]
    [InlineData("X-Forwarded-Host")]
    public void No_other_header_counts_not_even_from_a_proxy(string header)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = IPAddress.Parse(Proxy);
        context.Request.Headers[header] = "127.0.10.7";
        Assert.Null(Origins.Of(context).Address);
    }

    [Theory]
    [InlineData(Peer, null, "203.0.113.7 Caller")]
    [InlineData(Peer, "127.0.10.7, 10.0.0.2", "203.0.113.7 Caller|10.0.0.2 NotFromProxy|127.0.10.7 NotFromProxy")]
    [InlineData(Proxy, "127.0.10.7, 198.51.100.9", "10.0.0.1 Proxy|198.51.100.9 Caller|127.0.10.7 BehindCaller")]
    [InlineData(Proxy, "198.51.100.9, 10.0.0.2", "10.0.0.1 Proxy|10.0.0.2 Proxy|198.51.100.9 Caller")]
    [InlineData(Proxy, "127.0.10.7, 10.0.0.3, 10.0.0.2", "10.0.0.1 Proxy|10.0.0.2 Proxy|10.0.0.3 Caller|127.0.10.7 TooManyHops")]
    [InlineData(Proxy, "127.0.10.7, junk", "10.0.0.1 Proxy|junk Unreadable|127.0.10.7 BehindCaller")]
    [InlineData(Proxy, "10.0.0.2", "10.0.0.1 Proxy|10.0.0.2 Caller")]
    [InlineData(Proxy, null, "10.0.0.1 Proxy| Unreadable")]
    public void Each_hop_is_told_with_what_was_made_of_it_and_the_same_comes_of_it(string peer, string? forwarded, string expected)
    {
        var trail = Origins.Describe(Request(peer, forwarded));
        Assert.Equal(expected, string.Join('|', trail.Hops.Select(hop => $"{hop.Text} {hop.Verdict}")));
        Assert.Equal(Of(peer, forwarded), trail.Origin);
    }

    [Fact]
    public void A_way_of_any_length_is_told_in_bounds()
    {
        var trail = Origins.Describe(Request(Peer, string.Join(',', Enumerable.Repeat(new string('x', 500), 500))));
        Assert.InRange(trail.Hops.Count, 10, 50);
        Assert.All(trail.Hops, hop => Assert.InRange(hop.Text.Length, 1, 70));
    }

    static RequestOrigins Origins { get; } = new([IPNetwork.Parse("10.0.0.0/24"), IPNetwork.Parse("2001:db8:ffff::/64")], hops: 2);

    static RequestOrigin Of(string peer, string? forwarded) => Origins.Of(Request(peer, forwarded));

    static DefaultHttpContext Request(string peer, string? forwarded)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = IPAddress.Parse(peer);
        if (forwarded is not null)
            context.Request.Headers["X-Forwarded-For"] = forwarded.Split('|');
        return context;
    }
}
