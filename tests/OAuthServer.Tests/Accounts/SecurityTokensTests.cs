using OAuthServer.Accounts;
using OAuthServer.Policy;
using OAuthServer.Policy.Networks;

namespace OAuthServer.Tests.Accounts;

public sealed class SecurityTokensTests
{
    [Fact]
    public async Task A_reset_mails_a_new_token_alone_on_its_line_and_kills_the_old_one()
    {
        await using var scene = await AccountScene.NewAsync();
        var old = await scene.IssueTokenAsync(scene.Ada);
        var sent = Assert.IsType<TokenReset.Sent>(await scene.ResetAsync(scene.Ada, scene.Profile, TokenResetBy.Owner, 0));
        Assert.Equal("ada@mail.example", sent.To);
        Assert.Null(sent.OldWorksUntil);
        var young = await scene.MailedTokenAsync();
        Assert.NotEqual(old, young);
        Assert.NotNull(await scene.WorkingAsync(young));
        Assert.Null(await scene.WorkingAsync(old));
    }

    [Fact]
    public async Task A_reset_leaves_other_users_alone()
    {
        await using var scene = await AccountScene.NewAsync();
        var bobs = await scene.IssueTokenAsync(scene.Bob, "bob@mail.example");
        await scene.IssueTokenAsync(scene.Ada);
        Assert.NotNull(await scene.WorkingAsync(bobs));
    }

    [Fact]
    public async Task The_value_lies_nowhere_but_in_the_mail()
    {
        await using var scene = await AccountScene.NewAsync();
        var token = await scene.IssueTokenAsync(scene.Ada);
        Assert.DoesNotContain(await scene.RowsAsync(db => db.SecurityTokens), row => row.Hash.Contains(token, StringComparison.Ordinal));
        Assert.DoesNotContain(
            await scene.RowsAsync(db => db.OutboxMessages),
            row => System.Text.Encoding.Latin1.GetString(row.Body).Contains(token, StringComparison.Ordinal) || row.Subject.Contains(token, StringComparison.Ordinal));
    }

    [Fact]
    public async Task With_an_overlap_both_work_until_it_ends()
    {
        await using var scene = await AccountScene.NewAsync();
        var old = await scene.IssueTokenAsync(scene.Ada);
        var profile = scene.Profile with { SecurityTokenOverlapDays = 7 };
        var sent = Assert.IsType<TokenReset.Sent>(await scene.ResetAsync(scene.Ada, profile, TokenResetBy.Owner, 7));
        Assert.Equal(scene.Clock.GetUtcNow().AddDays(7), sent.OldWorksUntil);
        var young = await scene.MailedTokenAsync();
        scene.Clock.Advance(TimeSpan.FromDays(7) - TimeSpan.FromSeconds(1));
        Assert.NotNull(await scene.WorkingAsync(old));
        scene.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await scene.WorkingAsync(old));
        Assert.NotNull(await scene.WorkingAsync(young));
    }

    [Fact]
    public async Task At_most_two_tokens_ever_work()
    {
        await using var scene = await AccountScene.NewAsync();
        var profile = scene.Profile with { SecurityTokenOverlapDays = 7 };
        var first = await scene.IssueTokenAsync(scene.Ada);
        await scene.ResetAsync(scene.Ada, profile, TokenResetBy.Owner, 7);
        var second = await scene.MailedTokenAsync();
        scene.Clock.Advance(TimeSpan.FromDays(1));
        await scene.ResetAsync(scene.Ada, profile, TokenResetBy.Owner, 7);
        Assert.Null(await scene.WorkingAsync(first));
        Assert.NotNull(await scene.WorkingAsync(second));
        Assert.NotNull(await scene.WorkingAsync(await scene.MailedTokenAsync()));
    }

    [Fact]
    public async Task A_reset_without_overlap_ends_an_overlap()
    {
        await using var scene = await AccountScene.NewAsync();
        var first = await scene.IssueTokenAsync(scene.Ada);
        await scene.ResetAsync(scene.Ada, scene.Profile with { SecurityTokenOverlapDays = 7 }, TokenResetBy.Owner, 7);
        var second = await scene.MailedTokenAsync();
        scene.Clock.Advance(TimeSpan.FromDays(1));
        await scene.ResetAsync(scene.Ada, scene.Profile, TokenResetBy.Owner, 0);
        Assert.Null(await scene.WorkingAsync(first));
        Assert.Null(await scene.WorkingAsync(second));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(4)]
    [InlineData(int.MaxValue)]
    public async Task An_overlap_the_profile_does_not_allow_changes_nothing(int days)
    {
        await using var scene = await AccountScene.NewAsync();
        var token = await scene.IssueTokenAsync(scene.Ada);
        var refused = await scene.ResetAsync(scene.Ada, scene.Profile with { SecurityTokenOverlapDays = 3 }, TokenResetBy.Owner, days);
        Assert.Equal(new TokenReset.OverlapNotAllowed(3), refused);
        Assert.NotNull(await scene.WorkingAsync(token));
    }

    [Fact]
    public async Task Without_the_permission_only_an_administrator_resets()
    {
        await using var scene = await AccountScene.NewAsync();
        var profile = scene.Profile with { MayResetOwnToken = false };
        Assert.IsType<TokenReset.NotPermitted>(await scene.ResetAsync(scene.Ada, profile, TokenResetBy.Owner, 0));
        Assert.Empty(await scene.MailsAsync());
        Assert.IsType<TokenReset.Sent>(await scene.ResetAsync(scene.Ada, profile, TokenResetBy.Administrator, 0));
    }

    [Fact]
    public async Task An_API_only_user_resets_the_own_token()
    {
        await using var scene = await AccountScene.NewAsync();
        Assert.IsType<TokenReset.Sent>(await scene.ResetAsync(scene.Ada, scene.Profile with { ApiOnly = true }, TokenResetBy.Owner, 0));
    }

    [Fact]
    public async Task Where_no_token_applies_nothing_is_sent_and_nothing_changed()
    {
        await using var scene = await AccountScene.NewAsync();
        var token = await scene.IssueTokenAsync(scene.Ada);
        var refused = await scene.ResetAsync(scene.Ada, scene.Profile with { Sso = SsoMode.Required }, TokenResetBy.Owner, 0);
        Assert.Equal(new TokenReset.NoneApplies(TokenAbsence.SsoRequired), refused);
        Assert.Single(await scene.MailsAsync());
        Assert.NotNull(await scene.WorkingAsync(token));
    }

    [Fact]
    public async Task Resets_that_race_leave_one_current_token_and_it_was_mailed()
    {
        await using var scene = await AccountScene.NewAsync();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => scene.ResetAsync(scene.Ada, scene.Profile, TokenResetBy.Owner, 0))));
        var current = Assert.Single(await scene.RowsAsync(db => db.SecurityTokens), token => token.RetiresAt is null);
        var mails = await scene.MailsAsync();
        Assert.Equal(8, mails.Count);
        Assert.Single(mails, mail => mail.Text.Split('\n').Any(line => SecurityTokens.HashOf(scene.Key, line) == current.Hash));
    }

    [Fact]
    public async Task Why_there_is_no_token()
    {
        await using var scene = await AccountScene.NewAsync();
        var standard = scene.Profile;
        var ranges = new NetworkList([IpRange.TryParse("192.0.2.0/24")!]);
        var user = await scene.UserAsync(scene.Ada);
        Assert.Null(SecurityTokens.WhyNone(standard, user));
        Assert.Null(SecurityTokens.WhyNone(standard with { Sso = SsoMode.Offered }, user));
        Assert.Null(SecurityTokens.WhyNone(standard with { ApiSecondFactor = ApiSecondFactor.Either }, user));
        Assert.Null(SecurityTokens.WhyNone(standard with { ApiOnly = true, MayResetOwnToken = false }, user));
        Assert.Equal(TokenAbsence.SsoRequired, SecurityTokens.WhyNone(standard with { Sso = SsoMode.Required, LoginRanges = ranges }, user));
        Assert.Equal(TokenAbsence.HasLoginRanges, SecurityTokens.WhyNone(standard with { LoginRanges = ranges }, user));
        Assert.Equal(TokenAbsence.TotpForTheApi, SecurityTokens.WhyNone(standard with { ApiSecondFactor = ApiSecondFactor.Totp }, user));
        Assert.Equal(TokenAbsence.TurnedOff, SecurityTokens.WhyNone(standard with { SecurityTokenOffTrustedNetworks = false }, user));
        user.IsBreakGlass = true;
        Assert.Null(SecurityTokens.WhyNone(standard with { Sso = SsoMode.Required }, user));
        user.PasswordHash = null;
        Assert.Equal(TokenAbsence.NoPassword, SecurityTokens.WhyNone(standard, user));
    }

    [Fact]
    public async Task The_state_shows_both_tokens_of_an_overlap_and_who_still_uses_the_old_one()
    {
        await using var scene = await AccountScene.NewAsync();
        await scene.IssueTokenAsync(scene.Ada);
        var oldId = Assert.Single(await scene.RowsAsync(db => db.SecurityTokens)).Id;
        var profile = scene.Profile with { SecurityTokenOverlapDays = 7, SecurityTokenLifetime = TimeSpan.FromDays(30) };
        await scene.ResetAsync(scene.Ada, profile, TokenResetBy.Owner, 7);
        await using var db = scene.Database.NewContext();
        db.LoginRecords.Add(Records.Login(scene.Ada, scene.Clock.GetUtcNow().AddDays(-3), tokenId: oldId));
        db.LoginRecords.Add(Records.Login(scene.Ada, scene.Clock.GetUtcNow().AddHours(1), tokenId: oldId));
        await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        scene.Clock.Advance(TimeSpan.FromHours(2));
        var state = await SecurityTokenState.ReadAsync(
            db, await scene.UserAsync(scene.Ada), profile, scene.Clock.GetUtcNow(), TestContext.Current.CancellationToken);
        Assert.Null(state.WhyNone);
        Assert.Equal(scene.Clock.GetUtcNow().AddHours(-2).AddDays(30), state.Current!.WorksUntil);
        Assert.Equal(scene.Clock.GetUtcNow().AddHours(-2).AddDays(7), state.Old!.WorksUntil);
        Assert.Equal(1, state.OldUsesSinceReset);
    }
}
