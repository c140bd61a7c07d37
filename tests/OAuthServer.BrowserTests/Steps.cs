using System.Text.RegularExpressions;
using Microsoft.Playwright;
using OAuthServer.Tests.Support;

namespace OAuthServer.BrowserTests;

/// <summary>What a person does at the pages, by what is written on them.</summary>
static class Steps
{
    internal static async Task TypeNameAndPasswordAsync(this IPage page, string username, string password)
    {
        await page.GetByLabel("Username").FillAsync(username);
        await page.GetByRole(AriaRole.Button, new() { Name = "Next" }).ClickAsync();
        await page.GetByLabel("Password", new() { Exact = true }).FillAsync(password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true }).ClickAsync();
    }

    internal static async Task TypeCodeAsync(this IPage page, string label, string code, string button = "Sign in")
    {
        await page.GetByLabel(label).FillAsync(code);
        await page.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).ClickAsync();
    }

    /// <summary>Types the password again where a change asks for it: not so soon after a sign-in.</summary>
    internal static async Task GiveOwnPasswordAsync(this IPage page, string password)
    {
        if (await page.GetByLabel("Current password").CountAsync() > 0)
            await page.GetByLabel("Current password").First.FillAsync(password);
    }

    /// <summary>Photographs the QR code as a phone would, and lets zbarimg read it: the otpauth URI.</summary>
    internal static async Task<string> ReadQrCodeAsync(this IPage page)
    {
        var picture = Path.Combine(Path.GetTempPath(), $"qr-{Guid.NewGuid():N}.png");
        try
        {
            await page.Locator(".qr img").EvaluateAsync("image => image.decode()"); // a picture comes after its page
            await page.Locator(".qr").ScreenshotAsync(new() { Path = picture });
            return await Tool.RunAsync("zbarimg", "zbar-tools", "-q", "--raw", picture);
        }
        finally
        {
            File.Delete(picture);
        }
    }

    /// <summary>The code that an app shows which has read this otpauth URI.</summary>
    internal static Task<string> CodeOfAsync(string otpauth, DateTimeOffset at) => Tool.RunAsync(
        "oathtool", "oathtool", "--totp", "-b", Regex.Match(otpauth, "(?<=secret=)[A-Z2-7]+", RegexOptions.None, TimeSpan.FromSeconds(1)).Value,
        "-N", at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", null));

    /// <summary>A security key that is always at hand and knows its owner: what the device's own would be.</summary>
    internal static async Task AddAuthenticatorAsync(this IPage page)
    {
        var session = await page.Context.NewCDPSessionAsync(page);
        await session.SendAsync("WebAuthn.enable");
        await session.SendAsync("WebAuthn.addVirtualAuthenticator", new()
        {
            ["options"] = new Dictionary<string, object>
            {
                ["protocol"] = "ctap2",
                ["transport"] = "internal",
                ["hasResidentKey"] = true,
                ["hasUserVerification"] = true,
                ["isUserVerified"] = true,
                ["automaticPresenceSimulation"] = true,
            },
        });
    }
}
