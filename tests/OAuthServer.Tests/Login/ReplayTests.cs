using Microsoft.EntityFrameworkCore;
using OAuthServer.Login;
using OAuthServer.Orgs;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Login;

/// <summary>Every login can be decided again: facts of the record and policy of its day give the ruling of its day.</summary>
public sealed class ReplayTests
{
    const int Logins = 300;
    const int Seed = 20261122;

    static readonly ProfileSettings[] Policies =
    [
        new(),
        new() { LoginRanges = ["127.0.10.0/24"] },
        new() { LoginRanges = ["192.0.2.1"] },
        new() { LoginHours = new() { TimeZone = "Europe/Berlin", Wednesday = ["08:00-18:00"], Thursday = ["22:00-06:00"] } },
        new() { SecondFactor = new() { Api = ApiSecondFactor.Totp } },
        new() { SecondFactor = new() { Api = ApiSecondFactor.Either } },
        new() { SecurityToken = new() { OffTrustedNetworks = false } },
        new() { SecurityToken = new() { LifetimeDays = 1 } },
        new() { Password = new() { ExpiresAfterDays = 30 } },
        new() { Lockout = new() { MaxInvalidAttempts = 3 } },
        new() { Sso = SsoMode.Required },
        new() { Doors = [LoginChannel.Browser] },
        new() { ApiOnly = true, Permissions = new() { ApiEnabled = false } },
    ];

    [Fact]
    public async Task Every_login_of_a_varied_history_is_decided_again_as_it_was()
    {
        await using var server = await TestServer.StartAsync();
        await MakeHistoryAsync(server);
        await using var db = server.Database.NewContext();
        var records = await db.LoginRecords.AsNoTracking().OrderBy(record => record.Id).ToListAsync(TestContext.Current.CancellationToken);
        Assert.InRange(records.Count, Logins, int.MaxValue);
        Assert.InRange(records.Select(record => record.Reason).Distinct().Count(), 10, int.MaxValue); // varied indeed
        Assert.InRange(records.Select(record => record.ProfileVersion).Distinct().Count(), 10, int.MaxValue);
        foreach (var record in records)
        {
            var ruling = LoginPolicy.Decide(await LoginExplanations.FactsAsync(db, record, TestContext.Current.CancellationToken));
            var reason = (ruling.Decision as LoginDecision.Deny)?.Reason;
            Assert.Equal((record.Id, record.Decision, record.Reason, record.DecidingRule, record.Trace), (record.Id, Word(ruling.Decision), reason, ruling.DecidingRule, LoginTrace.Write(ruling)));
        }
    }

    static async Task MakeHistoryAsync(TestServer server)
    {
        var random = new Random(Seed);
        var org = await TestOrg.AddAsync(server);
        var user = await org.UserAsync();
        var runAs = await org.UserAsync();
        var app = await org.AppAsync(TestOrg.StandardApp with { Refresh = new() { RetrySeconds = 0 } }, runAs.Id);
        var closed = await org.AppAsync(TestOrg.StandardApp with { Flows = [LoginChannel.RefreshToken] });
        var approved = await org.AppAsync(TestOrg.StandardApp with { Preapproval = new() { Required = true, Users = [runAs.Username] } });
        await user.EnrolAsync();
        var token = await user.ReceiveTokenAsync();
        var refresh = "";
        for (var i = 0; i < Logins; i++)
        {
            if (i % 10 == 0)
                await org.ChangeProfileAsync(user.ProfileId, Policies[i / 10 % Policies.Length]);
            if (random.Next(15) == 0)
                await user.ChangeAsync(row => row.Status = row.Status == UserStatus.Active ? UserStatus.Frozen : UserStatus.Active);
            if (random.Next(20) == 0)
                await org.ChangeAsync(row => row.PasswordGrantEnabled = !row.PasswordGrantEnabled);
            if (random.Next(25) == 0)
                await org.ChangeAsync(row => row.SsoRequiredByDefault = !row.SsoRequiredByDefault);
            server.Clock.Advance(TimeSpan.FromMinutes(random.Next(1, 240)) + TimeSpan.FromTicks(random.Next(10_000))); // never on a whole millisecond
            var from = random.Next(2) == 0 ? TestServer.Office : TestServer.Outside;
            var answer = random.Next(12) switch
            {
                0 => await user.LoginAsync(app, from, password: "wrong"),
                1 => await user.LoginAsync(app, from, user.Code()),
                2 => await user.LoginAsync(closed, from),
                3 => await user.LoginAsync(approved, from),
                4 => await server.TokenAsync(from, ("grant_type", "client_credentials"), ("client_id", app.ClientId), ("client_secret", app.Secret)),
                5 => await server.TokenAsync(from, ("grant_type", "client_credentials"), ("client_id", app.ClientId), ("client_secret", "wrong")),
                6 => await server.TokenAsync(from, ("grant_type", "refresh_token"), ("refresh_token", refresh), ("client_id", app.ClientId), ("client_secret", app.Secret)),
                7 => await server.TokenAsync(from, ("grant_type", "password"), ("username", "nobody"), ("password", "x"), ("client_id", app.ClientId), ("client_secret", app.Secret)),
                8 or 9 => await user.LoginAsync(app, from),
                _ => await user.LoginAsync(app, from, token),
            };
            refresh = answer["refresh_token"] ?? refresh;
        }
    }

    static string Word(LoginDecision decision) => decision switch
    {
        LoginDecision.Allow => "allow",
        LoginDecision.Challenge => "challenge",
        _ => "deny",
    };
}
