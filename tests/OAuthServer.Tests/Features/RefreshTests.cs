using System.Net;
using OAuthServer.Apps;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features;

/// <summary>Refresh (RFC 6749 section 6, RFC 9700 section 4.14): bound to the app, never more than before, and the policy asked anew.</summary>
[Collection(nameof(ServersCollection))]
public sealed class RefreshTests(Servers servers)
{
    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task A_refresh_gives_new_tokens_of_the_same_grant(string database)
    {
        var scene = await SceneAsync(database);
        var login = await scene.LoginAsync();
        var answer = await scene.RefreshAsync(login["refresh_token"]!);
        answer.IsAllowed();
        Assert.NotEqual(login["access_token"], answer["access_token"]);
        Assert.NotEqual(login["refresh_token"], answer["refresh_token"]);
        Assert.Equal(login["scope"], answer["scope"]);
        Assert.Matches("^[A-Za-z0-9._-]{22,}$", answer["refresh_token"]);
    }

    [Fact]
    public async Task Another_apps_refresh_token_is_invalid_grant_and_stays_alive()
    {
        var scene = await SceneAsync();
        var refresh = await scene.RefreshTokenAsync();
        (await scene.By(await scene.Org.AppAsync()).RefreshAsync(refresh)).IsRefused(HttpStatusCode.BadRequest, "invalid_grant");
        (await scene.RefreshAsync(refresh)).IsAllowed();
    }

    [Fact]
    public async Task Scope_shrinks_for_one_answer_and_never_grows()
    {
        var scene = await SceneAsync();
        var login = await scene.LoginAsync("api offline_access");
        var shrunk = await scene.RefreshAsync(login["refresh_token"]!, "api");
        Assert.Equal("api", shrunk["scope"]);
        (await scene.RefreshAsync(shrunk["refresh_token"]!, "api openid")).IsRefused(HttpStatusCode.BadRequest, "invalid_scope");
        Assert.Equal("api offline_access", (await scene.RefreshAsync(shrunk["refresh_token"]!))["scope"]);
    }

    [Fact]
    public async Task A_scope_that_was_taken_from_the_app_is_gone_at_the_next_refresh()
    {
        var scene = await SceneAsync();
        var refresh = await scene.RefreshTokenAsync();
        await scene.ChangeSettingsAsync(settings => settings with { Scopes = ["openid", "offline_access"] });
        var answer = await scene.RefreshAsync(refresh);
        Assert.Equal("openid offline_access", answer["scope"]);
        (await scene.RefreshAsync(answer["refresh_token"]!, "api")).IsRefused(HttpStatusCode.BadRequest, "invalid_scope");
    }

    [Fact]
    public async Task No_refresh_token_without_the_scope_or_the_flow_for_it()
    {
        var scene = await SceneAsync();
        Assert.Null((await scene.LoginAsync("api"))["refresh_token"]);
        await scene.ChangeSettingsAsync(settings => settings with { Flows = [LoginChannel.PasswordGrant] });
        Assert.Null((await scene.LoginAsync())["refresh_token"]);
    }

    [Theory]
    [InlineData(UserStatus.Frozen)]
    [InlineData(UserStatus.Inactive)]
    public async Task A_user_who_may_no_longer_come_in_gets_no_refresh(UserStatus status)
    {
        var scene = await SceneAsync();
        var refresh = await scene.RefreshTokenAsync();
        await scene.ChangeUserAsync(user => user.Status = status);
        (await scene.RefreshAsync(refresh)).IsRefused("invalid_grant", "user is inactive");
        await scene.ChangeUserAsync(user => user.Status = UserStatus.Active);
        (await scene.RefreshAsync(refresh)).IsAllowed();
    }

    [Fact]
    public async Task Login_ranges_and_hours_hold_for_a_refresh()
    {
        var scene = await SceneAsync();
        var refresh = await scene.RefreshTokenAsync();
        var ranges = await scene.Org.ProfileAsync(new() { LoginRanges = ["127.0.20.0/24"] });
        await scene.ChangeUserAsync(user => user.ProfileId = ranges.Id);
        (await scene.RefreshAsync(refresh)).IsRefused("invalid_grant", "ip restricted or invalid login hours");
        var inside = await scene.RefreshAsync(refresh, from: "127.0.20.9");
        inside.IsAllowed();
        var hours = await scene.Org.ProfileAsync(new() { LoginHours = new() { TimeZone = "UTC", Sunday = ["08:00-09:00"] } });
        await scene.ChangeUserAsync(user => user.ProfileId = hours.Id);
        (await scene.RefreshAsync(inside["refresh_token"]!)).IsRefused("invalid_grant", "ip restricted or invalid login hours");
    }

    [Fact]
    public async Task A_locked_organization_gets_no_refresh()
    {
        var scene = await SceneAsync();
        var refresh = await scene.RefreshTokenAsync();
        await scene.Org.ChangeAsync(org => org.Status = OrgStatus.Locked);
        await scene.Server.NoticeAsync();
        (await scene.RefreshAsync(refresh)).IsRefused(HttpStatusCode.BadRequest, "invalid_grant");
    }

    [Fact]
    public async Task A_password_change_ends_the_refresh_token()
    {
        var scene = await SceneAsync();
        var login = await scene.LoginAsync();
        var change = new HttpRequestMessage(HttpMethod.Put, "/api/me/password")
        {
            Content = Json.Of(new { currentPassword = scene.User.Password, newPassword = "Battery-Staple-9" }),
        };
        change.Headers.Authorization = new("Bearer", login["access_token"]);
        Assert.Equal(HttpStatusCode.NoContent, (await scene.Server.SendAsync(change, TestServer.Office)).Status);
        (await scene.RefreshAsync(login["refresh_token"]!)).IsRefused("invalid_grant", "expired access/refresh token");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_idle_refresh_token_ends_and_a_used_one_ends_too(bool rotates)
    {
        await using var server = await TestServer.StartAsync();
        var settings = TestOrg.StandardApp with { Refresh = new() { Rotate = rotates, IdleDays = 10, LifetimeDays = 25 } };
        var scene = await OAuthScene.NewAsync(server, settings, new() { Password = new() { ExpiresAfterDays = 0 } });
        var (idle, used) = (await scene.RefreshTokenAsync(), await scene.RefreshTokenAsync());
        for (var day = 9; day < 25; day += 8)
        {
            server.Clock.Advance(TimeSpan.FromDays(day == 9 ? 9 : 8));
            var answer = await scene.RefreshAsync(used);
            answer.IsAllowed();
            used = answer["refresh_token"] ?? used;
        }
        (await scene.RefreshAsync(idle)).IsRefused("invalid_grant", "expired access/refresh token");
        server.Clock.Advance(TimeSpan.FromDays(8)); // day 25: its idle time is not over, its life is
        (await scene.RefreshAsync(used)).IsRefused("invalid_grant", "expired access/refresh token");
    }

    [Fact]
    public async Task Public_apps_rotate_whatever_their_settings_say()
    {
        var scene = await SceneAsync(settings: TestOrg.StandardApp with
        {
            AuthMethods = [ClientAuthMethod.None],
            Refresh = new() { Rotate = false, RetrySeconds = 0 },
        });
        var login = await scene.Server.TokenAsync(
            TestServer.Office, ("grant_type", "password"), ("username", scene.User.Username), ("password", scene.User.Password), ("client_id", scene.App.ClientId));
        var first = await RefreshAsync(login["refresh_token"]!);
        first.IsAllowed();
        Assert.NotEqual(login["refresh_token"], first["refresh_token"]);
        scene.Server.Clock.Advance(TimeSpan.FromSeconds(1));
        (await RefreshAsync(login["refresh_token"]!)).IsRefused(HttpStatusCode.BadRequest, "invalid_grant");
        // The theft ended the family, access tokens included.
        (await RefreshAsync(first["refresh_token"]!)).IsRefused(HttpStatusCode.BadRequest, "invalid_grant");
        Assert.Equal(HttpStatusCode.Unauthorized, (await scene.UserInfoAsync(first["access_token"]!)).Status);

        Task<Answer> RefreshAsync(string token) => scene.Server.TokenAsync(
            TestServer.Office, ("grant_type", "refresh_token"), ("refresh_token", token), ("client_id", scene.App.ClientId));
    }

    [Theory]
    [InlineData("\u0084")]
    [InlineData("=")]
    [InlineData("+")]
    [InlineData("A")]
    public async Task A_refresh_token_in_which_one_character_was_changed_is_none(string other)
    {
        var scene = await SceneAsync();
        var token = await scene.RefreshTokenAsync();
        foreach (var at in (int[])[0, 21, 40, token.Length - 1])
        {
            var changed = token[..at] + (token[at] == other[0] ? "B" : other) + token[(at + 1)..];
            (await scene.RefreshAsync(changed)).IsRefused(HttpStatusCode.BadRequest, "invalid_grant");
            Assert.False((await scene.IntrospectAsync(changed)).Json.GetProperty("active").GetBoolean());
        }
        (await scene.RefreshAsync(token)).IsAllowed();
    }

    async Task<OAuthScene> SceneAsync(string database = "SQLite", AppSettings? settings = null) =>
        await OAuthScene.NewAsync(await servers.OnAsync(database), settings);
}
