using Microsoft.Playwright;

namespace OAuthServer.BrowserTests;

/// <summary>Every page of the setup, with something on it, on a phone, in the dark, without JavaScript and on a desk, by the rules of accessibility that a program can check.</summary>
[Collection(nameof(ChromiumCollection))]
public sealed class SetupPageTests(Chromium chromium)
{
    static readonly string[] Paths =
    [
        "/setup", "/setup/find?q=o", "/setup/find", "/setup/sign-ins", "/setup/sign-ins?decision=challenge", "/setup/sign-ins/token-users", "/setup/integrations", "/setup/integrations/brown-outs",
        "/setup/apps", "/setup/apps/app?id=acme-nightly", "/setup/people", "/setup/people/new", "/setup/people/import", "/setup/policies", "/setup/policies/profile?name=Standard", "/setup/policies/compare?profile=Standard&from=1",
        "/setup/policies/what-if", "/setup/policies/tests", "/setup/policies/organization", "/setup/policies/replay", "/setup/policies/replay?profile=Standard", "/setup/networks",
        "/setup/single-sign-on", "/setup/system", "/setup/system/keys", "/setup/system/audit", "/setup/system/outbox", "/setup/system/branding",
    ];

    [Theory]
    [InlineData("phone")]
    [InlineData("desk")]
    [InlineData("dark")]
    [InlineData("without JavaScript")]
    public async Task Every_setup_page_reads_well(string kind)
    {
        await using var site = await SetupSite.NewAsync();
        var olivia = site.User("olivia");
        var refused = await site.JobAsync(olivia.Password!);
        (await site.JobAsync(olivia.Password + site.MailedToken())).IsAllowed();
        await site.CountAsync();
        await using var profile = await chromium.NewAsync(options =>
        {
            options.ViewportSize = kind == "phone" ? new() { Width = 360, Height = 740 } : new() { Width = 1280, Height = 900 };
            options.ColorScheme = kind == "dark" ? ColorScheme.Dark : ColorScheme.Light;
            options.JavaScriptEnabled = kind != "without JavaScript";
        });
        var page = await profile.NewPageAsync();
        await site.SignInFirstAsync(page, "/setup");
        foreach (var path in Paths)
            await LookAsync(path);
        await LookAsync("/setup/sign-ins/" + refused.Reference);
        var user = Uri.EscapeDataString(olivia.Username);
        await LookAsync("/setup/people/user?name=" + user);
        await LookAsync($"/setup/people/confirm?name={user}&step=freeze");
        await LookAsync("/setup/people/hand-over?name=" + user);
        await page.GotoAsync(site.Url + "/setup/integrations");
        await LookAsync(await page.Locator("main a[href*='/setup/integrations/']:not([href*='brown'])").First.GetAttributeAsync("href") ?? "");
        await page.GotoAsync(site.Url + "/setup/system/audit");
        await LookAsync(await page.Locator("main a[href*='/setup/system/audit/']").First.GetAttributeAsync("href") ?? "");

        // What works by itself: a replay with one of its lines, an import that waits to be told to go on, and the list of both.
        await page.GotoAsync(site.Url + "/setup/policies/replay?profile=Standard");
        var settings = page.Locator("#settings");
        await settings.FillAsync(SetupSite.Json(await settings.InputValueAsync(), "securityToken.offTrustedNetworks", false));
        await page.GetByRole(AriaRole.Button, new() { Name = "Save the draft and replay it" }).ClickAsync();
        await LookAsync(await WhenThereIsAsync(page.Locator(".tiles a", new() { HasText = "Newly allowed" })));
        await LookAsync(await WhenThereIsAsync(page.GetByRole(AriaRole.Link, new() { Name = refused.Reference! })));
        await page.GotoAsync(site.Url + "/setup/people/import");
        await page.Locator("input[type=file]").SetInputFilesAsync(
            new FilePayload { Name = "people.csv", MimeType = "text/csv", Buffer = "username,email,profile\nnew@acme.example,new@acme.example,Standard\nbroken,,Nowhere\n"u8.ToArray() });
        await page.GetByRole(AriaRole.Button, new() { Name = "Look at what it would do" }).ClickAsync();
        await WhenThereIsAsync(page.GetByText("Nowhere"));
        await LookAsync(page.Url[site.Url.Length..]);
        await LookAsync("/setup/jobs");

        // A page that waits for a job looks again by itself; without JavaScript the person does.
        async Task<string> WhenThereIsAsync(ILocator found)
        {
            for (var tries = 0; tries < 120 && await found.CountAsync() == 0; tries++)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(500), TestContext.Current.CancellationToken);
                await page.ReloadAsync();
            }
            return (await found.First.GetAttributeAsync("href") ?? "").Split('#')[0];
        }

        async Task LookAsync(string path)
        {
            var answer = await page.GotoAsync(site.Url + path);
            Assert.True(answer!.Status == 200, $"{path}: {answer.Status}\n{string.Join('\n', site.Server.Log.Lines.TakeLast(5))}");
            if (Environment.GetEnvironmentVariable("SCREENSHOTS") is { Length: > 0 } folder)
                await page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{string.Concat(path.Trim('/').Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-'))}-{kind.Replace(' ', '-')}.png"), FullPage = true });
            await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToBeVisibleAsync();
            if (kind == "without JavaScript")
                return;
            Assert.True(await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0, $"{path} is wider than the window ({kind}).");
            await Axe.CheckAsync(page);
        }
    }
}
