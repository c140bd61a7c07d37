using System.Net;
using OAuthServer.Accounts;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.SignIn;

/// <summary>The steps of a sign-in, each of which the rules ask for, on both databases.</summary>
[Collection(nameof(ServersCollection))]
public sealed class SignInPagesTests(Servers servers)
{
    [Theory]
    [MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task A_name_and_its_password_sign_in_and_lead_where_was_asked(string database)
    {
        var (server, user) = await UserAsync(database);
        var browser = new TestBrowser(server);
        var answer = await browser.PasswordAsync(user.Username, user.Password, "?to=/settings/sessions");
        Assert.Equal("/settings/sessions", answer.LocalLocation);
        Assert.True(await browser.IsSignedInAsync());
        Assert.Equal("allow", (await server.RecordAsync(answer)).Decision);
        Assert.Empty(await server.PendingAsync(user.Username));
    }

    [Fact]
    public async Task A_wrong_password_stays_at_the_page_and_says_no_more_than_a_reference()
    {
        var (server, user) = await UserAsync();
        var browser = new TestBrowser(server);
        var answer = await browser.PasswordAsync(user.Username, "wrong");
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Contains("That did not work", answer.Html, StringComparison.Ordinal);
        Assert.Contains(answer.Headers.GetValues("Login-Reference").Single(), answer.Html, StringComparison.Ordinal);
        Assert.Equal(1, (await user.RowAsync()).UntrustedFailures);
        Assert.False(await browser.IsSignedInAsync());
    }

    [Theory]
    [MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task An_enrolled_user_is_asked_for_the_code_and_it_works_once(string database)
    {
        var (server, user) = await UserAsync(database);
        await user.EnrolAsync();
        var browser = new TestBrowser(server);
        var answer = await browser.PasswordAsync(user.Username, user.Password);
        Assert.Equal("/login/code", answer.LocalLocation);
        Assert.False(await browser.IsSignedInAsync());
        var code = user.Code();
        answer = await browser.CodeAsync("/login/code", code[..3] + " " + code[3..]);
        Assert.Equal("/settings", answer.LocalLocation);
        Assert.True(await browser.IsSignedInAsync());

        var second = new TestBrowser(server);
        await second.PasswordAsync(user.Username, user.Password);
        answer = await second.CodeAsync("/login/code", code);
        Assert.Contains("That code did not work", answer.Html, StringComparison.Ordinal);
        Assert.Equal(DenyReason.TotpReplayed, (await server.RecordAsync(answer)).Reason);
        Assert.False(await second.IsSignedInAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("-12345")]
    [InlineData("１２３４５６")]
    [InlineData("123456789012345678901234567890")]
    [InlineData("\0\0\0\0\0\0")]
    public async Task Text_that_is_no_code_is_refused(string text)
    {
        var (server, user) = await UserAsync();
        await user.EnrolAsync();
        var browser = new TestBrowser(server);
        await browser.PasswordAsync(user.Username, user.Password);
        var answer = await browser.CodeAsync("/login/code", text);
        Assert.InRange((int)answer.Status, 200, 400);
        Assert.False(await browser.IsSignedInAsync());
    }

    [Fact]
    public async Task A_strange_browser_is_made_known_by_a_mailed_code_and_not_asked_again()
    {
        var (server, user) = await UserAsync();
        await user.HasSignedInBeforeAsync(server);
        var browser = new TestBrowser(server);
        var answer = await browser.PasswordAsync(user.Username, user.Password);
        Assert.Equal("/login/mailed-code", answer.LocalLocation);
        var code = (await server.MailsAsync(user)).Find("^([0-9]{8})\r?$");
        answer = await browser.CodeAsync("/login/mailed-code", code);
        Assert.Equal("/settings", answer.LocalLocation);
        Assert.True(await browser.IsSignedInAsync());

        await browser.PostAsync(await browser.GetAsync("/logout"), "/logout", ("decision", "out"));
        Assert.False(await browser.IsSignedInAsync());
        Assert.Equal("/settings", (await browser.PasswordAsync(user.Username, user.Password)).LocalLocation);
        Assert.Contains((await server.MailsAsync(user, 2)), mail => mail.Contains("Subject: New sign-in to your account", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Five_wrong_mailed_codes_are_enough_and_each_counts_as_a_guess()
    {
        var (server, user) = await UserAsync();
        await user.HasSignedInBeforeAsync(server);
        var browser = new TestBrowser(server);
        await browser.PasswordAsync(user.Username, user.Password);
        var code = (await server.MailsAsync(user)).Find("^([0-9]{8})\r?$");
        for (var i = 0; i < DeviceCodes.MostWrong; i++)
            await browser.CodeAsync("/login/mailed-code", code == "00000000" ? "00000001" : "00000000");
        Assert.Equal(DeviceCodes.MostWrong, (await user.RowAsync()).UntrustedFailures);
        await browser.CodeAsync("/login/mailed-code", code);
        Assert.False(await browser.IsSignedInAsync());
    }

    [Fact]
    public async Task A_mailed_code_is_sent_four_times_at_most_and_only_the_last_works()
    {
        var (server, user) = await UserAsync();
        await user.HasSignedInBeforeAsync(server);
        var browser = new TestBrowser(server);
        await browser.PasswordAsync(user.Username, user.Password);
        var first = (await server.MailsAsync(user)).Find("^([0-9]{8})\r?$");
        for (var i = 0; i < 5; i++)
            await browser.PostAsync(await browser.GetAsync("/login/mailed-code"), "/login/mailed-code?handler=Again");
        await browser.CodeAsync("/login/mailed-code", first);
        Assert.False(await browser.IsSignedInAsync());
        Assert.Equal(DeviceCodes.MostMails, (await server.PendingAsync(user.Username)).Single().MailedCodes);
        var last = (await server.MailsAsync(user, DeviceCodes.MostMails)).Find("^([0-9]{8})\r?$");
        await browser.CodeAsync("/login/mailed-code", last);
        Assert.True(await browser.IsSignedInAsync());
    }

    [Theory]
    [MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task However_many_sign_ins_are_begun_five_codes_are_mailed_in_an_hour(string database)
    {
        await using var server = await TestServer.StartAsync(postgres: database == "PostgreSQL");
        var user = await (await TestOrg.AddAsync(server)).UserAsync();
        await user.HasSignedInBeforeAsync(server);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => new TestBrowser(server).PasswordAsync(user.Username, user.Password)));
        var browser = new TestBrowser(server);
        await browser.PasswordAsync(user.Username, user.Password);
        Assert.Contains("No more codes can be sent", (await browser.GetAsync("/login/mailed-code")).Html, StringComparison.Ordinal);
        Assert.Equal(DeviceCodes.MostMailsInAnHour, (await server.PendingAsync(user.Username)).Sum(row => row.MailedCodes));
        Assert.Equal(DeviceCodes.MostMailsInAnHour, (await server.MailsAsync(user, DeviceCodes.MostMailsInAnHour)).Count);
        server.Clock.Advance(TimeSpan.FromMinutes(61));
        var later = new TestBrowser(server);
        await later.PasswordAsync(user.Username, user.Password);
        Assert.DoesNotContain("No more codes can be sent", (await later.GetAsync("/login/mailed-code")).Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mailed_code_dies_after_ten_minutes_and_the_sign_in_with_it()
    {
        await using var server = await TestServer.StartAsync();
        var user = await (await TestOrg.AddAsync(server)).UserAsync();
        await user.HasSignedInBeforeAsync(server);
        var browser = new TestBrowser(server);
        await browser.PasswordAsync(user.Username, user.Password);
        var page = await browser.GetAsync("/login/mailed-code");
        var code = (await server.MailsAsync(user)).Find("^([0-9]{8})\r?$");
        server.Clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal("/login", (await browser.PostAsync(page, "/login/mailed-code", ("Code", code))).LocalLocation);
        Assert.False(await browser.IsSignedInAsync());
    }

    [Fact]
    public async Task An_expired_password_is_replaced_on_the_way_and_the_code_that_was_typed_stays_proven()
    {
        await using var server = await TestServer.StartAsync();
        var user = await (await TestOrg.AddAsync(server)).UserAsync();
        await user.EnrolAsync();
        await user.ChangeAsync(row => row.MustChangePassword = true);
        var browser = new TestBrowser(server);
        await browser.PasswordAsync(user.Username, user.Password);
        var code = user.Code();
        Assert.Equal("/login/new-password", (await browser.CodeAsync("/login/code", code)).LocalLocation);
        Assert.False(await browser.IsSignedInAsync());

        // The code is used up by the step it was typed at.
        var other = new TestBrowser(server);
        await other.PasswordAsync(user.Username, user.Password);
        Assert.Null((await other.CodeAsync("/login/code", code)).Location);

        var page = await browser.GetAsync("/login/new-password");
        Assert.Contains("you have not used before", (await browser.PostAsync(page, null, ("Password", user.Password), ("Repeated", user.Password))).Html, StringComparison.Ordinal);
        Assert.Contains("at least 8", (await browser.PostAsync(page, null, ("Password", "short"), ("Repeated", "short"))).Html, StringComparison.Ordinal);
        Assert.Contains("not the same", (await browser.PostAsync(page, null, ("Password", "Velvet-anchor-92"), ("Repeated", "Velvet-anchor-93"))).Html, StringComparison.Ordinal);
        var answer = await browser.PostAsync(page, null, ("Password", "Velvet-anchor-92"), ("Repeated", "Velvet-anchor-92"));
        Assert.Equal("/settings", answer.LocalLocation);
        Assert.True(await browser.IsSignedInAsync());
        Assert.Equal(Proof.Password | Proof.Totp, (await server.RecordAsync(answer)).Proven);
    }

    [Fact]
    public async Task A_seed_that_somebody_else_has_seen_is_not_offered_to_the_owner()
    {
        await using var server = await TestServer.StartAsync();
        var user = await (await TestOrg.AddAsync(server)).UserAsync(new() { SecondFactor = new() { EnrolmentForced = true } });
        async Task<string> SeenByAsync(TestBrowser browser) =>
            new[] { (await browser.GetAsync("/login/enrol")).Html }.Find("<code class=\"secret\">([A-Z2-7 ]+)</code>");
        var thief = new TestBrowser(server);
        await thief.PasswordAsync(user.Username, user.Password);
        var seen = await SeenByAsync(thief);
        Assert.Equal(seen, await SeenByAsync(thief)); // a page loaded again shows the same
        server.Clock.Advance(TimeSpan.FromSeconds(1));
        var owner = new TestBrowser(server);
        await owner.PasswordAsync(user.Username, user.Password);
        Assert.NotEqual(seen, await SeenByAsync(owner));
    }

    [Fact]
    public async Task A_second_factor_that_is_forced_is_enrolled_on_the_way()
    {
        await using var server = await TestServer.StartAsync();
        var user = await (await TestOrg.AddAsync(server)).UserAsync(new() { SecondFactor = new() { EnrolmentForced = true } });
        var browser = new TestBrowser(server);
        Assert.Equal("/login/enrol", (await browser.PasswordAsync(user.Username, user.Password)).LocalLocation);
        var page = await browser.GetAsync("/login/enrol");
        var secret = new[] { page.Html }.Find("<code class=\"secret\">([A-Z2-7 ]+)</code>").Replace(" ", "", StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/login/enrol?handler=Picture")).Status);
        Assert.Contains("did not work", (await browser.PostAsync(page, null, ("Code", "000000"))).Html, StringComparison.Ordinal);
        var codes = await browser.PostAsync(page, null, ("Code", Totp.Code(Base32.Decode(secret), Totp.StepAt(server.Clock.GetUtcNow()))));
        Assert.Equal(RecoveryCodes.PerSet, codes.Html.Split("<ul class=\"codes\">")[1].Split("</ul>")[0].Split("<li>").Length - 1);
        Assert.False(await browser.IsSignedInAsync());
        var answer = await browser.PostAsync(codes, "/login/enrol?handler=Continue");
        Assert.Equal("/settings", answer.LocalLocation);
        Assert.True(await browser.IsSignedInAsync());

        // A recovery code stands in for the app, once.
        var code = new[] { codes.Html }.Find("<li>([2-9A-Z-]{19})</li>");
        var second = new TestBrowser(server);
        await second.PasswordAsync(user.Username, user.Password);
        Assert.Equal("/settings", (await second.CodeAsync("/login/recovery-code", code.ToLowerInvariant().Replace('-', ' '))).LocalLocation);
        Assert.Contains(await server.MailsAsync(user, 3), mail => mail.Contains("Codes left: 9", StringComparison.Ordinal));
        var third = new TestBrowser(server);
        await third.PasswordAsync(user.Username, user.Password);
        await third.CodeAsync("/login/recovery-code", code);
        Assert.False(await third.IsSignedInAsync());
    }

    [Fact]
    public async Task Nobody_enrols_a_factor_who_has_one_and_was_not_asked()
    {
        var (server, user) = await UserAsync();
        await user.EnrolAsync();
        var browser = new TestBrowser(server);
        var page = await browser.PasswordAsync(user.Username, user.Password);
        foreach (var path in new[] { "/login/enrol", "/login/new-password", "/login/mailed-code" })
            Assert.Equal("/login", (await browser.GetAsync(path)).LocalLocation);
        page = await browser.GetAsync("/login/code");
        Assert.Equal("/login", (await browser.PostAsync(page, "/login/enrol?handler=Options")).LocalLocation ?? "/login");
        Assert.Equal("/login", (await browser.PostAsync(page, "/login/new-password", ("Password", "Velvet-anchor-92"), ("Repeated", "Velvet-anchor-92"))).LocalLocation);
        Assert.NotNull((await user.RowAsync()).PasswordHash);
        Assert.False(await browser.IsSignedInAsync());
    }

    [Fact]
    public async Task Worked_example_14_an_account_for_programs_cannot_sign_in_at_a_browser()
    {
        var server = await servers.OnAsync("SQLite");
        var org = await TestOrg.AddAsync(server);
        var user = await org.UserAsync(new() { ApiOnly = true });
        var browser = new TestBrowser(server);
        var answer = await browser.PasswordAsync(user.Username, user.Password);
        Assert.Equal(HttpStatusCode.Forbidden, answer.Status);
        Assert.Contains("for programs", answer.Html, StringComparison.Ordinal);
        Assert.Equal(DenyReason.ApiOnlyUser, (await server.RecordAsync(answer)).Reason);
        Assert.False(await browser.IsSignedInAsync());
        var wrong = await new TestBrowser(server).PasswordAsync(user.Username, "wrong");
        Assert.DoesNotContain("for programs", wrong.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hours_and_networks_are_named_only_to_whom_has_proven_the_password()
    {
        var server = await servers.OnAsync("SQLite");
        var org = await TestOrg.AddAsync(server);
        var user = await org.UserAsync(new() { LoginRanges = ["127.0.10.0/24"] });
        var answer = await new TestBrowser(server).PasswordAsync(user.Username, user.Password);
        Assert.Equal(HttpStatusCode.Forbidden, answer.Status);
        Assert.Contains("from this network", answer.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("network", (await new TestBrowser(server).PasswordAsync(user.Username, "wrong")).Html.Split("<main")[1], StringComparison.Ordinal);
        Assert.Equal("/settings", (await new TestBrowser(server, TestServer.Office).PasswordAsync(user.Username, user.Password)).LocalLocation);
    }

    [Fact]
    public async Task Guesses_at_the_page_and_at_the_api_are_counted_together()
    {
        var server = await servers.OnAsync("SQLite");
        var org = await TestOrg.AddAsync(server);
        var user = await org.UserAsync(new() { Lockout = new() { MaxInvalidAttempts = 3 } });
        var app = await org.AppAsync();
        await user.LoginAsync(app, TestServer.Outside, password: "wrong");
        await new TestBrowser(server).PasswordAsync(user.Username, "wrong");
        await user.LoginAsync(app, TestServer.Outside, password: "wrong");
        var browser = new TestBrowser(server);
        var answer = await browser.PasswordAsync(user.Username, user.Password);
        Assert.Equal(DenyReason.LockedOut, (await server.RecordAsync(answer)).Reason);
        Assert.Contains("That did not work", answer.Html, StringComparison.Ordinal);
        Assert.False(await browser.IsSignedInAsync());
    }

    async Task<(TestServer Server, TestUser User)> UserAsync(string database = "SQLite")
    {
        var server = await servers.OnAsync(database);
        var user = await (await TestOrg.AddAsync(server)).UserAsync();
        await server.NoticeAsync();
        return (server, user);
    }
}
