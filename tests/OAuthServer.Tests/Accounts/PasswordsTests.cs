using OAuthServer.Accounts;
using OAuthServer.Data;
using OAuthServer.Policy;
using OAuthServer.Policy.Passwords;

namespace OAuthServer.Tests.Accounts;

public sealed class PasswordsTests
{
    [Fact]
    public async Task A_change_sets_the_new_password_and_says_so_by_mail()
    {
        await using var scene = await AccountScene.NewAsync();
        Assert.Equal(new PasswordChange.Changed(null), await ChangeAsync(scene, scene.Profile));
        var user = await scene.UserAsync(scene.Ada);
        Assert.True(await scene.Passwords.IsCurrentAsync(user, AccountScene.NewPassword, TestContext.Current.CancellationToken));
        Assert.False(await scene.Passwords.IsCurrentAsync(user, AccountScene.OldPassword, TestContext.Current.CancellationToken));
        Assert.Equal(scene.Clock.GetUtcNow(), user.PasswordChangedAt);
        Assert.Equal(
            ["Your new security token", "Your password was changed"],
            (await scene.MailsAsync()).Select(mail => mail.Subject).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_change_kills_tokens_also_in_overlap_and_mails_a_new_one()
    {
        await using var scene = await AccountScene.NewAsync();
        var first = await scene.IssueTokenAsync(scene.Ada);
        await scene.ResetAsync(scene.Ada, scene.Profile with { SecurityTokenOverlapDays = 30 }, TokenResetBy.Owner, 30);
        var second = await scene.MailedTokenAsync();
        var bobs = await scene.IssueTokenAsync(scene.Bob, "bob@mail.example");
        await ChangeAsync(scene, scene.Profile);
        Assert.Null(await scene.WorkingAsync(first));
        Assert.Null(await scene.WorkingAsync(second));
        Assert.NotNull(await scene.WorkingAsync(await scene.MailedTokenAsync()));
        Assert.NotNull(await scene.WorkingAsync(bobs));
    }

    [Fact]
    public async Task Where_no_token_applies_the_old_one_dies_all_the_same()
    {
        await using var scene = await AccountScene.NewAsync();
        var token = await scene.IssueTokenAsync(scene.Ada);
        var changed = await ChangeAsync(scene, scene.Profile with { SecurityTokenOffTrustedNetworks = false });
        Assert.Equal(new PasswordChange.Changed(TokenAbsence.TurnedOff), changed);
        Assert.Null(await scene.WorkingAsync(token));
        Assert.Single(await scene.MailsAsync(), mail => mail.Subject == "Your new security token");
    }

    [Fact]
    public async Task A_change_revokes_the_grants_born_of_the_password_and_no_others()
    {
        await using var scene = await AccountScene.NewAsync();
        var earlier = scene.Clock.GetUtcNow().AddDays(-1);
        await using (var db = scene.Database.NewContext())
        {
            db.Grants.AddRange(
                Grant(scene, "password", scene.Ada, Proof.Password),
                Grant(scene, "password and token", scene.Ada, Proof.Password | Proof.SecurityToken),
                Grant(scene, "sso", scene.Ada, Proof.SsoAssertion),
                Grant(scene, "app", scene.Ada, Proof.ClientSecret),
                Grant(scene, "dead", scene.Ada, Proof.Password, earlier),
                Grant(scene, "bob", scene.Bob, Proof.Password));
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }
        await ChangeAsync(scene, scene.Profile);
        var revoked = (await scene.RowsAsync(db => db.Grants)).ToDictionary(grant => grant.Id, grant => grant.RevokedAt, StringComparer.Ordinal);
        Assert.Equal(scene.Clock.GetUtcNow(), revoked["password"]);
        Assert.Equal(scene.Clock.GetUtcNow(), revoked["password and token"]);
        Assert.Equal(earlier, revoked["dead"]);
        Assert.Null(revoked["sso"]);
        Assert.Null(revoked["app"]);
        Assert.Null(revoked["bob"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Tamarind kettle 41")]
    [InlineData("tamarind kettle 41 ")]
    [InlineData("tamarind kettle 41\0")]
    public async Task A_wrong_current_password_changes_nothing(string wrong)
    {
        await using var scene = await AccountScene.NewAsync();
        var outcome = await scene.Passwords.ChangeAsync(scene.Ada, scene.Profile, wrong, AccountScene.NewPassword, TestContext.Current.CancellationToken);
        Assert.IsType<PasswordChange.WrongCurrentPassword>(outcome);
        Assert.Empty(await scene.MailsAsync());
        Assert.True(await scene.Passwords.IsCurrentAsync(
            await scene.UserAsync(scene.Ada), AccountScene.OldPassword, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_giant_current_password_is_wrong_without_being_hashed()
    {
        await using var scene = await AccountScene.NewAsync(new PasswordHashingOptions { Rounds = 100, Waiting = 0 });
        var outcome = await scene.Passwords.ChangeAsync(
            scene.Ada, scene.Profile, new string('ä', 8_001), AccountScene.NewPassword, TestContext.Current.CancellationToken);
        Assert.IsType<PasswordChange.WrongCurrentPassword>(outcome);
    }

    [Fact]
    public async Task Too_many_waiting_hashes_are_told_apart_from_a_wrong_password()
    {
        await using var scene = await AccountScene.NewAsync(new PasswordHashingOptions { Rounds = 100, Waiting = 0 });
        Assert.IsType<PasswordChange.Busy>(await ChangeAsync(scene, scene.Profile));
    }

    [Fact]
    public async Task All_flaws_are_named_at_once()
    {
        await using var scene = await AccountScene.NewAsync();
        var outcome = await ChangeAsync(scene, scene.Profile, "monkey");
        var flaws = Assert.IsType<PasswordChange.Refused>(outcome).Flaws;
        Assert.Equal([PasswordFlaw.TooShort, PasswordFlaw.NotComplexEnough, PasswordFlaw.Breached], flaws);
    }

    [Fact]
    public async Task A_listed_password_passes_only_where_the_list_is_off()
    {
        await using var scene = await AccountScene.NewAsync();
        Assert.IsType<PasswordChange.Refused>(await ChangeAsync(scene, scene.Profile, "Welcome2026!"));
        var profile = scene.Profile with { Password = scene.Profile.Password with { BreachedListCheck = false } };
        Assert.IsType<PasswordChange.Changed>(await ChangeAsync(scene, profile, "Welcome2026!"));
    }

    [Fact]
    public async Task With_a_history_of_three_the_present_password_and_three_before_it_are_refused()
    {
        await using var scene = await AccountScene.NewAsync();
        var passwords = new[] { AccountScene.OldPassword, "first pass 1", "second pass 2", "third pass 3", "fourth pass 4" };
        for (var i = 1; i < passwords.Length; i++)
            await AcceptAsync(scene, passwords[i - 1], passwords[i]);
        foreach (var remembered in passwords[1..])
        {
            var outcome = await scene.Passwords.ChangeAsync(scene.Ada, scene.Profile, passwords[^1], remembered, TestContext.Current.CancellationToken);
            Assert.Equal([PasswordFlaw.UsedBefore], Assert.IsType<PasswordChange.Refused>(outcome).Flaws);
        }
        await AcceptAsync(scene, passwords[^1], passwords[0]);
    }

    [Fact]
    public async Task No_more_than_24_old_passwords_are_kept()
    {
        await using var scene = await AccountScene.NewAsync();
        var profile = scene.Profile with { Password = scene.Profile.Password with { History = 0 } };
        for (var i = 0; i < 27; i++)
            Assert.IsType<PasswordChange.Changed>(await scene.Passwords.SetAsync(
                scene.Ada, profile, $"number {i} of many", PasswordSetBy.ResetLink, TestContext.Current.CancellationToken));
        Assert.Equal(24, (await scene.RowsAsync(db => db.PastPasswords)).Count);
    }

    [Fact]
    public async Task Without_a_history_the_present_password_is_still_no_new_one()
    {
        await using var scene = await AccountScene.NewAsync();
        var profile = scene.Profile with { Password = scene.Profile.Password with { History = 0 } };
        Assert.IsType<PasswordChange.Refused>(await ChangeAsync(scene, profile, AccountScene.OldPassword));
    }

    [Fact]
    public async Task With_a_one_day_minimum_a_second_change_waits_a_day()
    {
        await using var scene = await AccountScene.NewAsync();
        var profile = scene.Profile with { Password = scene.Profile.Password with { OneDayMinimum = true } };
        Assert.IsType<PasswordChange.Changed>(await ChangeAsync(scene, profile));
        scene.Clock.Advance(TimeSpan.FromDays(1) - TimeSpan.FromSeconds(1));
        var early = await scene.Passwords.ChangeAsync(
            scene.Ada, profile, AccountScene.NewPassword, "another fine 3", TestContext.Current.CancellationToken);
        Assert.Equal([PasswordFlaw.ChangedTooRecently], Assert.IsType<PasswordChange.Refused>(early).Flaws);
        scene.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.IsType<PasswordChange.Changed>(await scene.Passwords.ChangeAsync(
            scene.Ada, profile, AccountScene.NewPassword, "another fine 3", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_password_set_by_an_administrator_must_and_may_be_changed_at_once()
    {
        await using var scene = await AccountScene.NewAsync();
        var profile = scene.Profile with { Password = scene.Profile.Password with { OneDayMinimum = true } };
        await scene.Passwords.SetAsync(scene.Ada, profile, "from the admin 7", PasswordSetBy.Administrator, TestContext.Current.CancellationToken);
        Assert.True((await scene.UserAsync(scene.Ada)).MustChangePassword);
        Assert.IsType<PasswordChange.Changed>(await scene.Passwords.ChangeAsync(
            scene.Ada, profile, "from the admin 7", AccountScene.NewPassword, TestContext.Current.CancellationToken));
        Assert.False((await scene.UserAsync(scene.Ada)).MustChangePassword);
    }

    [Fact]
    public async Task The_first_password_brings_the_first_token_and_no_other_mail()
    {
        await using var scene = await AccountScene.NewAsync();
        await scene.EditAsync(scene.Ada, user => (user.PasswordHash, user.PasswordChangedAt) = (null, null));
        Assert.Equal(new PasswordChange.Changed(null), await scene.Passwords.SetAsync(
            scene.Ada, scene.Profile, AccountScene.NewPassword, PasswordSetBy.Activation, TestContext.Current.CancellationToken));
        Assert.Equal("Your new security token", Assert.Single(await scene.MailsAsync()).Subject);
        Assert.Empty(await scene.RowsAsync(db => db.PastPasswords));
    }

    [Fact]
    public async Task Of_changes_that_race_one_wins_and_one_token_is_current()
    {
        await using var scene = await AccountScene.NewAsync(new PasswordHashingOptions { Rounds = 2_000, AtOnce = 8 });
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(
            () => scene.Passwords.ChangeAsync(scene.Ada, scene.Profile, AccountScene.OldPassword, $"{AccountScene.NewPassword} {i}"))));
        Assert.Single(outcomes, outcome => outcome is PasswordChange.Changed);
        Assert.Single(await scene.RowsAsync(db => db.SecurityTokens), token => token.RetiresAt is null);
        Assert.Single(await scene.RowsAsync(db => db.PastPasswords));
    }

    [Fact]
    public void The_list_knows_the_usual_ones_in_any_case()
    {
        Assert.True(CommonPasswords.Count > 1_000);
        Assert.True(CommonPasswords.Contains("password1"));
        Assert.True(CommonPasswords.Contains("QWERTY123"));
        Assert.False(CommonPasswords.Contains(AccountScene.NewPassword));
    }

    [Fact]
    public void Every_flaw_has_a_sentence_for_every_policy()
    {
        foreach (var complexity in Enum.GetValues<PasswordComplexity>())
        {
            var policy = PasswordPolicy.Default with { Complexity = complexity };
            Assert.All(Enum.GetValues<PasswordFlaw>(), flaw => Assert.EndsWith(".", flaw.Sentence(policy), StringComparison.Ordinal));
        }
    }

    static Task<PasswordChange> ChangeAsync(AccountScene scene, ProfileFacts profile, string newPassword = AccountScene.NewPassword) =>
        scene.Passwords.ChangeAsync(scene.Ada, profile, AccountScene.OldPassword, newPassword);

    static async Task AcceptAsync(AccountScene scene, string current, string next) =>
        Assert.IsType<PasswordChange.Changed>(await scene.Passwords.ChangeAsync(scene.Ada, scene.Profile, current, next));

    static Grant Grant(AccountScene scene, string id, string userId, Proof proven, DateTimeOffset? revokedAt = null) => new()
    {
        Id = id,
        OrgId = scene.Org.Id,
        UserId = userId,
        AppId = "0H4000000000001",
        Channel = LoginChannel.PasswordGrant,
        Scope = "api",
        Proven = proven,
        AuthenticatedAt = scene.Clock.GetUtcNow(),
        RevokedAt = revokedAt,
    };
}
