using System.Buffers.Text;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Accounts;
using OAuthServer.Data;
using OAuthServer.Orgs;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.SignIn;

/// <summary>Passkeys with an authenticator in software: the honest way, and each field changed alone (WebAuthn Level 3 sections 7.1 and 7.2).</summary>
[Collection(nameof(ServersCollection))]
public sealed class PasskeyTests(Servers servers)
{
    [Theory]
    [MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task A_passkey_signs_in_without_a_name_and_counts_as_two_factors(string database)
    {
        var (server, user) = await UserAsync(database);
        using var authenticator = new SoftwareAuthenticator();
        Assert.IsType<PasskeyAddition.Added>(await RegisterAsync(server, user, authenticator));
        var browser = new TestBrowser(server);
        var answer = await UseAsync(browser, authenticator);
        Assert.Equal("/settings", answer.LocalLocation);
        var record = await server.RecordAsync(answer);
        Assert.Equal((user.Id, Proof.Passkey, "allow"), (record.UserId, record.Proven, record.Decision));
        var passkey = Assert.Single(await server.Services.GetRequiredService<Passkeys>().ListAsync(user.Id, TestContext.Current.CancellationToken));
        Assert.Equal((2, server.Clock.GetUtcNow().ToUnixTimeSeconds()), (passkey.SignCount, passkey.LastUsedAt!.Value.ToUnixTimeSeconds()));
        Assert.Contains(await server.MailsAsync(user), mail => mail.Contains("Subject: A passkey was added", StringComparison.Ordinal));
    }

    public static TheoryData<string, Action<AuthenticatorAnswer>> Forgeries => new()
    {
        { "challenge", answer => answer.Challenge = Base64Url.EncodeToString(new byte[32]) },
        { "origin of another host", answer => answer.Origin = "http://evil.test" },
        { "origin of another port", answer => answer.Origin = "http://localhost:5001" },
        { "origin of another scheme", answer => answer.Origin = "https://localhost:5000" },
        { "origin that begins like ours", answer => answer.Origin = "http://localhost:5000.evil.test" },
        { "cross origin", answer => answer.CrossOrigin = true },
        { "top origin", answer => answer.TopOrigin = "http://evil.test" },
        { "type", answer => answer.Type = answer.Type == "webauthn.get" ? "webauthn.create" : "webauthn.get" },
        { "relying party", answer => answer.RpId = "evil.test" },
        { "nobody present", answer => answer.Flags &= 0xff ^ 1 },
        { "nobody verified", answer => answer.Flags &= 0xff ^ 4 },
        { "backed up but not eligible", answer => answer.Flags |= 16 },
        { "trailing bytes", answer => answer.Trailing = [0] },
        { "credential type", answer => answer.CredentialType = "password" },
    };

    [Theory]
    [MemberData(nameof(Forgeries))]
    public async Task A_changed_answer_does_not_sign_in(string what, Action<AuthenticatorAnswer> change)
    {
        var (server, user) = await UserAsync();
        using var authenticator = new SoftwareAuthenticator();
        await RegisterAsync(server, user, authenticator);
        await RefusedAsync(server, authenticator, change);
        Assert.Equal("/settings", (await UseAsync(new TestBrowser(server), authenticator)).LocalLocation);
        Assert.NotNull(what);
    }

    [Theory]
    [MemberData(nameof(Forgeries))]
    public async Task A_changed_answer_registers_nothing(string what, Action<AuthenticatorAnswer> change)
    {
        var (server, user) = await UserAsync();
        using var authenticator = new SoftwareAuthenticator();
        Assert.IsType<PasskeyAddition.Rejected>(await RegisterAsync(server, user, authenticator, change));
        Assert.Empty(await server.Services.GetRequiredService<Passkeys>().ListAsync(user.Id, TestContext.Current.CancellationToken));
        Assert.NotNull(what);
    }

    [Fact]
    public async Task A_registration_with_an_unverified_attestation_an_unknown_algorithm_or_an_endless_id_is_refused()
    {
        var (server, user) = await UserAsync();
        foreach (var change in new Action<AuthenticatorAnswer>[]
        {
            answer => answer.Format = "packed", answer => answer.Algorithm = -8, answer => answer.CredentialId = new byte[1024],
        })
        {
            using var authenticator = new SoftwareAuthenticator();
            Assert.IsType<PasskeyAddition.Rejected>(await RegisterAsync(server, user, authenticator, change));
        }
    }

    [Fact]
    public async Task Signatures_of_another_key_other_users_handles_and_counters_that_go_back_are_refused()
    {
        var (server, user) = await UserAsync();
        var (_, other) = await UserAsync();
        using var authenticator = new SoftwareAuthenticator();
        await RegisterAsync(server, user, authenticator);
        await UseAsync(new TestBrowser(server), authenticator);
        await RefusedAsync(server, authenticator, answer => answer.IsForeign = true);
        await RefusedAsync(server, authenticator, answer => answer.UserHandle = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(other.Id)));
        await RefusedAsync(server, authenticator, answer => answer.UserHandle = null);
        await RefusedAsync(server, authenticator, answer => answer.Counter = 2);
        await RefusedAsync(server, authenticator, answer => answer.Counter = 0);
        await RefusedAsync(server, authenticator, answer => answer.CredentialId = new byte[32]);
    }

    [Fact]
    public async Task An_answer_works_once_and_only_in_the_ceremony_it_was_made_for()
    {
        var (server, user) = await UserAsync();
        using var authenticator = new SoftwareAuthenticator();
        await RegisterAsync(server, user, authenticator);
        var thief = new TestBrowser(server);
        var browser = new TestBrowser(server);
        var credential = authenticator.Get(await OptionsAsync(browser));
        foreach (var cookie in browser.Cookies)
            thief.Cookies[cookie.Key] = cookie.Value;
        Assert.Equal("/settings", (await SendAsync(browser, credential)).LocalLocation);
        await SendAsync(thief, credential);
        Assert.False(await thief.IsSignedInAsync());
        var later = new TestBrowser(server);
        await OptionsAsync(later);
        await SendAsync(later, credential);
        Assert.False(await later.IsSignedInAsync());
    }

    [Fact]
    public async Task A_refused_answer_uses_its_ceremony_up()
    {
        var (server, user) = await UserAsync();
        using var authenticator = new SoftwareAuthenticator();
        await RegisterAsync(server, user, authenticator);
        var browser = new TestBrowser(server);
        var options = await OptionsAsync(browser);
        await SendAsync(browser, authenticator.Get(options, answer => answer.IsForeign = true));
        await SendAsync(browser, authenticator.Get(options));
        Assert.False(await browser.IsSignedInAsync());
    }

    [Fact]
    public async Task A_passkey_never_puts_its_owner_in_the_place_of_whom_was_typed_or_proven()
    {
        var (server, ada) = await UserAsync();
        var (_, bob) = await UserAsync();
        await ada.EnrolAsync();
        using var bobs = new SoftwareAuthenticator();
        await RegisterAsync(server, bob, bobs);

        var typed = new TestBrowser(server);
        await typed.NameAsync(ada.Username);
        await SendAsync(typed, bobs.Get(await OptionsAsync(typed, isFirst: false)));
        Assert.False(await typed.IsSignedInAsync());

        var proven = new TestBrowser(server);
        await proven.PasswordAsync(ada.Username, ada.Password);
        await SendAsync(proven, bobs.Get(await OptionsAsync(proven, isFirst: false)));
        Assert.False(await proven.IsSignedInAsync());
        Assert.Equal(1, (await ada.RowAsync()).UntrustedFailures);
    }

    [Fact]
    public async Task A_passkey_is_the_second_factor_after_a_password()
    {
        var (server, user) = await UserAsync();
        using var authenticator = new SoftwareAuthenticator();
        await RegisterAsync(server, user, authenticator);
        var browser = new TestBrowser(server);
        Assert.Equal("/login/passkey", (await browser.PasswordAsync(user.Username, user.Password)).LocalLocation);
        var options = await OptionsAsync(browser, isFirst: false);
        Assert.Equal(authenticator.CredentialId, JsonNode.Parse(options)!["allowCredentials"]![0]!["id"]!.GetValue<string>());
        var answer = await SendAsync(browser, authenticator.Get(options));
        Assert.Equal("/settings", answer.LocalLocation);
        Assert.Equal(Proof.Password | Proof.Passkey, (await server.RecordAsync(answer)).Proven);
    }

    [Fact]
    public async Task Options_name_no_credential_before_somebody_is_proven_and_are_the_same_for_unknown_names()
    {
        var (server, user) = await UserAsync();
        using var authenticator = new SoftwareAuthenticator();
        await RegisterAsync(server, user, authenticator);
        foreach (var name in new[] { user.Username, "nobody@example.test" })
        {
            var browser = new TestBrowser(server);
            await browser.NameAsync(name);
            var options = JsonNode.Parse(await OptionsAsync(browser, isFirst: false))!.AsObject();
            Assert.Empty(options["allowCredentials"]?.AsArray() ?? []);
            Assert.Equal("required", options["userVerification"]!.GetValue<string>());
            Assert.Equal("localhost", options["rpId"]!.GetValue<string>());
            Assert.Equal(32, Base64Url.DecodeFromChars(options["challenge"]!.GetValue<string>()).Length);
        }
    }

    [Fact]
    public async Task A_passkey_obeys_ranges_and_standing_and_a_removed_one_is_blocked_at_once()
    {
        var server = await servers.OnAsync("SQLite");
        var org = await TestOrg.AddAsync(server);
        var user = await org.UserAsync(new() { LoginRanges = ["127.0.10.0/24"] });
        using var authenticator = new SoftwareAuthenticator();
        await RegisterAsync(server, user, authenticator);
        var outside = new TestBrowser(server);
        Assert.Contains("network", (await UseAsync(outside, authenticator)).Html, StringComparison.Ordinal);
        Assert.False(await outside.IsSignedInAsync());
        var inside = new TestBrowser(server, TestServer.Office);
        Assert.Equal("/settings", (await UseAsync(inside, authenticator)).LocalLocation);
        var profile = (await server.Services.GetRequiredService<OrgDirectory>().CurrentAsync()).Rows.Profiles[user.ProfileId];
        Assert.Equal(PasskeyRemoval.Removed, await server.Services.GetRequiredService<Passkeys>().RemoveAsync(await user.RowAsync(), profile, authenticator.CredentialId, null, TestContext.Current.CancellationToken));
        var again = new TestBrowser(server, TestServer.Office);
        await UseAsync(again, authenticator);
        Assert.False(await again.IsSignedInAsync());
    }

    [Fact]
    public async Task The_last_factor_stays_where_the_profile_wants_one_and_nobody_touches_anothers()
    {
        var (server, user) = await UserAsync();
        var (_, other) = await UserAsync();
        using var authenticator = new SoftwareAuthenticator();
        await RegisterAsync(server, user, authenticator);
        var passkeys = server.Services.GetRequiredService<Passkeys>();
        var profile = (await server.Services.GetRequiredService<OrgDirectory>().CurrentAsync()).Rows.Profiles[user.ProfileId];
        var strict = profile with { BrowserSecondFactor = BrowserSecondFactor.Always };
        Assert.Equal(PasskeyRemoval.LastFactor, await passkeys.RemoveAsync(await user.RowAsync(), strict, authenticator.CredentialId, null, TestContext.Current.CancellationToken));
        Assert.Equal(PasskeyRemoval.NotFound, await passkeys.RemoveAsync(await other.RowAsync(), profile, authenticator.CredentialId, null, TestContext.Current.CancellationToken));
        Assert.False(await passkeys.RenameAsync(other.Id, authenticator.CredentialId, "mine", TestContext.Current.CancellationToken));
        Assert.True(await passkeys.RenameAsync(user.Id, authenticator.CredentialId, " Blue\n key ", TestContext.Current.CancellationToken));
        Assert.Equal("Blue key", (await passkeys.ListAsync(user.Id, TestContext.Current.CancellationToken)).Single().Name);
        await user.EnrolAsync();
        Assert.Equal(PasskeyRemoval.Removed, await passkeys.RemoveAsync(await user.RowAsync(), strict, authenticator.CredentialId, null, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_registration_is_bound_to_its_session_and_user_and_no_passkey_is_registered_twice()
    {
        var (server, user) = await UserAsync();
        var (_, other) = await UserAsync();
        var passkeys = server.Services.GetRequiredService<Passkeys>();
        using var authenticator = new SoftwareAuthenticator();
        var row = await user.RowAsync();
        var made = authenticator.Create(await passkeys.BeginRegistrationAsync(row, "session-1-" + user.Id, TestContext.Current.CancellationToken));
        Assert.IsType<PasskeyAddition.Rejected>(await passkeys.FinishRegistrationAsync(row, "session-2-" + user.Id, made, "x", TestContext.Current.CancellationToken));
        Assert.IsType<PasskeyAddition.Rejected>(await passkeys.FinishRegistrationAsync(await other.RowAsync(), "session-1-" + user.Id, made, "x", TestContext.Current.CancellationToken));
        Assert.IsType<PasskeyAddition.Added>(await passkeys.FinishRegistrationAsync(row, "session-1-" + user.Id, made, "x", TestContext.Current.CancellationToken));
        Assert.IsType<PasskeyAddition.Rejected>(await passkeys.FinishRegistrationAsync(row, "session-1-" + user.Id, made, "x", TestContext.Current.CancellationToken));
        Assert.IsType<PasskeyAddition.Rejected>(await RegisterAsync(server, other, authenticator));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("{\"id\":\"!\",\"type\":\"public-key\",\"response\":{}}")]
    public async Task Junk_in_the_place_of_an_answer_is_refused(string junk)
    {
        var (server, _) = await UserAsync();
        var browser = new TestBrowser(server);
        await OptionsAsync(browser);
        Assert.InRange((int)(await SendAsync(browser, junk)).Status, 200, 499);
        Assert.False(await browser.IsSignedInAsync());
    }

    static async Task RefusedAsync(TestServer server, SoftwareAuthenticator authenticator, Action<AuthenticatorAnswer> change)
    {
        var browser = new TestBrowser(server);
        var answer = await UseAsync(browser, authenticator, change);
        Assert.Equal(DenyReason.PasskeyRejected, (await server.RecordAsync(answer)).Reason);
        Assert.False(await browser.IsSignedInAsync());
    }

    static async Task<PasskeyAddition> RegisterAsync(TestServer server, TestUser user, SoftwareAuthenticator authenticator, Action<AuthenticatorAnswer>? change = null)
    {
        var passkeys = server.Services.GetRequiredService<Passkeys>();
        var row = await user.RowAsync();
        var session = RandomId.New(16);
        return await passkeys.FinishRegistrationAsync(row, session, authenticator.Create(await passkeys.BeginRegistrationAsync(row, session, TestContext.Current.CancellationToken), change), "My key", TestContext.Current.CancellationToken);
    }

    static async Task<Page> UseAsync(TestBrowser browser, SoftwareAuthenticator authenticator, Action<AuthenticatorAnswer>? change = null) =>
        await SendAsync(browser, authenticator.Get(await OptionsAsync(browser), change));

    /// <summary>What the script on the page does first.</summary>
    static async Task<string> OptionsAsync(TestBrowser browser, bool isFirst = true)
    {
        var page = await browser.GetAsync(isFirst ? "/login" : "/login/passkey");
        var options = await browser.PostAsync(page, "/login/passkey?handler=Options", isFirst ? [("to", "")] : []);
        Assert.Equal(System.Net.HttpStatusCode.OK, options.Status);
        return options.Html;
    }

    static async Task<Page> SendAsync(TestBrowser browser, string credential) =>
        await browser.PostAsync(await browser.GetAsync("/login?another=true"), "/login/passkey", ("credential", credential));

    async Task<(TestServer Server, TestUser User)> UserAsync(string database = "SQLite")
    {
        var server = await servers.OnAsync(database);
        var user = await (await TestOrg.AddAsync(server)).UserAsync();
        await server.NoticeAsync();
        return (server, user);
    }
}
