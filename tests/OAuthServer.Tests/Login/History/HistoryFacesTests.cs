using OAuthServer.Login.History;
using OAuthServer.Orgs;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Login.History;

/// <summary>The same condition, as the program is told it and as the login history calls it (Salesforce contract, section 10).</summary>
[Collection(nameof(ServersCollection))]
public sealed class HistoryFacesTests(Servers servers)
{
    const string Invalid = "authentication failure";
    const string Restricted = "ip restricted or invalid login hours";

    [Theory]
    [InlineData("wrong password", Invalid, "Invalid password")]
    [InlineData("without token", Invalid, "Failed: API security token required")]
    [InlineData("wrong token", Invalid, "Invalid password")]
    [InlineData("with token", null, "Success")]
    [InlineData("with TOTP", null, "Success")]
    [InlineData("without TOTP", Invalid, "multi-factor is required")]
    [InlineData("locked", Invalid, "Password lockout")]
    [InlineData("frozen", "user is inactive", "User is frozen")]
    [InlineData("inactive", "user is inactive", "User is inactive")]
    [InlineData("out of hours", Restricted, "Restricted time")]
    [InlineData("out of range", Restricted, "Restricted IP")]
    [InlineData("SSO only", Invalid, "Failed: Single sign-on required")]
    [InlineData("flow blocked", Invalid, "Username-Password Flow Disabled")]
    public async Task The_program_and_the_history_are_told_the_same_thing_in_their_own_words(string condition, string? told, string status)
    {
        var server = await servers.OnAsync("SQLite");
        var org = await TestOrg.AddAsync(server);
        var app = await org.AppAsync(TestOrg.SalesforceApp);
        var user = await org.UserAsync(condition switch
        {
            "out of hours" => new() { LoginHours = new() { TimeZone = "Europe/Berlin", Sunday = ["08:00-09:00"] } },
            "out of range" => new() { LoginRanges = ["127.0.20.0/24"] },
            "SSO only" => new() { Sso = SsoMode.Required },
            "with TOTP" or "without TOTP" => new() { SecondFactor = new() { Api = ApiSecondFactor.Totp } },
            "locked" => new() { Lockout = new() { MaxInvalidAttempts = 3 } },
            _ => new ProfileSettings(),
        }, change: row => row.Status = condition == "frozen" ? UserStatus.Frozen : condition == "inactive" ? UserStatus.Inactive : UserStatus.Active);
        if (condition == "flow blocked")
            await org.ChangeAsync(row => row.PasswordGrantEnabled = false);
        await server.NoticeAsync();
        if (condition.EndsWith("TOTP", StringComparison.Ordinal))
            await user.EnrolAsync();
        for (var i = 0; condition == "locked" && i < 3; i++)
            await user.LoginAsync(app, TestServer.Outside, password: "wrong");
        var appended = condition switch
        {
            "with token" => await user.ReceiveTokenAsync(),
            "wrong token" => await user.ReceiveTokenAsync() is var token ? new string([.. token.Reverse()]) : "",
            "with TOTP" => user.Code(),
            _ => "",
        };
        var from = condition is "frozen" or "inactive" or "out of hours" or "flow blocked" ? TestServer.Office : TestServer.Outside;
        var answer = await user.LoginAsync(app, from, appended, condition == "wrong password" ? "wrong" : null);
        if (told is null)
            answer.IsAllowed();
        else
            Assert.StartsWith(told, answer["error_description"], StringComparison.Ordinal);
        Assert.Equal(status, HistoryStatus.Of(await server.RecordAsync(answer)));
    }
}
