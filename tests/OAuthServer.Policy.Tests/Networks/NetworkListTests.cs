using System.Net;
using OAuthServer.Policy.Networks;

namespace OAuthServer.Policy.Tests.Networks;

public class NetworkListTests
{
    static readonly NetworkList Two = new([IpRange.TryParse("192.0.2.0/24", "first")!, IpRange.TryParse("192.0.0.0/16", "second")!]);

    [Theory]
    [InlineData("192.0.2.1", "first")]
    [InlineData("192.0.3.1", "second")]
    [InlineData("198.51.100.1", null)]
    public void First_range_that_holds_the_address_is_found(string address, string? name) =>
        Assert.Equal(name, Two.Find(IPAddress.Parse(address))?.Name);

    [Fact]
    public void Unknown_address_is_in_no_range()
    {
        Assert.Null(Two.Find(null));
        Assert.False(Two.Contains(null));
    }

    [Fact]
    public void Empty_list_holds_nothing()
    {
        Assert.True(NetworkList.Empty.IsEmpty);
        Assert.False(Two.IsEmpty);
        Assert.False(NetworkList.Empty.Contains(IPAddress.Loopback));
    }
}
