using System.Net;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Federation;
using OAuthServer.Orgs;
using OAuthServer.Policy;
using OAuthServer.Tests.Features.SignIn;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.Sso;

/// <summary>Which provider a sign-in leads to: by what was typed, by the organization's address, by what was used last.</summary>
[Collection(nameof(ScriptedServersCollection))]
public sealed class WhichProviderTests(ScriptedServers servers)
{
    readonly TestServer server = servers.Server;

    [Fact]
    public async Task An_organizations_address_shows_its_providers_and_asks_for_a_name()
    {
        var scene = await SsoScene.NewAsync(server);
        var other = await scene.AddProviderAsync("Partner Login");
        var page = await new TestBrowser(server).GetAsync($"/sso/{scene.Alias}?to=%2Fsettings%2Fsessions");
        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.Contains($"href=\"{scene.Provider.Path}?to=%2Fsettings%2Fsessions\"", page.Html, StringComparison.Ordinal);
        Assert.Contains("Continue with Acme Login", page.Html, StringComparison.Ordinal);
        Assert.Contains(other.Path, page.Html, StringComparison.Ordinal);
        Assert.Contains("name=\"Username\"", page.Html, StringComparison.Ordinal);
        Assert.Contains(scene.Provider.Org.Name, page.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_form_of_an_organizations_address_leads_to_the_password_page()
    {
        var scene = await SsoScene.NewAsync(server);
        var user = await scene.UserAsync();
        var browser = new TestBrowser(server);
        var page = await browser.GetAsync($"/sso/{scene.Alias}?to=%2Fsettings%2Fsessions");
        Assert.Equal("/login/password", (await browser.PostAsync(page, "/login", ("Username", user.Username), ("password", "true"), ("to", "/settings/sessions"))).LocalLocation);
        Assert.Equal("/settings/sessions", (await browser.PostAsync(await browser.GetAsync("/login/password"), "/login/password", ("Password", user.Password))).LocalLocation);
    }

    [Theory]
    [InlineData("/sso/nobody-has-this-alias")]
    [InlineData("/sso/nobody-has-this-alias/provider")]
    public async Task An_unknown_organization_or_provider_is_no_page(string path)
    {
        var browser = new TestBrowser(server);
        var nowhere = await browser.GetAsync("/sso/a/b/c");
        var page = await browser.GetAsync(path);
        Assert.Equal(HttpStatusCode.NotFound, page.Status);
        Assert.Contains("There is nothing at this address.", page.Html, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, nowhere.Status);
    }

    [Fact]
    public async Task A_provider_that_is_switched_off_is_no_page()
    {
        var scene = await SsoScene.NewAsync(server);
        await using (var db = server.Database.NewContext())
        {
            (await db.IdentityProviders.SingleAsync(p => p.Id == scene.Provider.Id, TestContext.Current.CancellationToken)).IsActive = false;
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }
        await server.NoticeAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await new TestBrowser(server).GetAsync(scene.Provider.Path)).Status);
    }

    [Fact]
    public async Task Where_sso_is_required_every_name_of_the_domain_goes_straight_to_the_provider()
    {
        var scene = await SsoScene.NewAsync(server, isRequired: true);
        var names = new[] { (await scene.UserAsync()).Username, $"nobody@{scene.Domain}" };
        foreach (var name in names)
        {
            var browser = new TestBrowser(server);
            var answer = await browser.PostAsync(await browser.GetAsync("/login"), "/login", ("Username", name), ("to", "/settings/apps"));
            Assert.Equal($"{scene.Provider.Path}?to=%2Fsettings%2Fapps&login_hint={name}", answer.LocalLocation);
            var sent = await browser.GetAsync(answer.LocalLocation!);
            Assert.StartsWith(ScriptedProvider.Address, sent.Location, StringComparison.Ordinal);
            Assert.Equal(name, sent.Parameter("hint"));
        }
    }

    [Fact]
    public async Task Where_sso_is_offered_the_password_page_shows_the_button_first_and_the_same_for_every_name()
    {
        var scene = await SsoScene.NewAsync(server);
        var user = await scene.UserAsync();
        var unknown = $"nobody@{scene.Domain}";
        var page = await new TestBrowser(server).NameAsync(user.Username);
        Assert.Equal(SsoScene.Bare(page, user.Username), SsoScene.Bare(await new TestBrowser(server).NameAsync(unknown), unknown));
        var button = page.Html.IndexOf("Continue with Acme Login", StringComparison.Ordinal);
        Assert.InRange(button, 1, page.Html.IndexOf("type=\"password\"", StringComparison.Ordinal));
        Assert.Contains($"login_hint={user.Username}", page.Html, StringComparison.Ordinal);
        Assert.Contains(scene.Provider.Org.Name, page.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_whose_domain_is_nobodys_is_asked_for_a_password_and_shown_a_quiet_way_to_sso()
    {
        await SsoScene.NewAsync(server);
        var page = await new TestBrowser(server).NameAsync("somebody@nobodys.test");
        Assert.DoesNotContain("Continue with", page.Html, StringComparison.Ordinal);
        Assert.Contains("href=\"/sso\">Single sign-on", page.Html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("alias")]
    [InlineData("domain")]
    public async Task An_alias_or_a_bare_domain_leads_to_the_organizations_page(string what)
    {
        var scene = await SsoScene.NewAsync(server);
        var typed = what == "alias" ? scene.Alias.ToUpperInvariant() : scene.Domain;
        var browser = new TestBrowser(server);
        Assert.Equal($"/sso/{scene.Alias}", (await browser.PostAsync(await browser.GetAsync("/login"), "/login", ("Username", typed))).LocalLocation);
        Assert.Equal($"/sso/{scene.Alias}?to=%2Fsettings%2Fapps", (await browser.PostAsync(await browser.GetAsync("/sso?to=/settings/apps"), "/sso", ("Company", typed), ("to", "/settings/apps"))).LocalLocation);
    }

    [Theory]
    [InlineData("", "Enter the domain")]
    [InlineData("nobodys.test", "No company signs in here")]
    [InlineData("//evil.test", "No company signs in here")]
    public async Task A_company_that_nobody_knows_is_said_to_be_unknown(string typed, string says)
    {
        var browser = new TestBrowser(server);
        var page = await browser.PostAsync(await browser.GetAsync("/sso"), "/sso", ("Company", typed));
        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.Contains(says, page.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_has_a_password_although_the_domain_is_sent_on_reaches_the_password_page()
    {
        var scene = await SsoScene.NewAsync(server, isRequired: true);
        var user = await scene.UserAsync(new ProfileSettings { Sso = SsoMode.Required }, user => user.IsBreakGlass = true);
        await user.EnrolAsync();
        var browser = new TestBrowser(server);
        Assert.Contains("href=\"/login?password=true\"", (await browser.GetAsync($"/sso/{scene.Alias}")).Html, StringComparison.Ordinal);
        var form = await browser.GetAsync("/login?password=true");
        Assert.Contains("name=\"password\" value=\"true\"", form.Html, StringComparison.Ordinal);
        Assert.Equal("/login/password", (await browser.PostAsync(form, "/login", ("Username", user.Username), ("password", "true"))).LocalLocation);
        var page = await browser.GetAsync("/login/password");
        Assert.Contains("another=true&amp;password=true", page.Html, StringComparison.Ordinal); // who begins again stays on this way
        Assert.Equal("/login/code", (await browser.PostAsync(page, "/login/password", ("Password", user.Password))).LocalLocation);
        Assert.Equal("/settings", (await browser.CodeAsync("/login/code", user.Code())).LocalLocation);
    }

    [Fact]
    public async Task A_provider_that_cannot_be_reached_is_nobodys_failure_and_leaves_the_other_ways()
    {
        var scene = await SsoScene.NewAsync(server, isRequired: true, clientId: ScriptedProvider.Down);
        var user = await scene.UserAsync();
        var browser = new TestBrowser(server);
        var page = await browser.GetAsync($"{scene.Provider.Path}?to=%2Fsettings&login_hint={Uri.EscapeDataString(user.Username)}");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, page.Status);
        Assert.Contains("Acme Login cannot be reached", page.Html, StringComparison.Ordinal);
        Assert.Contains($"href=\"{scene.Provider.Path}?to=%2Fsettings&amp;login_hint=", page.Html, StringComparison.Ordinal);
        Assert.Contains($"href=\"/sso/{scene.Alias}?to=%2Fsettings\"", page.Html, StringComparison.Ordinal);
        Assert.Contains("href=\"/login?to=%2Fsettings&amp;password=true\"", page.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("Connection refused", page.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("provider", browser.Cookies.Keys);
        await using var db = server.Database.NewContext();
        Assert.Equal(0, await db.SsoRequests.CountAsync(r => r.ProviderId == scene.Provider.Id, TestContext.Current.CancellationToken));
        Assert.Equal(0, await db.LoginRecords.CountAsync(r => r.OrgId == scene.Org.Id, TestContext.Current.CancellationToken));
        Assert.Equal(0, (await user.RowAsync()).UntrustedFailures);
        Assert.Contains(server.Log.Lines, line => line.Contains(scene.Provider.Id, StringComparison.Ordinal) && line.Contains("Connection refused.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_request_that_is_posted_has_a_page_that_posts_it()
    {
        var scene = await SsoScene.NewAsync(server, clientId: ScriptedProvider.Posted);
        var page = await new TestBrowser(server).GetAsync(scene.Provider.Path);
        Assert.Contains($"action=\"{ScriptedProvider.Address}\"", page.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("__RequestVerificationToken", page.Html.Split("id=\"answer\"")[1].Split("</form>")[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/settings/apps", "/settings/apps")]
    [InlineData("//evil.test", "/settings")]
    [InlineData("https://evil.test/", "/settings")]
    [InlineData("/\\evil.test", "/settings")]
    [InlineData("/%09/evil.test", "/settings")]
    public async Task A_sign_in_leads_to_a_path_of_this_server_and_nowhere_else(string to, string leadsTo)
    {
        var scene = await SsoScene.NewAsync(server);
        var user = await scene.UserAsync(new ProfileSettings { Sso = SsoMode.Offered });
        await scene.LinkAsync(user, "s-1");
        var browser = new TestBrowser(server);
        var sent = await browser.GetAsync($"{scene.Provider.Path}?to={(to.Contains('%', StringComparison.Ordinal) ? to : Uri.EscapeDataString(to))}");
        Assert.Equal("False", sent.Parameter("new"));
        Assert.Equal(leadsTo, (await SsoScene.AnswerAsync(browser, sent, "s-1")).LocalLocation);
        Assert.True((await browser.GetAsync("/settings")).Status == HttpStatusCode.OK);
    }

    [Fact]
    public async Task Who_is_signed_in_and_signs_in_once_more_must_do_so_at_the_provider_too()
    {
        var scene = await SsoScene.NewAsync(server);
        var user = await scene.UserAsync();
        var browser = new TestBrowser(server);
        await browser.SignInAsync(user);
        Assert.Equal("True", (await browser.GetAsync(scene.Provider.Path)).Parameter("new"));
    }

    [Theory]
    [InlineData("a\u0007b")]
    [InlineData("long")]
    public async Task A_hint_that_is_no_name_is_dropped(string hint)
    {
        var scene = await SsoScene.NewAsync(server);
        var sent = await new TestBrowser(server).GetAsync($"{scene.Provider.Path}?login_hint={Uri.EscapeDataString(hint == "long" ? new string('x', 300) : hint)}");
        Assert.Null(sent.Parameter("hint"));
    }

    [Fact]
    public async Task The_choice_is_remembered_shown_first_and_forgotten_and_leads_nowhere_by_itself()
    {
        var scene = await SsoScene.NewAsync(server, isRequired: true);
        await scene.AddProviderAsync("A Login before it");
        var browser = new TestBrowser(server);
        Assert.DoesNotContain("Last used", (await browser.GetAsync($"/sso/{scene.Alias}")).Html, StringComparison.Ordinal);
        await browser.GetAsync(scene.Provider.Path);
        Assert.Equal(scene.Provider.Id, browser.Cookies["provider"]);

        var page = await browser.GetAsync($"/sso/{scene.Alias}");
        Assert.InRange(page.Html.IndexOf("Last used", StringComparison.Ordinal), 1, page.Html.IndexOf("A Login before it", StringComparison.Ordinal));
        page = await browser.GetAsync("/login");
        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.InRange(page.Html.IndexOf("Continue with Acme Login", StringComparison.Ordinal), 1, page.Html.IndexOf("name=\"Username\"", StringComparison.Ordinal));

        Assert.Equal(HttpStatusCode.BadRequest, (await browser.PostAsync(page with { Html = "" }, "/login?handler=Forget")).Status);
        Assert.Equal("/login?another=true&to=%2Fsettings", (await browser.PostAsync(page, "/login?handler=Forget", ("to", "/settings"))).LocalLocation);
        Assert.DoesNotContain("provider", browser.Cookies.Keys);
        Assert.DoesNotContain("Continue with", (await browser.GetAsync("/login")).Html, StringComparison.Ordinal);

        await browser.GetAsync(scene.Provider.Path);
        page = await browser.GetAsync($"/sso/{scene.Alias}");
        Assert.Equal($"/sso/{scene.Alias}", (await browser.PostAsync(page, $"/sso/{scene.Alias}?handler=Forget")).LocalLocation);
        Assert.DoesNotContain("provider", browser.Cookies.Keys);
    }

    [Fact]
    public async Task Rules_that_ask_for_sso_lead_to_the_persons_own_providers()
    {
        var scene = await SsoScene.NewAsync(server);
        var user = await scene.UserAsync(new ProfileSettings { Sso = SsoMode.Required });
        var browser = new TestBrowser(server);
        await browser.SignInAsync(user, Proof.Totp); // nothing that opens by itself
        Assert.Equal("/login/single-sign-on", (await browser.GetAsync("/login")).LocalLocation);
        var page = await browser.GetAsync("/login/single-sign-on");
        Assert.Contains($"{scene.Provider.Path}?login_hint={user.Username}", page.Html, StringComparison.Ordinal);
        Assert.Equal("/login", (await new TestBrowser(server).GetAsync("/login/single-sign-on")).LocalLocation);
    }

    [Theory]
    [InlineData(AssertionFlaw.SignatureInvalid, HttpStatusCode.Forbidden, "Your sign-in provider let you in, but this server could not accept its answer.")]
    [InlineData(AssertionFlaw.Expired, HttpStatusCode.Forbidden, "Your sign-in provider let you in, but this server could not accept its answer.")]
    [InlineData(AssertionFlaw.None, HttpStatusCode.Forbidden, "Your sign-in provider let you in, but this server could not accept its answer.")] // nobody has this subject
    [InlineData(AssertionFlaw.ProviderRefused, HttpStatusCode.Forbidden, "Your sign-in provider did not sign you in.")]
    [InlineData(AssertionFlaw.ProviderUnreachable, HttpStatusCode.Forbidden, "Your sign-in provider cannot be reached.")]
    public async Task A_refused_answer_is_told_in_one_sentence_with_a_reference(AssertionFlaw flaw, HttpStatusCode status, string says)
    {
        var scene = await SsoScene.NewAsync(server);
        var browser = new TestBrowser(server);
        var page = await SsoScene.AnswerAsync(browser, await browser.GetAsync(scene.Provider.Path), "stranger", flaw);
        Assert.Equal(status, page.Status);
        Assert.Contains(says, page.Html, StringComparison.Ordinal);
        Assert.Contains(page.Headers.GetValues("Login-Reference").Single(), page.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("password", page.Html, StringComparison.OrdinalIgnoreCase);
        Assert.Equal((flaw == AssertionFlaw.None ? AssertionFlaw.NoAccount : flaw).ToString(), (await server.RecordAsync(page)).AssertionFlaw);
    }
}
