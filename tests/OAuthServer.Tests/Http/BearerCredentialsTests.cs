using Microsoft.Extensions.Primitives;
using OAuthServer.Http;

namespace OAuthServer.Tests.Http;

public sealed class BearerCredentialsTests
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
    public void A_token_keeps_out_of_texts()
    {
        Assert.DoesNotContain("abc", new BearerCredentials.Token("abc").ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("abc", new BearerCredentials.Malformed("abc def").ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("OAuth abc")]
    [InlineData("oauth abc")]
    public void The_other_scheme_is_taken_only_where_asked_for(string header)
    {
        Assert.IsType<BearerCredentials.Missing>(BearerCredentials.Parse(header));
        Assert.Equal("abc", Assert.IsType<BearerCredentials.Token>(BearerCredentials.Parse(header, orOAuth: true)).Value);
    }

    [Theory]
    [InlineData("Bearer abc", "abc")]
    [InlineData("Bearer a b", "a b")]
    [InlineData("OAuth ä", "ä")]
    [InlineData("Bearer", null)]
    [InlineData("Bearer ", null)]
    [InlineData("Basic YTpi", null)]
    [InlineData("", null)]
    public void What_was_presented_is_there_well_formed_or_not(string header, string? presented) =>
        Assert.Equal(presented, BearerCredentials.Parse(header, orOAuth: true).Presented);

    [Fact]
    public void Of_two_headers_none_is_presented() => Assert.Null(BearerCredentials.Parse(new StringValues(["Bearer a", "Bearer b"]), orOAuth: true).Presented);
}
