using System.Net;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Policy;
using OAuthServer.Tests.Features.Authorize;
using OAuthServer.Tests.Features.SignIn;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.Settings;

/// <summary>What owners change of their own sign-in: password, security token, authenticator app, passkeys.</summary>
[Collection(nameof(ServersCollection))]
public sealed class OwnChangesTests(Servers servers)
{
    const string NewPassword = "velvet anchor 92";

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_changed_password_keeps_this_browser_under_another_session_and_ends_all_others()
    {
        var scene = await SceneAsync();
        var (other, _) = await scene.ElsewhereAsync();
        var (passkeys, _) = await scene.ElsewhereAsync(Proof.Passkey);
        var stolen = scene.Browser.Cookies["session"];
        var page = await scene.DoAsync("/settings/password", "/settings/password", Change(scene.User.Password, NewPassword));
        Assert.Contains("Your password was changed", page.Html, StringComparison.Ordinal);
        Assert.True(await scene.IsSignedInAsync(scene.Browser));
        Assert.NotEqual(stolen, scene.Browser.Cookies["session"]);
        Assert.False(await scene.IsSignedInAsync(other));
        Assert.False(await scene.IsSignedInAsync(passkeys)); // not born of the password, and ended all the same
        var thief = new TestBrowser(scene.Server);
        thief.Cookies["session"] = stolen;
        Assert.False(await scene.IsSignedInAsync(thief));
        var live = await scene.ReadAsync(db => db.BrowserSessions.SingleAsync(s => s.UserId == scene.User.Id && s.EndedAt == null, Stop));
        Assert.NotEqual(scene.Session.Id, live.Id);
        Assert.Equal(scene.Session.StartedAt, live.StartedAt); // and lives no longer for it
    }

    [Theory]
    [InlineData("wrong", NewPassword, NewPassword, "This is not your current password")]
    [InlineData("", NewPassword, NewPassword, "Type your current password")]
    [InlineData(null, "short1", "short1", "Use at least 8 characters")]
    [InlineData(null, "onlyletters", "onlyletters", "at least one letter and one digit")]
    [InlineData(null, NewPassword, "another one 1", "not the same")]
    [InlineData(null, "", "", "Type a new password")]
    public async Task A_password_that_will_not_do_is_said_in_words_and_changes_nothing(string? current, string next, string repeated, string said)
    {
        var scene = await SceneAsync();
        var before = (await scene.User.RowAsync()).PasswordHash;
        var answer = await scene.SendAsync(
            "/settings/password", "/settings/password", ("CurrentPassword", current ?? scene.User.Password), ("NewPassword", next), ("RepeatedPassword", repeated));
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Contains(said, WebUtility.HtmlDecode(answer.Html), StringComparison.Ordinal);
        Assert.Contains("aria-invalid", answer.Html, StringComparison.Ordinal);
        if (next.Length > 0)
            Assert.DoesNotContain($"value=\"{next}\"", answer.Html, StringComparison.Ordinal);
        Assert.Equal(before, (await scene.User.RowAsync()).PasswordHash);
    }

    [Theory]
    [InlineData("/settings/password", "/settings/password")]
    [InlineData("/settings/security-token", "/settings/security-token")]
    [InlineData("/settings/authenticator", "/settings/authenticator/begin")]
    [InlineData("/settings/passkeys", "/settings/passkeys/options")]
    public async Task Wrong_current_passwords_count_as_failed_sign_ins_until_the_account_is_locked(string page, string to)
    {
        var scene = await SceneAsync();
        scene.LetTimePass();
        for (var i = 0; i < 10; i++)
            await scene.SendAsync(page, to, Change("wrong" + i, NewPassword));
        Assert.Equal(10, (await scene.User.RowAsync()).UntrustedFailures);
        var locked = await scene.SendAsync(page, to, Change(scene.User.Password, NewPassword));
        Assert.True(locked.Status == HttpStatusCode.Forbidden || locked.Html.Contains("Too many failed attempts", StringComparison.Ordinal), locked.Html);
        Assert.Equal(10, (await scene.User.RowAsync()).UntrustedFailures);
    }

    [Fact]
    public async Task Twenty_guesses_at_once_are_not_more_than_ten()
    {
        var scene = await SceneAsync();
        var page = await scene.GetAsync("/settings/password");
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => scene.Browser.PostAsync(page, null, Change("wrong" + i, NewPassword))));
        Assert.Equal(10, (await scene.User.RowAsync()).UntrustedFailures);
    }

    [Fact]
    public async Task A_token_reset_names_what_will_stop_and_sends_the_new_one_by_mail()
    {
        var scene = await SceneAsync();
        var app = await scene.Org.AppAsync();
        var token = await scene.User.ReceiveTokenAsync();
        (await scene.User.LoginAsync(app, TestServer.Outside, token)).IsAllowed();
        var page = await scene.GetAsync("/settings/security-token");
        Assert.Contains("These programs will stop", page.Html, StringComparison.Ordinal);
        Assert.Contains("App ", page.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("OverlapDays", page.Html, StringComparison.Ordinal);
        var done = await scene.DoAsync("/settings/security-token", "/settings/security-token");
        Assert.Contains("A new security token is on its way", done.Html, StringComparison.Ordinal);
        Assert.DoesNotContain(token, done.Html, StringComparison.Ordinal);
        (await scene.User.LoginAsync(app, TestServer.Outside, token)).IsRefused("invalid_grant", "authentication failure");
    }

    [Fact]
    public async Task An_overlap_is_offered_where_the_profile_allows_it_and_not_beyond()
    {
        var scene = await SceneAsync(new() { SecurityToken = new() { OverlapDays = 7 } });
        var app = await scene.Org.AppAsync();
        var token = await scene.User.ReceiveTokenAsync();
        var tooLong = await scene.SendAsync("/settings/security-token", "/settings/security-token", ("OverlapDays", "8"));
        Assert.Contains("Choose from 0 to 7 days", tooLong.Html, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await scene.SendAsync("/settings/security-token", "/settings/security-token", ("OverlapDays", "x"))).Status);
        await scene.DoAsync("/settings/security-token", "/settings/security-token", ("OverlapDays", "7"));
        (await scene.User.LoginAsync(app, TestServer.Outside, token)).IsAllowed();
        scene.Server.Clock.Advance(TimeSpan.FromDays(7));
        (await scene.User.LoginAsync(app, TestServer.Outside, token)).IsRefused("invalid_grant", "authentication failure");
    }

    [Fact]
    public async Task An_old_sign_in_does_not_reset_a_token_without_the_password()
    {
        var scene = await SceneAsync();
        scene.LetTimePass();
        var answer = await scene.SendAsync("/settings/security-token", "/settings/security-token");
        Assert.Contains("Type your current password", answer.Html, StringComparison.Ordinal);
        Assert.Equal(0, await scene.ReadAsync(db => db.SecurityTokens.CountAsync(t => t.UserId == scene.User.Id, Stop)));
        await scene.DoAsync("/settings/security-token", "/settings/security-token", ("CurrentPassword", scene.User.Password));
        Assert.Equal(1, await scene.ReadAsync(db => db.SecurityTokens.CountAsync(t => t.UserId == scene.User.Id, Stop)));
    }

    [Fact]
    public async Task A_fresh_sign_in_without_the_second_factor_that_is_enrolled_is_not_enough()
    {
        var scene = await SceneAsync(new() { SecondFactor = new() { Browser = BrowserSecondFactor.Never } });
        await scene.User.EnrolAsync();
        Assert.Contains("CurrentPassword", (await scene.GetAsync("/settings/security-token")).Html, StringComparison.Ordinal);
        await scene.Browser.SignInAsync(scene.User, Proof.Password | Proof.Totp);
        Assert.DoesNotContain("CurrentPassword", (await scene.GetAsync("/settings/security-token")).Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_absent_token_says_why_in_both_languages()
    {
        var scene = await SceneAsync(new() { LoginRanges = ["127.0.0.0/8"] });
        Assert.Contains("only from listed addresses", (await scene.GetAsync("/settings/security-token")).Html, StringComparison.Ordinal);
        Assert.Contains("nur von bestimmten Adressen", (await scene.GetAsync("/settings/security-token?ui_locales=de")).Html, StringComparison.Ordinal);
        Assert.DoesNotContain("<button class=\"danger\"", (await scene.GetAsync("/settings/security-token")).Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_authenticator_is_enrolled_from_its_picture_and_its_codes_are_shown_once()
    {
        var scene = await SceneAsync();
        var page = await scene.DoAsync("/settings/authenticator", "/settings/authenticator/begin", ("CurrentPassword", scene.User.Password));
        var picture = await scene.Browser.GetAsync("/settings/authenticator/qr");
        Assert.Equal(HttpStatusCode.OK, picture.Status);
        Assert.Contains("no-store", picture.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("data:", page.Html, StringComparison.Ordinal);
        var key = Regex.Match(page.Html, "<code class=\"secret\">(?<key>[A-Z2-7 ]+)</code>", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Groups["key"].Value.Replace(" ", "", StringComparison.Ordinal);
        var seed = OAuthServer.Accounts.Base32.Decode(key)!;
        var wrong = await scene.SendAsync("/settings/authenticator", "/settings/authenticator/confirm", ("Code", "000000"));
        Assert.Contains("Your app should show another code", wrong.Html, StringComparison.Ordinal);
        Assert.Equal(1, (await scene.User.RowAsync()).UntrustedFailures);
        var code = OAuthServer.Accounts.Totp.Code(seed, OAuthServer.Accounts.Totp.StepAt(scene.Server.Clock.GetUtcNow()));
        var done = await scene.SendAsync("/settings/authenticator", "/settings/authenticator/confirm", ("Code", code));
        Assert.Equal(10, Regex.Count(done.Html, "<li>[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}</li>", RegexOptions.None, TimeSpan.FromSeconds(1)));
        var later = await scene.GetAsync("/settings/authenticator");
        Assert.DoesNotMatch("[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}", later.Html);
        Assert.DoesNotContain(key[..8], later.Html, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await scene.Browser.GetAsync("/settings/authenticator/qr")).Status);
    }

    [Fact]
    public async Task An_authenticator_is_removed_only_with_the_password()
    {
        var scene = await SceneAsync();
        await scene.User.EnrolAsync();
        await scene.Browser.SignInAsync(scene.User, Proof.Password | Proof.Totp);
        Assert.Equal(HttpStatusCode.OK, (await scene.SendAsync("/settings/authenticator", "/settings/authenticator/remove")).Status);
        Assert.Equal(1, await scene.ReadAsync(db => db.Authenticators.CountAsync(a => a.UserId == scene.User.Id, Stop)));
        await scene.DoAsync("/settings/authenticator", "/settings/authenticator/remove", ("CurrentPassword", scene.User.Password));
        Assert.Equal(0, await scene.ReadAsync(db => db.Authenticators.CountAsync(a => a.UserId == scene.User.Id, Stop)));
    }

    [Theory]
    [MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task The_password_alone_takes_no_factor_away_once_one_is_enrolled(string database)
    {
        var scene = await SettingsScene.NewAsync(await servers.OnAsync(database), from: TestServer.Office);
        await scene.User.EnrolAsync();
        var page = await scene.GetAsync("/settings/authenticator");
        Assert.Contains("Show my second factor", page.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("CurrentPassword", page.Html, StringComparison.Ordinal);
        foreach (var change in new[] { "begin", "renew", "remove", "confirm" })
        {
            var sent = await scene.SendAsync("/settings/authenticator", "/settings/authenticator/" + change, ("CurrentPassword", scene.User.Password));
            Assert.Equal(StepUpTo("/settings/authenticator"), sent.LocalLocation);
        }
        Assert.Equal(1, await scene.ReadAsync(db => db.Authenticators.CountAsync(a => a.UserId == scene.User.Id, Stop)));

        Assert.Equal("/login/code", (await scene.Browser.GetAsync(StepUpTo("/settings/authenticator"))).LocalLocation);
        Assert.Equal("/settings/authenticator", (await scene.Browser.CodeAsync("/login/code", scene.User.Code())).LocalLocation);
        await scene.DoAsync("/settings/authenticator", "/settings/authenticator/remove", ("CurrentPassword", scene.User.Password));
        Assert.Equal(0, await scene.ReadAsync(db => db.Authenticators.CountAsync(a => a.UserId == scene.User.Id, Stop)));
    }

    [Fact]
    public async Task A_factor_shown_eleven_minutes_ago_is_asked_for_again()
    {
        var scene = await SceneAsync();
        await scene.User.EnrolAsync();
        await scene.Browser.SignInAsync(scene.User, Proof.Password | Proof.Totp);
        scene.LetTimePass();
        Assert.Equal(HttpStatusCode.Forbidden, (await scene.SendAsync("/settings/passkeys", "/settings/passkeys/options", ("CurrentPassword", scene.User.Password))).Status);
        Assert.Equal("/login/code", (await scene.Browser.GetAsync(StepUpTo("/settings/passkeys"))).LocalLocation);
        Assert.Equal("/settings/passkeys", (await scene.Browser.CodeAsync("/login/code", scene.User.Code())).LocalLocation);
        Assert.Equal(HttpStatusCode.OK, (await scene.SendAsync("/settings/passkeys", "/settings/passkeys/options")).Status);
    }

    [Fact]
    public async Task Whoever_signed_in_with_a_passkey_alone_begins_again_when_that_is_old()
    {
        var scene = await SceneAsync();
        var id = await PasskeyAsync(scene);
        await scene.Browser.SignInAsync(scene.User, Proof.Passkey);
        scene.LetTimePass();
        Assert.Equal(StepUpTo("/settings/passkeys"), (await scene.SendAsync("/settings/passkeys", "/settings/passkeys/remove", ("id", id), ("CurrentPassword", scene.User.Password))).LocalLocation);
        Assert.Equal("/login/password", (await scene.Browser.GetAsync(StepUpTo("/settings/passkeys"))).LocalLocation);
        var password = await scene.Browser.GetAsync("/login/password");
        Assert.Equal("/login/passkey", (await scene.Browser.PostAsync(password, null, ("Password", scene.User.Password))).LocalLocation);
        Assert.Equal(1, await scene.ReadAsync(db => db.Passkeys.CountAsync(p => p.UserId == scene.User.Id, Stop)));
    }

    [Fact]
    public async Task A_factor_that_does_not_count_for_the_profile_is_not_demanded()
    {
        var scene = await SceneAsync(new() { SecondFactor = new() { Kinds = [Proof.Passkey] } });
        await scene.User.EnrolAsync();
        await scene.DoAsync("/settings/authenticator", "/settings/authenticator/remove", ("CurrentPassword", scene.User.Password));
        Assert.Equal(0, await scene.ReadAsync(db => db.Authenticators.CountAsync(a => a.UserId == scene.User.Id, Stop)));
    }

    [Theory]
    [MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task A_removed_passkey_takes_with_it_what_passkeys_opened_at_other_browsers(string database)
    {
        var scene = await AuthorizeScene.ReadyAsync(await servers.OnAsync(database));
        await using var db = scene.Server.Database.NewContext();
        db.Add(new Passkey { Id = "lost-" + scene.User.Id, UserId = scene.User.Id, Name = "Lost", PublicKey = [1], AttestationObject = [1], ClientDataJson = [1], CreatedAt = scene.Server.Clock.GetUtcNow() });
        await db.SaveChangesAsync(Stop);
        await scene.Browser.SignInAsync(scene.User, Proof.Passkey);
        var lost = await scene.TokensAsync(("scope", "openid api offline_access"));
        var (owner, password) = (new TestBrowser(scene.Server), new TestBrowser(scene.Server));
        await owner.SignInAsync(scene.User, Proof.Passkey);
        await password.SignInAsync(scene.User);
        var removed = await owner.PostAsync(await owner.GetAsync("/settings/passkeys"), "/settings/passkeys/remove", ("id", "lost-" + scene.User.Id));
        Assert.Equal("/settings/passkeys", removed.LocalLocation);
        Assert.False(await scene.Browser.IsSignedInAsync());
        Assert.True(await owner.IsSignedInAsync());
        Assert.True(await password.IsSignedInAsync());
        (await scene.Server.TokenAsync(
            TestServer.Office, ("grant_type", "refresh_token"), ("refresh_token", lost["refresh_token"]), ("client_id", scene.App.ClientId), ("client_secret", scene.App.Secret)))
            .IsRefused("invalid_grant", "");
        Assert.Equal(HttpStatusCode.Unauthorized, (await scene.UserInfoAsync(lost["access_token"]!)).Status);
    }

    [Theory]
    [InlineData(BrowserSecondFactor.Always, false)]
    [InlineData(BrowserSecondFactor.OffTrustedNetworks, false)]
    [InlineData(BrowserSecondFactor.Never, true)]
    public async Task The_last_authenticator_stays_where_the_profile_demands_a_factor(BrowserSecondFactor browser, bool forced)
    {
        var scene = await SceneAsync(new() { SecondFactor = new() { Browser = browser, EnrolmentForced = forced } });
        await scene.User.EnrolAsync();
        await scene.Browser.SignInAsync(scene.User, Proof.Password | Proof.Totp);
        var refused = await scene.SendAsync("/settings/authenticator", "/settings/authenticator/remove", ("CurrentPassword", scene.User.Password));
        Assert.Contains("This is your last second factor", refused.Html, StringComparison.Ordinal);
        Assert.Equal(1, await scene.ReadAsync(db => db.Authenticators.CountAsync(a => a.UserId == scene.User.Id, Stop)));
        await PasskeyAsync(scene);
        await scene.DoAsync("/settings/authenticator", "/settings/authenticator/remove", ("CurrentPassword", scene.User.Password));
        Assert.Equal(0, await scene.ReadAsync(db => db.Authenticators.CountAsync(a => a.UserId == scene.User.Id, Stop)));
    }

    [Theory]
    [InlineData("authenticator")]
    [InlineData("authenticator/confirm")]
    [InlineData("authenticator/remove")]
    [InlineData("recovery-codes")]
    public async Task Over_the_API_too_the_password_alone_changes_no_factor(string change)
    {
        var scene = await SceneAsync(new() { SecondFactor = new() { Api = ApiSecondFactor.Either } });
        var app = await scene.Org.AppAsync();
        await scene.User.EnrolAsync();
        var refused = await CallAsync("", scene.User.Password);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Contains("insufficient_user_authentication", refused.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        Assert.Contains("acr_values=\"urn:oauthserver:acr:2\"", refused.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        Assert.NotEqual(HttpStatusCode.Unauthorized, (await CallAsync(scene.User.Code(), scene.User.Password)).StatusCode);

        async Task<HttpResponseMessage> CallAsync(string code, string password)
        {
            var login = await scene.User.LoginAsync(app, TestServer.Office, code);
            login.IsAllowed();
            using var client = scene.Server.From(TestServer.Office);
            client.DefaultRequestHeaders.Authorization = new("Bearer", login["access_token"]);
            return await client.PostAsync("/api/me/" + change, change.EndsWith("confirm", StringComparison.Ordinal) ? Json.Of(new { code = "000000" }) : Json.Of(new { currentPassword = password }), Stop);
        }
    }

    [Theory]
    [InlineData("１２３４５６")]
    [InlineData("")]
    [InlineData("-12345")]
    [InlineData("99999999999999999999")]
    public async Task Codes_that_are_none_are_refused_and_break_nothing(string code)
    {
        var scene = await SceneAsync();
        await scene.DoAsync("/settings/authenticator", "/settings/authenticator/begin", ("CurrentPassword", scene.User.Password));
        Assert.Equal(HttpStatusCode.OK, (await scene.SendAsync("/settings/authenticator", "/settings/authenticator/confirm", ("Code", code))).Status);
        Assert.Equal(0, await scene.ReadAsync(db => db.RecoveryCodes.CountAsync(c => c.UserId == scene.User.Id, Stop)));
    }

    [Fact]
    public async Task Passkeys_are_named_and_removed_by_their_owner()
    {
        var scene = await SceneAsync();
        var id = await PasskeyAsync(scene);
        Assert.Contains("Blue key", (await scene.DoAsync("/settings/passkeys", "/settings/passkeys/rename", ("id", id), ("Name", "Blue key"))).Html, StringComparison.Ordinal);
        // Enrolled is the passkey itself, which the sign-in did not use.
        Assert.Equal(StepUpTo("/settings/passkeys"), (await scene.SendAsync("/settings/passkeys", "/settings/passkeys/remove", ("id", id), ("CurrentPassword", scene.User.Password))).LocalLocation);
        await scene.Browser.SignInAsync(scene.User, Proof.Passkey);
        var removed = await scene.DoAsync("/settings/passkeys", "/settings/passkeys/remove", ("id", id));
        Assert.Contains("You have none yet", removed.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_registration_begins_without_proof_and_none_is_finished_that_did_not_begin()
    {
        var scene = await SceneAsync();
        scene.LetTimePass();
        Assert.Equal(HttpStatusCode.Forbidden, (await scene.SendAsync("/settings/passkeys", "/settings/passkeys/options")).Status);
        var finished = await scene.SendAsync("/settings/passkeys", "/settings/passkeys/finish", ("Name", "Mine"), ("credential", "{}"));
        Assert.Contains("The passkey was not added", finished.Html, StringComparison.Ordinal);
        var options = await scene.SendAsync("/settings/passkeys", "/settings/passkeys/options", ("CurrentPassword", scene.User.Password));
        Assert.Equal(HttpStatusCode.OK, options.Status);
        Assert.Contains("challenge", options.Html, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await scene.SendAsync("/settings/passkeys", "/settings/passkeys/finish", ("Name", "Mine"), ("credential", "not json"))).Status);
    }

    static string StepUpTo(string page) => $"/login?to={Uri.EscapeDataString(page)}&acr_values={Uri.EscapeDataString("urn:oauthserver:acr:2")}";

    /// <summary>A passkey that lies there and is never used.</summary>
    static async Task<string> PasskeyAsync(SettingsScene scene)
    {
        var id = "own-" + scene.User.Id;
        await scene.AddAsync(new Passkey { Id = id, UserId = scene.User.Id, Name = "Old name", PublicKey = [1], AttestationObject = [1], ClientDataJson = [1], CreatedAt = scene.Server.Clock.GetUtcNow() });
        return id;
    }

    static (string, string)[] Change(string current, string next) => [("CurrentPassword", current), ("NewPassword", next), ("RepeatedPassword", next)];

    async Task<SettingsScene> SceneAsync(OAuthServer.Orgs.ProfileSettings? profile = null) => await SettingsScene.NewAsync(await servers.OnAsync("SQLite"), profile);
}
