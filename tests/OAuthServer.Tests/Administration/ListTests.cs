using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Administration;
using OAuthServer.Administration.Integrations;
using OAuthServer.Administration.Overview;
using OAuthServer.Administration.Policies;
using OAuthServer.Administration.Replay;
using OAuthServer.Administration.SignIns;
using OAuthServer.Data;
using OAuthServer.Tests.Administration.Integrations;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Administration;

/// <summary>What holds for every list, now and when more are added.</summary>
[Collection(nameof(ServersCollection))]
public sealed class ListTests(Servers servers)
{
    /// <summary>Never more than there are profiles and providers, all of which every login is judged by; and eight of a kind.</summary>
    static readonly string[] Short = ["providers.list", "trials.list", "setup.find"];

    [Fact]
    public async Task Every_list_is_read_in_parts()
    {
        var lists = Catalogue(await servers.OnAsync("SQLite")).All.Where(operation => operation.Output.IsGenericType && operation.Output.GetGenericTypeDefinition() == typeof(AdminPage<>)).ToList();
        Assert.True(lists.Count > 15, $"{lists.Count} lists");
        Assert.All(lists.Where(operation => !Short.Contains(operation.Name)), operation =>
            Assert.True(AdminInput.MembersOf(operation.Input).Count(member => member.Name is "limit" or "after") == 2, operation.Name));
    }

    [Fact]
    public async Task Every_list_refuses_the_same_limits_in_the_same_words()
    {
        var server = await servers.OnAsync("SQLite");
        var scene = await AdminScene.NewAsync(server);
        var limited = Catalogue(server).All.Where(operation => AdminInput.MembersOf(operation.Input).Any(member => member.Name == "limit")).ToList();
        Assert.True(limited.Count > 15, $"{limited.Count} operations");
        foreach (var operation in limited)
        {
            foreach (var (limit, isRight) in new[] { (-1, false), (0, false), (1, true), (500, true), (501, false), (int.MaxValue, false) })
            {
                var sent = new JsonObject { ["limit"] = limit };
                foreach (var member in operation.PathMembers)
                    sent[member] = "x";
                var (input, flaws) = AdminInput.Read(operation.Input, sent);
                Assert.True(input is not null, $"{operation.Name}: {string.Join(", ", flaws)}");
                var refusal = (await operation.RunAsync(await scene.CallAsync(operation.Name), input)).Refusal;
                if (isRight)
                    Assert.True(refusal is null or AdminRefusal.NotFound, $"{operation.Name} with {limit}: {refusal}");
                else
                    Assert.Equal(new("limit", $"{limit} is out of range; send 1 to 500."), Assert.Single(Assert.IsType<AdminRefusal.Invalid>(refusal).Flaws));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Drafts_and_tests_are_read_in_parts_that_leave_nothing_out(string database)
    {
        var scene = await AdminScene.NewAsync(await servers.OnAsync(database));
        var now = scene.Server.Clock.GetUtcNow();
        await using (var db = scene.Server.Database.NewContext())
        {
            // Two of the same moment: the place between them is told by their ids.
            for (var i = 0; i < 5; i++)
                db.Add(new Draft { Id = $"{i}-{scene.Org.Id}", OrgId = scene.Org.Id, Kind = DraftKind.Networks, Content = "[]", SavedBy = "test", SavedAt = now.AddSeconds(i / 2) });
            for (var i = 0; i < 5; i++)
                db.Add(new PolicyTest { Id = RandomId.New(16), OrgId = scene.Org.Id, Name = $"test {i}", Content = """{ "user": "nobody@x.test", "channel": "passwordGrant", "from": "127.0.10.7", "presented": ["password"], "expect": "deny" }""" });
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }
        Assert.Equal([4, 3, 2, 1, 0], (await AllAsync(scene, "drafts.list", (DraftLine draft) => draft.Id)).Select(id => id[0] - '0'));
        string[] tests = ["test 0", "test 1", "test 2", "test 3", "test 4"];
        Assert.Equal(tests, await AllAsync(scene, "policy-tests.list", (PolicyTestLine test) => test.Test));
        Assert.Equal(tests, await AllAsync(scene, "policy-tests.run", (PolicyTestResult test) => test.Test));
    }

    [Theory]
    [MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Who_uses_a_token_is_read_in_parts_of_people(string database)
    {
        var scene = await AdminScene.NewAsync(await servers.OnAsync(database));
        var users = new List<TestUser>();
        for (var i = 0; i < 3; i++)
            users.Add(await scene.Org.UserAsync());
        await scene.Server.NoticeAsync();
        foreach (var user in users)
            (await user.LoginAsync(scene.App, TestServer.Outside, await user.ReceiveTokenAsync())).IsAllowed();
        await scene.Org.UserAsync(); // who uses none
        Assert.Equal(users.Select(user => user.Username).Order(StringComparer.Ordinal), (await AllAsync(scene, "sign-ins.token-users", (TokenUser use) => use.User)).Order(StringComparer.Ordinal));
    }

    /// <summary>A weekly job with a token is what the list is for, however busy its user is otherwise.</summary>
    [Fact]
    public async Task Nobody_who_used_a_token_is_left_out_for_what_came_after_it()
    {
        var server = await servers.OnAsync("SQLite");
        var scene = await AdminScene.NewAsync(server);
        var user = await scene.Org.UserAsync();
        await server.NoticeAsync();
        var weekly = await user.LoginAsync(scene.App, TestServer.Outside, await user.ReceiveTokenAsync());
        weekly.IsAllowed();
        await using (var db = server.Database.NewContext())
        {
            await db.Database.ExecuteSqlAsync($"""
                WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {TokenUserOperations.MostCounted})
                INSERT INTO login_records (at, org_id, user_id, channel, source_hop, presented, proven, flaw, token_used, token_needed, decision, trace, facts, latency_microseconds)
                SELECT {server.Clock.GetUtcNow().AddMinutes(1).ToUnixTimeMilliseconds()} + i, {scene.Org.Id}, {user.Id}, 'JwtBearer', 'peer', 0, 0, 'None', 0, 0, 'allow', 'passed', '{"{}"}', 0 FROM n
                """, TestContext.Current.CancellationToken);
        }
        Assert.Equal([$"{user.Username} {scene.App.ClientId} 1 {weekly.Reference}"], await AllAsync(scene, "sign-ins.token-users", (TokenUser use) => $"{use.User} {use.App} {use.Needed} {use.LastReference}"));
    }

    [Theory]
    [MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Which_profile_decided_is_known_from_what_was_counted_while_the_records_are_kept(string database)
    {
        var server = await servers.OnAsync(database);
        var scene = await DeskScene.NewAsync(server);
        (await scene.OldLoginAsync()).IsAllowed();
        server.Clock.Advance(TimeSpan.FromMinutes(1)); // records a moment old are not counted yet
        await server.Services.GetRequiredService<IntegrationUpkeep>().RunAsync(TestContext.Current.CancellationToken);
        var profile = (await scene.User.RowAsync()).ProfileId;
        await using var db = server.Database.NewContext();
        Assert.True(await db.ProfileUses.AnyAsync(use => use.ProfileId == profile, TestContext.Current.CancellationToken));
        Assert.True((await ProfileUses.LastAsync(db, scene.Org.Id, CancellationToken.None)).ContainsKey(profile));
        Assert.True(await ProfileUses.HasDecidedAsync(db, scene.Org.Id, profile, 0, CancellationToken.None));
        await db.LoginRecords.Where(record => record.OrgId == scene.Org.Id).ExecuteDeleteAsync(TestContext.Current.CancellationToken);
        Assert.False(await ProfileUses.HasDecidedAsync(db, scene.Org.Id, profile, 0, CancellationToken.None));
    }

    [Fact]
    public async Task Quick_find_finds_integrations_and_opens_what_is_called_just_so()
    {
        var scene = await AdminScene.NewAsync(await servers.OnAsync("SQLite"));
        var user = await scene.Org.UserAsync();
        var (id, now) = (RandomId.New(16), scene.Server.Clock.GetUtcNow());
        await using (var db = scene.Server.Database.NewContext())
        {
            db.Add(new Integration { Id = id, OrgId = scene.Org.Id, UserId = user.Id, ClientId = "erp-nightly", Network = "somewhere", Client = "Quux", FirstSeenAt = now, LastSeenAt = now, Summary = "{}" });
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }
        foreach (var text in new[] { "erp-n", "Quux", id, user.Username[..^2] })
            Assert.Contains(("integration", "/setup/integrations/" + id), (await FindAsync(scene, text)).Select(found => (found.Kind, found.Page)));
        Assert.DoesNotContain("integration", (await FindAsync(await AdminScene.NewAsync(scene.Server), "erp-n")).Select(found => found.Kind));
        Assert.EndsWith("/setup/integrations/" + id, (await scene.Browser.GetAsync("/setup/find?q=Quux")).Location, StringComparison.Ordinal);
        Assert.Contains("/setup/people/user", (await scene.Browser.GetAsync("/setup/find?q=" + Uri.EscapeDataString(user.Username))).Location, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reference_leads_to_its_sign_in_and_an_unknown_one_is_said()
    {
        var scene = await AdminScene.NewAsync(await servers.OnAsync("SQLite"));
        var reference = ((await scene.Room<SignInOperations>().ListAsync(await scene.CallAsync("sign-ins.list"), new(Limit: 1))).Value!).Items[0].Reference;
        Assert.EndsWith("/setup/sign-ins/" + reference, (await scene.Browser.GetAsync("/setup/sign-ins?handler=LookUp&reference=%20" + reference.ToLowerInvariant())).Location, StringComparison.Ordinal);
        var other = await AdminScene.NewAsync(scene.Server);
        foreach (var unknown in new[] { reference, "nonsense", "<b>" })
        {
            var page = await other.Browser.GetAsync("/setup/sign-ins?handler=LookUp&reference=" + Uri.EscapeDataString(unknown));
            Assert.Contains($"has the reference “{System.Net.WebUtility.HtmlEncode(unknown)}”", page.Html, StringComparison.Ordinal);
        }
    }

    static async Task<IReadOnlyList<Found>> FindAsync(AdminScene scene, string text) =>
        (await scene.Room<OverviewOperations>().FindAsync(await scene.CallAsync("setup.find"), new(text))).Value!.Items;

    /// <summary>The whole of a list, in parts of two.</summary>
    static async Task<List<string>> AllAsync<T>(AdminScene scene, string name, Func<T, string> nameOf)
    {
        var operation = Catalogue(scene.Server).Find(name)!;
        var (all, after) = (new List<string>(), (string?)null);
        do
        {
            var sent = new JsonObject { ["limit"] = 2 };
            if (after is not null)
                sent["after"] = after;
            var page = Assert.IsType<AdminPage<T>>((await operation.RunAsync(await scene.CallAsync(name), AdminInput.Read(operation.Input, sent).Input!)).Result);
            Assert.InRange(page.Items.Count, 1, 2);
            all.AddRange(page.Items.Select(nameOf));
            after = page.Next;
        }
        while (after is not null);
        return all;
    }

    static AdminCatalogue Catalogue(TestServer server) => server.Services.GetRequiredService<AdminCatalogue>();
}
