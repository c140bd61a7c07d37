using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Accounts;
using OAuthServer.Policy;
using OAuthServer.Tests.Features.SignIn;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.PasswordReset;

/// <summary>Forgotten passwords and invitations: links of one use that tell nobody anything.</summary>
[Collection(nameof(ServersCollection))]
public sealed class PasswordResetTests(Servers servers)
{
    const string New = "Velvet-anchor-92";
    const string Link = "^http://localhost:5000(/reset-password\\?link=[A-Za-z0-9_-]{43})\r?$";

    [Theory]
    [MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task A_forgotten_password_is_replaced_by_a_mailed_link_and_the_second_factor_is_still_asked(string database)
    {
        var (server, user) = await UserAsync(database);
        await user.EnrolAsync();
        var browser = new TestBrowser(server);
        var page = await OpenAsync(browser, await ForgetAsync(server, user));
        Assert.Contains(user.Username, page.Html, StringComparison.Ordinal);
        var answer = await SetAsync(browser, page, New);
        Assert.Equal("/login/code", answer.LocalLocation);
        Assert.False(await browser.IsSignedInAsync());
        Assert.Equal("/settings", (await browser.CodeAsync("/login/code", user.Code())).LocalLocation);
        Assert.Equal("/login/code", (await new TestBrowser(server).PasswordAsync(user.Username, New)).LocalLocation);
        Assert.Null((await new TestBrowser(server).PasswordAsync(user.Username, user.Password)).Location);
    }

    [Fact]
    public async Task The_links_secret_is_in_no_address_after_the_first_visit_and_looking_uses_nothing_up()
    {
        var (server, user) = await UserAsync();
        var link = await ForgetAsync(server, user);
        await new TestBrowser(server).FollowAsync(await new TestBrowser(server).GetAsync(link));
        var browser = new TestBrowser(server);
        var first = await browser.GetAsync(link);
        Assert.Equal("/reset-password", first.Location);
        Assert.Equal("same-origin", first.Headers.GetValues("Referrer-Policy").Single());
        var page = await browser.FollowAsync(first);
        Assert.DoesNotContain(link.Split('=')[1], page.Html, StringComparison.Ordinal);
        Assert.Equal("/settings", (await SetAsync(browser, page, New)).LocalLocation);
    }

    [Fact]
    public async Task A_new_password_is_judged_in_words_and_the_link_lives_on()
    {
        var (server, user) = await UserAsync();
        var browser = new TestBrowser(server);
        var page = await OpenAsync(browser, await ForgetAsync(server, user));
        Assert.Contains("at least 8 characters", (await SetAsync(browser, page, "short")).Html, StringComparison.Ordinal);
        Assert.Contains("not used before", (await SetAsync(browser, page, user.Password)).Html, StringComparison.Ordinal);
        Assert.Equal("/settings", (await SetAsync(browser, page, New)).LocalLocation);
    }

    [Theory]
    [MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task One_link_used_twenty_times_at_once_sets_one_password(string database)
    {
        var (server, user) = await UserAsync(database);
        var link = await ForgetAsync(server, user);
        var browsers = new List<(TestBrowser Browser, Page Page)>();
        for (var i = 0; i < 20; i++)
        {
            var browser = new TestBrowser(server);
            browsers.Add((browser, await OpenAsync(browser, link)));
        }
        var answers = await Task.WhenAll(browsers.Select((one, i) => SetAsync(one.Browser, one.Page, $"{New}-{i}")));
        Assert.Single(answers, answer => answer.LocalLocation == "/settings");
        Assert.DoesNotContain(answers, answer => answer.Status == HttpStatusCode.InternalServerError);
        await using var db = server.Database.NewContext();
        Assert.Equal(1, await db.PastPasswords.CountAsync(past => past.UserId == user.Id, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_link_dies_by_its_use_by_a_newer_one_by_a_change_and_after_half_an_hour()
    {
        await using var server = await TestServer.StartAsync();
        var user = await (await TestOrg.AddAsync(server)).UserAsync();
        var older = await ForgetAsync(server, user);
        var newer = await ForgetAsync(server, user, mails: 2);
        await DeadAsync(server, older);
        var browser = new TestBrowser(server);
        await SetAsync(browser, await OpenAsync(browser, newer), New);
        await DeadAsync(server, newer);
        var third = await ForgetAsync(server, user, mails: 4);
        var profile = (await server.Services.GetRequiredService<OAuthServer.Orgs.OrgDirectory>().CurrentAsync()).Rows.Profiles[user.ProfileId];
        await server.Services.GetRequiredService<Passwords>().SetAsync(user.Id, profile, "Another-anchor-93", PasswordSetBy.Owner, TestContext.Current.CancellationToken);
        await DeadAsync(server, third);
        server.Clock.Advance(TimeSpan.FromHours(2));
        var fourth = await ForgetAsync(server, user, mails: 6);
        server.Clock.Advance(MailedLinks.ResetTime);
        await DeadAsync(server, fourth);
        await DeadAsync(server, "/reset-password?link=" + new string('a', 43));
    }

    [Fact]
    public async Task The_page_answers_the_same_for_a_name_that_nobody_has_and_mails_three_times_in_an_hour_at_most()
    {
        var (server, user) = await UserAsync();
        var pages = new List<string>();
        foreach (var name in new[] { user.Username, "nobody@example.test", user.Username, user.Username, user.Username, user.Username })
        {
            var browser = new TestBrowser(server);
            var answer = await browser.PostAsync(await browser.GetAsync("/forgot-password"), "/forgot-password", ("Username", name));
            pages.Add($"{answer.Status} {string.Join(',', browser.Cookies.Keys)} {answer.Html.Split("<main")[1].Split("</main>")[0]}");
        }
        Assert.Single(pages.Distinct(StringComparer.Ordinal));
        Assert.Equal(MailedLinks.MostInAnHour, (await server.MailsAsync(user, MailedLinks.MostInAnHour)).Count);
        await Task.Delay(500, TestContext.Current.CancellationToken);
        Assert.Equal(MailedLinks.MostInAnHour, (await server.MailsAsync(user, MailedLinks.MostInAnHour)).Count);
    }

    [Fact]
    public async Task No_header_of_the_request_gets_into_the_mail()
    {
        var (server, user) = await UserAsync();
        var browser = new TestBrowser(server);
        var page = await browser.GetAsync("/forgot-password");
        var request = new HttpRequestMessage(HttpMethod.Post, "/forgot-password")
        {
            Content = new FormUrlEncodedContent([new("Username", user.Username), new("__RequestVerificationToken", page.AntiforgeryToken!)]),
        };
        request.Headers.Host = "evil.test";
        request.Headers.TryAddWithoutValidation("X-Forwarded-Host", "evil.test");
        request.Headers.TryAddWithoutValidation("Forwarded", "host=evil.test");
        var answer = await browser.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        var mail = (await server.MailsAsync(user)).Single();
        Assert.DoesNotContain("evil.test", mail + answer.Html, StringComparison.Ordinal);
        Assert.Contains("<a href=\"http://localhost:5000/reset-password?link=", mail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_must_use_the_identity_provider_is_told_so_and_who_has_left_is_told_nothing()
    {
        var server = await servers.OnAsync("SQLite");
        var org = await TestOrg.AddAsync(server);
        var sso = await org.UserAsync(new() { Sso = SsoMode.Required });
        var left = await org.UserAsync(change: row => row.Status = UserStatus.Inactive);
        foreach (var user in new[] { left, sso })
        {
            var browser = new TestBrowser(server);
            await browser.PostAsync(await browser.GetAsync("/forgot-password"), "/forgot-password", ("Username", user.Username));
        }
        var mail = (await server.MailsAsync(sso)).Single();
        Assert.Contains("identity provider", mail, StringComparison.Ordinal);
        Assert.DoesNotContain("link=", mail, StringComparison.Ordinal);
        await using var db = server.Database.NewContext();
        Assert.False(await db.MailedLinks.AnyAsync(l => l.UserId == left.Id, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task An_invitation_leads_to_the_first_password_the_first_token_and_in()
    {
        var server = await servers.OnAsync("SQLite");
        var user = await (await TestOrg.AddAsync(server)).UserAsync(change: row => (row.PasswordHash, row.PasswordChangedAt) = (null, null));
        await server.Services.GetRequiredService<MailedLinks>().SendAsync(user.Id, TestContext.Current.CancellationToken);
        var mails = await server.MailsAsync(user);
        Assert.Contains("Subject: Activate your account", mails.Single(), StringComparison.Ordinal);
        var browser = new TestBrowser(server);
        var page = await OpenAsync(browser, mails.Find(Link));
        Assert.Contains("Activate your account", page.Html, StringComparison.Ordinal);
        Assert.Equal("/settings", (await SetAsync(browser, page, New)).LocalLocation);
        Assert.True(await browser.IsSignedInAsync());
        await server.MailsAsync(user, 2);
        Assert.Single(user.Tokens());
    }

    [Fact]
    public async Task A_reset_ends_a_lockout_that_somebody_else_brought_about()
    {
        var (server, user) = await UserAsync();
        await user.ChangeAsync(row => (row.UntrustedFailures, row.UntrustedLastFailureAt) = (10, server.Clock.GetUtcNow()));
        var browser = new TestBrowser(server);
        Assert.Equal("/settings", (await SetAsync(browser, await OpenAsync(browser, await ForgetAsync(server, user)), New)).LocalLocation);
    }

    static async Task<string> ForgetAsync(TestServer server, TestUser user, int mails = 1)
    {
        var browser = new TestBrowser(server);
        await browser.PostAsync(await browser.GetAsync("/forgot-password"), "/forgot-password", ("Username", user.Username));
        return (await server.MailsAsync(user, mails)).Find(Link);
    }

    static async Task<Page> OpenAsync(TestBrowser browser, string link) => await browser.FollowAsync(await browser.GetAsync(link));

    static Task<Page> SetAsync(TestBrowser browser, Page page, string password) =>
        browser.PostAsync(page, "/reset-password", ("Password", password), ("Repeated", password));

    static async Task DeadAsync(TestServer server, string link) =>
        Assert.Equal(HttpStatusCode.Gone, (await OpenAsync(new TestBrowser(server), link)).Status);

    async Task<(TestServer Server, TestUser User)> UserAsync(string database = "SQLite")
    {
        var server = await servers.OnAsync(database);
        return (server, await (await TestOrg.AddAsync(server)).UserAsync());
    }
}
