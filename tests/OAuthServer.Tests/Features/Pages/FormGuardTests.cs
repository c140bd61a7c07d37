using System.Net;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.Pages;

/// <summary>Whose forms are taken. The form of the language stands for all.</summary>
[Collection(nameof(ServersCollection))]
public sealed class FormGuardTests(Servers servers)
{
    const string Here = "http://localhost:5000";
    static readonly (string, string)[] German = [("lang", "de")];

    [Theory]
    [InlineData(null, null)]
    [InlineData("same-origin", Here)]
    [InlineData("none", null)]
    public async Task A_form_of_this_server_is_taken(string? site, string? origin)
    {
        using var browser = await OpenAsync();
        Assert.Equal(HttpStatusCode.Found, (await browser.SubmitAsync("/language", German, Headers(site, origin))).Status);
    }

    [Theory]
    [InlineData("cross-site", Here)]
    [InlineData("same-site", Here)]
    [InlineData(null, "null")]
    [InlineData(null, "https://evil.example")]
    [InlineData(null, "http://localhost:5001")]
    [InlineData("same-origin", "https://localhost:5000")]
    public async Task A_form_of_another_site_is_refused_though_its_token_is_right(string? site, string? origin)
    {
        using var browser = await OpenAsync();
        (await browser.SubmitAsync("/language", German, Headers(site, origin))).IsPage(HttpStatusCode.Forbidden, "Another website sent this form");
        Assert.DoesNotContain("lang", browser.SetCookies.Keys);
    }

    [Fact]
    public async Task A_form_without_its_token_is_refused_with_what_to_do()
    {
        using var browser = await OpenAsync();
        (await browser.PostAsync("/language", German)).IsPage(HttpStatusCode.BadRequest, "open for too long");
    }

    [Fact]
    public async Task A_token_of_another_browser_is_refused()
    {
        using var mine = await OpenAsync();
        using var theirs = await OpenAsync();
        var token = Browser.TokenOf(await theirs.GetAsync("/language"));
        await mine.GetAsync("/language");
        (await mine.PostAsync("/language", [.. German, ("__RequestVerificationToken", token)])).IsPage(HttpStatusCode.BadRequest, "open for too long");
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("DELETE")]
    [InlineData("PUT")]
    public async Task A_page_does_not_answer_to_a_method_it_does_not_have(string method)
    {
        using var browser = await OpenAsync();
        var token = Browser.TokenOf(await browser.GetAsync("/"));
        var answer = await browser.SendAsync(new(new(method), "/") { Content = new FormUrlEncodedContent([new("__RequestVerificationToken", token)]) });
        Assert.Contains(answer.Status, new[] { HttpStatusCode.MethodNotAllowed, HttpStatusCode.BadRequest });
        answer.HasPageHeaders();
    }

    [Theory]
    [InlineData("lang=%00")]
    [InlineData("lang=%ZZ%C3%28")]
    public async Task A_malformed_form_is_no_mistake_of_the_server(string body)
    {
        using var browser = await OpenAsync();
        var answer = await browser.SendAsync(new(HttpMethod.Post, "/language") { Content = new StringContent(body, new System.Net.Http.Headers.MediaTypeHeaderValue("application/x-www-form-urlencoded")) });
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
    }

    [Theory]
    [InlineData("/", "/")]
    [InlineData("/nowhere?a=1", "/nowhere?a=1")]
    [InlineData("//evil.example", "/")]
    [InlineData("/\\evil.example", "/")]
    [InlineData("https://evil.example/", "/")]
    [InlineData("/\t/evil.example", "/")]
    [InlineData("javascript:alert(1)", "/")]
    [InlineData("~//evil.example", "/")]
    public async Task The_way_back_stays_on_this_server(string returnTo, string goesTo)
    {
        using var browser = await OpenAsync();
        var answer = await browser.SubmitAsync("/language", [.. German, ("returnTo", returnTo)]);
        Assert.Equal(goesTo, answer.Header("Location"));
    }

    async Task<Browser> OpenAsync() => new(await servers.OnAsync("SQLite"));

    static (string, string)[] Headers(string? site, string? origin) =>
        [.. site is null ? [] : new[] { ("Sec-Fetch-Site", site) }, .. origin is null ? [] : new[] { ("Origin", origin) }];
}
