using System.Net;
using OAuthServer.Policy.Networks;

namespace OAuthServer.Policy.Tests.Networks;

public class IpRangeTests
{
    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1-192.0.2.1")]
    [InlineData(" 192.0.2.1 - 192.0.2.9 ", "192.0.2.1-192.0.2.9")]
    [InlineData("192.0.2.0/24", "192.0.2.0-192.0.2.255")]
    [InlineData("192.0.2.77/24", "192.0.2.0-192.0.2.255")]
    [InlineData("192.0.2.7/32", "192.0.2.7-192.0.2.7")]
    [InlineData("0.0.0.0/0", "0.0.0.0-255.255.255.255")]
    [InlineData("10.0.0.0/ 8", "10.0.0.0-10.255.255.255")]
    [InlineData("2001:db8::1", "2001:db8::1-2001:db8::1")]
    [InlineData("2001:DB8::/32", "2001:db8::-2001:db8:ffff:ffff:ffff:ffff:ffff:ffff")]
    [InlineData("2001:db8::1/128", "2001:db8::1-2001:db8::1")]
    [InlineData("2001:db8::-2001:db8::ff", "2001:db8::-2001:db8::ff")]
    [InlineData("2000::/3", "2000::-3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")]
    [InlineData("::1", "::1-::1")]
    [InlineData("fe80::1%3", "fe80::1-fe80::1")]
    [InlineData("fe80::1%eth0/64", "fe80::-fe80::ffff:ffff:ffff:ffff")]
    [InlineData("::ffff:192.0.2.1", "192.0.2.1-192.0.2.1")]
    [InlineData("::ffff:c000:0201", "192.0.2.1-192.0.2.1")]
    [InlineData("::ffff:192.0.2.0/120", "192.0.2.0-192.0.2.255")]
    [InlineData("192.0.2.1-::ffff:192.0.2.9", "192.0.2.1-192.0.2.9")]
    public void Ways_to_write_a_range(string text, string expected) => Assert.Equal(expected, IpRange.TryParse(text)?.ToString());

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("office")]
    [InlineData("1")]
    [InlineData("127.1")]
    [InlineData("0x7f.1")]
    [InlineData("0x7f.0.0.1")]
    [InlineData("010.0.0.1")]
    [InlineData("10.0.0.01")]
    [InlineData("10.0.0.256")]
    [InlineData("10.0.0.1000")]
    [InlineData("10.0.0.-1")]
    [InlineData("10.0.0")]
    [InlineData("10.0.0.1.2")]
    [InlineData("10.0.0.")]
    [InlineData("10.0.0.1:80")]
    [InlineData("10.0.0.1%3")]
    [InlineData("10.0. 0.1")]
    [InlineData("\u0661.0.0.1")]
    [InlineData("[::1]")]
    [InlineData("[::1]:80")]
    [InlineData("::1::2")]
    [InlineData("2001:db8::g")]
    [InlineData("::ffff:010.0.0.1")]
    [InlineData("::ffff:10.1")]
    [InlineData("1.2.3.4::")]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0.0/08")]
    [InlineData("10.0.0.0/-1")]
    [InlineData("10.0.0.0/")]
    [InlineData("10.0.0.0/+8")]
    [InlineData("10.0.0.0/255.0.0.0")]
    [InlineData("10.0.0.0/8/8")]
    [InlineData("/8")]
    [InlineData("2001:db8::/129")]
    [InlineData("10.0.0.1-")]
    [InlineData("-10.0.0.1")]
    [InlineData("10.0.0.1-10.0.0.2-10.0.0.3")]
    public void What_is_no_range_is_refused(string text) => Assert.Null(IpRange.TryParse(text));

    [Theory]
    [InlineData("10.0.0.9-10.0.0.1")]
    [InlineData("2001:db8::9-2001:db8::1")]
    public void Range_that_ends_before_it_starts_is_refused(string text) => Assert.Null(IpRange.TryParse(text));

    [Theory]
    [InlineData("10.0.0.1-2001:db8::1")]
    [InlineData("::1-10.0.0.1")]
    [InlineData("::-ffff::")]
    [InlineData("::/0")]
    [InlineData("::/64")]
    [InlineData("::ffff:0:0/95")]
    public void Range_that_mixes_families_is_refused(string text) => Assert.Null(IpRange.TryParse(text));

    [Theory]
    [InlineData("192.0.2.10-192.0.2.20", "192.0.2.9", false)]
    [InlineData("192.0.2.10-192.0.2.20", "192.0.2.10", true)]
    [InlineData("192.0.2.10-192.0.2.20", "192.0.2.20", true)]
    [InlineData("192.0.2.10-192.0.2.20", "192.0.2.21", false)]
    [InlineData("192.0.2.10-192.0.2.20", "::ffff:192.0.2.15", true)]
    [InlineData("192.0.2.10-192.0.2.20", "::192.0.2.15", false)]
    [InlineData("::ffff:192.0.2.0/120", "192.0.2.15", true)]
    [InlineData("0.0.0.0/0", "2001:db8::1", false)]
    [InlineData("2000::/3", "192.0.2.1", false)]
    [InlineData("2001:db8::/32", "2001:db8:1::1", true)]
    [InlineData("2001:db8::/32", "2001:db9::", false)]
    [InlineData("fe80::/10", "fe80::1%3", true)]
    public void Both_ends_are_inside_and_families_are_kept_apart(string range, string address, bool inside) =>
        Assert.Equal(inside, IpRange.TryParse(range)!.Contains(IPAddress.Parse(address)));

    [Fact]
    public void Unknown_address_is_inside_nothing() => Assert.False(IpRange.TryParse("0.0.0.0/0")!.Contains(null));

    [Fact]
    public void Range_keeps_its_name_and_knows_its_first_address()
    {
        var range = IpRange.TryParse("192.0.2.0/24", "Plant")!;
        Assert.Equal(("Plant", "Plant"), (range.Name, range.Label));
        Assert.Equal(IPAddress.Parse("192.0.2.0"), range.FirstAddress);
        Assert.Equal(IPAddress.Parse("2001:db8::1"), IpRange.TryParse("2001:db8::1")!.FirstAddress);
    }

    [Fact]
    public void Range_without_a_name_is_called_by_itself() => Assert.Equal("192.0.2.0-192.0.2.3", IpRange.TryParse("192.0.2.0/30")!.Label);
}
