using Microsoft.Playwright;

namespace OAuthServer.BrowserTests;

/// <summary>What a person does at the pages of somebody else's provider.</summary>
static class ProviderSteps
{
    /// <summary>Milliseconds: expectations know nothing of the context's patience, and a provider's first page takes longer than its others.</summary>
    const float Patience = 60_000;

    /// <summary>At SimpleSAMLphp's page, once it is there; the response is posted to the service provider by the page's own script.</summary>
    internal static async Task SignInAtSimpleSamlAsync(this IPage page, string username, string password)
    {
        await Assertions.Expect(page).ToHaveTitleAsync("Enter your username and password", new() { Timeout = Patience });
        await page.Locator("#username").FillAsync(username);
        await page.Locator("#password").FillAsync(password);
        await page.Locator("#submit_button").ClickAsync();
    }

    /// <summary>At the OpenID provider's page, once it is there.</summary>
    internal static async Task SignInAtOidcProviderAsync(this IPage page, string username, string password)
    {
        await page.ExpectHeadingAsync("Sign in at the provider");
        await page.GetByLabel("Username").FillAsync(username);
        await page.GetByLabel("Password").FillAsync(password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true }).ClickAsync();
    }

    /// <summary>Goes back from the OpenID provider with access_denied.</summary>
    internal static async Task CancelAtOidcProviderAsync(this IPage page)
    {
        await page.ExpectHeadingAsync("Sign in at the provider");
        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel", Exact = true }).ClickAsync();
    }

    /// <summary>
    /// Confirms the sign-out at the OpenID provider; without a post_logout_redirect_uri the way ends at the heading "Signed out at the provider".
    /// </summary>
    internal static async Task SignOutAtOidcProviderAsync(this IPage page)
    {
        await page.ExpectHeadingAsync("Sign out at the provider");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out", Exact = true }).ClickAsync();
    }

    static Task ExpectHeadingAsync(this IPage page, string name) =>
        Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = name, Exact = true })).ToBeVisibleAsync(new() { Timeout = Patience });
}
