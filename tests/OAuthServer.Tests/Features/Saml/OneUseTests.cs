using System.Net;
using OAuthServer.Federation;
using OAuthServer.Tests.Federation.Saml;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.Saml;

/// <summary>Each answer signs in once, whoever brings it how often; and who starts at the provider comes in only where that was allowed.</summary>
[Collection(nameof(SamlServersCollection))]
public sealed class OneUseTests(SamlServers servers)
{
    [Theory]
    [InlineData("SQLite", true)]
    [InlineData("SQLite", false)]
    [InlineData("PostgreSQL", true)]
    [InlineData("PostgreSQL", false)]
    public async Task Of_twenty_posts_of_one_answer_at_once_exactly_one_signs_in(string database, bool isAsked)
    {
        var saml = await SignedSaml.NewAsync(await servers.OnAsync(database), settings => settings with { IdpInitiated = !isAsked });
        await saml.LinkedUserAsync();
        var handle = isAsked ? await saml.LeaveAsync() : null;
        var answer = saml.Signed(handle);
        var pages = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ =>
        {
            var browser = new TestBrowser(saml.Server, TestServer.Office);
            foreach (var (name, value) in saml.Browser.Cookies)
                browser.Cookies[name] = value;
            return saml.PostAsync(answer, handle, browser);
        }));
        SignedSaml.IsIn(Assert.Single(pages, page => page.Status == HttpStatusCode.Found));
        foreach (var page in pages.Where(page => page.Status != HttpStatusCode.Found))
            await saml.IsRefusedAsync(page, isAsked ? AssertionFlaw.NotAsked : AssertionFlaw.Replayed);
    }

    [Fact]
    public async Task A_whole_post_that_is_sent_again_is_refused_also_after_a_restart()
    {
        await using var server = await TestServer.StartAsync(now: SamlScene.Now);
        var saml = await SignedSaml.NewAsync(server, settings => settings with { IdpInitiated = true });
        await saml.LinkedUserAsync();
        var handle = await saml.LeaveAsync();
        var (asked, unasked) = (saml.Signed(handle), saml.Signed(null));
        SignedSaml.IsIn(await saml.PostAsync(asked, handle));
        SignedSaml.IsIn(await saml.PostAsync(unasked, null));
        for (var isAgain = false; ; isAgain = true)
        {
            saml.Browser.Cookies.Remove("session");
            await saml.IsRefusedAsync(await saml.PostAsync(asked, handle), AssertionFlaw.NotAsked);
            await saml.IsRefusedAsync(await saml.PostAsync(unasked, null), AssertionFlaw.Replayed);
            if (isAgain)
                break;
            await server.RestartAsync();
        }
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example")]
    [InlineData("/settings/password")]
    [InlineData("javascript:alert(1)")]
    public async Task Who_starts_at_the_provider_comes_to_the_settings_whatever_the_relay_state_says(string relayState)
    {
        var saml = await SignedSaml.NewAsync(await servers.OnAsync("SQLite"), settings => settings with { IdpInitiated = true });
        await saml.LinkedUserAsync();
        SignedSaml.IsIn(await saml.PostAsync(saml.Signed(null), relayState));
    }

    [Fact]
    public async Task The_relay_state_of_an_answer_that_was_asked_for_leads_nowhere_either()
    {
        var saml = await SignedSaml.NewAsync(await servers.OnAsync("SQLite"));
        await saml.LinkedUserAsync();
        var handle = await saml.LeaveAsync();
        SignedSaml.IsIn(await saml.PostAsync(saml.Signed(handle), "https://evil.example/"));
    }

    [Fact]
    public async Task A_form_that_another_site_posts_is_posted_again_and_then_has_our_cookies()
    {
        var saml = await SignedSaml.NewAsync(await servers.OnAsync("SQLite"));
        await saml.LinkedUserAsync();
        var handle = await saml.LeaveAsync();
        (string, string?)[] form = [("SAMLResponse", SamlScene.Base64(saml.Signed(handle))), ("RelayState", handle)];
        var without = new TestBrowser(saml.Server, TestServer.Office);
        var page = await saml.SendAsync(without, "/acs", "cross-site", form);
        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.Contains($"action=\"{saml.Provider.Path}/acs\"", page.Html, StringComparison.Ordinal);
        foreach (var name in new[] { "SAMLResponse", "RelayState", "again" })
            Assert.Contains($"<input type=\"hidden\" name=\"{name}\"", page.Html, StringComparison.Ordinal);
        Assert.Empty(without.Cookies);
        // It is posted again once, and not for ever.
        await saml.IsRefusedAsync(await saml.SendAsync(without, "/acs", "same-origin", [.. form, ("again", "1")]), AssertionFlaw.NotAsked, without);
        await saml.IsRefusedAsync(await saml.SendAsync(without, "/acs", "cross-site", [.. form, ("again", "1")]), AssertionFlaw.NotAsked, without);
        SignedSaml.IsIn(await saml.SendAsync(saml.Browser, "/acs", "same-origin", [.. form, ("again", "1")]));
    }

    [Fact]
    public async Task The_page_that_posts_again_gives_nothing_but_what_it_got_as_text()
    {
        var saml = await SignedSaml.NewAsync(await servers.OnAsync("SQLite"));
        var page = await saml.SendAsync(new(saml.Server), "/acs", "cross-site", ("SAMLResponse", "\"><script>alert(1)</script>"), ("RelayState", "\"><b>"), ("other", "field"));
        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.DoesNotContain("<script>alert", page.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>", page.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("name=\"other\"", page.Html, StringComparison.Ordinal);
    }
}
