using System.Net;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Accounts;
using OAuthServer.Orgs;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Login;

/// <summary>Guessing, flooding and peeping.</summary>
[Collection(nameof(ServersCollection))]
public sealed class AbuseTests(Servers servers)
{
    static readonly ProfileSettings NoToken = new() { SecurityToken = new() { OffTrustedNetworks = false }, Lockout = new() { MaxInvalidAttempts = 0 } };

    [Fact]
    public async Task A_lockout_ends_after_its_period_and_counts_anew()
    {
        await using var server = await TestServer.StartAsync();
        var (org, app) = await SceneAsync(server);
        var user = await org.UserAsync(new() { Lockout = new() { MaxInvalidAttempts = 3, Minutes = 15 } });
        for (var round = 0; round < 2; round++)
        {
            for (var i = 0; i < 3; i++)
                Assert.Equal(DenyReason.WrongPassword, (await server.RecordAsync(await user.LoginAsync(app, TestServer.Office, password: "wrong"))).Reason);
            server.Clock.Advance(TimeSpan.FromMinutes(14.9));
            Assert.Equal(DenyReason.LockedOut, (await server.RecordAsync(await user.LoginAsync(app, TestServer.Office))).Reason);
            server.Clock.Advance(TimeSpan.FromMinutes(0.2));
        }
        (await user.LoginAsync(app, TestServer.Office)).IsAllowed();
        Assert.Equal(0, (await user.RowAsync()).TrustedFailures);
    }

    [Fact]
    public async Task A_lockout_until_an_administrator_unlocks_does_not_end_by_itself()
    {
        await using var server = await TestServer.StartAsync();
        var (org, app) = await SceneAsync(server);
        var user = await org.UserAsync(new() { Lockout = new() { MaxInvalidAttempts = 3, Minutes = 0 }, Password = new() { ExpiresAfterDays = 0 } });
        for (var i = 0; i < 3; i++)
            await user.LoginAsync(app, TestServer.Office, password: "wrong");
        server.Clock.Advance(TimeSpan.FromDays(400));
        Assert.Equal(DenyReason.LockedOut, (await server.RecordAsync(await user.LoginAsync(app, TestServer.Office))).Reason);
        await user.ChangeAsync(row => row.TrustedFailures = 0);
        (await user.LoginAsync(app, TestServer.Office)).IsAllowed();
    }

    [Fact]
    public async Task Too_many_refusals_from_one_network_slow_it_down_and_are_forgiven_with_time()
    {
        await using var server = await TestServer.StartAsync(change: options => options with { Limits = new() { RefusalsPerNetwork = 5, RefusalsPerApp = 1_000, ForgivenPerMinute = 1 } });
        var (org, app) = await SceneAsync(server);
        var vendor = await org.AppAsync(TestOrg.SalesforceApp);
        var user = await org.UserAsync(NoToken);
        for (var i = 0; i < 20; i++)
            (await user.LoginAsync(app, TestServer.Outside)).IsAllowed(); // successes cost nothing
        for (var i = 0; i < 6; i++)
            (await user.LoginAsync(app, TestServer.Outside, password: "wrong")).IsRefused("invalid_grant", "authentication failure");
        var limited = await user.LoginAsync(app, TestServer.Outside);
        Assert.Equal(HttpStatusCode.TooManyRequests, limited.Status);
        Assert.InRange(limited.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(120));
        Assert.Null(limited["access_token"]);
        var inSalesforceWords = await user.LoginAsync(vendor, TestServer.Outside);
        Assert.Equal(HttpStatusCode.BadRequest, inSalesforceWords.Status);
        Assert.Equal("rate_limit_exceeded", inSalesforceWords["error"]);
        (await user.LoginAsync(app, TestServer.Office)).IsAllowed(); // another network
        server.Clock.Set(server.Clock.GetUtcNow() - TimeSpan.FromHours(1)); // a clock set back adds nothing
        server.Clock.Advance(TimeSpan.FromMinutes(2));
        (await user.LoginAsync(app, TestServer.Outside)).IsAllowed();
    }

    [Fact]
    public async Task Strangers_who_only_claim_to_be_an_app_do_not_use_up_its_limit()
    {
        await using var server = await TestServer.StartAsync(change: options => options with { Limits = new() { RefusalsPerNetwork = 1_000, RefusalsPerApp = 5, ForgivenPerMinute = 1 } });
        var (org, app) = await SceneAsync(server);
        var user = await org.UserAsync(NoToken);
        for (var i = 0; i < 10; i++)
            Assert.Equal(HttpStatusCode.Unauthorized, (await user.LoginAsync(app with { Secret = "wrong" }, TestServer.Outside)).Status);
        (await user.LoginAsync(app, TestServer.Office)).IsAllowed();
    }

    [Fact]
    public async Task A_full_queue_of_hashes_is_503_while_introspection_goes_on()
    {
        await using var server = await TestServer.StartAsync(change: options => options with { Passwords = new() { Rounds = 20_000, AtOnce = 1, Waiting = 3 } });
        var (org, app) = await SceneAsync(server);
        var user = await org.UserAsync(NoToken);
        var token = (await user.LoginAsync(app, TestServer.Outside))["access_token"];
        var hashing = server.Services.GetRequiredService<PasswordHashing>();
        var flood = Enumerable.Range(0, 40).Select(_ => user.LoginAsync(app, TestServer.Outside, password: new string('p', 15_000))).ToList();
        var answers = Task.WhenAll(flood);
        do
        {
            (await server.PostAsync(TestServer.Outside, "/services/oauth2/introspect", ("token", token), ("client_id", app.ClientId), ("client_secret", app.Secret))).IsAllowed();
        }
        while (!answers.IsCompleted);
        var busy = (await answers).Where(answer => answer.Status == HttpStatusCode.ServiceUnavailable).ToList();
        Assert.NotEmpty(busy);
        Assert.All(busy, answer => Assert.NotNull(answer.Headers.RetryAfter));
        Assert.All(await answers, answer => Assert.True(answer.Status is HttpStatusCode.ServiceUnavailable or HttpStatusCode.BadRequest, answer.Text));
        Assert.Equal(0, hashing.Waiting);
        (await user.LoginAsync(app, TestServer.Outside)).IsAllowed();
    }

    [Fact]
    public async Task Passwords_of_16000_bytes_are_taken_and_longer_ones_refused_unhashed()
    {
        var (server, org, app) = await SharedAsync();
        var longest = new string('ä', 8_000); // two bytes each: bytes are counted, not characters
        var user = await org.UserAsync(NoToken, longest);
        (await user.LoginAsync(app, TestServer.Outside)).IsAllowed();
        var hashing = server.Services.GetRequiredService<PasswordHashing>();
        var before = hashing.Spent;
        (await user.LoginAsync(app, TestServer.Outside, "x")).IsRefused("invalid_grant", "authentication failure");
        Assert.Equal(before, hashing.Spent);
    }

    [Fact]
    public async Task Unknown_user_wrong_password_and_missing_token_look_the_same_and_cost_one_hash_each()
    {
        await using var server = await TestServer.StartAsync();
        var (org, app) = await SceneAsync(server);
        var user = await org.UserAsync();
        var without = await org.UserAsync(change: row => row.PasswordHash = null);
        var elsewhere = await (await TestOrg.AddAsync(server)).UserAsync(NoToken);
        var token = await user.ReceiveTokenAsync();
        using var old = new PasswordHashing(new() { Rounds = 100 });
        var oldHash = await old.HashAsync("Correct-Horse-7", TestContext.Current.CancellationToken);
        var outdated = await org.UserAsync(change: row => row.PasswordHash = oldHash);
        var hashing = server.Services.GetRequiredService<PasswordHashing>();
        var seen = new List<string>();
        foreach (var (name, password) in new[]
        {
            ("nobody@example.test", "x"), (user.Username, "wrong"), (user.Username, user.Password), (user.Username, "wrong" + token), (user.Username, user.Password + "123456"),
            (without.Username, "x"), (elsewhere.Username, elsewhere.Password), ("\ufffe", "x"), (outdated.Username, "wrong"), (outdated.Username, "Correct-Horse-7"),
        })
        {
            var (before, rounds) = (hashing.Spent, hashing.SpentRounds);
            var answer = await server.TokenAsync(
                TestServer.Outside, ("grant_type", "password"), ("username", name), ("password", password), ("client_id", app.ClientId), ("client_secret", app.Secret));
            Assert.Equal((1, 1_000), (hashing.Spent - before, hashing.SpentRounds - rounds));
            var headers = answer.Headers.Where(header => header.Key is not ("Date" or "Login-Reference")).OrderBy(header => header.Key, StringComparer.Ordinal);
            seen.Add($"{(int)answer.Status} {answer.Text.Replace(answer.Reference!, "*", StringComparison.Ordinal)} {string.Join(';', headers.Select(header => header.Key + "=" + string.Join(',', header.Value)))}");
        }
        Assert.Single(seen.Distinct(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_user_of_another_organization_is_nobody_for_this_app()
    {
        var (server, _, app) = await SharedAsync();
        var stranger = await (await TestOrg.AddAsync(server)).UserAsync(NoToken with { Lockout = new() { MaxInvalidAttempts = 3 } });
        for (var i = 0; i < 5; i++)
        {
            var record = await server.RecordAsync(await stranger.LoginAsync(app, TestServer.Outside, password: i % 2 == 0 ? null : "wrong"));
            Assert.Equal((DenyReason.UnknownUser, null, null), (record.Reason!.Value, record.UserId, record.ProfileId));
        }
        Assert.Equal(0, (await stranger.RowAsync()).UntrustedFailures);
    }

    [Fact]
    public async Task A_profile_that_changed_applies_to_the_very_next_login()
    {
        var (_, org, app) = await SharedAsync();
        var user = await org.UserAsync(NoToken);
        for (var round = 0; round < 3; round++)
        {
            (await user.LoginAsync(app, TestServer.Outside)).IsAllowed();
            await org.ChangeProfileAsync(user.ProfileId, new() { LoginRanges = ["192.0.2.0/24"] });
            (await user.LoginAsync(app, TestServer.Outside)).IsRefused("invalid_grant", "ip restricted or invalid login hours");
            await org.ChangeProfileAsync(user.ProfileId, NoToken);
        }
    }

    static async Task<(TestOrg Org, TestApp App)> SceneAsync(TestServer server)
    {
        var org = await TestOrg.AddAsync(server);
        return (org, await org.AppAsync());
    }

    async Task<(TestServer Server, TestOrg Org, TestApp App)> SharedAsync()
    {
        var server = await servers.OnAsync("SQLite");
        var (org, app) = await SceneAsync(server);
        return (server, org, app);
    }
}
