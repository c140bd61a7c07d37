using System.ComponentModel;
using System.Diagnostics;
using Microsoft.Playwright;

namespace OAuthServer.BrowserTests;

/// <summary>Debian's Chromium, started once; each test has a profile of its own. Where it is not installed the test is skipped and says so.</summary>
public sealed class Chromium : IAsyncLifetime
{
    IPlaywright? playwright;
    IBrowser? browser;

    public async ValueTask InitializeAsync()
    {
        if (Executable() is not { } path)
            return;
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = path,
            Args = ["--no-sandbox"], // its sandbox does not start as root, which tests in containers are
        });
    }

    /// <summary>A profile without cookies.</summary>
    /// <param name="change">Size, colours, JavaScript.</param>
    public async Task<IBrowserContext> NewAsync(Action<BrowserNewContextOptions>? change = null)
    {
        Assert.SkipWhen(browser is null, "chromium is not installed (Debian package chromium).");
        var options = new BrowserNewContextOptions { Locale = "en-GB" };
        change?.Invoke(options);
        var context = await browser!.NewContextAsync(options);
        context.SetDefaultTimeout(15_000);
        return context;
    }

    static string? Executable()
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("which", "chromium") { RedirectStandardOutput = true, UseShellExecute = false })!;
            var path = process.StandardOutput.ReadToEnd().Trim();
            process.WaitForExit();
            return path.Length > 0 ? path : null;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (browser is not null)
            await browser.DisposeAsync();
        playwright?.Dispose();
    }
}

[CollectionDefinition(nameof(ChromiumCollection))]
public sealed class ChromiumCollection : ICollectionFixture<Chromium>;
