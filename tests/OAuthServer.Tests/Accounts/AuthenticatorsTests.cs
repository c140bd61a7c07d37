using OAuthServer.Accounts;

namespace OAuthServer.Tests.Accounts;

public sealed class AuthenticatorsTests
{
    [Fact]
    public async Task An_app_is_enrolled_by_a_right_code_which_is_used_up_by_it()
    {
        await using var scene = await AccountScene.NewAsync();
        var seed = await BeginAsync(scene);
        var confirmed = Assert.IsType<EnrolmentConfirmation.Confirmed>(await ConfirmAsync(scene, seed));
        Assert.Equal(10, confirmed.RecoveryCodes.Distinct(StringComparer.Ordinal).Count());
        var row = Assert.Single(await scene.RowsAsync(db => db.Authenticators));
        Assert.Equal(scene.Clock.GetUtcNow(), row.ConfirmedAt);
        await using var session = await scene.Database.OpenSessionAsync(TestContext.Current.CancellationToken);
        Assert.False(await SingleUse.ClaimStepAsync(session, row.Id, Totp.StepAt(scene.Clock.GetUtcNow())));
        Assert.Equal("An authenticator app was added to your account", Assert.Single(await scene.MailsAsync()).Subject);
    }

    [Fact]
    public async Task The_seed_lies_encrypted()
    {
        await using var scene = await AccountScene.NewAsync();
        var seed = await BeginAsync(scene);
        var row = Assert.Single(await scene.RowsAsync(db => db.Authenticators));
        Assert.Equal(-1, row.Seed.AsSpan().IndexOf(seed));
        Assert.Equal(seed, scene.Key.Unprotect("totp-seed", row.Seed));
    }

    [Fact]
    public async Task Without_the_current_password_nothing_begins()
    {
        await using var scene = await AccountScene.NewAsync();
        foreach (var wrong in new[] { null, "", "wrong" })
            Assert.IsType<EnrolmentStart.WrongCurrentPassword>(await scene.Authenticators.BeginAsync(scene.Ada, "Acme", wrong, TestContext.Current.CancellationToken));
        Assert.Empty(await scene.RowsAsync(db => db.Authenticators));
    }

    [Fact]
    public async Task An_account_without_a_password_enrols_on_its_fresh_login_alone()
    {
        await using var scene = await AccountScene.NewAsync();
        await scene.EditAsync(scene.Ada, user => user.PasswordHash = null);
        Assert.IsType<EnrolmentStart.Begun>(await scene.Authenticators.BeginAsync(scene.Ada, "Acme", null, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_second_start_replaces_the_first()
    {
        await using var scene = await AccountScene.NewAsync();
        var first = await BeginAsync(scene);
        var second = await BeginAsync(scene);
        Assert.Single(await scene.RowsAsync(db => db.Authenticators));
        Assert.IsType<EnrolmentConfirmation.WrongCode>(await ConfirmAsync(scene, first));
        Assert.IsType<EnrolmentConfirmation.Confirmed>(await ConfirmAsync(scene, second));
    }

    [Fact]
    public async Task An_enrolment_waits_a_quarter_of_an_hour_and_is_shown_no_longer()
    {
        await using var scene = await AccountScene.NewAsync();
        var seed = await BeginAsync(scene);
        var user = await scene.UserAsync(scene.Ada);
        Assert.NotNull(await scene.Authenticators.PendingAsync(user, "Acme", DateTimeOffset.MinValue, TestContext.Current.CancellationToken));
        scene.Clock.Advance(TimeSpan.FromMinutes(15));
        Assert.Null(await scene.Authenticators.PendingAsync(user, "Acme", DateTimeOffset.MinValue, TestContext.Current.CancellationToken));
        Assert.IsType<EnrolmentConfirmation.NothingPending>(await ConfirmAsync(scene, seed));
    }

    [Fact]
    public async Task A_confirmed_seed_is_never_shown_again()
    {
        await using var scene = await AccountScene.NewAsync();
        await ConfirmAsync(scene, await BeginAsync(scene));
        Assert.Null(await scene.Authenticators.PendingAsync(await scene.UserAsync(scene.Ada), "Acme", DateTimeOffset.MinValue, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task The_old_app_works_until_the_new_one_is_confirmed()
    {
        await using var scene = await AccountScene.NewAsync();
        var old = await BeginAsync(scene);
        await ConfirmAsync(scene, old);
        var young = await BeginAsync(scene);
        Assert.Equal(2, (await scene.RowsAsync(db => db.Authenticators)).Count);
        await ConfirmAsync(scene, young);
        var row = Assert.Single(await scene.RowsAsync(db => db.Authenticators));
        Assert.Equal(young, scene.Key.Unprotect("totp-seed", row.Seed));
        Assert.Equal(10, (await scene.RowsAsync(db => db.RecoveryCodes)).Count);
    }

    [Fact]
    public async Task Of_confirmations_that_race_one_wins()
    {
        await using var scene = await AccountScene.NewAsync();
        var seed = await BeginAsync(scene);
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => ConfirmAsync(scene, seed))));
        Assert.Single(outcomes, outcome => outcome is EnrolmentConfirmation.Confirmed);
        Assert.Equal(10, (await scene.RowsAsync(db => db.RecoveryCodes)).Count);
    }

    [Fact]
    public async Task Removal_takes_the_recovery_codes_with_it()
    {
        await using var scene = await AccountScene.NewAsync();
        await ConfirmAsync(scene, await BeginAsync(scene));
        Assert.IsType<AuthenticatorRemoval.WrongCurrentPassword>(await scene.Authenticators.RemoveAsync(scene.Ada, scene.Profile, "wrong", TestContext.Current.CancellationToken));
        Assert.IsType<AuthenticatorRemoval.Removed>(await scene.Authenticators.RemoveAsync(scene.Ada, scene.Profile, AccountScene.OldPassword, TestContext.Current.CancellationToken));
        Assert.Empty(await scene.RowsAsync(db => db.Authenticators));
        Assert.Empty(await scene.RowsAsync(db => db.RecoveryCodes));
        Assert.IsType<AuthenticatorRemoval.NoAuthenticator>(await scene.Authenticators.RemoveAsync(scene.Ada, scene.Profile, AccountScene.OldPassword, TestContext.Current.CancellationToken));
        Assert.Single(await scene.MailsAsync(), mail => mail.Subject == "The authenticator app was removed from your account");
    }

    [Fact]
    public async Task A_new_set_of_recovery_codes_ends_the_old_one()
    {
        await using var scene = await AccountScene.NewAsync();
        Assert.IsType<RecoveryCodesRenewal.NoAuthenticator>(
            await scene.Authenticators.RenewRecoveryCodesAsync(scene.Ada, AccountScene.OldPassword, TestContext.Current.CancellationToken));
        var confirmed = Assert.IsType<EnrolmentConfirmation.Confirmed>(await ConfirmAsync(scene, await BeginAsync(scene)));
        var renewed = Assert.IsType<RecoveryCodesRenewal.Renewed>(
            await scene.Authenticators.RenewRecoveryCodesAsync(scene.Ada, AccountScene.OldPassword, TestContext.Current.CancellationToken));
        var stored = (await scene.RowsAsync(db => db.RecoveryCodes)).Select(row => row.Hash).ToHashSet(StringComparer.Ordinal);
        Assert.Equal(10, stored.Count);
        Assert.All(renewed.Codes, code => Assert.Contains(RecoveryCodes.HashOf(scene.Key, scene.Ada, code)!, stored));
        Assert.All(confirmed.RecoveryCodes, code => Assert.DoesNotContain(RecoveryCodes.HashOf(scene.Key, scene.Ada, code)!, stored));
    }

    [Theory]
    [InlineData("ABCD-EFGH-JKLM-NPQR", "ABCDEFGHJKLMNPQR")]
    [InlineData("abcd efgh jklm npqr", "ABCDEFGHJKLMNPQR")]
    [InlineData("ABCDEFGHJKLMNPQR", "ABCDEFGHJKLMNPQR")]
    [InlineData("ABCD-EFGH-JKLM-NPQ1", null)]
    [InlineData("ABCD-EFGH-JKLM-NPQ", null)]
    [InlineData("", null)]
    [InlineData("ＡBCD-EFGH-JKLM-NPQR", null)]
    public void Recovery_codes_are_read_as_people_type_them(string typed, string? code) => Assert.Equal(code, RecoveryCodes.Normalize(typed));

    [Fact]
    public async Task A_recovery_code_is_bound_to_its_user()
    {
        await using var scene = await AccountScene.NewAsync();
        var code = RecoveryCodes.NewSet()[0];
        Assert.NotEqual(RecoveryCodes.HashOf(scene.Key, scene.Ada, code), RecoveryCodes.HashOf(scene.Key, scene.Bob, code));
    }

    [Fact]
    public void Outcomes_with_secrets_keep_them_out_of_their_text()
    {
        Assert.DoesNotContain("SECRET", new EnrolmentStart.Begun(new Enrolment("SECRET", "otpauth://SECRET", default)).ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("SECRET", new EnrolmentConfirmation.Confirmed(["SECRET"]).ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("SECRET", new RecoveryCodesRenewal.Renewed(["SECRET"]).ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("SECRET", new PasswordJudgement.Accepted("SECRET").ToString(), StringComparison.Ordinal);
    }

    static async Task<byte[]> BeginAsync(AccountScene scene)
    {
        var begun = Assert.IsType<EnrolmentStart.Begun>(await scene.Authenticators.BeginAsync(scene.Ada, "Acme", AccountScene.OldPassword));
        return Base32.Decode(begun.Enrolment.Secret)!;
    }

    static Task<EnrolmentConfirmation> ConfirmAsync(AccountScene scene, byte[] seed) =>
        scene.Authenticators.ConfirmAsync(scene.Ada, Totp.Code(seed, Totp.StepAt(scene.Clock.GetUtcNow())));
}
