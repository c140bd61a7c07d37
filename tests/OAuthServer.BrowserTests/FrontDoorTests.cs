using Microsoft.Playwright;
using OAuthServer.Tests.Support;

namespace OAuthServer.BrowserTests;

/// <summary>An app opens the pages in a browser, as sf CLI does: the question reads well, one click goes on, and the address keeps no secret.</summary>
[Collection(nameof(ChromiumCollection))]
public sealed class FrontDoorTests(Chromium chromium)
{
    [Theory]
    [InlineData("phone")]
    [InlineData("dark")]
    [InlineData("without JavaScript")]
    public async Task An_app_opens_the_pages_after_one_question(string kind)
    {
        await using var scene = await Scene.NewAsync();
        await scene.Org.TrustAsync("This machine", "127.0.0.1");
        await scene.Org.TrustAsync("This machine too", "::1");
        var app = await scene.Org.AppAsync(TestOrg.SalesforceApp with { Scopes = ["web", "api"] });
        var user = await scene.UserAsync();
        await using var profile = await chromium.NewAsync(options =>
        {
            options.ViewportSize = kind == "phone" ? new() { Width = 360, Height = 740 } : new() { Width = 1280, Height = 900 };
            options.ColorScheme = kind == "dark" ? ColorScheme.Dark : ColorScheme.Light;
            options.JavaScriptEnabled = kind != "without JavaScript";
        });
        var page = await profile.NewPageAsync();
        var address = await AddressAsync(scene, app, user);
        await PageTests.LookAsync(scene, page, address, kind, "front-door");
        Assert.Equal(scene.Url + "/secur/frontdoor.jsp", page.Url);
        await page.GetByRole(AriaRole.Button, new() { Name = "Continue", Exact = true }).ClickAsync();
        await page.WaitForURLAsync(scene.Url + "/settings/apps");
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToBeVisibleAsync();
        await PageTests.LookAsync(scene, page, address, kind, "front-door-dead", status: 410);

        // Who is there already is asked nothing.
        await page.GotoAsync(await AddressAsync(scene, app, user));
        Assert.Equal(scene.Url + "/settings/apps", page.Url);
    }

    static async Task<string> AddressAsync(Scene scene, TestApp app, TestUser user)
    {
        var login = await user.LoginAsync(app, TestServer.Outside);
        login.IsAllowed();
        var answer = await scene.Server.PostAsync(TestServer.Outside, "/services/oauth2/singleaccess", ("access_token", login["access_token"]), ("redirect_uri", "/settings/apps"));
        answer.IsAllowed();
        return answer["frontdoor_uri"]!;
    }
}
