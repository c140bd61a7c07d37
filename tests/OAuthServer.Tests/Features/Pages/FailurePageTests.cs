using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Features.Shared;
using OAuthServer.Hosting;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.Pages;

[Collection(nameof(ServersCollection))]
public sealed class FailurePageTests(Servers servers)
{
    [Fact]
    public async Task A_browser_at_an_address_where_nothing_is_sees_a_page()
    {
        using var browser = new Browser(await servers.OnAsync("SQLite"));
        (await browser.GetAsync("/nowhere")).IsPage(HttpStatusCode.NotFound, "There is nothing at this address.");
        (await browser.GetAsync("/nowhere", ("Accept-Language", "de"))).IsPage(HttpStatusCode.NotFound, "gibt es nichts");
    }

    [Fact]
    public async Task A_program_at_an_address_where_nothing_is_gets_no_page()
    {
        var answer = await (await servers.OnAsync("SQLite")).SendAsync(new(HttpMethod.Get, "/nowhere"));
        Assert.Equal((HttpStatusCode.NotFound, ""), (answer.Status, answer.Text));
    }

    [Fact]
    public async Task A_mistake_behind_a_page_is_told_with_a_reference_that_is_in_the_log()
    {
        var server = await servers.OnAsync("SQLite");
        var (status, type, text) = await FailAsync(server, new InvalidOperationException("secret inside"), isPage: true);
        Assert.Equal((500, "text/html; charset=utf-8"), (status, type));
        Assert.DoesNotContain("secret inside", text, StringComparison.Ordinal);
        var reference = text.Split("<code class=\"reference\">")[1].Split('<')[0];
        Assert.Contains(server.Log.Lines, line => line.Contains(reference, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_database_that_is_away_is_told_on_a_page_without_a_form()
    {
        var (status, _, text) = await FailAsync(await servers.OnAsync("SQLite"), new TimeoutException(), isPage: true);
        Assert.Equal(503, status);
        Assert.Contains("cannot answer at the moment", text, StringComparison.Ordinal);
        Assert.DoesNotContain("<form", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mistake_behind_another_door_is_told_in_json_as_before()
    {
        var (status, type, text) = await FailAsync(await servers.OnAsync("SQLite"), new InvalidOperationException(), isPage: false);
        Assert.Equal((500, "application/json;charset=UTF-8"), (status, type));
        Assert.Contains("server_error", text, StringComparison.Ordinal);
    }

    static async Task<(int Status, string? Type, string Text)> FailAsync(TestServer server, Exception problem, bool isPage)
    {
        await using var scope = server.Services.CreateAsyncScope();
        using var body = new MemoryStream();
        var context = new DefaultHttpContext { RequestServices = scope.ServiceProvider };
        context.Response.Body = body;
        context.Request.Method = "GET";
        context.SetEndpoint(new(null, new(isPage ? [AnswersWithPages.Mark] : []), "a door that fails"));
        await Failures.Guard(context, _ => throw problem);
        return (context.Response.StatusCode, context.Response.ContentType, System.Text.Encoding.UTF8.GetString(body.ToArray()));
    }
}
