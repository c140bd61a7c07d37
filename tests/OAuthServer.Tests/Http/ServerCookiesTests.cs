using Microsoft.AspNetCore.Http;
using OAuthServer.Http;

namespace OAuthServer.Tests.Http;

public sealed class ServerCookiesTests
{
    [Theory]
    [InlineData("http://localhost:5000", "session=x; path=/; samesite=lax; httponly")]
    [InlineData("http://localhost:5000/sso", "session=x; path=/sso; samesite=lax; httponly")]
    [InlineData("https://login.example", "__Host-session=x; path=/; secure; samesite=lax; httponly")]
    [InlineData("https://login.example/sso", "__Secure-session=x; path=/sso; secure; samesite=lax; httponly")]
    public void A_cookie_is_as_closed_as_its_public_url_allows(string publicUrl, string expected)
    {
        var context = new DefaultHttpContext();
        new ServerCookies(new(publicUrl)).Set(context.Response, "session", "x");
        Assert.Equal(expected, context.Response.Headers.SetCookie.ToString());
    }

    [Fact]
    public void What_was_set_is_read_and_taken_back_under_the_same_name()
    {
        var cookies = new ServerCookies(new("https://login.example"));
        var context = new DefaultHttpContext();
        context.Request.Headers.Cookie = "session=planted; __Host-session=mine";
        Assert.Equal("mine", cookies.Read(context.Request, "session"));
        cookies.Delete(context.Response, "session");
        Assert.Contains("__Host-session=; expires=Thu, 01 Jan 1970 00:00:00 GMT; path=/; secure", context.Response.Headers.SetCookie.ToString(), StringComparison.Ordinal);
    }
}
