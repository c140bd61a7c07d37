using System.Net;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Accounts;
using OAuthServer.Data;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.SignIn;

/// <summary>What is tried against the sign-in pages. Each test fails when its guard is removed.</summary>
[Collection(nameof(ServersCollection))]
public sealed class SignInAttacksTests(Servers servers)
{
    [Fact]
    public async Task A_sign_in_that_was_stolen_before_the_password_is_worth_nothing_after_it()
    {
        var (server, user) = await UserAsync();
        await user.EnrolAsync();
        var browser = new TestBrowser(server);
        await browser.NameAsync(user.Username);
        var thief = new TestBrowser(server);
        foreach (var cookie in browser.Cookies)
            thief.Cookies[cookie.Key] = cookie.Value;
        await browser.PostAsync(await browser.GetAsync("/login/password"), "/login/password", ("Password", user.Password));
        Assert.Equal("/login", (await thief.GetAsync("/login/code")).LocalLocation);
        await browser.CodeAsync("/login/code", user.Code());
        Assert.True(await browser.IsSignedInAsync());
    }

    [Fact]
    public async Task A_sign_in_that_was_stolen_after_the_password_opens_nothing_without_the_code_and_ends_with_the_victims()
    {
        var (server, user) = await UserAsync();
        await user.EnrolAsync();
        var browser = new TestBrowser(server);
        await browser.PasswordAsync(user.Username, user.Password);
        var thief = new TestBrowser(server);
        foreach (var cookie in browser.Cookies)
            thief.Cookies[cookie.Key] = cookie.Value;
        var page = await thief.GetAsync("/login/code");
        Assert.False(await thief.IsSignedInAsync());
        await browser.CodeAsync("/login/code", user.Code());
        Assert.True(await browser.IsSignedInAsync());
        Assert.Equal("/login", (await thief.PostAsync(page, "/login/code", ("Code", user.Code()))).LocalLocation);
        Assert.False(await thief.IsSignedInAsync());
    }

    [Fact]
    public async Task A_new_sign_in_at_the_same_browser_replaces_the_old_one_and_no_step_swaps_users()
    {
        var (server, ada) = await UserAsync();
        var (_, bob) = await UserAsync();
        await ada.EnrolAsync();
        await bob.EnrolAsync();
        var browser = new TestBrowser(server);
        await browser.PasswordAsync(ada.Username, ada.Password);
        var old = browser.Cookies.ToDictionary();
        var page = await browser.GetAsync("/login/code");
        await browser.NameAsync(bob.Username);
        // Ada's password was proven, Bob's was not: his code alone is nothing.
        Assert.Equal("/login", (await browser.PostAsync(page, "/login/code", ("Code", bob.Code()))).LocalLocation);
        Assert.False(await browser.IsSignedInAsync());
        Assert.Empty(await server.PendingAsync(ada.Username));
        foreach (var cookie in old)
            browser.Cookies[cookie.Key] = cookie.Value;
        Assert.Equal("/login", (await browser.GetAsync("/login/code")).LocalLocation);
    }

    [Fact]
    public async Task A_password_that_changed_meanwhile_ends_the_sign_in()
    {
        var (server, user) = await UserAsync();
        await user.EnrolAsync();
        var browser = new TestBrowser(server);
        await browser.PasswordAsync(user.Username, user.Password);
        var page = await browser.GetAsync("/login/code");
        server.Clock.Advance(TimeSpan.FromSeconds(1));
        await user.ChangeAsync(row => row.PasswordChangedAt = server.Clock.GetUtcNow());
        await browser.PostAsync(page, "/login/code", ("Code", user.Code()));
        Assert.False(await browser.IsSignedInAsync());
    }

    [Fact]
    public async Task A_session_that_somebody_planted_is_not_the_one_that_is_signed_in()
    {
        var (server, user) = await UserAsync();
        var attacker = new TestBrowser(server);
        var (_, other) = await UserAsync();
        await attacker.SignInAsync(other);
        var victim = new TestBrowser(server);
        foreach (var cookie in attacker.Cookies)
            victim.Cookies[cookie.Key] = cookie.Value;
        var page = await victim.GetAsync("/login?another=true");
        await victim.PostAsync(page, "/login", ("Username", user.Username));
        await victim.PostAsync(await victim.GetAsync("/login/password"), "/login/password", ("Password", user.Password));
        Assert.Contains(user.Username, (await victim.GetAsync("/logout")).Html, StringComparison.Ordinal);
        Assert.DoesNotContain(user.Username, (await attacker.GetAsync("/logout")).Html, StringComparison.Ordinal);
        Assert.False(await attacker.IsSignedInAsync());
    }

    [Theory]
    [InlineData("/login")]
    [InlineData("/login?handler=Stay")]
    [InlineData("/login/password")]
    [InlineData("/login/code")]
    [InlineData("/login/recovery-code")]
    [InlineData("/login/mailed-code")]
    [InlineData("/login/mailed-code?handler=Again")]
    [InlineData("/login/passkey")]
    [InlineData("/login/passkey?handler=Options")]
    [InlineData("/login/enrol")]
    [InlineData("/login/enrol?handler=Continue")]
    [InlineData("/login/enrol?handler=Options")]
    [InlineData("/login/enrol?handler=Passkey")]
    [InlineData("/login/new-password")]
    [InlineData("/forgot-password")]
    [InlineData("/reset-password")]
    public async Task A_form_without_its_token_or_from_elsewhere_does_nothing(string path)
    {
        var (server, user) = await UserAsync();
        var browser = new TestBrowser(server);
        var page = await browser.NameAsync(user.Username);
        var without = await browser.SendAsync(new(HttpMethod.Post, path) { Content = Form(("Password", user.Password), ("Username", user.Username)) });
        Assert.Equal(HttpStatusCode.BadRequest, without.Status);
        foreach (var (header, value) in new[] { ("Origin", "http://evil.test"), ("Origin", "null"), ("Sec-Fetch-Site", "cross-site") })
        {
            var request = new HttpRequestMessage(HttpMethod.Post, path)
            {
                Content = Form(("Password", user.Password), ("Username", user.Username), ("__RequestVerificationToken", page.AntiforgeryToken!)),
            };
            request.Headers.TryAddWithoutValidation(header, value);
            Assert.Equal(HttpStatusCode.Forbidden, (await browser.SendAsync(request)).Status);
        }
        Assert.False(await browser.IsSignedInAsync());
    }

    [Theory]
    [InlineData("//evil.test")]
    [InlineData("/\\evil.test")]
    [InlineData("/%09/evil.test")]
    [InlineData("http://evil.test")]
    [InlineData("http://localhost:5000@evil.test")]
    [InlineData("javascript:alert(1)")]
    public async Task A_return_path_leads_nowhere_else(string to)
    {
        var (server, user) = await UserAsync();
        var browser = new TestBrowser(server);
        var query = "?to=" + Uri.EscapeDataString(to);
        Assert.Equal("/settings", (await browser.PasswordAsync(user.Username, user.Password, query)).Location);
        Assert.Equal("/settings", (await browser.GetAsync("/login" + query)).Location); // signed in already
        var typed = new TestBrowser(server);
        var page = await typed.GetAsync("/login");
        await typed.PostAsync(page, "/login", ("Username", user.Username), ("to", to));
        Assert.Equal("/settings", (await typed.PostAsync(await typed.GetAsync("/login/password"), "/login/password", ("Password", user.Password))).Location);
    }

    [Fact]
    public async Task An_unknown_name_is_answered_like_a_wrong_password_to_the_letter()
    {
        var (server, user) = await UserAsync();
        await user.EnrolAsync();
        var frozen = (await UserAsync()).User;
        await frozen.ChangeAsync(row => row.Status = UserStatus.Frozen);
        var pages = new List<string>();
        foreach (var name in new[] { user.Username, "nobody@example.test", frozen.Username })
        {
            var browser = new TestBrowser(server);
            var first = await browser.NameAsync(name);
            var second = await browser.PostAsync(first, "/login/password", ("Password", "wrong"));
            pages.Add(string.Join('\n', [
                Normal(first.Html, name), Normal(second.Html, name), second.Status.ToString(), string.Join(',', browser.Cookies.Keys.Order(StringComparer.Ordinal)),
                string.Join(',', second.Headers.Select(header => header.Key).Order(StringComparer.Ordinal)),
            ]));
        }
        Assert.Equal(pages[0], pages[1]);
        Assert.Equal(pages[0], pages[2]);
    }

    [Fact]
    public async Task A_code_without_a_proven_password_is_not_looked_at()
    {
        var (server, user) = await UserAsync();
        await user.EnrolAsync();
        var browser = new TestBrowser(server);
        var page = await browser.NameAsync(user.Username);
        Assert.Equal("/login", (await browser.PostAsync(page, "/login/code", ("Code", user.Code()))).LocalLocation);
        Assert.Equal("/login", (await browser.PostAsync(page, "/login/recovery-code", ("Code", "AAAA-BBBB-CCCC-DDDD"))).LocalLocation);
        Assert.False(await browser.IsSignedInAsync());
        Assert.Equal(0, (await user.RowAsync()).UntrustedFailures);
    }

    [Theory]
    [MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task One_recovery_code_typed_twenty_times_at_once_signs_in_once(string database)
    {
        var (server, user) = await UserAsync(database);
        await user.EnrolAsync();
        const string code = "ABCD-EFGH-JKLM-NPQR";
        await using (var db = server.Database.NewContext())
        {
            db.Add(new RecoveryCode { UserId = user.Id, Hash = RecoveryCodes.HashOf(server.Services.GetRequiredService<MasterKey>(), user.Id, code)! });
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }
        var browsers = new List<(TestBrowser Browser, Page Page)>();
        for (var i = 0; i < 20; i++)
        {
            var browser = new TestBrowser(server);
            Assert.Equal("/login/code", (await browser.PasswordAsync(user.Username, user.Password)).LocalLocation);
            browsers.Add((browser, await browser.GetAsync("/login/recovery-code")));
        }
        var answers = await Task.WhenAll(browsers.Select(one => one.Browser.PostAsync(one.Page, null, ("Code", code))));
        Assert.Single(answers, answer => answer.LocalLocation == "/settings");
        Assert.DoesNotContain(answers, answer => (int)answer.Status >= 500);
    }

    [Theory]
    [MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task One_sign_in_that_is_finished_twenty_times_at_once_makes_one_session(string database)
    {
        var (server, user) = await UserAsync(database);
        await user.EnrolAsync();
        var browser = new TestBrowser(server);
        await browser.PasswordAsync(user.Username, user.Password);
        var page = await browser.GetAsync("/login/code");
        var code = user.Code();
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => browser.PostAsync(page, null, ("Code", code))));
        Assert.Single(answers, answer => answer.LocalLocation == "/settings");
        Assert.DoesNotContain(answers, answer => (int)answer.Status >= 500);
        await using var db = server.Database.NewContext();
        Assert.Equal(1, await db.BrowserSessions.CountAsync(session => session.UserId == user.Id, TestContext.Current.CancellationToken));
    }

    static string Normal(string html, string name) => Regex.Replace(
        html.Replace(name, "NAME", StringComparison.Ordinal),
        "(value=\"CfDJ8[^\"]*\"|>[2-9A-Z]{4}-[2-9A-Z]{4}<)", "*", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));

    static FormUrlEncodedContent Form(params (string Name, string Value)[] fields) => new(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));

    async Task<(TestServer Server, TestUser User)> UserAsync(string database = "SQLite")
    {
        var server = await servers.OnAsync(database);
        return (server, await (await TestOrg.AddAsync(server)).UserAsync());
    }
}
