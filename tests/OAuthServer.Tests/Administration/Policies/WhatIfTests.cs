using OAuthServer.Administration;
using OAuthServer.Administration.Policies;
using OAuthServer.Data;
using OAuthServer.Login;
using OAuthServer.Orgs;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Administration.Policies;

/// <summary>What the rules would answer is what the gate does answer: asked before, over the worked examples of the login policy, section 10.</summary>
[Collection(nameof(ServersCollection))]
public sealed class WhatIfTests(Servers servers)
{
    static readonly ProfileSettings Standard = new();
    static readonly ProfileSettings TotpForTheApi = new() { SecondFactor = new() { Api = ApiSecondFactor.Totp } };
    static readonly ProfileSettings Ranges = new() { LoginRanges = ["127.0.20.0/24"] };
    static readonly ProfileSettings Shut = new() { LoginHours = new() { TimeZone = "UTC" } };

    public static TheoryData<string, string, string, string> Examples => new()
    {
        { "standard", TestServer.Outside, "password", "deny SecurityTokenRequired" },
        { "standard", TestServer.Outside, "password token", "allow " },
        { "standard", TestServer.Office, "password", "allow " },
        { "standard", TestServer.Office, "password token", "allow " },
        { "standard", TestServer.Outside, "password wrong-case", "deny WrongPassword" },
        { "standard", TestServer.Outside, "password retired", "deny SecurityTokenRetired" },
        { "totp", TestServer.Outside, "password code", "allow " },
        { "totp", TestServer.Outside, "password used-code", "deny TotpReplayed" },
        { "totp", TestServer.Outside, "password token", "deny SecurityTokenNotAccepted" },
        { "ranges", TestServer.Outside, "password", "deny OutsideLoginRanges" },
        { "ranges", "127.0.20.1", "password", "allow " },
        { "hours", TestServer.Office, "password", "deny OutsideLoginHours" },
        { "sso", TestServer.Office, "password", "deny SsoRequired" },
        { "locked", TestServer.Office, "password", "allow " },
        { "locked", TestServer.Outside, "password token", "deny LockedOut" },
    };

    [Theory, MemberData(nameof(Examples))]
    public async Task It_says_beforehand_what_the_gate_says_then(string kind, string from, string presented, string expected)
    {
        var scene = await PolicyScene.NewAsync(await servers.OnAsync("SQLite"));
        var app = await scene.Org.AppAsync();
        var user = await scene.Org.UserAsync(Standard, change: row =>
        {
            if (kind == "locked")
                (row.UntrustedFailures, row.UntrustedLastFailureAt) = (10, scene.Server.Clock.GetUtcNow());
        });
        var appended = await AppendedAsync(user, app, from, presented, kind);
        if (Settings(kind) is { } settings)
            await scene.Org.ChangeProfileAsync(user.ProfileId, settings);
        await scene.Server.NoticeAsync();
        var answer = (await scene.Get<WhatIfOperations>().AskAsync(scene.Call(), Question(user, app, from, presented))).Value!;
        var record = await scene.Server.RecordAsync(await user.LoginAsync(app, from, appended));
        Assert.Equal(expected, $"{answer.Decision} {answer.Reason}");
        Assert.Equal((record.Decision, record.Reason, record.DecidingRule), (answer.Decision, answer.Reason, answer.DecidingRule));
        Assert.Equal(LoginPolicy.Rules.Select(rule => rule.Name), answer.Rules.Select(rule => rule.Rule));
        Assert.Empty(answer.Assumed);
    }

    [Fact]
    public async Task An_app_by_itself_is_judged_as_its_own_user()
    {
        var scene = await PolicyScene.NewAsync(await servers.OnAsync("SQLite"));
        var user = await scene.Org.UserAsync();
        var app = await scene.Org.AppAsync(runAs: user.Id);
        await scene.Server.NoticeAsync();
        var question = new WhatIf(LoginChannel.ClientCredentials, Address: TestServer.Outside, App: app.ClientId, Presented: ["clientSecret"]);
        Assert.Equal("allow", (await scene.Get<WhatIfOperations>().AskAsync(scene.Call(), question)).Value!.Decision);
    }

    [Fact]
    public async Task The_browser_is_refused_to_programs_and_asked_for_a_code_on_a_strange_device()
    {
        var scene = await PolicyScene.NewAsync(await servers.OnAsync("SQLite"));
        var user = await scene.Org.UserAsync(change: row => row.FirstLoginAt = row.CreatedAt);
        var question = new WhatIf(LoginChannel.Browser, user.Username, TestServer.Outside, Presented: ["password"]);
        var rules = scene.Get<WhatIfOperations>();
        Assert.Equal([ChallengeKind.EmailCode], (await rules.AskAsync(scene.Call(), question)).Value!.OneOf);
        Assert.Equal("allow", (await rules.AskAsync(scene.Call(), question with { DeviceKnown = true })).Value!.Decision);
        var answer = (await rules.AskAsync(scene.Call(), question with { DeviceKnown = true, Settings = """{ "apiOnly": true }""" })).Value!;
        Assert.Equal((DenyReason.ApiOnlyUser, 0), (answer.Reason!.Value, answer.ProfileVersion));
        Assert.Contains("by one change: have an administrator lift API only", string.Join(' ', answer.Conclusion), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_draft_is_judged_in_place_of_what_is_saved()
    {
        var scene = await PolicyScene.NewAsync(await servers.OnAsync("SQLite"));
        var user = await scene.Org.UserAsync();
        await using (var db = scene.Server.Database.NewContext())
        {
            db.Add(new Draft { Id = "draft-" + scene.Org.Id, OrgId = scene.Org.Id, Kind = DraftKind.Networks, Content = """[{ "name": "All", "range": "127.0.0.0/8" }]""", SavedBy = "test", SavedAt = scene.Server.Clock.GetUtcNow() });
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }
        var question = new WhatIf(LoginChannel.SoapLogin, user.Username, TestServer.Outside, Presented: ["password"]);
        var rules = scene.Get<WhatIfOperations>();
        Assert.Equal("deny", (await rules.AskAsync(scene.Call(), question)).Value!.Decision);
        var answer = (await rules.AskAsync(scene.Call(), question with { Draft = "draft-" + scene.Org.Id })).Value!;
        Assert.Equal(("allow", "All"), (answer.Decision, answer.TrustedNetwork));
        var other = await PolicyScene.NewAsync(scene.Server);
        Assert.Equal(new AdminRefusal.NotFound("draft"), (await rules.AskAsync(other.Call(), question with { User = other.Admin.Username, Draft = "draft-" + scene.Org.Id })).Refusal);
    }

    [Fact]
    public async Task A_closed_way_is_refused_to_the_program_it_was_closed_for_as_at_the_gate()
    {
        var scene = await PolicyScene.NewAsync(await servers.OnAsync("SQLite"));
        var (user, app) = (await scene.Org.UserAsync(), await scene.Org.AppAsync());
        var now = scene.Server.Clock.GetUtcNow();
        await using (var db = scene.Server.Database.NewContext())
        {
            db.Add(new Integration
            {
                Id = RandomId.New(16),
                OrgId = scene.Org.Id,
                UserId = user.Id,
                ClientId = app.ClientId,
                Client = "nightly",
                Summary = "{}",
                Stage = IntegrationStage.Closed,
                Network = WayKey.NetworkOf(null, System.Net.IPAddress.Parse(TestServer.Outside)),
                FirstSeenAt = now,
                LastSeenAt = now,
            });
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }
        await scene.Server.NoticeAsync();
        var question = new WhatIf(LoginChannel.PasswordGrant, user.Username, TestServer.Outside, App: app.ClientId, Presented: ["password", "securityToken"]);
        var rules = scene.Get<WhatIfOperations>();
        Assert.Equal("allow", (await rules.AskAsync(scene.Call(), question)).Value!.Decision);
        var closed = (await rules.AskAsync(scene.Call(), question with { Client = "nightly/2.0 (cron)" })).Value!;
        Assert.Equal(("deny", DenyReason.OldWayClosed, "OldWayIsOpen"), (closed.Decision, closed.Reason, closed.DecidingRule));
    }

    [Fact]
    public async Task What_is_not_held_is_assumed_and_said_and_what_makes_no_sense_is_refused()
    {
        var scene = await PolicyScene.NewAsync(await servers.OnAsync("SQLite"));
        var user = await scene.Org.UserAsync();
        var rules = scene.Get<WhatIfOperations>();
        var question = new WhatIf(LoginChannel.PasswordGrant, user.Username, TestServer.Outside, Presented: ["password", "securityToken"]);
        Assert.Equal(["The user has no security token that could be used."], (await rules.AskAsync(scene.Call(), question)).Value!.Assumed);
        var refusal = Assert.IsType<AdminRefusal.Invalid>((await rules.AskAsync(scene.Call(), question with { Address = "here", Presented = ["luck"] })).Refusal);
        Assert.Equal(["address", "presented[0]"], refusal.Flaws.Select(flaw => flaw.Path));
        var other = await PolicyScene.NewAsync(scene.Server);
        Assert.Equal(new AdminRefusal.NotFound("user"), (await rules.AskAsync(other.Call(), question)).Refusal);
    }

    static ProfileSettings? Settings(string kind) => kind switch
    {
        "totp" => TotpForTheApi,
        "ranges" => Ranges,
        "hours" => Shut,
        "sso" => new() { Sso = SsoMode.Required },
        _ => null,
    };

    static async Task<string> AppendedAsync(TestUser user, TestApp app, string from, string presented, string kind)
    {
        if (kind == "totp")
            await user.EnrolAsync();
        switch (presented.Split(' ')[^1])
        {
            case "token":
                return await user.ReceiveTokenAsync();
            case "wrong-case":
                return string.Concat((await user.ReceiveTokenAsync()).Select(c => char.IsAsciiLetterUpper(c) ? char.ToLowerInvariant(c) : char.ToUpperInvariant(c)));
            case "retired":
                var old = await user.ReceiveTokenAsync();
                await user.ReceiveTokenAsync();
                return old;
            case "code":
                return user.Code();
            case "used-code":
                (await user.LoginAsync(app, TestServer.Office, user.Code())).IsAllowed();
                return user.Code();
            default:
                return "";
        }
    }

    static WhatIf Question(TestUser user, TestApp app, string from, string presented)
    {
        var question = new WhatIf(LoginChannel.PasswordGrant, user.Username, from, App: app.ClientId, Presented: ["password"]);
        return presented.Split(' ')[^1] switch
        {
            "token" => question with { Presented = ["password", "securityToken"] },
            "wrong-case" => question with { Flaw = CredentialFlaw.WrongPassword },
            "retired" => question with { Presented = ["password", "securityToken"], Flaw = CredentialFlaw.SecurityTokenRetired },
            "code" => question with { Presented = ["password", "totp"] },
            "used-code" => question with { Presented = ["password", "totp"], Flaw = CredentialFlaw.TotpReplayed },
            _ => question,
        };
    }
}
