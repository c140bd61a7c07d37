using System.Net;
using Npgsql;
using OAuthServer.Policy;
using OAuthServer.Tests.Features.Authorize;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Hosting;

/// <summary>Two servers on one PostgreSQL behave like one.</summary>
public sealed class TwoNodesTests : IAsyncLifetime
{
    TestServer a = null!;
    TestServer b = null!;
    string connection = "";

    public async ValueTask InitializeAsync()
    {
        connection = await Postgres.NewDatabaseAsync();
        // Both at once on an empty database: this is a test by itself.
        var nodes = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(() => TestServer.StartOnAsync(connection))));
        (a, b) = (nodes[0], nodes[1]);
    }

    public async ValueTask DisposeAsync()
    {
        await a.DisposeAsync();
        await b.DisposeAsync();
    }

    [Fact]
    public async Task Started_at_once_on_an_empty_database_they_agree_on_schema_and_keys()
    {
        var keys = await Task.WhenAll(new[] { a, b }.Select(GetKeysAsync));
        Assert.Equal(keys[0], keys[1]);
        Assert.Contains("ES256", keys[0], StringComparison.Ordinal);
        Assert.DoesNotContain(a.Log.Lines.Concat(b.Log.Lines), line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task No_migration_lock_is_left_behind()
    {
        await using var db = new NpgsqlConnection(connection);
        await db.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())", db);
        Assert.Equal(0L, await command.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_token_of_one_is_good_at_the_other_until_it_is_revoked_there()
    {
        var (org, app) = await SceneAsync();
        var user = await org.UserAsync();
        var login = await user.LoginAsync(a, app, TestServer.Office);
        Assert.Equal("True", (await IntrospectAsync(b, app, login["access_token"]!))["active"]);
        (await a.PostAsync(TestServer.Office, "/services/oauth2/revoke", ("token", login["refresh_token"]), ("client_id", app.ClientId), ("client_secret", app.Secret))).IsAllowed();
        Assert.Equal("False", (await IntrospectAsync(b, app, login["access_token"]!))["active"]);
        (await RefreshAsync(b, app, login["refresh_token"]!)).IsRefused("invalid_grant", "expired access/refresh token");
    }

    [Fact]
    public async Task A_browser_and_its_app_may_go_to_either()
    {
        var scene = await AuthorizeScene.ReadyAsync(a);
        await b.NoticeAsync();
        var uri = (await scene.PushAsync())["request_uri"]!;
        var elsewhere = new TestBrowser(b, TestServer.Office);
        foreach (var (name, value) in scene.Browser.Cookies)
            elsewhere.Cookies[name] = value;
        var code = (await elsewhere.GetAsync($"/services/oauth2/authorize?client_id={scene.App.ClientId}&request_uri={Uri.EscapeDataString(uri)}")).Parameter("code")!;
        (await scene.WithHandleAsync(uri)).IsForThePersonAlone("invalid_request_uri");
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => (i % 2 == 0 ? a : b).TokenAsync(
            TestServer.Outside, ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", AuthorizeScene.RedirectUri), ("code_verifier", AuthorizeScene.Verifier),
            ("client_id", scene.App.ClientId), ("client_secret", scene.App.Secret))));
        var winner = Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
        Assert.All(answers.Where(answer => answer != winner), answer => answer.IsRefused(HttpStatusCode.BadRequest, "invalid_grant"));
        Assert.Equal(HttpStatusCode.Unauthorized, (await scene.UserInfoAsync(winner["access_token"]!)).Status);
    }

    [Fact]
    public async Task Of_uses_of_one_authenticator_code_at_both_one_wins()
    {
        var (org, app) = await SceneAsync();
        var user = await org.UserAsync(new() { SecondFactor = new() { Api = ApiSecondFactor.Totp } });
        await user.EnrolAsync();
        for (var round = 0; round < 5; round++)
        {
            var code = user.Code();
            var answers = await Task.WhenAll(new[] { a, b, a, b }.Select(node => user.LoginAsync(node, app, TestServer.Outside, code)));
            Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
            a.Clock.Advance(TimeSpan.FromSeconds(90));
            b.Clock.Advance(TimeSpan.FromSeconds(90));
        }
    }

    [Fact]
    public async Task Of_uses_of_one_refresh_token_at_both_one_wins_where_no_retry_is_allowed()
    {
        var org = await TestOrg.AddAsync(a);
        var app = await org.AppAsync(TestOrg.StandardApp with { Refresh = new() { RetrySeconds = 0 } });
        var user = await org.UserAsync();
        for (var round = 0; round < 5; round++)
        {
            var refresh = (await user.LoginAsync(a, app, TestServer.Office))["refresh_token"]!;
            var answers = await Task.WhenAll(new[] { a, b, a, b }.Select(node => RefreshAsync(node, app, refresh)));
            var winner = Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
            // Two uses of one token are a theft, whoever came first: the winner's line has ended too.
            (await RefreshAsync(b, app, winner["refresh_token"]!)).IsRefused("invalid_grant", "expired access/refresh token");
        }
    }

    [Fact]
    public async Task Within_the_retry_window_both_give_the_same_successor()
    {
        var (org, app) = await SceneAsync();
        var user = await org.UserAsync();
        var refresh = (await user.LoginAsync(a, app, TestServer.Office))["refresh_token"]!;
        var answers = await Task.WhenAll(new[] { a, b, a, b }.Select(node => RefreshAsync(node, app, refresh)));
        Assert.All(answers, answer => answer.IsAllowed());
        Assert.Single(answers.Select(answer => answer["refresh_token"]).Distinct());
    }

    [Fact]
    public async Task Failures_at_both_are_counted_together()
    {
        var (org, app) = await SceneAsync();
        var user = await org.UserAsync(new() { Lockout = new() { MaxInvalidAttempts = 10 } });
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => user.LoginAsync(i % 2 == 0 ? a : b, app, TestServer.Office, password: "wrong" + i)));
        var reasons = await Task.WhenAll(answers.Select(async answer => (await a.RecordAsync(answer)).Reason));
        Assert.Equal(10, reasons.Count(reason => reason == DenyReason.WrongPassword));
        Assert.Equal(20, reasons.Count(reason => reason == DenyReason.LockedOut));
        (await user.LoginAsync(b, app, TestServer.Office)).IsRefused("invalid_grant", "authentication failure");
    }

    [Fact]
    public async Task A_profile_changed_at_one_applies_to_the_very_next_login_at_the_other()
    {
        var (org, app) = await SceneAsync();
        var user = await org.UserAsync();
        for (var round = 0; round < 5; round++)
        {
            await org.ChangeProfileAsync(user.ProfileId, new() { LoginRanges = ["192.0.2.0/24"] });
            (await user.LoginAsync(b, app, TestServer.Office)).IsRefused("invalid_grant", "ip restricted or invalid login hours");
            await org.ChangeProfileAsync(user.ProfileId, new());
            (await user.LoginAsync(b, app, TestServer.Office)).IsAllowed();
        }
    }

    async Task<(TestOrg Org, TestApp App)> SceneAsync()
    {
        var org = await TestOrg.AddAsync(a);
        return (org, await org.AppAsync());
    }

    static async Task<string> GetKeysAsync(TestServer node)
    {
        using var client = node.From();
        return await client.GetStringAsync("/id/keys", TestContext.Current.CancellationToken);
    }

    static Task<Answer> IntrospectAsync(TestServer node, TestApp app, string token) => node.PostAsync(
        TestServer.Office, "/services/oauth2/introspect", ("token", token), ("client_id", app.ClientId), ("client_secret", app.Secret));

    static Task<Answer> RefreshAsync(TestServer node, TestApp app, string token) => node.TokenAsync(
        TestServer.Office, ("grant_type", "refresh_token"), ("refresh_token", token), ("client_id", app.ClientId), ("client_secret", app.Secret));
}
