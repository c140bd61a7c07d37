using OAuthServer.Http;

namespace OAuthServer.Tests.Http;

/// <summary>Return parameters lead nowhere else (ASVS 5.0 section 3.7.2).</summary>
public sealed class LocalPathTests
{
    [Theory]
    [InlineData("/")]
    [InlineData("/settings")]
    [InlineData("/settings/sessions?page=2#top")]
    [InlineData("/services/oauth2/authorize?client_id=a&request_uri=urn:ietf:params:oauth:request_uri:x")]
    [InlineData("/a/b?to=//evil.test")]
    public void Paths_of_this_server_are_taken(string text) => Assert.Equal(text, LocalPath.Of(text));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" /settings")]
    [InlineData("settings")]
    [InlineData("//evil.test")]
    [InlineData("/\u00fc")]
    [InlineData("/a b")]
    [InlineData("///evil.test")]
    [InlineData("/\\evil.test")]
    [InlineData("\\/evil.test")]
    [InlineData("\\\\evil.test")]
    [InlineData("/a\\b")]
    [InlineData("/\t/evil.test")]
    [InlineData("/\n/evil.test")]
    [InlineData("/\r\nLocation: http://evil.test")]
    [InlineData("/%2fevil.test")]
    [InlineData("/%2F%2Fevil.test")]
    [InlineData("/%5cevil.test")]
    [InlineData("/%09/evil.test")]
    [InlineData("%2f%2fevil.test")]
    [InlineData("http://evil.test")]
    [InlineData("https:evil.test")]
    [InlineData("http://localhost:5000@evil.test/")]
    [InlineData("@evil.test")]
    [InlineData("javascript:alert(1)")]
    [InlineData("JaVaScRiPt:alert(1)")]
    [InlineData("data:text/html,x")]
    [InlineData("~/settings")]
    public void Everything_else_is_refused(string? text) => Assert.Null(LocalPath.Of(text));

    [Fact]
    public void What_is_longer_than_any_path_of_ours_is_refused() => Assert.Null(LocalPath.Of("/" + new string('a', LocalPath.MostCharacters)));
}
