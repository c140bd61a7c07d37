using Microsoft.EntityFrameworkCore;
using OAuthServer.Administration;
using OAuthServer.Administration.People;
using OAuthServer.Data;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Administration.People;

/// <summary>Making, changing, closing and opening accounts: what ends with it, who is told, and what is refused.</summary>
[Collection(nameof(ServersCollection))]
public sealed class UserChangeTests(Servers servers)
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task A_user_is_made_once_and_invited(string database)
    {
        var scene = await PeopleScene.NewAsync(await servers.OnAsync(database));
        var profile = await scene.Test.ProfileAsync(new());
        await scene.Server.NoticeAsync();
        var name = $"New-{scene.Org.Id}@x.test";
        var wish = new CreateUser(name, "new@mail.test", profile.Name, FirstName: "Nina", TimeZone: "Europe/Berlin");
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => scene.Room<UserOperations>().CreateAsync(scene.Call("users.create"), wish with { LastName = "N" + i })));
        var made = Assert.Single(answers, answer => answer.Refusal is null).Value!;
        Assert.Equal((name, "Nina", "Europe/Berlin", profile.Name, false, UserStatus.Active), (made.Username, made.FirstName, made.TimeZone, made.Profile, made.Password.IsSet, made.Status));
        Assert.All(answers.Where(answer => answer.Refusal is not null), answer => Assert.Equal("username", Assert.IsType<AdminRefusal.Invalid>(answer.Refusal).Flaws.Single().Path));
        await using var db = scene.Server.Database.NewContext();
        var user = await db.Users.SingleAsync(u => u.Username == name, Stop);
        Assert.Equal(MailedLinkPurpose.Activation, (await db.MailedLinks.SingleAsync(l => l.UserId == user.Id, Stop)).Purpose);
        var entry = Assert.Single(await scene.TrailAsync(user.Id));
        Assert.Equal(("users.create", scene.Admin.Username, null), (entry.Operation, entry.Actor, entry.Before));
    }

    [Fact]
    public async Task What_cannot_be_a_user_is_said_all_at_once()
    {
        var scene = await PeopleScene.NewAsync(await servers.OnAsync("SQLite"));
        var answer = await scene.Room<UserOperations>().CreateAsync(
            scene.Call("users.create"), new("with space", "no address", "no such", new string('x', 201), "line\nbreak", "english", "Mars/Olympus"));
        Assert.Equal(["username", "email", "firstName", "lastName", "language", "timeZone", "profile"], Assert.IsType<AdminRefusal.Invalid>(answer.Refusal).Flaws.Select(flaw => flaw.Path));
    }

    [Fact]
    public async Task A_change_of_what_somebody_else_has_changed_meanwhile_is_refused()
    {
        var scene = await PeopleScene.NewAsync(await servers.OnAsync("SQLite"));
        var user = await scene.Test.UserAsync();
        await scene.Server.NoticeAsync();
        var room = scene.Room<UserOperations>();
        var seen = (await room.GetAsync(scene.Call("users.get"), new(user.Username))).Version!;
        var changed = await room.UpdateAsync(scene.Call("users.update", seen), new(user.Username, LastName: "One"));
        Assert.NotEqual(seen, changed.Version);
        Assert.IsType<AdminRefusal.Changed>((await room.UpdateAsync(scene.Call("users.update", seen), new(user.Username, LastName: "Two"))).Refusal);
        Assert.Equal("One", (await user.RowAsync()).LastName);
        PeopleScene.Done(await room.UpdateAsync(scene.Call("users.update", changed.Version), new(user.Username, FirstName: "Two")));
    }

    [Fact]
    public async Task A_new_address_is_told_to_the_old_one_and_kills_what_was_mailed_there()
    {
        var scene = await PeopleScene.NewAsync(await servers.OnAsync("SQLite"));
        var user = await scene.Test.UserAsync();
        await scene.Server.NoticeAsync();
        PeopleScene.Done(await scene.Room<UserCredentialOperations>().ResetPasswordAsync(scene.Call("users.reset-password"), new(user.Username)));
        var old = (await user.RowAsync()).Email;
        PeopleScene.Done(await scene.Room<UserOperations>().UpdateAsync(scene.Call("users.update"), new(user.Username, Email: "other@elsewhere.test")));
        await using var db = scene.Server.Database.NewContext();
        Assert.NotNull((await db.MailedLinks.SingleAsync(l => l.UserId == user.Id, Stop)).UsedAt);
        var subjects = await db.OutboxMessages.Where(m => m.Recipient == old).OrderBy(m => m.CreatedAt).Select(m => m.Subject).ToListAsync(Stop);
        Assert.Equal(["Choose a new password", "Your mail address was changed"], subjects);
        var entry = (await scene.TrailAsync(user.Id))[^1];
        Assert.Equal(($"{{\"email\":\"{old}\"}}", "{\"email\":\"other@elsewhere.test\"}"), (entry.Before, entry.After));
    }

    [Theory]
    [MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Freezing_ends_sessions_and_stops_tokens_at_once_and_unfreezing_brings_the_grant_back(string database)
    {
        var scene = await PeopleScene.NewAsync(await servers.OnAsync(database));
        var user = await scene.Test.UserAsync();
        var app = await scene.Test.AppAsync();
        var browser = new TestBrowser(scene.Server, TestServer.Office);
        await scene.Server.NoticeAsync();
        await browser.SignInAsync(user);
        var login = await scene.Server.TokenAsync(
            TestServer.Office, ("grant_type", "password"), ("username", user.Username), ("password", user.Password), ("client_id", app.ClientId), ("client_secret", app.Secret), ("scope", "api offline_access"));
        login.IsAllowed();
        var room = scene.Room<UserStatusOperations>();
        Assert.Equal(UserStatus.Frozen, PeopleScene.Done(await room.FreezeAsync(scene.Call("users.freeze"), new(user.Username))).Status);
        Assert.Equal("/login?to=%2Fsettings", (await browser.GetAsync("/settings")).LocalLocation);
        (await user.LoginAsync(app, TestServer.Office)).IsRefused(System.Net.HttpStatusCode.BadRequest, "invalid_grant");
        (await RefreshAsync(scene, app, login)).IsRefused(System.Net.HttpStatusCode.BadRequest, "invalid_grant");
        Assert.Equal("other-status", PeopleScene.Conflict(await room.ActivateAsync(scene.Call("users.activate"), new(user.Username))));
        PeopleScene.Done(await room.UnfreezeAsync(scene.Call("users.unfreeze"), new(user.Username)));
        (await RefreshAsync(scene, app, login)).IsAllowed();
        Assert.Equal("/login?to=%2Fsettings", (await browser.GetAsync("/settings")).LocalLocation);
    }

    [Fact]
    public async Task Deactivating_ends_grants_and_token_for_good()
    {
        var scene = await PeopleScene.NewAsync(await servers.OnAsync("SQLite"));
        var user = await scene.Test.UserAsync();
        var app = await scene.Test.AppAsync();
        await user.ReceiveTokenAsync();
        var login = await scene.Server.TokenAsync(
            TestServer.Office, ("grant_type", "password"), ("username", user.Username), ("password", user.Password), ("client_id", app.ClientId), ("client_secret", app.Secret), ("scope", "api offline_access"));
        login.IsAllowed();
        var room = scene.Room<UserStatusOperations>();
        PeopleScene.Done(await room.DeactivateAsync(scene.Call("users.deactivate"), new(user.Username)));
        Assert.Equal("other-status", PeopleScene.Conflict(await room.FreezeAsync(scene.Call("users.freeze"), new(user.Username))));
        var open = PeopleScene.Done(await room.ActivateAsync(scene.Call("users.activate"), new(user.Username)));
        Assert.Null(open.Token.IssuedAt);
        (await RefreshAsync(scene, app, login)).IsRefused(System.Net.HttpStatusCode.BadRequest, "invalid_grant");
        Assert.Equal(["users.deactivate", "users.activate"], (await scene.TrailAsync(user.Id)).Select(entry => entry.Operation));
    }

    [Theory]
    [MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Of_two_administrators_who_freeze_each_other_one_is_left(string database)
    {
        var scene = await PeopleScene.NewAsync(await servers.OnAsync(database));
        var other = await scene.Test.UserAsync(PeopleScene.Administrator);
        await scene.Server.NoticeAsync();
        var room = scene.Room<UserStatusOperations>();
        var answers = await Task.WhenAll(
            room.FreezeAsync(scene.Call("users.freeze"), new(other.Username)), room.DeactivateAsync(scene.Call("users.deactivate", by: other), new(scene.Admin.Username)));
        Assert.Single(answers, answer => answer.Refusal is null);
        Assert.Equal("no-administrator-left", PeopleScene.Conflict(answers.Single(answer => answer.Refusal is not null)));
    }

    [Fact]
    public async Task Nobody_shuts_the_own_administrator_account()
    {
        var scene = await PeopleScene.NewAsync(await servers.OnAsync("SQLite"));
        await scene.Test.UserAsync(PeopleScene.Administrator);
        var plain = await scene.Test.ProfileAsync(new());
        await scene.Server.NoticeAsync();
        var own = new UserName(scene.Admin.Username);
        Assert.Equal("own-account", PeopleScene.Conflict(await scene.Room<UserStatusOperations>().FreezeAsync(scene.Call("users.freeze"), own)));
        Assert.Equal("own-account", PeopleScene.Conflict(await scene.Room<UserStatusOperations>().DeactivateAsync(scene.Call("users.deactivate"), own)));
        Assert.Equal("own-account", PeopleScene.Conflict(await scene.Room<UserOperations>().UpdateAsync(scene.Call("users.update"), new(own.User, Profile: plain.Name))));
        Assert.Empty(await scene.TrailAsync(scene.Admin.Id));
    }

    /// <summary>Asked by another administrator who cannot come in at a browser, so that the last one who can must stay.</summary>
    [Theory]
    [InlineData("freeze")]
    [InlineData("deactivate")]
    [InlineData("hand-over")]
    [InlineData("shut profile")]
    [InlineData("no break glass")]
    [InlineData("no factor")]
    [InlineData("no codes")]
    public async Task The_last_administrator_who_comes_in_at_a_browser_is_shut_out_by_no_change(string how)
    {
        var isGlass = how is "no break glass" or "no codes";
        var scene = await PeopleScene.NewAsync(await servers.OnAsync("SQLite"));
        var program = await scene.Test.UserAsync(PeopleScene.Administrator with { Doors = [LoginChannel.ClientCredentials] });
        var shut = await scene.Test.ProfileAsync(PeopleScene.Administrator with { Doors = [LoginChannel.ClientCredentials] });
        if (isGlass)
            await scene.Test.ChangeProfileAsync(scene.Admin.ProfileId, PeopleScene.Administrator with { Sso = SsoMode.Required });
        await scene.Admin.ChangeAsync(user => (user.IsBreakGlass, user.PasswordHash) = (isGlass, how == "no factor" ? null : user.PasswordHash));
        await using (var db = scene.Server.Database.NewContext())
        {
            if (how == "no factor")
                db.Add(new Passkey { Id = Guid.NewGuid().ToString(), UserId = scene.Admin.Id, Name = "Key", PublicKey = [1], AttestationObject = [1], ClientDataJson = [1], CreatedAt = scene.Server.Clock.GetUtcNow() });
            if (isGlass)
                db.Add(new RecoveryCode { UserId = scene.Admin.Id, Hash = Guid.NewGuid().ToString() });
            await db.SaveChangesAsync(Stop);
        }
        if (isGlass)
            await scene.Admin.EnrolAsync();
        await scene.Server.NoticeAsync();
        var (call, name) = (scene.Call("test", by: program), scene.Admin.Username);
        var refusal = how switch
        {
            "freeze" => (await scene.Room<UserStatusOperations>().FreezeAsync(call, new(name))).Refusal,
            "deactivate" => (await scene.Room<UserStatusOperations>().DeactivateAsync(call, new(name))).Refusal,
            "hand-over" => (await scene.Room<LeaverOperations>().HandOverAsync(call, new(name, program.Username))).Refusal,
            "shut profile" => (await scene.Room<UserOperations>().UpdateAsync(call, new(name, Profile: shut.Name))).Refusal,
            "no break glass" => (await scene.Room<UserOperations>().UpdateAsync(call, new(name, BreakGlass: false))).Refusal,
            _ => (await scene.Room<UserCredentialOperations>().RemoveFactorsAsync(call, new(name))).Refusal,
        };
        Assert.Equal("no-administrator-left", Assert.IsType<AdminRefusal.Conflict>(refusal).Type);
        await scene.Test.UserAsync(PeopleScene.Administrator); // another who comes in
        await scene.Server.NoticeAsync();
        Assert.Null(how switch
        {
            "no factor" or "no codes" => (await scene.Room<UserCredentialOperations>().RemoveFactorsAsync(call, new(name))).Refusal,
            "no break glass" => (await scene.Room<UserOperations>().UpdateAsync(call, new(name, BreakGlass: false))).Refusal,
            "shut profile" => (await scene.Room<UserOperations>().UpdateAsync(call, new(name, Profile: shut.Name))).Refusal,
            _ => (await scene.Room<UserStatusOperations>().FreezeAsync(call, new(name))).Refusal,
        });
    }

    [Fact]
    public async Task A_sign_in_that_was_under_way_while_the_account_was_frozen_opens_nothing()
    {
        var scene = await PeopleScene.NewAsync(await servers.OnAsync("SQLite"));
        var user = await scene.Test.UserAsync();
        await scene.Server.NoticeAsync();
        for (var i = 0; i < 8; i++)
        {
            var browsers = Enumerable.Range(0, 4).Select(_ => new TestBrowser(scene.Server)).ToList();
            var signing = browsers.Select(browser => Task.Run(async () =>
            {
                try
                {
                    await browser.SignInAsync(user);
                }
                catch (NullReferenceException) // what was not opened has no session
                {
                }
            }, Stop)).ToList();
            PeopleScene.Done(await scene.Room<UserStatusOperations>().FreezeAsync(scene.Call("users.freeze"), new(user.Username)));
            await Task.WhenAll(signing);
            await using (var db = scene.Server.Database.NewContext())
                Assert.Equal(0, await db.BrowserSessions.CountAsync(s => s.UserId == user.Id && s.EndedAt == null, Stop));
            PeopleScene.Done(await scene.Room<UserStatusOperations>().UnfreezeAsync(scene.Call("users.unfreeze"), new(user.Username)));
        }
    }

    static Task<Answer> RefreshAsync(PeopleScene scene, TestApp app, Answer login) => scene.Server.TokenAsync(
        TestServer.Office, ("grant_type", "refresh_token"), ("refresh_token", login["refresh_token"]), ("client_id", app.ClientId), ("client_secret", app.Secret));
}
