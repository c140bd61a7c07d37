using System.Text.Json;
using Microsoft.Playwright;
using OAuthServer.Tests.Support;

namespace OAuthServer.BrowserTests;

/// <summary>axe-core, unmodified: the rules of WCAG that a program can check.</summary>
static class Axe
{
    /// <summary>Fails on every violation of the impact serious or critical.</summary>
    internal static async Task CheckAsync(IPage page)
    {
        var folder = await NodePackages.InstalledAsync("");
        // Evaluated by the debugger and not added to the page, whose policy rightly refuses it.
        await page.EvaluateAsync(await File.ReadAllTextAsync(Path.Combine(folder, "node_modules", "axe-core", "axe.min.js")));
        var result = await page.EvaluateAsync<JsonElement>("() => axe.run(document, { resultTypes: ['violations'] })");
        var serious = result.GetProperty("violations").EnumerateArray()
            .Where(violation => violation.GetProperty("impact").GetString() is "serious" or "critical")
            .Select(violation => $"{violation.GetProperty("id")}: {violation.GetProperty("help")}\n  "
                + string.Join("\n  ", violation.GetProperty("nodes").EnumerateArray().Select(node => node.GetProperty("html").GetString())))
            .ToList();
        Assert.True(serious.Count == 0, $"{page.Url}\n{string.Join('\n', serious)}");
    }
}
