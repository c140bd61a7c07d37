using System.Net;
using System.Text.RegularExpressions;
using OAuthServer.Data;
using OAuthServer.Features.Shared;
using OAuthServer.Http;
using OAuthServer.Orgs;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.Pages;

[Collection(nameof(ServersCollection))]
public sealed class AssetTests(Servers servers)
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_asset_is_kept_for_a_year_at_the_address_pages_give_it()
    {
        var server = await servers.OnAsync("SQLite");
        using var client = server.From();
        var page = await client.GetStringAsync("/", Stop);
        var address = Regex.Match(page, "href=\"(?<url>/assets/site.css[^\"]+)", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Groups["url"].Value;
        using var answer = await client.GetAsync(address, Stop);
        Assert.Equal("text/css; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        Assert.Contains("immutable", answer.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        using var other = await client.GetAsync("/assets/site.css?v=other", Stop);
        Assert.Equal("no-cache", other.Headers.CacheControl!.ToString());
        using var again = new HttpRequestMessage(HttpMethod.Get, "/assets/site.css") { Headers = { { "If-None-Match", answer.Headers.ETag!.ToString() } } };
        using var unchanged = await client.SendAsync(again, Stop);
        Assert.Equal((HttpStatusCode.NotModified, 0), (unchanged.StatusCode, (await unchanged.Content.ReadAsByteArrayAsync(Stop)).Length));
    }

    [Theory]
    [InlineData("/assets/nothing.css")]
    [InlineData("/assets/..%2fserver.db")]
    [InlineData("/assets/look/00Dnobody.css")]
    [InlineData("/assets/logo/00Dnobody")]
    public async Task What_is_no_asset_is_not_there(string path) =>
        Assert.Equal(HttpStatusCode.NotFound, (await (await servers.OnAsync("SQLite")).SendAsync(new(HttpMethod.Get, path))).Status);

    [Fact]
    public void The_style_sheet_is_small() => Assert.InRange(Asset.All["site.css"].Content.Length, 1, 14 * 1024);

    [Theory]
    [MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task An_organization_has_its_colour_and_its_logo(string database)
    {
        var server = await servers.OnAsync(database);
        var org = await TestOrg.AddAsync(server);
        byte[] png = [0x89, 0x50, 0x4E, 0x47];
        await using (var db = server.Database.NewContext())
        {
            var row = (await db.Organizations.FindAsync([org.Id], Stop))!;
            (row.Color, row.LogoVersion) = ("#ffcc00", ContentVersion.Of(png));
            db.Add(new OrganizationLogo { OrgId = org.Id, Png = png });
            await db.SaveChangesAsync(Stop);
        }
        await server.NoticeAsync();
        var css = await server.SendAsync(new(HttpMethod.Get, $"/assets/look/{org.Id}.css"));
        Assert.StartsWith(":root{--accent:#ffcc00;--on-accent:#000000;", css.Text, StringComparison.Ordinal);
        using var client = server.From();
        using var logo = await client.GetAsync($"/assets/logo/{org.Id}?v={ContentVersion.Of(png)}", Stop);
        Assert.Equal(png, await logo.Content.ReadAsByteArrayAsync(Stop));
        Assert.Equal("image/png", logo.Content.Headers.ContentType!.ToString());
        Assert.Contains("sandbox", logo.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public void Any_colour_can_be_read_on_and_read()
    {
        AccentColor light = new(0xf0, 0xf2, 0xf5), dark = new(0x26, 0x2b, 0x33);
        for (var rgb = 0; rgb <= 0xffffff; rgb += 0x0d1b3)
        {
            var color = AccentColor.TryParse($"#{rgb:x6}")!;
            Assert.True(color.Contrast(color.Letters) >= AccentColor.Readable, color.ToString());
            var links = Regex.Matches(color.ToCss(), "--accent-text:(?<color>#[0-9a-f]{6})", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Select(match => AccentColor.TryParse(match.Groups["color"].Value)!).ToList();
            Assert.True(links[0].Contrast(light) >= AccentColor.Readable && links[1].Contrast(dark) >= AccentColor.Readable, color.ToCss());
        }
    }

    [Theory]
    [InlineData("#fff")]
    [InlineData("red")]
    [InlineData("#12345g")]
    [InlineData("# 12345")]
    [InlineData("#+12345")]
    [InlineData(null)]
    public void Nothing_else_is_a_colour(string? text) => Assert.Null(AccentColor.TryParse(text));
}
