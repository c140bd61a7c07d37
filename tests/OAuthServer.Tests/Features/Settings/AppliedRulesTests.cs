using System.Net;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Data;
using OAuthServer.Features.Settings;
using OAuthServer.Orgs;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Features.Settings;

/// <summary>What applies to a user and why: the sentence of each rule for each setting of it.</summary>
[Collection(nameof(ServersCollection))]
public sealed class AppliedRulesTests(Servers servers)
{
    public static TheoryData<string, ProfileSettings, string> Rules => new()
    {
        { "Security token", new(), "must append your security token, because this network is not trusted" },
        { "Security token", new() { LoginRanges = ["127.0.0.0/8"] }, "only from listed addresses" },
        { "Security token", new() { SecondFactor = new() { Api = ApiSecondFactor.Totp } }, "wants a code from your authenticator app" },
        { "Security token", new() { SecurityToken = new() { OffTrustedNetworks = false } }, "does not ask for one" },
        { "Security token", new() { Sso = SsoMode.Required }, "identity provider" },
        { "Second factor", new() { SecondFactor = new() { Browser = BrowserSecondFactor.Never } }, "asked for no second factor" },
        { "Second factor", new() { SecondFactor = new() { Browser = BrowserSecondFactor.Always } }, "You always need a second factor" },
        { "Second factor", new() { SecondFactor = new() { EnrolmentForced = true } }, "You must set up a second factor" },
        { "Second factor", new() { ApiOnly = true }, "for programs only" },
        { "Programs", new() { SecondFactor = new() { Api = ApiSecondFactor.Either } }, "the security token or a code" },
        { "Password", new() { Password = new() { ExpiresAfterDays = 30 } }, "because your profile wants a new one every 30 days" },
        { "Password", new() { Password = new() { ExpiresAfterDays = 0 } }, "does not expire" },
        { "Addresses", new() { LoginRanges = ["10.0.0.0/8"] }, "10.0.0.0-10.255.255.255; you are outside now" },
        { "Hours", new() { LoginHours = new() { TimeZone = "UTC" } }, "Now is outside" },
        { "Single sign-on", new() { Sso = SsoMode.Offered }, "or here with all that applies to passwords" },
        { "Wrong attempts", new() { Lockout = new() { MaxInvalidAttempts = 3, Minutes = 60 } }, "3 failed attempts lock your account for one hour" },
        { "Wrong attempts", new() { Lockout = new() { MaxInvalidAttempts = 0 } }, "do not lock your account" },
        { "Browser sessions", new(), "2 hours without use, and after 24 hours" },
    };

    [Theory, MemberData(nameof(Rules))]
    public async Task Each_setting_has_its_sentence(string title, ProfileSettings settings, string sentence)
    {
        var server = await servers.OnAsync("SQLite");
        var rule = Assert.Single(await SaidAsync(server, settings, TestServer.Outside), rule => rule.Title == title);
        Assert.Contains(sentence, rule.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_trusted_network_is_named_where_it_spares_the_token()
    {
        var said = await SaidAsync(await servers.OnAsync("SQLite"), new(), TestServer.Office);
        Assert.Contains(said, rule => rule.Title == "Network" && rule.Sentence.Contains("“Head office”", StringComparison.Ordinal));
        Assert.Contains(said, rule => rule is { Title: "Security token", Tone: "success" } && rule.Sentence.Contains("“Head office” is trusted", StringComparison.Ordinal));
    }

    static async Task<IReadOnlyList<AppliedRule>> SaidAsync(TestServer server, ProfileSettings settings, string from)
    {
        var org = await TestOrg.AddAsync(server);
        var user = await org.UserAsync(settings);
        await server.NoticeAsync();
        var rows = (await server.Services.GetRequiredService<OrgDirectory>().CurrentAsync()).Rows;
        User row = await user.RowAsync();
        System.Globalization.CultureInfo.CurrentUICulture = System.Globalization.CultureInfo.GetCultureInfo("en");
        return server.Services.GetRequiredService<AppliedRules>().Of(
            new(row, rows.Profiles[user.ProfileId], rows.Orgs[org.Id].Facts, Proof.None, IPAddress.Parse(from), server.Clock.GetUtcNow()));
    }
}
