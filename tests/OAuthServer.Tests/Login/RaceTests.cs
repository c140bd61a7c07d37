using OAuthServer.Policy;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Login;

/// <summary>What may happen once happens once, whoever comes at the same time.</summary>
[Collection(nameof(ServersCollection))]
public sealed class RaceTests(Servers servers)
{
    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Of_two_uses_of_one_authenticator_code_at_once_one_wins(string database)
    {
        var (server, org, app) = await SceneAsync(database);
        var user = await org.UserAsync(new() { SecondFactor = new() { Api = ApiSecondFactor.Totp } });
        await user.EnrolAsync();
        var code = user.Code();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => user.LoginAsync(app, TestServer.Outside, code)));
        Assert.Single(answers, answer => answer.Status == System.Net.HttpStatusCode.OK);
        Assert.Equal(8, answers.Select(answer => answer.Reference).Distinct().Count());
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Fifty_wrong_passwords_at_once_lock_the_account_at_its_number(string database)
    {
        var (server, org, app) = await SceneAsync(database);
        var user = await org.UserAsync(new() { Lockout = new() { MaxInvalidAttempts = 10 } });
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => user.LoginAsync(app, TestServer.Outside, password: "wrong" + i)));
        var reasons = new List<DenyReason?>();
        foreach (var answer in answers)
        {
            answer.IsRefused("invalid_grant", "authentication failure");
            reasons.Add((await server.RecordAsync(answer)).Reason);
        }
        Assert.Equal(10, reasons.Count(reason => reason == DenyReason.WrongPassword));
        Assert.Equal(40, reasons.Count(reason => reason == DenyReason.LockedOut));
        Assert.Equal(10, (await user.RowAsync()).UntrustedFailures);
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task A_right_password_among_parallel_wrong_ones_gets_in_only_before_the_limit(string database)
    {
        var (_, org, app) = await SceneAsync(database);
        var user = await org.UserAsync(new() { Lockout = new() { MaxInvalidAttempts = 3 } });
        for (var i = 0; i < 3; i++)
            await user.LoginAsync(app, TestServer.Office, password: "wrong");
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => user.LoginAsync(app, TestServer.Office)));
        Assert.All(answers, answer => answer.IsRefused("invalid_grant", "authentication failure"));
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Twenty_right_passwords_at_once_are_all_let_in(string database)
    {
        var (_, org, app) = await SceneAsync(database);
        var user = await org.UserAsync(new() { Lockout = new() { MaxInvalidAttempts = 3 } });
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => user.LoginAsync(app, TestServer.Office)));
        Assert.All(answers, answer => answer.IsAllowed());
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Twenty_refreshes_of_one_token_at_once_leave_one_line_of_tokens(string database)
    {
        var (server, org, app) = await SceneAsync(database);
        var user = await org.UserAsync();
        var refresh = (await user.LoginAsync(app, TestServer.Office))["refresh_token"]!;
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => RefreshAsync(server, app, refresh)));
        var successor = Assert.Single(answers.Select(answer => answer["refresh_token"]).Distinct())!;
        Assert.NotEqual(refresh, successor);
        (await RefreshAsync(server, app, successor)).IsAllowed();
        // The successor has been used: the first token coming back now is a theft, and ends the family.
        (await RefreshAsync(server, app, refresh)).IsRefused("invalid_grant", "expired access/refresh token");
        (await RefreshAsync(server, app, successor)).IsRefused("invalid_grant", "expired access/refresh token");
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Without_a_retry_window_of_two_refreshes_of_one_token_exactly_one_wins(string database)
    {
        var server = await servers.OnAsync(database);
        var org = await TestOrg.AddAsync(server);
        var app = await org.AppAsync(TestOrg.StandardApp with { Refresh = new() { RetrySeconds = 0 } });
        var user = await org.UserAsync();
        var refresh = (await user.LoginAsync(app, TestServer.Office))["refresh_token"]!;
        server.Clock.Advance(TimeSpan.FromSeconds(1));
        var first = await RefreshAsync(server, app, refresh);
        server.Clock.Advance(TimeSpan.FromSeconds(1));
        var second = await RefreshAsync(server, app, refresh);
        first.IsAllowed();
        second.IsRefused("invalid_grant", "expired access/refresh token");
        (await RefreshAsync(server, app, first["refresh_token"]!)).IsRefused("invalid_grant", "expired access/refresh token");
    }

    static Task<Answer> RefreshAsync(TestServer server, TestApp app, string token) => server.TokenAsync(
        TestServer.Office, ("grant_type", "refresh_token"), ("refresh_token", token), ("client_id", app.ClientId), ("client_secret", app.Secret));

    async Task<(TestServer Server, TestOrg Org, TestApp App)> SceneAsync(string database)
    {
        var server = await servers.OnAsync(database);
        var org = await TestOrg.AddAsync(server);
        return (server, org, await org.AppAsync());
    }
}
