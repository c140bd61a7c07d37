using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.Pages;

/// <summary>What holds for every page there is and will be: they are found where the server finds them.</summary>
[Collection(nameof(ServersCollection))]
public sealed partial class EveryPageTests(Servers servers)
{
    [Fact]
    public async Task Every_page_has_the_security_headers_and_no_script_or_style_in_it()
    {
        var server = await servers.OnAsync("SQLite");
        using var browser = new Browser(server);
        var paths = Paths(server).ToList();
        Assert.Contains("/", paths);
        foreach (var path in paths)
        {
            var page = await browser.GetAsync(path);
            Assert.True((int)page.Status < 500, $"{path}: {page.Status}");
            page.HasPageHeaders();
            Assert.Empty(Inline().Matches(page.Text).Select(match => $"{path}: {match.Value}"));
        }
    }

    [Fact]
    public async Task Every_page_says_its_language_and_has_one_heading_and_a_label_for_every_field()
    {
        var server = await servers.OnAsync("SQLite");
        using var browser = new Browser(server);
        foreach (var path in Paths(server))
        {
            var page = await browser.GetAsync(path, ("Accept-Language", "de"));
            if (page.Status != HttpStatusCode.OK)
                continue;
            Assert.Contains("<html lang=\"de\">", page.Text, StringComparison.Ordinal);
            Assert.True(Heading().Count(page.Text) == 1, $"{path} has not one h1.");
            Assert.All(FieldIds().Matches(page.Text), field => Assert.Contains($"<label for=\"{field.Groups["id"].Value}\"", page.Text, StringComparison.Ordinal));
        }
    }

    static IEnumerable<string> Paths(TestServer server) => server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        .Where(endpoint => endpoint.Metadata.GetMetadata<PageActionDescriptor>() is not null && endpoint.RoutePattern.Parameters.Count == 0)
        .Select(endpoint => "/" + endpoint.RoutePattern.RawText!.Trim('/')).Distinct(StringComparer.Ordinal);

    [GeneratedRegex("""<script(?![^>]*\ssrc=)[^>]*>|<style|<[^>]+\s(style|on\w+)\s*=[^>]*>|(href|src|action)="javascript:""", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Inline();

    [GeneratedRegex("<h1[ >]", RegexOptions.None, 5000)]
    private static partial Regex Heading();

    [GeneratedRegex("""<input(?![^>]*type="(hidden|checkbox|radio)")[^>]*\sid="(?<id>[^"]+)""", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex FieldIds();
}
