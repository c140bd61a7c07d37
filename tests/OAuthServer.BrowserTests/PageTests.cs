using Microsoft.Playwright;

namespace OAuthServer.BrowserTests;

/// <summary>Every page, on a phone, in the dark, without JavaScript, and by the rules of accessibility that a program can check.</summary>
[Collection(nameof(ChromiumCollection))]
public sealed class PageTests(Chromium chromium)
{
    static readonly string[] Strangers = ["/", "/login", "/forgot-password", "/nowhere"];

    static readonly string[] Owns =
    [
        "/settings", "/settings/password", "/settings/security-token", "/settings/authenticator", "/settings/passkeys", "/settings/sessions", "/settings/apps",
        "/settings/sign-ins", "/setup/connect", "/logout",
    ];

    [Theory]
    [InlineData("phone")]
    [InlineData("dark")]
    [InlineData("without JavaScript")]
    public async Task Every_page_reads_well(string kind)
    {
        await using var scene = await Scene.NewAsync();
        await using var callback = await Callback.StartAsync();
        var user = await scene.UserAsync();
        await user.EnrolAsync();
        var app = await scene.AppAsync(callback.Uri);
        await using var profile = await chromium.NewAsync(options =>
        {
            options.ViewportSize = kind == "phone" ? new() { Width = 360, Height = 740 } : new() { Width = 1280, Height = 900 };
            options.ColorScheme = kind == "dark" ? ColorScheme.Dark : ColorScheme.Light;
            options.JavaScriptEnabled = kind != "without JavaScript";
        });
        var page = await profile.NewPageAsync();
        foreach (var path in Strangers)
            await LookAsync(scene, page, scene.Url + path, kind);

        // The steps of a sign-in, up to the consent.
        await page.GotoAsync(scene.AuthorizeUrl(app, callback.Uri));
        await LookAsync(scene, page, null, kind, "authorize");
        await page.GetByLabel("Username").FillAsync(user.Username);
        await page.GetByRole(AriaRole.Button, new() { Name = "Next" }).ClickAsync();
        await LookAsync(scene, page, null, kind, "password");
        await page.GetByLabel("Password", new() { Exact = true }).FillAsync("wrong");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true }).ClickAsync();
        await LookAsync(scene, page, null, kind, "password-wrong");
        await page.GetByLabel("Password", new() { Exact = true }).FillAsync(user.Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true }).ClickAsync();
        await LookAsync(scene, page, null, kind, "code");
        await page.GetByRole(AriaRole.Link, new() { Name = "Use a recovery code" }).ClickAsync();
        await LookAsync(scene, page, null, kind, "recovery-code");
        await page.GetByRole(AriaRole.Link, new() { Name = "Use the authenticator app" }).ClickAsync();
        await page.TypeCodeAsync("Six-digit code", user.Code());
        await LookAsync(scene, page, null, kind, "consent");
        await page.GetByRole(AriaRole.Button, new() { Name = "Allow", Exact = true }).ClickAsync();
        await page.WaitForURLAsync(url => url.StartsWith(callback.Uri, StringComparison.Ordinal));

        foreach (var path in Owns)
            await LookAsync(scene, page, scene.Url + path, kind);
        await page.GotoAsync(scene.Url + "/settings/sign-ins");
        var explanation = await page.Locator("main a[href*='/settings/sign-ins/']").First.GetAttributeAsync("href");
        await LookAsync(scene, page, scene.Url + explanation, kind, "explanation");
        await LookAsync(scene, page, scene.Url + explanation + "/not-me", kind, "not-me");
    }

    /// <summary>Looks at a page. With <c>SCREENSHOTS</c> naming a folder, people can look too.</summary>
    internal static async Task LookAsync(Scene scene, IPage page, string? url, string kind, string? name = null, int status = 200)
    {
        if (url is not null)
        {
            var answer = await page.GotoAsync(url);
            Assert.True(answer!.Status == (url.EndsWith("/nowhere", StringComparison.Ordinal) ? 404 : status), $"{url}: {answer.Status}\n{string.Join('\n', scene.Server.Log.Lines.TakeLast(5))}");
        }
        if (Environment.GetEnvironmentVariable("SCREENSHOTS") is { Length: > 0 } folder)
        {
            var file = $"{name ?? new Uri(page.Url).AbsolutePath.Trim('/').Replace('/', '-')}-{kind.Replace(' ', '-')}.png";
            await page.ScreenshotAsync(new() { Path = Path.Combine(folder, file), FullPage = true });
        }
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToBeVisibleAsync();
        if (kind == "without JavaScript")
            return;
        Assert.True(await page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= window.innerWidth"), $"{page.Url} is wider than the window");
        await Axe.CheckAsync(page);
    }
}
