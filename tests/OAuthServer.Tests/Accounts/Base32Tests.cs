using System.Security.Cryptography;
using System.Text;
using OAuthServer.Accounts;

namespace OAuthServer.Tests.Accounts;

public sealed class Base32Tests
{
    [Theory] // RFC 4648 section 10, without the padding
    [InlineData("", "")]
    [InlineData("f", "MY")]
    [InlineData("fo", "MZXQ")]
    [InlineData("foo", "MZXW6")]
    [InlineData("foob", "MZXW6YQ")]
    [InlineData("fooba", "MZXW6YTB")]
    [InlineData("foobar", "MZXW6YTBOI")]
    public void Texts_are_those_of_the_RFC(string plain, string encoded)
    {
        Assert.Equal(encoded, Base32.Encode(Encoding.ASCII.GetBytes(plain)));
        Assert.Equal(Encoding.ASCII.GetBytes(plain), Base32.Decode(encoded));
        Assert.Equal(Encoding.ASCII.GetBytes(plain), Base32.Decode(encoded.ToLowerInvariant()));
    }

    [Theory]
    [InlineData("A")]
    [InlineData("AAA")]
    [InlineData("MZ")] // the two bits left over are not zero
    [InlineData("MY======")]
    [InlineData("M1")]
    [InlineData("M Y")]
    [InlineData("ＭＹ")]
    [InlineData("ſY")] // upper-cases to an S outside the invariant rules
    public void What_is_no_encoding_is_refused(string text) => Assert.Null(Base32.Decode(text));

    [Fact]
    public void Bytes_of_every_length_survive_the_round_trip()
    {
        for (var length = 0; length < 64; length++)
        {
            var bytes = RandomNumberGenerator.GetBytes(length);
            Assert.Equal(bytes, Base32.Decode(Base32.Encode(bytes)));
        }
    }
}
