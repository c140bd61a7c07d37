using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Apps;
using OAuthServer.Data;
using OAuthServer.Login;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;
using OAuthServer.Tokens;

namespace OAuthServer.Tests.Features.Device;

/// <summary>The device's side of the device flow (RFC 8628): its codes, its polls, and the one time it gets its tokens.</summary>
[Collection(nameof(ServersCollection))]
public sealed class DeviceFlowTests(Servers servers)
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_device_gets_codes_that_are_hashed_in_the_database()
    {
        var scene = await SceneAsync();
        var answer = await scene.StartAsync("api");
        answer.IsAllowed();
        Assert.True(answer.Headers.CacheControl!.NoStore);
        Assert.Matches("^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$", answer["user_code"]);
        Assert.Equal(43, answer["device_code"]!.Length); // 256 bits
        Assert.Equal("http://localhost:5000/setup/connect", answer["verification_uri"]);
        Assert.Equal("http://localhost:5000/setup/connect?user_code=" + answer["user_code"], answer["verification_uri_complete"]);
        Assert.Equal((600, 5), (answer.Json.GetProperty("expires_in").GetInt32(), answer.Json.GetProperty("interval").GetInt32()));
        await using var db = scene.Server.Database.NewContext();
        var row = await db.DeviceAuthorizations.AsNoTracking().SingleAsync(d => d.AppId == scene.App.Id, Stop);
        Assert.DoesNotContain(answer["device_code"]!, row.Hash, StringComparison.Ordinal);
        Assert.Equal(43, row.UserCodeHash.Length);
        Assert.Equal(TestServer.Outside, row.SourceAddress);
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task An_approved_device_gets_its_tokens_once(string database)
    {
        var scene = await SceneAsync(database);
        var started = await scene.StartAsync();
        (await scene.PollAsync(started["device_code"])).IsRefused("authorization_pending", "Nobody has approved");
        Assert.True(await scene.ApproveAsync(started));
        var answer = await scene.PollAsync(started["device_code"]);
        answer.IsAllowed();
        Assert.Equal("2222-2222", answer.Reference);
        Assert.NotNull(answer["refresh_token"]);
        (await scene.PollAsync(started["device_code"])).IsRefused("invalid_grant", "No device code");
        await using var db = scene.Server.Database.NewContext();
        var grant = await db.Grants.AsNoTracking().SingleAsync(g => g.AppId == scene.App.Id, Stop);
        Assert.Equal((LoginChannel.Device, scene.Session.Id, Proof.Password), (grant.Channel, grant.SessionId, grant.Proven));
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Of_twenty_polls_at_once_one_gets_the_tokens(string database)
    {
        var scene = await SceneAsync(database);
        var started = await scene.StartAsync();
        Assert.True(await scene.ApproveAsync(started));
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => scene.PollAsync(started["device_code"])));
        Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
        Assert.Equal(19, answers.Count(answer => answer["error"] == "invalid_grant"));
        await using var db = scene.Server.Database.NewContext();
        Assert.Equal(1, await db.Grants.CountAsync(grant => grant.AppId == scene.App.Id, Stop));
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Of_a_yes_and_a_no_at_once_one_holds(string database)
    {
        var scene = await SceneAsync(database);
        var started = await scene.StartAsync();
        var devices = scene.Server.Services.GetRequiredService<DeviceAuthorizations>();
        var device = (await devices.FindAsync(UserCodes.Normalize(started["user_code"])!))!;
        var decided = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => i % 2 == 0 ? scene.ApproveAsync(device) : devices.DenyAsync(device, scene.User.Id)));
        Assert.Single(decided, held => held);
    }

    [Fact]
    public async Task Polling_too_fast_slows_the_device_down_for_good()
    {
        var scene = await SceneAsync();
        var code = (await scene.StartAsync())["device_code"];
        (await scene.PollAsync(code)).IsRefused("authorization_pending", "");
        (await scene.PollAsync(code)).IsRefused("slow_down", "");
        scene.Server.Clock.Advance(TimeSpan.FromSeconds(9)); // the interval is ten now
        (await scene.PollAsync(code)).IsRefused("slow_down", "");
        scene.Server.Clock.Advance(TimeSpan.FromSeconds(15));
        (await scene.PollAsync(code)).IsRefused("authorization_pending", "");
    }

    [Fact]
    public async Task A_no_is_told_as_access_denied()
    {
        var scene = await SceneAsync();
        var started = await scene.StartAsync();
        var devices = scene.Server.Services.GetRequiredService<DeviceAuthorizations>();
        var device = (await devices.FindAsync(UserCodes.Normalize(started["user_code"])!))!;
        Assert.True(await devices.DenyAsync(device, scene.User.Id));
        (await scene.PollAsync(started["device_code"])).IsRefused("access_denied", "The person said no.");
        Assert.False(await scene.ApproveAsync(device));
        Assert.Null(await devices.FindAsync(UserCodes.Normalize(started["user_code"])!));
    }

    [Fact]
    public async Task After_ten_minutes_the_codes_are_expired_also_when_approved()
    {
        var scene = await SceneAsync();
        var waiting = await scene.StartAsync();
        var approved = await scene.StartAsync();
        Assert.True(await scene.ApproveAsync(approved));
        scene.Server.Clock.Advance(TimeSpan.FromMinutes(10));
        (await scene.PollAsync(waiting["device_code"])).IsRefused("expired_token", "");
        (await scene.PollAsync(approved["device_code"])).IsRefused("expired_token", "");
        var devices = scene.Server.Services.GetRequiredService<DeviceAuthorizations>();
        Assert.Null(await devices.FindAsync(UserCodes.Normalize(waiting["user_code"])!));
    }

    [Fact]
    public async Task Another_app_cannot_fetch_what_was_approved()
    {
        var scene = await SceneAsync();
        var started = await scene.StartAsync();
        Assert.True(await scene.ApproveAsync(started));
        var other = await scene.Org.AppAsync(DeviceScene.PublicDevice);
        await scene.Server.NoticeAsync();
        var answer = await scene.Server.TokenAsync(
            TestServer.Outside, ("grant_type", DeviceScene.GrantType), ("device_code", started["device_code"]), ("client_id", other.ClientId));
        answer.IsRefused("invalid_grant", "No device code of this app");
        (await scene.PollAsync(started["device_code"])).IsAllowed();
    }

    [Fact]
    public async Task A_password_changed_after_the_approval_kills_it()
    {
        var scene = await SceneAsync();
        var started = await scene.StartAsync();
        Assert.True(await scene.ApproveAsync(started));
        await scene.User.ChangeAsync(user => user.PasswordChangedAt = scene.Server.Clock.GetUtcNow().AddSeconds(1));
        (await scene.PollAsync(started["device_code"])).IsRefused("invalid_grant", "authentication failure");
    }

    [Fact]
    public async Task A_user_frozen_after_the_approval_gets_nothing()
    {
        var scene = await SceneAsync();
        var started = await scene.StartAsync();
        Assert.True(await scene.ApproveAsync(started));
        await scene.User.ChangeAsync(user => user.Status = UserStatus.Frozen);
        (await scene.PollAsync(started["device_code"])).IsRefused("invalid_grant", "authentication failure");
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task An_approval_dies_with_the_session_it_was_given_in(string database)
    {
        var scene = await SceneAsync(database);
        var started = await scene.StartAsync();
        Assert.True(await scene.ApproveAsync(started));
        await scene.Server.Services.GetRequiredService<BrowserSessions>().EndAsync(scene.Session.Id);
        (await scene.PollAsync(started["device_code"])).IsRefused("invalid_grant", "authentication failure");
        await using var db = scene.Server.Database.NewContext();
        Assert.Equal(0, await db.Grants.CountAsync(grant => grant.AppId == scene.App.Id, Stop));
    }

    [Fact]
    public async Task What_dies_between_the_poll_and_the_grant_makes_no_grant()
    {
        foreach (var die in new Func<DeviceScene, Task>[]
        {
            scene => scene.Server.Services.GetRequiredService<BrowserSessions>().EndAsync(scene.Session.Id),
            scene => scene.User.ChangeAsync(user => user.Status = UserStatus.Frozen),
            scene => scene.Server.Services.GetRequiredService<UserGrants>().WithdrawAsync(scene.User.Id, scene.App.Id, Stop),
        })
        {
            var scene = await SceneAsync();
            var started = await scene.StartAsync();
            Assert.True(await scene.ApproveAsync(started));
            var devices = scene.Server.Services.GetRequiredService<DeviceAuthorizations>();
            var app = (await scene.Server.Services.GetRequiredService<AppDirectory>().FindAsync(scene.App.ClientId))!;
            var approved = Assert.IsType<DevicePoll.Approved>(await devices.PollAsync(started["device_code"]!, app));
            await die(scene);
            var writes = scene.Server.Services.GetRequiredService<WriteQueue>();
            Assert.False(await writes.CommitAsync(scope => devices.SpendAsync(scope, approved), Stop));
        }
    }

    [Fact]
    public async Task An_app_without_the_flow_is_refused_at_both_doors()
    {
        var scene = await SceneAsync(settings: DeviceScene.PublicDevice with { Flows = [LoginChannel.RefreshToken] });
        (await scene.StartAsync()).IsRefused(HttpStatusCode.BadRequest, "unauthorized_client");
        (await scene.PollAsync("x")).IsRefused(HttpStatusCode.BadRequest, "unauthorized_client");
    }

    [Fact]
    public async Task A_confidential_app_proves_itself_at_both_doors()
    {
        var scene = await SceneAsync(settings: TestOrg.StandardApp with { Flows = [LoginChannel.Device] });
        (await scene.StartAsync()).IsRefused(HttpStatusCode.Unauthorized, "invalid_client");
        var started = await scene.Server.PostAsync(
            TestServer.Outside, "/services/oauth2/device_authorization", ("client_id", scene.App.ClientId), ("client_secret", scene.App.Secret));
        started.IsAllowed();
        Assert.True(await scene.ApproveAsync(started));
        (await scene.PollAsync(started["device_code"])).IsRefused(HttpStatusCode.Unauthorized, "invalid_client");
    }

    [Theory]
    [InlineData("GET", null, "", 405)]
    [InlineData("POST", "text/plain", "x", 415)]
    [InlineData("POST", "application/x-www-form-urlencoded", "", 401)]
    [InlineData("POST", "application/x-www-form-urlencoded", "client_id=nobody", 401)]
    [InlineData("POST", "application/x-www-form-urlencoded", "client_id=a&client_id=b", 400)]
    public async Task What_is_no_request_is_refused(string method, string? type, string body, int status)
    {
        var server = await servers.OnAsync("SQLite");
        var request = new HttpRequestMessage(new(method), "/services/oauth2/device_authorization");
        if (type is not null)
            request.Content = new StringContent(body, System.Text.Encoding.UTF8, type);
        Assert.Equal(status, (int)(await server.SendAsync(request)).Status);
    }

    [Theory]
    [InlineData("api nothing")]
    [InlineData("\u00e9")]
    public async Task A_scope_the_app_may_not_have_is_refused(string scope) =>
        (await (await SceneAsync()).StartAsync(scope)).IsRefused(HttpStatusCode.BadRequest, "invalid_scope");

    [Fact]
    public async Task One_network_cannot_fill_the_table_with_codes()
    {
        await using var server = await TestServer.StartAsync();
        var scene = await DeviceScene.NewAsync(server);
        Answer answer;
        var started = 0;
        while ((answer = await scene.StartAsync()).Status == HttpStatusCode.OK && started < 100)
            started++;
        Assert.InRange(started, 60, 65); // one a second is forgiven meanwhile
        answer.IsRefused(HttpStatusCode.TooManyRequests, "temporarily_unavailable");
        Assert.NotNull(answer.Headers.RetryAfter);
    }

    [Fact]
    public async Task Expired_codes_are_purged()
    {
        var scene = await SceneAsync();
        await scene.StartAsync();
        scene.Server.Clock.Advance(TimeSpan.FromDays(2));
        await scene.Server.Services.GetRequiredService<Purge>().RunAsync(TimeSpan.FromDays(180), Stop);
        await using var db = scene.Server.Database.NewContext();
        Assert.False(await db.DeviceAuthorizations.AnyAsync(d => d.AppId == scene.App.Id, Stop));
    }

    async Task<DeviceScene> SceneAsync(string database = "SQLite", AppSettings? settings = null) =>
        await DeviceScene.NewAsync(await servers.OnAsync(database), settings);
}
