using System.Text.Json;
using OAuthServer.Administration;
using OAuthServer.Administration.Policies;
using OAuthServer.Orgs;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Administration.Policies;

/// <summary>Example logins guard the saves.</summary>
[Collection(nameof(ServersCollection))]
public sealed class PolicyTestsTests(Servers servers)
{
    [Theory, MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task A_failing_test_refuses_a_save_unless_it_is_ignored_and_then_the_audit_trail_shows_it(string database)
    {
        var scene = await PolicyScene.NewAsync(await servers.OnAsync(database));
        var user = await scene.Org.UserAsync();
        var tests = scene.Get<PolicyTestOperations>();
        var saved = await tests.SaveAsync(scene.Call(), new("From the office", Json($$"""{ "user": "{{user.Username}}", "channel": "passwordGrant", "from": "127.0.10.7", "presented": ["password"], "expect": "allow" }""")));
        Assert.True(saved.Value!.Passed);
        var without = new ProfileSettings { LoginRanges = ["192.0.2.0/24"] };
        var refusal = Assert.IsType<AdminRefusal.Conflict>((await scene.SaveAsync(user.ProfileId, without)).Refusal);
        Assert.Equal(("tests-fail", "From the office: expected allow, got deny (OutsideLoginRanges) by FromPermittedNetwork."), (refusal.Type, refusal.Detail));
        Assert.Empty((await scene.SettingsAsync(user.ProfileId)).LoginRanges);
        Assert.Single((await scene.SaveAsync(user.ProfileId, without, wish: new(IgnoreTests: true))).Value!.FailedTests);
        Assert.Contains(await scene.AuditAsync(), entry => entry.After is { } after && after.Contains("From the office", StringComparison.Ordinal) && after.Contains("ignoredTests", StringComparison.Ordinal));
        Assert.False(Assert.Single((await tests.RunAsync(scene.Call(), new())).Value!.Items).Passed);
        await tests.DeleteAsync(scene.Call(), new("From the office"));
        Assert.Empty((await tests.ListAsync(scene.Call(), new())).Value!.Items);
    }

    [Fact]
    public async Task It_tests_the_policy_and_not_the_person()
    {
        var scene = await PolicyScene.NewAsync(await servers.OnAsync("SQLite"));
        var user = await scene.Org.UserAsync(change: row => (row.Status, row.TrustedFailures, row.TrustedLastFailureAt, row.PasswordHash) = (Policy.UserStatus.Frozen, 50, row.CreatedAt, null));
        Assert.True((await SaveAsync(scene, $$"""{ "user": "{{user.Username}}", "channel": "soapLogin", "from": "127.0.10.7", "presented": ["password"], "expect": "allow" }""")).Value!.Passed);
    }

    [Fact]
    public async Task The_deciding_rule_and_the_reason_can_be_demanded()
    {
        var scene = await PolicyScene.NewAsync(await servers.OnAsync("SQLite"));
        var name = await scene.NameAsync((await scene.Org.ProfileAsync(new())).Id);
        string Outside(string more) => $$"""{ "profile": "{{name}}", "channel": "passwordGrant", "from": "198.51.100.7", "presented": ["password"], "expect": "deny", {{more}} }""";
        Assert.True((await SaveAsync(scene, Outside("\"reason\": \"securityTokenRequired\", \"rule\": \"SecurityTokenOffTrustedNetwork\""))).Value!.Passed);
        Assert.False((await SaveAsync(scene, Outside("\"reason\": \"userFrozen\""))).Value!.Passed);
        Assert.False((await SaveAsync(scene, Outside("\"rule\": \"OrgIsOpen\""))).Value!.Passed);
    }

    [Theory]
    [InlineData("""{ "channel": "browser", "expect": "allow" }""", "user")]
    [InlineData("""{ "user": "x", "channel": "window", "expect": "allow" }""", "channel")]
    [InlineData("""{ "user": "x", "channel": "browser" }""", "expect")]
    [InlineData("""{ "user": "x", "channel": "browser", "expect": "allow", "from": "here" }""", "from")]
    [InlineData("""{ "user": "x", "channel": "browser", "expect": "allow", "rule": "Luck" }""", "rule")]
    [InlineData("""{ "user": "x", "channel": "browser", "expect": "allow", "reason": "userFrozen" }""", "reason")]
    public async Task What_cannot_be_a_test_is_refused_where_it_is_wrong(string json, string path)
    {
        var scene = await PolicyScene.NewAsync(await servers.OnAsync("SQLite"));
        Assert.Contains(Assert.IsType<AdminRefusal.Invalid>((await SaveAsync(scene, json)).Refusal).Flaws, flaw => flaw.Path == path);
    }

    static Task<AdminAnswer<PolicyTestResult>> SaveAsync(PolicyScene scene, string json) => scene.Get<PolicyTestOperations>().SaveAsync(scene.Call(), new("One", Json(json)));

    static JsonElement Json(string text) => JsonElement.Parse(text);
}
