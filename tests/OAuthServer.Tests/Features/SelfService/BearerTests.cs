using Microsoft.Extensions.Primitives;
using OAuthServer.Features.SelfService;

namespace OAuthServer.Tests.Features.SelfService;

public sealed class BearerTests
{
    [Theory]
    [InlineData("Bearer abc.DEF-1_~+/==", "abc.DEF-1_~+/==")]
    [InlineData("bearer abc", "abc")]
    [InlineData("BEARER   abc", "abc")]
    public void A_token_is_found(string header, string token) =>
        Assert.Equal(token, Assert.IsType<BearerCredentials.Token>(BearerCredentials.Parse(header)).Value);

    [Theory]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("Bearer ==")]
    [InlineData("Bearer a b")]
    [InlineData("Bearer a=b")]
    [InlineData("Bearer a,b")]
    [InlineData("Bearer ä")]
    public void What_is_no_token_is_malformed(string header) => Assert.IsType<BearerCredentials.Malformed>(BearerCredentials.Parse(header));

    [Theory]
    [InlineData("")]
    [InlineData("Basic YTpi")]
    [InlineData("Bearerabc")]
    public void Another_scheme_is_no_credentials(string header) => Assert.IsType<BearerCredentials.Missing>(BearerCredentials.Parse(header));

    [Fact]
    public void No_header_is_no_credentials() => Assert.IsType<BearerCredentials.Missing>(BearerCredentials.Parse(StringValues.Empty));

    [Fact]
    public void Two_headers_are_malformed() => Assert.IsType<BearerCredentials.Malformed>(BearerCredentials.Parse(new StringValues(["Bearer a", "Bearer b"])));

    [Fact]
    public void A_token_keeps_out_of_texts() => Assert.DoesNotContain("abc", new BearerCredentials.Token("abc").ToString(), StringComparison.Ordinal);

    [Theory]
    [InlineData("ada@mail.example", "a***@mail.example")]
    [InlineData("a@b", "a***@b")]
    [InlineData("@b", "***")]
    [InlineData("nobody", "***")]
    [InlineData("\"a@b\"@mail.example", "\"***@mail.example")]
    public void Addresses_are_masked(string address, string masked) => Assert.Equal(masked, MaskedAddress.Of(address));
}
