using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Administration;
using OAuthServer.Administration.Policies;
using OAuthServer.Data;
using OAuthServer.Orgs;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Administration.Policies;

/// <summary>An organization with one administrator who changes its policy by the operations themselves.</summary>
public sealed class PolicyScene
{
    public static readonly ProfileSettings Administrator = new() { Permissions = new() { Administrator = true } };

    PolicyScene(TestServer server, TestOrg org, Organization row, TestUser admin) => (Server, Org, Row, Admin) = (server, org, row, admin);

    public TestServer Server { get; }

    public TestOrg Org { get; }

    public Organization Row { get; }

    public TestUser Admin { get; }

    public Trials Trials => Get<Trials>();

    public static async Task<PolicyScene> NewAsync(TestServer server, ProfileSettings? administrator = null)
    {
        var org = await TestOrg.AddAsync(server);
        var admin = await org.UserAsync(administrator ?? Administrator);
        await using var db = server.Database.NewContext();
        return new(server, org, await db.Organizations.AsNoTracking().SingleAsync(o => o.Id == org.Id), admin);
    }

    public T Get<T>()
        where T : notnull => Server.Services.GetRequiredService<T>();

    /// <summary>The administrator asking from somewhere, having signed in at some time.</summary>
    public AdminCall Call(string? from = TestServer.Outside, DateTimeOffset? signedIn = null, AuditDoor door = AuditDoor.Page) => new(
        Row, new(Admin.Id, Admin.Username, door, from, "test", Server.Clock.GetUtcNow()), from is null ? null : IPAddress.Parse(from), null, CancellationToken.None)
    {
        AuthenticatedAt = signedIn,
    };

    public static JsonElement Json<T>(T value) => JsonSerializer.SerializeToElement(value, SettingsJson.Options);

    public Task<AdminAnswer<PolicySaved>> SaveAsync(string profileId, ProfileSettings settings, AdminCall? call = null, SaveWish? wish = null) =>
        Get<PolicySaves>().SaveAsync(call ?? Call(), new PolicyEdit.OfProfile(profileId, settings), wish ?? new());

    public async Task<string> NameAsync(string profileId)
    {
        await using var db = Server.Database.NewContext();
        return (await db.Profiles.SingleAsync(p => p.Id == profileId)).Name;
    }

    /// <summary>What applies now.</summary>
    public async Task<ProfileSettings> SettingsAsync(string profileId)
    {
        await using var db = Server.Database.NewContext();
        return (await OrgPolicy.LoadAsync(db, Org.Id)).Profiles[profileId].Settings;
    }

    public async Task<IReadOnlyList<AuditEntry>> AuditAsync()
    {
        await using var db = Server.Database.NewContext();
        return await db.AuditEntries.AsNoTracking().Where(a => a.OrgId == Org.Id).OrderBy(a => a.Id).ToListAsync();
    }
}
