using OAuthServer.Orgs;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Login;

/// <summary>The worked examples of the login policy, section 10, through the token endpoint of a running server.</summary>
[Collection(nameof(ServersCollection))]
public sealed class WorkedExamplesTests(Servers servers)
{
    static readonly ProfileSettings TotpForTheApi = new() { SecondFactor = new() { Api = ApiSecondFactor.Totp } };

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Example_1_password_without_security_token_is_refused_from_outside(string database)
    {
        var (server, org, app) = await SceneAsync(database);
        var user = await org.UserAsync();
        var answer = await user.LoginAsync(app, TestServer.Outside);
        answer.IsRefused("invalid_grant", "authentication failure");
        Assert.Equal(DenyReason.SecurityTokenRequired, (await server.RecordAsync(answer)).Reason);
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Example_2_password_and_security_token_are_accepted_from_outside(string database)
    {
        var (server, org, app) = await SceneAsync(database);
        var user = await org.UserAsync();
        var answer = await user.LoginAsync(app, TestServer.Outside, await user.ReceiveTokenAsync());
        answer.IsAllowed();
        var record = await server.RecordAsync(answer);
        Assert.True(record.TokenUsed && record.TokenNeeded);
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Examples_3_and_4_from_a_trusted_network_the_token_is_not_needed_and_does_no_harm(string database)
    {
        var (server, org, app) = await SceneAsync(database);
        var user = await org.UserAsync();
        var bare = await user.LoginAsync(app, TestServer.Office);
        bare.IsAllowed();
        Assert.Equal("Head office", (await server.RecordAsync(bare)).TrustedNetwork);
        var withToken = await user.LoginAsync(app, TestServer.Office, await user.ReceiveTokenAsync());
        withToken.IsAllowed();
        var record = await server.RecordAsync(withToken);
        Assert.True(record.TokenUsed);
        Assert.False(record.TokenNeeded);
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Example_5_the_token_in_another_case_is_refused(string database)
    {
        var (_, org, app) = await SceneAsync(database);
        var user = await org.UserAsync();
        var token = await user.ReceiveTokenAsync();
        var other = string.Concat(token.Select(c => char.IsAsciiLetterUpper(c) ? char.ToLowerInvariant(c) : char.ToUpperInvariant(c)));
        (await user.LoginAsync(app, TestServer.Outside, other)).IsRefused("invalid_grant", "authentication failure");
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Example_6_a_password_change_kills_the_old_token(string database)
    {
        var (server, org, app) = await SceneAsync(database);
        var user = await org.UserAsync();
        var old = await user.ReceiveTokenAsync();
        using var client = server.From(TestServer.Outside);
        var login = await user.LoginAsync(app, TestServer.Outside, old);
        client.DefaultRequestHeaders.Authorization = new("Bearer", login["access_token"]);
        using var change = await client.PutAsync(
            "/api/me/password", Json.Of(new { currentPassword = user.Password, newPassword = "Battery-Staple-9" }), TestContext.Current.CancellationToken);
        Assert.Equal(204, (int)change.StatusCode);
        user.Remember("Battery-Staple-9");
        var refused = await user.LoginAsync(app, TestServer.Outside, old);
        refused.IsRefused("invalid_grant", "authentication failure");
        Assert.Equal(DenyReason.SecurityTokenRetired, (await server.RecordAsync(refused)).Reason);
        Assert.Equal(401, (int)(await client.GetAsync("/api/me", TestContext.Current.CancellationToken)).StatusCode);
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Example_7_a_reset_kills_the_old_token_and_nobody_elses(string database)
    {
        var (_, org, app) = await SceneAsync(database);
        var (user, colleague) = (await org.UserAsync(), await org.UserAsync());
        var (old, colleagues) = (await user.ReceiveTokenAsync(), await colleague.ReceiveTokenAsync());
        var current = await user.ReceiveTokenAsync();
        Assert.NotEqual(old, current);
        (await user.LoginAsync(app, TestServer.Outside, old)).IsRefused("invalid_grant", "authentication failure");
        (await user.LoginAsync(app, TestServer.Outside, current)).IsAllowed();
        (await colleague.LoginAsync(app, TestServer.Outside, colleagues)).IsAllowed();
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Example_8_an_authenticator_code_is_accepted_once(string database)
    {
        var (server, org, app) = await SceneAsync(database);
        var user = await org.UserAsync(TotpForTheApi);
        await user.EnrolAsync();
        var code = user.Code();
        (await user.LoginAsync(app, TestServer.Outside, code)).IsAllowed();
        var again = await user.LoginAsync(app, TestServer.Outside, code);
        again.IsRefused("invalid_grant", "authentication failure");
        Assert.Equal(DenyReason.TotpReplayed, (await server.RecordAsync(again)).Reason);
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Example_9_where_a_code_is_wanted_a_security_token_is_not_accepted(string database)
    {
        var (server, org, app) = await SceneAsync(database);
        var user = await org.UserAsync();
        var token = await user.ReceiveTokenAsync();
        var profile = await org.ProfileAsync(TotpForTheApi);
        await user.ChangeAsync(row => row.ProfileId = profile.Id);
        var answer = await user.LoginAsync(app, TestServer.Outside, token);
        answer.IsRefused("invalid_grant", "authentication failure");
        Assert.Equal(DenyReason.SecurityTokenNotAccepted, (await server.RecordAsync(answer)).Reason);
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Examples_10_and_11_login_ranges_forbid_outside_and_spare_the_token_inside(string database)
    {
        var (server, org, app) = await SceneAsync(database);
        var user = await org.UserAsync();
        var token = await user.ReceiveTokenAsync();
        var profile = await org.ProfileAsync(new() { LoginRanges = ["127.0.20.0/24"] });
        await user.ChangeAsync(row => row.ProfileId = profile.Id);
        var outside = await user.LoginAsync(app, TestServer.Outside, token);
        outside.IsRefused("invalid_grant", "ip restricted or invalid login hours");
        Assert.Equal(DenyReason.OutsideLoginRanges, (await server.RecordAsync(outside)).Reason);
        (await user.LoginAsync(app, "127.0.20.9")).IsAllowed();
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Example_12_outside_the_login_hours_is_refused_and_hours_are_named(string database)
    {
        var (_, org, app) = await SceneAsync(database);
        var user = await org.UserAsync(new() { LoginHours = new() { TimeZone = "Europe/Berlin", Sunday = ["08:00-09:00"] } });
        (await user.LoginAsync(app, TestServer.Office)).IsRefused("invalid_grant", "ip restricted or invalid login hours");
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Example_13_where_sso_is_required_a_password_is_refused_everywhere(string database)
    {
        var (server, org, app) = await SceneAsync(database);
        var user = await org.UserAsync(new() { Sso = SsoMode.Required });
        var answer = await user.LoginAsync(app, TestServer.Office);
        answer.IsRefused("invalid_grant", "authentication failure");
        Assert.Equal(DenyReason.SsoRequired, (await server.RecordAsync(answer)).Reason);
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Example_15_client_credentials_need_no_password_and_no_token(string database)
    {
        var (server, org, _) = await SceneAsync(database);
        var user = await org.UserAsync();
        var app = await org.AppAsync(runAs: user.Id);
        var answer = await server.TokenAsync(
            TestServer.Outside, ("grant_type", "client_credentials"), ("client_id", app.ClientId), ("client_secret", app.Secret));
        answer.IsAllowed();
        Assert.Equal("3600", answer["expires_in"]);
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Example_16_outsiders_guesses_do_not_lock_out_the_office(string database)
    {
        var (server, org, app) = await SceneAsync(database);
        var user = await org.UserAsync(new() { Lockout = new() { MaxInvalidAttempts = 3 } });
        var token = await user.ReceiveTokenAsync();
        for (var i = 0; i < 4; i++)
            (await user.LoginAsync(app, TestServer.Outside, password: "wrong")).IsRefused("invalid_grant", "authentication failure");
        var locked = await user.LoginAsync(app, TestServer.Outside, token);
        locked.IsRefused("invalid_grant", "authentication failure");
        Assert.Equal(DenyReason.LockedOut, (await server.RecordAsync(locked)).Reason);
        (await user.LoginAsync(app, TestServer.Office)).IsAllowed();
    }

    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Example_17_a_forged_forwarding_header_puts_nobody_into_a_trusted_network(string database)
    {
        var (server, org, app) = await SceneAsync(database);
        var user = await org.UserAsync();
        foreach (var header in new[] { "X-Forwarded-For", "Forwarded", "X-Real-IP", "True-Client-IP", "CF-Connecting-IP", "X-Client-IP", "X-Original-For" })
        {
            using var client = server.From(TestServer.Outside);
            client.DefaultRequestHeaders.TryAddWithoutValidation(header, header == "Forwarded" ? "for=" + TestServer.Office : TestServer.Office);
            using var content = new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["grant_type"] = "password",
                ["username"] = user.Username,
                ["password"] = user.Password,
                ["client_id"] = app.ClientId,
                ["client_secret"] = app.Secret,
            });
            using var response = await client.PostAsync("/services/oauth2/token", content, TestContext.Current.CancellationToken);
            var answer = await Answer.OfAsync(response);
            answer.IsRefused("invalid_grant", "authentication failure");
            Assert.Equal(TestServer.Outside, (await server.RecordAsync(answer)).SourceAddress);
        }
    }

    async Task<(TestServer Server, TestOrg Org, TestApp App)> SceneAsync(string database)
    {
        var server = await servers.OnAsync(database);
        var org = await TestOrg.AddAsync(server);
        return (server, org, await org.AppAsync());
    }
}
