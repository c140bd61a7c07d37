using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using OAuthServer.Accounts;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Accounts;

public sealed class TotpTests
{
    static readonly byte[] Seed = Encoding.ASCII.GetBytes("12345678901234567890");
    static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_111_111_111);

    [Theory] // RFC 6238 appendix B, SHA-1; the RFC prints eight digits, of which the last six are the code
    [InlineData(59, "287082")]
    [InlineData(1_111_111_109, "081804")]
    [InlineData(1_111_111_111, "050471")]
    [InlineData(1_234_567_890, "005924")]
    [InlineData(2_000_000_000, "279037")]
    [InlineData(20_000_000_000, "353130")]
    public void Codes_are_those_of_the_RFC(long second, string code) =>
        Assert.Equal(code, Totp.Code(Seed, Totp.StepAt(DateTimeOffset.FromUnixTimeSeconds(second))));

    [Fact]
    public async Task Codes_are_those_of_oathtool()
    {
        for (var i = 0; i < 50; i++)
        {
            var seed = Totp.NewSeed();
            var second = RandomNumberGenerator.GetInt32(int.MaxValue);
            var theirs = await Tool.RunAsync(
                "oathtool", "oathtool", "--totp", "-b", Base32.Encode(seed), "-N", "@" + second.ToString(CultureInfo.InvariantCulture));
            Assert.Equal(theirs, Totp.Code(seed, Totp.StepAt(DateTimeOffset.FromUnixTimeSeconds(second))));
        }
    }

    [Theory]
    [InlineData(-2, false)]
    [InlineData(-1, true)]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public void A_code_is_good_for_one_step_each_way(int drift, bool found)
    {
        var step = Totp.StepAt(Now) + drift;
        Assert.Equal(found ? step : null, Totp.FindStep(Seed, Totp.Code(Seed, step), Now));
    }

    [Theory]
    [InlineData("050471", true)]
    [InlineData("050 471", true)]
    [InlineData("05 0471", true)]
    [InlineData("050471 ", false)]
    [InlineData(" 050471", false)]
    [InlineData("050  471", false)]
    [InlineData("0504 71 ", false)]
    [InlineData("0504711", false)]
    [InlineData("50471", false)]
    [InlineData("", false)]
    [InlineData("-50471", false)]
    [InlineData("+50471", false)]
    [InlineData("０５０４７１", false)]
    [InlineData("٠٥٠٤٧١", false)]
    [InlineData("050472", false)]
    [InlineData("05047\0", false)]
    public void Only_six_ASCII_digits_with_at_most_a_space_inside_are_a_code(string typed, bool found) =>
        Assert.Equal(found, Totp.FindStep(Seed, typed, Now) is not null);

    [Fact]
    public void A_very_long_code_is_refused() => Assert.Null(Totp.FindStep(Seed, new string('0', 1_000_000), Now));

    [Fact]
    public void Seeds_are_160_random_bits()
    {
        Assert.Equal(20, Totp.NewSeed().Length);
        Assert.NotEqual(Totp.NewSeed(), Totp.NewSeed());
    }
}
