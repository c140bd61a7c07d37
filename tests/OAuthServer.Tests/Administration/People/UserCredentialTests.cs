using Microsoft.EntityFrameworkCore;
using OAuthServer.Administration.People;
using OAuthServer.Data;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Administration.People;

/// <summary>What an administrator resets and removes, and looks ahead of: nothing of it is ever readable.</summary>
[Collection(nameof(ServersCollection))]
public sealed class UserCredentialTests(Servers servers)
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_token_is_replaced_with_the_overlap_that_the_profile_allows_and_shown_to_nobody()
    {
        var scene = await PeopleScene.NewAsync(await servers.OnAsync("SQLite"));
        var user = await scene.Test.UserAsync(new() { SecurityToken = new() { OverlapDays = 7 } });
        var app = await scene.Test.AppAsync();
        await scene.Server.NoticeAsync();
        var old = await user.ReceiveTokenAsync();
        var room = scene.Room<UserCredentialOperations>();
        Assert.IsType<OAuthServer.Administration.AdminRefusal.Invalid>((await room.ResetTokenAsync(scene.Call("users.reset-token"), new(user.Username, 8))).Refusal);
        var sight = PeopleScene.Done(await room.ResetTokenAsync(scene.Call("users.reset-token"), new(user.Username, 7)));
        Assert.Equal(scene.Server.Clock.GetUtcNow().AddDays(7), sight.Token.OldWorksUntil);
        (await user.LoginAsync(app, TestServer.Outside, old)).IsAllowed();
        Assert.Equal(1, PeopleScene.Done(await scene.Room<UserOperations>().GetAsync(scene.Call("users.get"), new(user.Username))).Token.OldUsesSinceReset);
        await Until.TrueAsync(() => Task.FromResult(user.Tokens().Count == 2));
        var (token, text) = (user.Tokens()[^1], SettingsJson.Write(sight) + string.Concat((await scene.TrailAsync(user.Id)).Select(entry => entry.Before + entry.After)));
        Assert.DoesNotContain(token, text, StringComparison.Ordinal);
        Assert.DoesNotContain(old, text, StringComparison.Ordinal);
        (await user.LoginAsync(app, TestServer.Outside, token)).IsAllowed();
    }

    [Fact]
    public async Task A_token_that_does_not_apply_is_not_reset_and_nothing_is_changed()
    {
        var scene = await PeopleScene.NewAsync(await servers.OnAsync("SQLite"));
        var user = await scene.Test.UserAsync(new() { SecurityToken = new() { OffTrustedNetworks = false } });
        await scene.Server.NoticeAsync();
        Assert.Equal("no-token", PeopleScene.Conflict(await scene.Room<UserCredentialOperations>().ResetTokenAsync(scene.Call("users.reset-token"), new(user.Username))));
        Assert.Empty(await scene.TrailAsync(user.Id));
    }

    [Fact]
    public async Task A_password_is_replaced_by_a_mailed_link_or_on_demand()
    {
        var scene = await PeopleScene.NewAsync(await servers.OnAsync("SQLite"));
        var user = await scene.Test.UserAsync();
        var app = await scene.Test.AppAsync();
        await scene.Server.NoticeAsync();
        var room = scene.Room<UserCredentialOperations>();
        PeopleScene.Done(await room.ResetPasswordAsync(scene.Call("users.reset-password"), new(user.Username)));
        (await user.LoginAsync(app, TestServer.Office)).IsAllowed();
        Assert.True(PeopleScene.Done(await room.ResetPasswordAsync(scene.Call("users.reset-password"), new(user.Username, Demand: true))).Password.MustChange);
        (await user.LoginAsync(app, TestServer.Office)).IsRefused(System.Net.HttpStatusCode.BadRequest, "invalid_grant");
        await scene.Room<UserStatusOperations>().FreezeAsync(scene.Call("users.freeze"), new(user.Username));
        Assert.Equal("not-active", PeopleScene.Conflict(await room.ResetPasswordAsync(scene.Call("users.reset-password"), new(user.Username))));
    }

    [Fact]
    public async Task Factors_are_removed_with_what_they_opened_and_the_owner_is_told()
    {
        var scene = await PeopleScene.NewAsync(await servers.OnAsync("SQLite"));
        var user = await scene.Test.UserAsync();
        await scene.Server.NoticeAsync();
        await user.EnrolAsync();
        await using (var db = scene.Server.Database.NewContext())
        {
            db.Add(new Passkey { Id = Guid.NewGuid().ToString(), UserId = user.Id, Name = "Laptop", PublicKey = [1], AttestationObject = [1], ClientDataJson = [1], CreatedAt = scene.Server.Clock.GetUtcNow() });
            db.Add(new RecoveryCode { UserId = user.Id, Hash = Guid.NewGuid().ToString() });
            await db.SaveChangesAsync(Stop);
        }
        var (byPasskey, byPassword) = (new TestBrowser(scene.Server), new TestBrowser(scene.Server));
        await byPasskey.SignInAsync(user, Proof.Passkey);
        await byPassword.SignInAsync(user);
        Assert.Equal(1, PeopleScene.Done(await scene.Room<UserImpacts>().ReadAsync(scene.Call("users.impact"), new(user.Username, UserStep.RemoveFactors))).Sessions);
        var room = scene.Room<UserCredentialOperations>();
        var sight = PeopleScene.Done(await room.RemoveFactorsAsync(scene.Call("users.remove-factors"), new(user.Username)));
        Assert.Equal((null, 0, 0), (sight.Factors.AuthenticatorSince, sight.Factors.RecoveryCodesLeft, sight.Factors.Passkeys.Count));
        Assert.NotNull((await byPasskey.GetAsync("/settings")).LocalLocation);
        Assert.Null((await byPassword.GetAsync("/settings")).LocalLocation);
        var email = (await user.RowAsync()).Email;
        await using (var db = scene.Server.Database.NewContext())
            Assert.Equal(2, await db.OutboxMessages.CountAsync(m => m.Recipient == email, Stop));
        Assert.Equal("no-factor", PeopleScene.Conflict(await room.RemoveFactorsAsync(scene.Call("users.remove-factors"), new(user.Username))));
        Assert.Equal("users.remove-factors", Assert.Single(await scene.TrailAsync(user.Id)).Operation);
    }

    [Theory]
    [MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Each_step_shows_the_integrations_that_it_stops_and_no_others(string database)
    {
        var scene = await PeopleScene.NewAsync(await servers.OnAsync(database));
        var user = await scene.Test.UserAsync();
        var app = await scene.Test.AppAsync(runAs: user.Id);
        await scene.Server.NoticeAsync();
        var now = scene.Server.Clock.GetUtcNow();
        for (var day = 10; day >= 1; day--)
            await scene.RecordAsync(user, now.AddDays(-day), record => (record.ClientId, record.TokenUsed) = (app.ClientId, true));
        await scene.RecordAsync(user, now.AddDays(-3), record => (record.Channel, record.Presented, record.UserAgent) = (LoginChannel.JwtBearer, Proof.ClientAssertion, "jwt"));
        await scene.RecordAsync(user, now.AddDays(-2), record => (record.UserAgent, record.Presented, record.Proven) = ("totp", Proof.Password | Proof.Totp, Proof.Password | Proof.Totp));
        await scene.RecordAsync(user, now.AddDays(-91), record => record.UserAgent = "too old");
        await scene.RecordAsync(user, now.AddDays(-1), record => (record.UserAgent, record.Decision) = ("refused", "deny"));
        await scene.RecordAsync(user, now.AddDays(-1), record => (record.UserAgent, record.Channel) = ("person", LoginChannel.Browser));
        async Task<UserImpact> OfAsync(UserStep step) => PeopleScene.Done(await scene.Room<UserImpacts>().ReadAsync(scene.Call("users.impact"), new(user.Username, step)));
        var freeze = await OfAsync(UserStep.Freeze);
        Assert.Equal(["nightly/1.0", "totp", "jwt"], freeze.Integrations.Select(use => use.Client));
        Assert.Equal((10, now, app.ClientId), (freeze.Integrations[0].Logins, freeze.Integrations[0].NextExpectedAt, freeze.RunsAs.Single().ClientId));
        Assert.Null(freeze.Integrations[1].NextExpectedAt);
        Assert.Equal(["nightly/1.0", "totp"], (await OfAsync(UserStep.ResetPassword)).Integrations.Select(use => use.Client));
        Assert.Equal(["nightly/1.0"], (await OfAsync(UserStep.ResetToken)).Integrations.Select(use => use.Client));
        Assert.Equal(["totp"], (await OfAsync(UserStep.RemoveFactors)).Integrations.Select(use => use.Client));
    }

    [Fact]
    public async Task A_leavers_apps_act_as_the_other_account_and_the_leaver_is_closed_in_one_step()
    {
        var scene = await PeopleScene.NewAsync(await servers.OnAsync("SQLite"));
        var leaver = await scene.Test.UserAsync();
        var taker = await scene.Test.UserAsync();
        var shut = await scene.Test.UserAsync(new() { Doors = [LoginChannel.Browser] });
        var app = await scene.Test.AppAsync(runAs: leaver.Id);
        await scene.Server.NoticeAsync();
        async Task<Answer> RunAsync() => await scene.Server.TokenAsync(TestServer.Office, ("grant_type", "client_credentials"), ("client_id", app.ClientId), ("client_secret", app.Secret));
        (await RunAsync()).IsAllowed();
        await using (var db = scene.Server.Database.NewContext())
        {
            db.Add(new Integration
            {
                Id = RandomId.New(16),
                OrgId = scene.Org.Id,
                UserId = taker.Id,
                ClientId = "x",
                Network = "",
                Client = "",
                Summary = "{}",
                OwnerId = leaver.Id,
                FirstSeenAt = scene.Server.Clock.GetUtcNow(),
                LastSeenAt = scene.Server.Clock.GetUtcNow(),
            });
            await db.SaveChangesAsync(Stop);
        }
        var room = scene.Room<LeaverOperations>();
        var ahead = PeopleScene.Done(await room.PreviewAsync(scene.Call("users.hand-over-preview"), new(leaver.Username, taker.Username)));
        Assert.Equal((app.ClientId, 0, 1, 0), (ahead.Apps.Single().ClientId, ahead.Apps.Single().Obstacles.Count, ahead.Owned, ahead.Stops.Count));
        Assert.Single(PeopleScene.Done(await room.PreviewAsync(scene.Call("users.hand-over-preview"), new(leaver.Username, shut.Username))).Apps.Single().Obstacles);
        Assert.Equal(UserStatus.Inactive, PeopleScene.Done(await room.HandOverAsync(scene.Call("users.hand-over"), new(leaver.Username, taker.Username))).Status);
        (await RunAsync()).IsAllowed();
        await using (var db = scene.Server.Database.NewContext())
        {
            Assert.Equal(taker.Id, (await db.ConnectedApps.SingleAsync(a => a.Id == app.Id, Stop)).RunAsUserId);
            Assert.Equal(taker.Id, (await db.Integrations.SingleAsync(i => i.OrgId == scene.Org.Id, Stop)).OwnerId);
            Assert.False(await db.Grants.AnyAsync(g => g.UserId == leaver.Id && g.RevokedAt == null, Stop));
        }
        Assert.IsType<OAuthServer.Administration.AdminRefusal.Invalid>((await room.HandOverAsync(scene.Call("users.hand-over"), new(taker.Username, leaver.Username))).Refusal);
    }

    [Fact]
    public async Task A_leavers_apps_are_not_made_administrators_by_the_way()
    {
        var scene = await PeopleScene.NewAsync(await servers.OnAsync("SQLite"));
        var leaver = await scene.Test.UserAsync();
        await scene.Server.NoticeAsync();
        var room = scene.Room<LeaverOperations>();
        Assert.Empty(PeopleScene.Done(await room.PreviewAsync(scene.Call("users.hand-over-preview"), new(leaver.Username, scene.Admin.Username))).Apps);
        var app = await scene.Test.AppAsync(runAs: leaver.Id);
        await scene.Server.NoticeAsync();
        Assert.Equal("to-administrator", PeopleScene.Conflict(await room.PreviewAsync(scene.Call("users.hand-over-preview"), new(leaver.Username, scene.Admin.Username))));
        Assert.Equal("to-administrator", PeopleScene.Conflict(await room.HandOverAsync(scene.Call("users.hand-over"), new(leaver.Username, scene.Admin.Username))));
        await using var db = scene.Server.Database.NewContext();
        Assert.Equal(leaver.Id, (await db.ConnectedApps.SingleAsync(a => a.Id == app.Id, Stop)).RunAsUserId);
        Assert.Equal(UserStatus.Active, (await leaver.RowAsync()).Status);
    }

    [Fact]
    public async Task A_lockout_ends_for_both_origins()
    {
        var scene = await PeopleScene.NewAsync(await servers.OnAsync("SQLite"));
        var now = scene.Server.Clock.GetUtcNow();
        var user = await scene.Test.UserAsync(change: user =>
            (user.TrustedFailures, user.TrustedLastFailureAt, user.UntrustedFailures, user.UntrustedLastFailureAt) = (10, now, 10, now));
        await scene.Server.NoticeAsync();
        var before = PeopleScene.Done(await scene.Room<UserOperations>().GetAsync(scene.Call("users.get"), new(user.Username)));
        Assert.All(before.Lockouts, lockout => Assert.Equal((true, now.AddMinutes(15)), (lockout.IsLocked, lockout.Until)));
        var after = PeopleScene.Done(await scene.Room<UserStatusOperations>().UnlockAsync(scene.Call("users.unlock"), new(user.Username)));
        Assert.All(after.Lockouts, lockout => Assert.Equal((0, false), (lockout.Failures, lockout.IsLocked)));
    }
}
