using Microsoft.EntityFrameworkCore;
using OAuthServer.Administration;
using OAuthServer.Administration.People;
using OAuthServer.Data;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Administration.People;

/// <summary>Finding people: by the beginning of a name, by what they have, part by part, and by an index however many there are.</summary>
[Collection(nameof(ServersCollection))]
public sealed class UserListTests(Servers servers)
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task People_are_found_by_the_beginning_of_username_address_or_last_name(string database)
    {
        var scene = await PeopleScene.NewAsync(await servers.OnAsync(database));
        var ann = await scene.Test.UserAsync(change: user => (user.LastName, user.Email) = ("Müller_x", "Zed@mail.test"));
        await scene.Test.UserAsync(change: user => user.LastName = "Mülleraxe");
        await scene.Server.NoticeAsync();
        foreach (var text in new[] { ann.Username[..8].ToUpperInvariant(), "zed@", "Müller_", "ZED@MAIL" })
            Assert.Contains(ann.Username, await NamesAsync(scene, new(text)));
        Assert.Equal([ann.Username], await NamesAsync(scene, new("Müller_")));
        Assert.Empty(await NamesAsync(scene, new("%")));
        Assert.Empty(await NamesAsync(scene, new("ed@mail")));
    }

    [Theory]
    [MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Parts_of_a_list_hold_everybody_once_and_nobody_else(string database)
    {
        var scene = await PeopleScene.NewAsync(await servers.OnAsync(database));
        var profile = await scene.Test.ProfileAsync(new());
        await scene.ManyAsync(25, profile.Id);
        await (await PeopleScene.NewAsync(scene.Server)).ManyAsync(5, profile.Id);
        await scene.Server.NoticeAsync();
        var (all, after) = (new List<string>(), (string?)null);
        do
        {
            var page = PeopleScene.Done(await scene.Room<UserListOperations>().ListAsync(scene.Call("users.list"), new(Limit: 10, After: after)));
            Assert.True(page.Items.Count <= 10);
            all.AddRange(page.Items.Select(line => line.Username));
            after = page.Next;
        }
        while (after is not null);
        Assert.Equal(26, all.Count);
        Assert.Equal(26, all.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(26, PeopleScene.Done(await scene.Room<UserListOperations>().CountAsync(scene.Call("users.count"), new())).All);
    }

    [Theory]
    [MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Each_filter_finds_whom_it_names(string database)
    {
        var scene = await PeopleScene.NewAsync(await servers.OnAsync(database));
        var now = scene.Server.Clock.GetUtcNow();
        var old = now.AddDays(-100);
        var locked = await scene.Test.UserAsync(change: user => (user.UntrustedFailures, user.UntrustedLastFailureAt, user.FirstLoginAt, user.CreatedAt) = (10, now, old, old));
        var elapsed = await scene.Test.UserAsync(change: user => (user.TrustedFailures, user.TrustedLastFailureAt, user.FirstLoginAt, user.CreatedAt) = (10, now.AddHours(-1), old, old));
        var forever = await scene.Test.UserAsync(
            new() { Lockout = new() { MaxInvalidAttempts = 3, Minutes = 0 } }, change: user => (user.TrustedFailures, user.TrustedLastFailureAt) = (3, old));
        var frozen = await scene.Test.UserAsync(change: user => user.Status = UserStatus.Frozen);
        await elapsed.EnrolAsync();
        await scene.RecordAsync(elapsed, now.AddDays(-10));
        await scene.RecordAsync(locked, now.AddDays(-10), record => record.Decision = "deny");
        await scene.Server.NoticeAsync();
        Assert.Equal(Sorted(locked, forever), await NamesAsync(scene, new(LockedOut: true)));
        Assert.Equal([frozen.Username], await NamesAsync(scene, new(Status: UserStatus.Frozen)));
        Assert.Equal(Sorted(locked, forever, frozen, scene.Admin), await NamesAsync(scene, new(WithoutFactor: true)));
        Assert.Equal(Sorted(forever, frozen, scene.Admin), await NamesAsync(scene, new(NeverSignedIn: true)));
        Assert.Equal([locked.Username], await NamesAsync(scene, new(DormantDays: 30)));
        Assert.Equal(Sorted(locked, elapsed), await NamesAsync(scene, new(DormantDays: 5)));
        await using (var db = scene.Server.Database.NewContext())
        {
            db.Add(new SecurityToken { UserId = frozen.Id, Hash = Guid.NewGuid().ToString(), IssuedAt = old, LastUsedAt = now.AddDays(-89) });
            db.Add(new SecurityToken { UserId = locked.Id, Hash = Guid.NewGuid().ToString(), IssuedAt = old, LastUsedAt = now.AddDays(-91) });
            await db.SaveChangesAsync(Stop);
        }
        Assert.Equal([frozen.Username], await NamesAsync(scene, new(UsesToken: true)));
        var line = (await ListAsync(scene, new(elapsed.Username))).Single();
        Assert.Equal((true, 0, false, now.AddDays(-10)), (line.HasAuthenticator, line.Passkeys, line.LockedOut, line.LastSignInAt));
        Assert.Equal([elapsed.Username], await NamesAsync(scene, new(Profile: line.Profile)));
        Assert.Empty(await NamesAsync(scene, new(Profile: "no such")));
    }

    [Fact]
    public async Task What_cannot_be_asked_is_said()
    {
        var scene = await PeopleScene.NewAsync(await servers.OnAsync("SQLite"));
        var answer = await scene.Room<UserListOperations>().ListAsync(scene.Call("users.list"), new(Limit: 501, DormantDays: 0, Search: new string('x', 201)));
        Assert.Equal(["limit", "dormantDays", "search"], Assert.IsType<AdminRefusal.Invalid>(answer.Refusal).Flaws.Select(flaw => flaw.Path));
    }

    public static TheoryData<ListUsers> Queries =>
    [
        new ListUsers(), new ListUsers("a"), new ListUsers(After: "m"), new ListUsers("a", After: "m"), new ListUsers(Status: UserStatus.Frozen), new ListUsers(Profile: "Standard"), new ListUsers(LockedOut: true), new ListUsers(WithoutFactor: true),
        new ListUsers(NeverSignedIn: true), new ListUsers(DormantDays: 30), new ListUsers(UsesToken: true),
        new ListUsers("a", "Standard", UserStatus.Active, true, true, true, 30, true, 500, "m"),
    ];

    [Theory]
    [MemberData(nameof(Queries))]
    public async Task Every_query_walks_an_index_in_its_order_and_reads_no_table_whole(ListUsers wanted)
    {
        var server = await servers.OnAsync("SQLite");
        var profile = new ProfileFacts { Id = "00e", Version = 1, Name = "Standard", Doors = new HashSet<LoginChannel>() };
        await using var db = server.Database.NewContext();
        await using var command = UserQuery.Of(db, "00D", wanted, [profile], server.Clock.GetUtcNow()).Take(51).CreateDbCommand();
        command.CommandText = "EXPLAIN QUERY PLAN " + command.CommandText;
        await db.Database.OpenConnectionAsync(Stop);
        var plan = new List<string>();
        await using (var reader = await command.ExecuteReaderAsync(Stop))
        {
            while (await reader.ReadAsync(Stop))
                plan.Add(reader.GetString(3));
        }
        Assert.Contains(plan, step => step.StartsWith("SEARCH u USING INDEX IX_users_org_id_normalized_username (org_id=?", StringComparison.Ordinal));
        Assert.DoesNotContain(plan, step => step.Contains("TEMP B-TREE", StringComparison.Ordinal) || (step.StartsWith("SCAN", StringComparison.Ordinal) && !step.Contains("VIRTUAL TABLE", StringComparison.Ordinal)));
    }

    static string[] Sorted(params TestUser[] users) => [.. users.Select(user => user.Username).Order(StringComparer.Ordinal)];

    static async Task<IReadOnlyList<UserLine>> ListAsync(PeopleScene scene, ListUsers wanted) =>
        PeopleScene.Done(await scene.Room<UserListOperations>().ListAsync(scene.Call("users.list"), wanted)).Items;

    static async Task<List<string>> NamesAsync(PeopleScene scene, ListUsers wanted) =>
        [.. (await ListAsync(scene, wanted)).Select(line => line.Username).Order(StringComparer.Ordinal)];
}
