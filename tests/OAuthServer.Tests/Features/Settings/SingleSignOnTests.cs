using System.Net;
using OAuthServer.Data;
using OAuthServer.Federation;
using OAuthServer.Orgs;
using OAuthServer.Policy;
using OAuthServer.Tests.Features.SignIn;
using OAuthServer.Tests.Features.Sso;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.Settings;

/// <summary>Identities that open the own account: linked, unlinked, and what is no longer on offer where SSO is required.</summary>
[Collection(nameof(ScriptedServersCollection))]
public sealed class SingleSignOnTests(ScriptedServers servers)
{
    const string Path = "/settings/single-sign-on";
    readonly TestServer server = servers.Server;

    [Fact]
    public async Task A_link_takes_a_new_sign_in_at_the_provider_and_is_told_by_mail()
    {
        var (scene, user, browser) = await SignedInAsync();
        var page = await browser.GetAsync(Path);
        Assert.Contains("Acme Login", page.Html, StringComparison.Ordinal);
        Assert.Contains("Not linked", page.Html, StringComparison.Ordinal);
        var sent = await browser.PostAsync(page, Path + "/link", ("provider", scene.Provider.Id));
        Assert.StartsWith(ScriptedProvider.Address, sent.Location, StringComparison.Ordinal);
        Assert.Equal("True", sent.Parameter("new"));
        page = await browser.FollowAsync(await SsoScene.AnswerAsync(browser, sent, "ada-there"));
        Assert.Contains("Linked. You can sign in through it from now on", page.Html, StringComparison.Ordinal);
        Assert.Contains("<code>ada-there</code>", page.Html, StringComparison.Ordinal);
        Assert.Equal("ada-there", Assert.Single(await scene.IdentitiesAsync(user)).Subject);
        Assert.Contains("was linked to an identity at \"Acme Login\"", (await server.MailsAsync(user))[^1].ReplaceLineEndings(" "), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_old_sign_in_is_asked_for_the_password_first()
    {
        var (scene, user, browser) = await SignedInAsync();
        var id = await scene.LinkAsync(user, "s-3", await scene.AddProviderAsync("Another"));
        server.Clock.Advance(TimeSpan.FromMinutes(11));
        foreach (var (to, field) in new[] { ("/link", ("provider", scene.Provider.Id)), ("/unlink", ("identity", id.ToString(System.Globalization.CultureInfo.InvariantCulture))) })
        {
            var page = await browser.PostAsync(await browser.GetAsync(Path), Path + to, field);
            Assert.Contains("Type your current password.", page.Html, StringComparison.Ordinal);
            page = await browser.PostAsync(page, Path + to, field, ("CurrentPassword", "wrong"));
            Assert.Contains("This is not your current password.", page.Html, StringComparison.Ordinal);
        }
        Assert.Single(await scene.IdentitiesAsync(user));
        var sent = await browser.PostAsync(await browser.GetAsync(Path), Path + "/link", ("provider", scene.Provider.Id), ("CurrentPassword", user.Password));
        Assert.StartsWith(ScriptedProvider.Address, sent.Location, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/link")]
    [InlineData("/unlink")]
    public async Task Another_site_links_and_unlinks_nobody(string what)
    {
        var (scene, user, browser) = await SignedInAsync();
        var id = await scene.LinkAsync(user, "s-4");
        var answer = await browser.PostAsync((await browser.GetAsync(Path)) with { Html = "" }, Path + what, ("provider", scene.Provider.Id), ("identity", $"{id}"));
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Single(await scene.IdentitiesAsync(user));
    }

    [Fact]
    public async Task Another_organizations_provider_and_another_persons_identity_are_not_there()
    {
        var (scene, user, browser) = await SignedInAsync();
        var (others, other, _) = await SignedInAsync();
        var id = await others.LinkAsync(other, "s-5");
        var page = await browser.GetAsync(Path);
        Assert.DoesNotContain(others.Provider.Id, page.Html, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await browser.PostAsync(page, Path + "/link", ("provider", others.Provider.Id))).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await browser.PostAsync(page, Path + "/unlink", ("identity", $"{id}"))).Status);
        Assert.Single(await others.IdentitiesAsync(other));
        Assert.Empty(await scene.IdentitiesAsync(user));
    }

    [Fact]
    public async Task An_identity_that_opens_another_account_is_not_linked()
    {
        var (scene, user, browser) = await SignedInAsync();
        await scene.LinkAsync(await scene.UserAsync(), "taken");
        var sent = await browser.PostAsync(await browser.GetAsync(Path), Path + "/link", ("provider", scene.Provider.Id));
        var page = await browser.FollowAsync(await SsoScene.AnswerAsync(browser, sent, "taken"));
        Assert.Contains("belongs to another account", page.Html, StringComparison.Ordinal);
        sent = await browser.PostAsync(page, Path + "/link", ("provider", scene.Provider.Id));
        page = await browser.FollowAsync(await SsoScene.AnswerAsync(browser, sent, "mine", AssertionFlaw.Expired));
        Assert.Contains("its answer could not be accepted", page.Html, StringComparison.Ordinal);
        Assert.Empty(await scene.IdentitiesAsync(user));
    }

    [Theory]
    [InlineData("linked")]
    [InlineData("<script>")]
    public async Task An_address_puts_no_words_into_the_servers_mouth(string outcome)
    {
        var (_, _, browser) = await SignedInAsync();
        var page = await browser.GetAsync($"{Path}?outcome={Uri.EscapeDataString(outcome)}");
        Assert.DoesNotContain("class=\"notice success\"", page.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>", page.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_provider_that_cannot_be_reached_is_said_where_the_person_is()
    {
        var (_, _, browser) = await SignedInAsync(clientId: ScriptedProvider.Down);
        var page = await browser.GetAsync(Path);
        var provider = page.Html.Split("name=\"provider\" value=\"")[1].Split('"')[0];
        page = await browser.PostAsync(page, Path + "/link", ("provider", provider));
        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.Contains("Acme Login cannot be reached. Nothing was changed", page.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unlinking_ends_what_the_provider_had_signed_in_and_is_told_by_mail()
    {
        var (scene, user, browser) = await SignedInAsync();
        await scene.LinkAsync(user, "s-6");
        var other = new TestBrowser(server);
        await SsoScene.AnswerAsync(other, await other.GetAsync(scene.Provider.Path), "s-6");
        Assert.Equal(HttpStatusCode.OK, (await other.GetAsync("/settings")).Status);
        var id = Assert.Single(await scene.IdentitiesAsync(user)).Id;
        var page = await browser.FollowAsync(await browser.PostAsync(await browser.GetAsync(Path), Path + "/unlink", ("identity", $"{id}")));
        Assert.Contains("The identity was unlinked.", page.Html, StringComparison.Ordinal);
        Assert.Empty(await scene.IdentitiesAsync(user));
        Assert.Equal(HttpStatusCode.Found, (await other.GetAsync("/settings")).Status);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/settings")).Status);
        Assert.Contains("was unlinked from your account", (await server.MailsAsync(user))[^1].ReplaceLineEndings(" "), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_last_identity_stays_where_sso_is_required()
    {
        var (scene, user, browser) = await SignedInAsync(SsoMode.Required, proven: Proof.SsoAssertion);
        var second = await scene.AddProviderAsync("Another");
        var ids = new[] { await scene.LinkAsync(user, "s-7"), await scene.LinkAsync(user, "s-8", second) };
        var page = await browser.GetAsync(Path);
        Assert.Equal(HttpStatusCode.Found, (await browser.PostAsync(page, Path + "/unlink", ("identity", $"{ids[0]}"))).Status);
        page = await browser.PostAsync(page, Path + "/unlink", ("identity", $"{ids[1]}"));
        Assert.Contains("This is your last link", page.Html, StringComparison.Ordinal);
        Assert.Equal(ids[1], Assert.Single(await scene.IdentitiesAsync(user)).Id);
    }

    [Fact]
    public async Task Of_two_unlinked_at_once_one_stays()
    {
        var (scene, user, browser) = await SignedInAsync(SsoMode.Required, proven: Proof.SsoAssertion);
        var ids = new[] { await scene.LinkAsync(user, "s-9"), await scene.LinkAsync(user, "s-10", await scene.AddProviderAsync("Another")) };
        var page = await browser.GetAsync(Path);
        await Task.WhenAll(ids.Select(id => browser.PostAsync(page, Path + "/unlink", ("identity", $"{id}"))));
        Assert.Single(await scene.IdentitiesAsync(user));
    }

    [Fact]
    public async Task The_last_identity_of_an_account_without_password_and_passkey_stays()
    {
        var (scene, user, browser) = await SignedInAsync(SsoMode.Offered, user => user.PasswordHash = null, proven: Proof.SsoAssertion);
        var id = await scene.LinkAsync(user, "s-11");
        var page = await browser.PostAsync(await browser.GetAsync(Path), Path + "/unlink", ("identity", $"{id}"));
        Assert.Contains("This is your last way in", page.Html, StringComparison.Ordinal);
        Assert.Single(await scene.IdentitiesAsync(user));
    }

    [Fact]
    public async Task Where_sso_is_required_no_password_and_no_token_are_on_offer_and_the_reason_is_told()
    {
        var (_, user, browser) = await SignedInAsync(SsoMode.Required, proven: Proof.SsoAssertion);
        var page = await browser.GetAsync("/settings");
        Assert.DoesNotContain("href=\"/settings/password\"", page.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("href=\"/settings/security-token\"", page.Html, StringComparison.Ordinal);
        Assert.Contains("You have no security token because you sign in through your company", page.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("Programs use your password", page.Html, StringComparison.Ordinal);
        Assert.Contains("You have no security token because you sign in through your company", (await browser.GetAsync(Path)).Html, StringComparison.Ordinal);
        page = await browser.GetAsync("/settings/security-token");
        Assert.Contains("You have no security token because you sign in through your company", page.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("<form method=\"post\" action=\"/settings", page.Html, StringComparison.Ordinal);
        page = await browser.GetAsync("/settings/password");
        Assert.Contains("there is no password to set or change here", page.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("type=\"password\"", page.Html, StringComparison.Ordinal);
        var before = (await user.RowAsync()).PasswordHash;
        await browser.PostAsync(page, "/settings/password", ("CurrentPassword", user.Password), ("NewPassword", "Another-Horse-8"), ("RepeatedPassword", "Another-Horse-8"));
        Assert.Equal(before, (await user.RowAsync()).PasswordHash);
        Assert.Empty(user.Tokens());
        // A password that opens no door proves no owner either.
        server.Clock.Advance(TimeSpan.FromMinutes(11));
        page = await browser.GetAsync(Path);
        Assert.DoesNotContain("type=\"password\"", page.Html, StringComparison.Ordinal);
        Assert.Contains("/login?another=true", page.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_break_glass_administrator_keeps_password_and_token()
    {
        var (_, _, browser) = await SignedInAsync(SsoMode.Required, user => user.IsBreakGlass = true);
        var page = await browser.GetAsync("/settings");
        Assert.Contains("href=\"/settings/password\"", page.Html, StringComparison.Ordinal);
        Assert.Contains("href=\"/settings/security-token\"", page.Html, StringComparison.Ordinal);
        Assert.Contains("type=\"password\"", (await browser.GetAsync("/settings/password")).Html, StringComparison.Ordinal);
    }

    async Task<(SsoScene Scene, TestUser User, TestBrowser Browser)> SignedInAsync(
        SsoMode sso = SsoMode.Offered, Action<User>? change = null, Proof proven = Proof.Password, string clientId = "client")
    {
        var scene = await SsoScene.NewAsync(server, clientId: clientId);
        var user = await scene.UserAsync(new ProfileSettings { Sso = sso }, change);
        var browser = new TestBrowser(server);
        await browser.SignInAsync(user, proven);
        return (scene, user, browser);
    }
}
