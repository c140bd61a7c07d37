using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Apps;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;
using OAuthServer.Tokens;

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
    public async Task Right_and_wrong_passwords_at_once_are_judged_as_if_one_came_after_the_other(string database)
    {
        var (server, org, app) = await SceneAsync(database);
        var user = await org.UserAsync(new() { Lockout = new() { MaxInvalidAttempts = 3 } });
        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => user.LoginAsync(app, TestServer.Office, password: i % 4 == 0 ? null : "wrong")));
        var records = new List<OAuthServer.Data.LoginRecord>();
        foreach (var answer in answers)
            records.Add(await server.RecordAsync(answer));
        var failures = 0;
        foreach (var record in records.OrderBy(record => record.Id))
        {
            if (failures == 3)
            {
                Assert.Equal(DenyReason.LockedOut, record.Reason);
                continue;
            }
            Assert.NotEqual(DenyReason.LockedOut, record.Reason);
            failures = record.Decision == "allow" ? 0 : failures + 1;
        }
        Assert.Equal(3, failures);
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task A_login_that_overlaps_a_password_change_leaves_no_grant_of_the_old_password(string database)
    {
        var (server, org, app) = await SceneAsync(database);
        var user = await org.UserAsync();
        await server.NoticeAsync();
        var access = new GrantedAccess
        {
            App = (await server.Services.GetRequiredService<AppDirectory>().FindAsync(app.ClientId))!,
            UserId = user.Id,
            Username = user.Username,
            OrgId = org.Id,
            Channel = LoginChannel.PasswordGrant,
            Assurance = new(Proof.Password, null),
            ProfileVersion = 1,
            At = server.Clock.GetUtcNow(),
            AuthenticatedAt = server.Clock.GetUtcNow(),
            Scope = "api offline_access",
            MayRefresh = true,
            PasswordChangedAt = (await user.RowAsync()).PasswordChangedAt,
        };
        var mint = server.Services.GetRequiredService<TokenIssuer>();
        Assert.NotNull(await mint.IssueAsync(access));
        await user.ChangeAsync(row => row.PasswordChangedAt = server.Clock.GetUtcNow().AddSeconds(1));
        Assert.Null(await mint.IssueAsync(access));
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
