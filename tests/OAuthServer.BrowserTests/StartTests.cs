using OAuthServer.Tests.Support;

namespace OAuthServer.BrowserTests;

[Collection(nameof(ChromiumCollection))]
public sealed class StartTests(Chromium chromium)
{
    [Fact]
    public async Task A_browser_reads_the_discovery_document()
    {
        await using var scene = await Scene.NewAsync();
        await using var profile = await chromium.NewAsync();
        var page = await profile.NewPageAsync();
        var answer = await page.GotoAsync(scene.Url + "/.well-known/openid-configuration");
        Assert.Equal(200, answer!.Status);
    }
}
