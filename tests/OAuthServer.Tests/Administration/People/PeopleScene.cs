using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Administration;
using OAuthServer.Data;
using OAuthServer.Orgs;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Administration.People;

/// <summary>An organization with an administrator who asks for operations on its people.</summary>
public sealed class PeopleScene
{
    PeopleScene(TestServer server, TestOrg test, Organization org, TestUser admin) => (Server, Test, Org, Admin) = (server, test, org, admin);

    public static ProfileSettings Administrator { get; } = new() { Permissions = new() { Administrator = true } };

    public TestServer Server { get; }

    public TestOrg Test { get; }

    public Organization Org { get; }

    public TestUser Admin { get; }

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static async Task<PeopleScene> NewAsync(TestServer server)
    {
        var test = await TestOrg.AddAsync(server);
        var admin = await test.UserAsync(Administrator);
        await server.NoticeAsync();
        await using var db = server.Database.NewContext();
        return new(server, test, await db.Organizations.AsNoTracking().SingleAsync(o => o.Id == test.Id, Stop), admin);
    }

    public T Room<T>()
        where T : notnull => Server.Services.GetRequiredService<T>();

    /// <summary>The administrator asking.</summary>
    public AdminCall Call(string operation, string? ifMatch = null, TestUser? by = null)
    {
        var who = by ?? Admin;
        return new(Org, new(who.Id, who.Username, AuditDoor.Page, "192.0.2.1", operation, Server.Clock.GetUtcNow()), null, ifMatch, Stop);
    }

    /// <summary>The trail of one user, oldest first.</summary>
    public async Task<List<AuditEntry>> TrailAsync(string userId)
    {
        await using var db = Server.Database.NewContext();
        return await db.AuditEntries.AsNoTracking().Where(a => a.ObjectId == userId).OrderBy(a => a.Id).ToListAsync(Stop);
    }

    /// <summary>Adds many people at once.</summary>
    public async Task ManyAsync(int count, string profileId, Action<User, int>? change = null)
    {
        await using var db = Server.Database.NewContext();
        var now = Server.Clock.GetUtcNow();
        for (var i = 0; i < count; i++)
        {
            var name = $"{Org.Id.ToLowerInvariant()}-{i:D6}@many.test";
            var user = new User
            {
                Id = RecordId.NewUser(),
                OrgId = Org.Id,
                ProfileId = profileId,
                Username = name,
                NormalizedUsername = name,
                Email = name,
                LastName = "Many " + i,
                CreatedAt = now,
                UpdatedAt = now,
            };
            change?.Invoke(user, i);
            db.Add(user);
        }
        await db.SaveChangesAsync(Stop);
    }

    /// <summary>A login that was let in, as the gate would have written it.</summary>
    public async Task RecordAsync(TestUser user, DateTimeOffset at, Action<LoginRecord>? change = null)
    {
        await using var db = Server.Database.NewContext();
        var record = new LoginRecord
        {
            At = at,
            OrgId = Org.Id,
            UserId = user.Id,
            Channel = Policy.LoginChannel.PasswordGrant,
            SourceAddress = "192.0.2.9",
            UserAgent = "nightly/1.0",
            Presented = Policy.Proof.Password,
            Proven = Policy.Proof.Password,
            Decision = "allow",
            Trace = "passed",
            Facts = "{}",
        };
        change?.Invoke(record);
        db.Add(record);
        await db.SaveChangesAsync(Stop);
    }

    public static T Done<T>(AdminAnswer<T> answer)
    {
        Assert.True(answer.Refusal is null, answer.Refusal?.ToString() + string.Join(';', (answer.Refusal as AdminRefusal.Invalid)?.Flaws ?? []));
        return answer.Value!;
    }

    public static string Conflict<T>(AdminAnswer<T> answer) => Assert.IsType<AdminRefusal.Conflict>(answer.Refusal).Type;
}
