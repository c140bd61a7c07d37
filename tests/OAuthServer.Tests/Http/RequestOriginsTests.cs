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

    static RequestOrigins Origins { get; } = new([IPNetwork.Parse("10.0.0.0/24"), IPNetwork.Parse("2001:db8:ffff::/64")], hops: 2);

    static RequestOrigin Of(string peer, string? forwarded)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = IPAddress.Parse(peer);
        if (forwarded is not null)
            context.Request.Headers["X-Forwarded-For"] = forwarded.Split('|');
        return Origins.Of(context);
    }
}
