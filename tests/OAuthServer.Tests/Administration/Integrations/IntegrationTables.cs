using OAuthServer.Administration.Integrations;
using OAuthServer.Data;
using OAuthServer.Login;
using OAuthServer.Policy;

namespace OAuthServer.Tests.Administration.Integrations;

/// <summary>The pure parts of the migration desk, as tables.</summary>
public sealed class IntegrationTables
{
    static readonly DateTimeOffset Now = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("Head office", "198.51.100.7", "Head office")]
    [InlineData(null, "198.51.100.7", "198.51.100.0/24")]
    [InlineData(null, "::ffff:198.51.100.7", "198.51.100.0/24")]
    [InlineData(null, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64")]
    [InlineData(null, null, "")]
    public void A_network_is_its_trusted_name_or_its_near_neighbourhood(string? trusted, string? address, string network) =>
        Assert.Equal(network, WayKey.NetworkOf(trusted, address is null ? null : System.Net.IPAddress.Parse(address)));

    [Theory]
    [InlineData("jsforce/3.1 (node)", null, "jsforce")]
    [InlineData("Mozilla/5.0 (X11; Linux)", null, "Mozilla")]
    [InlineData("python-requests/2.31.0", "client=RestForce/1.0, defaultNamespace=x", "RestForce")]
    [InlineData("python-requests/2.31.0", "defaultNamespace=x", "python-requests")]
    [InlineData("curl", "client=", "curl")]
    [InlineData("python-requests/2.31.0", "simple-salesforce", "simple-salesforce")] // as SOAP sends it
    [InlineData("Java/17", "DataLoaderPartnerUI/64.0", "DataLoaderPartnerUI")]
    [InlineData("My Own Tool 3", null, "My")]
    [InlineData("", null, "")]
    [InlineData(null, null, "")]
    public void A_client_is_its_first_product_without_the_version(string? userAgent, string? options, string client) => Assert.Equal(client, WayKey.ClientOf(userAgent, options));

    [Fact]
    public void A_client_with_an_endless_name_is_cut() => Assert.Equal(60, WayKey.ClientOf(new string('x', 200), null).Length);

    [Theory]
    [InlineData(LoginChannel.Browser, Proof.Password, false, true, null)]
    [InlineData(LoginChannel.AuthorizationCode, Proof.Password, false, true, null)]
    [InlineData(LoginChannel.Browser, Proof.Password, false, false, null)]
    [InlineData(LoginChannel.PasswordGrant, Proof.Password, false, true, "password")]
    [InlineData(LoginChannel.SoapLogin, Proof.Password | Proof.SecurityToken, true, true, "password-token")]
    [InlineData(LoginChannel.SoapLogin, Proof.Password | Proof.SecurityToken, false, true, "password-token-unneeded")]
    [InlineData(LoginChannel.PasswordGrant, Proof.Password | Proof.Totp, false, true, "password-code")]
    [InlineData(LoginChannel.PasswordGrant, Proof.Password, true, false, "refused")]
    [InlineData(LoginChannel.ClientCredentials, Proof.ClientSecret, false, true, "client-credentials")]
    [InlineData(LoginChannel.RefreshToken, Proof.RefreshToken, false, true, "refresh")]
    public void A_login_is_counted_by_what_it_presented(LoginChannel channel, Proof proven, bool needed, bool allowed, string? way) =>
        Assert.Equal(way, IntegrationWays.Of(channel, proven, needed, allowed));

    [Theory]
    [InlineData("password", false, 1_000_000, 4_000, 100, "exposure-password-anywhere")]
    [InlineData("password", false, 0, 0, 36, "exposure-password-anywhere")]
    [InlineData("password", true, 1_000_000, 4_000, 55, "exposure-password-trusted")]
    [InlineData("password-token", false, 1_000_000, 4_000, 75, "exposure-token-anywhere")]
    [InlineData("password-token", true, 1_000_000, 4_000, 50, "exposure-token-trusted")]
    [InlineData("password-token-unneeded", true, 1_000_000, 4_000, 50, "exposure-token-unneeded")]
    [InlineData("password-code", false, 1_000_000, 4_000, 40, "exposure-code")]
    [InlineData(null, false, 1_000_000, 4_000, 0, "exposure-none")]
    public void A_score_is_exposure_times_use_times_age(string? way, bool trusted, double perWeek, int days, int score, string reason)
    {
        var found = IntegrationScore.Of(new(way, trusted, perWeek, days));
        Assert.Equal((score, reason), (found.Value, found.Reasons[0].Key));
    }

    [Fact]
    public void A_score_rises_with_use_and_with_age_and_an_unknown_age_is_taken_for_old()
    {
        int Score(double perWeek, int? days) => IntegrationScore.Of(new("password-token", false, perWeek, days)).Value;
        Assert.True(Score(1, 10) < Score(100, 10));
        Assert.True(Score(1, 10) < Score(1, 300));
        Assert.Equal(Score(1, 365), Score(1, null));
    }

    [Theory]
    [InlineData(false, "jsforce", true, 1, false, false, IntegrationTarget.None)]
    [InlineData(true, "sfdx", true, 3, false, false, IntegrationTarget.Device)]
    [InlineData(true, "Mozilla", true, 3, false, false, IntegrationTarget.AuthorizationCode)]
    [InlineData(true, "jsforce", true, 3, true, false, IntegrationTarget.AuthorizationCode)]
    [InlineData(true, "jsforce", true, 3, false, false, IntegrationTarget.JwtBearer)]
    [InlineData(true, "jsforce", true, 3, false, true, IntegrationTarget.SamlBearer)]
    [InlineData(true, "jsforce", true, 1, false, true, IntegrationTarget.ClientCredentials)]
    [InlineData(true, "simple-salesforce", false, 9, false, false, IntegrationTarget.ClientCredentials)]
    [InlineData(true, "OldErpConnector", false, 1, false, false, IntegrationTarget.TrustedRange)]
    [InlineData(true, "", false, 1, false, false, IntegrationTarget.TrustedRange)]
    public void A_target_is_recommended_by_how_it_is_used(bool password, string client, bool app, int users, bool browser, bool saml, IntegrationTarget target) =>
        Assert.Equal(target, IntegrationAdvice.Of(new(password, client, app, users, browser, saml)).Target);

    [Fact]
    public void A_rhythm_is_the_middle_of_the_times_between_runs_and_bursts_are_one_run()
    {
        var summary = new IntegrationSummary();
        for (var night = 5; night > 0; night--)
        {
            for (var file = 0; file < 20; file++)
                summary.Add(new(night * 100 + file, Now.AddDays(-night).AddHours(-10).AddSeconds(file * 5), "password", "127.0.0.1", false));
        }
        var rhythm = Rhythm.Of(summary, Now);
        Assert.Equal(TimeSpan.FromDays(1), rhythm.Interval);
        Assert.Equal([2], rhythm.Hours);
        Assert.Equal(Now.AddHours(-10), Now.AddDays(-1).AddHours(-10) + rhythm.Interval);
        Assert.Equal(Now, rhythm.NextExpectedAt); // it is due
        Assert.Equal(Now.AddHours(-10), Rhythm.Of(summary, Now.AddHours(-11)).NextExpectedAt);
        Assert.Null(Rhythm.Of(summary, Now.AddDays(4)).NextExpectedAt); // it may be over
        Assert.Equal(TimeSpan.FromDays(3), rhythm.Silence);
        Assert.Equal(10, summary.Last.Count);
    }

    [Fact]
    public void A_summary_does_not_grow_with_the_number_of_logins()
    {
        var summary = new IntegrationSummary();
        for (var i = 0; i < 500; i++)
            summary.Add(new(i, Now.AddHours(i), i % 5 == 0 ? "refused" : "password", $"127.0.{i / 250}.{i % 250}", false));
        Assert.Equal((16, 10, 40), (summary.Addresses.Count, summary.Last.Count, summary.Runs.Count));
        Assert.Equal(("127.0.1.249", 499), (summary.Addresses[0].Address, summary.Last[0].RecordId));
        Assert.Equal(100, summary.Ways["refused"]);
        Assert.True(SettingsJson.Write(summary).Length < 4_000);
        Assert.Equal(SettingsJson.Write(summary), SettingsJson.Write(IntegrationSummary.Of(SettingsJson.Write(summary))));
    }

    [Theory]
    [InlineData(0, 0, false, 100, IntegrationStage.Planned)]
    [InlineData(0, 3, false, 100, IntegrationStage.Parallel)]
    [InlineData(4, 9, false, 100, IntegrationStage.Parallel)]
    [InlineData(5, 0, false, 100, IntegrationStage.Proven)]
    [InlineData(5, 0, true, 100, IntegrationStage.Parallel)]
    [InlineData(5, 0, false, 23, IntegrationStage.Parallel)]
    public void A_stage_follows_from_the_evidence(long runs, long elsewhere, bool scopeMissing, int silentHours, IntegrationStage stage)
    {
        var row = new Integration
        {
            Id = "i",
            OrgId = "o",
            UserId = "u",
            ClientId = "c",
            Network = "n",
            Client = "x",
            Summary = SettingsJson.Write(new IntegrationSummary()),
            Plan = SettingsJson.Write(new IntegrationPlan { Target = IntegrationTarget.ClientCredentials, Scopes = ["api"] }),
            PasswordLastSeenAt = Now.AddHours(-silentHours),
        };
        var evidence = IntegrationEvidence.Of(row, runs, elsewhere, scopeMissing ? ["openid"] : ["api", "openid"], [], Now);
        Assert.Equal(stage, evidence.After(IntegrationStage.Planned));
        var ungranted = IntegrationEvidence.Of(row, runs, elsewhere, null, [], Now);
        Assert.Equal(["api"], ungranted.MissingScopes); // nobody saw what the new way is given
        Assert.NotEqual(IntegrationStage.Proven, ungranted.After(IntegrationStage.Proven));
        Assert.Equal(stage, evidence.After(IntegrationStage.Proven)); // also back
        Assert.Equal(IntegrationStage.Closed, evidence.After(IntegrationStage.Closed));
        Assert.Equal(IntegrationStage.Found, evidence.After(IntegrationStage.Found));
    }
}
