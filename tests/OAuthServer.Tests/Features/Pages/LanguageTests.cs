using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.Pages;

[Collection(nameof(ServersCollection))]
public sealed class LanguageTests(Servers servers)
{
    [Theory]
    [InlineData("/", null, "en")]
    [InlineData("/", "de", "de")]
    [InlineData("/", "de-AT,en;q=0.5", "de")]
    [InlineData("/", "fr,de;q=0.2,en;q=0.4", "en")]
    [InlineData("/", "de;q=0,en;q=0.1", "en")]
    [InlineData("/", "%%%,;;;", "en")]
    [InlineData("/?ui_locales=fr-CA%20de%20en", "en", "de")]
    [InlineData("/?ui_locales=xx", "de", "de")]
    public async Task The_language_is_the_first_that_is_asked_for_and_there(string path, string? accepted, string expected)
    {
        using var browser = new Browser(await servers.OnAsync("SQLite"));
        var page = await browser.GetAsync(path, accepted is null ? [] : [("Accept-Language", accepted)]);
        Assert.Contains($"<html lang=\"{expected}\">", page.Text, StringComparison.Ordinal);
        Assert.Contains(expected == "de" ? "Meine Einstellungen" : "My settings", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_choice_is_kept_over_the_browsers_language_but_an_apps_wish_is_heard()
    {
        using var browser = new Browser(await servers.OnAsync("SQLite"));
        await browser.SubmitAsync("/language", [("lang", "de")]);
        Assert.Contains("lang=\"de\"", (await browser.GetAsync("/", ("Accept-Language", "en"))).Text, StringComparison.Ordinal);
        Assert.Contains("<html lang=\"en\"", (await browser.GetAsync("/?ui_locales=en", ("Accept-Language", "de"))).Text, StringComparison.Ordinal);
        Assert.Contains("httponly", browser.SetCookies["lang"], StringComparison.Ordinal);
    }
}
