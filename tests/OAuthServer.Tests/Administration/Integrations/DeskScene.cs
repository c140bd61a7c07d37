using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Administration;
using OAuthServer.Administration.Integrations;
using OAuthServer.Data;
using OAuthServer.Orgs;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Administration.Integrations;

/// <summary>An organization with an administrator, a service account, and an app that logs it in by password and token.</summary>
sealed class DeskScene
{
    DeskScene(TestServer server, TestOrg org, TestUser administrator, TestUser user, TestApp app) => (Server, Org, Administrator, User, App) = (server, org, administrator, user, app);

    internal TestServer Server { get; }

    internal TestOrg Org { get; }

    internal TestUser Administrator { get; }

    internal TestUser User { get; }

    internal TestApp App { get; }

    internal string Token { get; private set; } = "";

    internal IntegrationOperations Inventory => Server.Services.GetRequiredService<IntegrationOperations>();

    internal MigrationOperations Migration => Server.Services.GetRequiredService<MigrationOperations>();

    internal BrownOutOperations BrownOuts => Server.Services.GetRequiredService<BrownOutOperations>();

    internal static async Task<DeskScene> NewAsync(TestServer server, OAuthServer.Apps.AppSettings? settings = null)
    {
        var org = await TestOrg.AddAsync(server);
        var administrator = await org.UserAsync(new ProfileSettings { Permissions = new() { Administrator = true } });
        var user = await org.UserAsync();
        var app = await org.AppAsync(settings ?? TestOrg.SalesforceApp);
        await server.NoticeAsync();
        return new(server, org, administrator, user, app) { Token = await user.ReceiveTokenAsync() };
    }

    internal async Task<AdminCall> CallAsync(string operation = "test", TestOrg? of = null)
    {
        await using var db = Server.Database.NewContext();
        var org = await db.Organizations.AsNoTracking().SingleAsync(o => o.Id == (of ?? Org).Id);
        return new(org, new(Administrator.Id, Administrator.Username, AuditDoor.Page, "127.0.0.1", operation, Server.Clock.GetUtcNow()), IPAddress.Loopback, null, TestContext.Current.CancellationToken);
    }

    /// <summary>The old way, from the office or elsewhere.</summary>
    internal Task<Answer> OldLoginAsync(string from = TestServer.Outside) => User.LoginAsync(App, from, Token);

    /// <summary>The only integration of the service account through its app.</summary>
    internal async Task<IntegrationLine> LineAsync(string? user = null) =>
        Done(await Inventory.ListAsync(await CallAsync(), new(ClientId: App.ClientId, User: user ?? User.Username))).Items.Single();

    internal async Task<IntegrationSight> SightAsync(string id) => Done(await Inventory.GetAsync(await CallAsync(), new(id)));

    internal async Task<PlannedIntegration> PlanAsync(string id, IntegrationTarget? target = null, int runs = 5) =>
        Done(await Migration.PlanAsync(await CallAsync("integrations.plan"), new(id, target, runs)));

    internal Task<Answer> NewLoginAsync(PlannedIntegration planned, string from = TestServer.Outside) =>
        Server.TokenAsync(from, ("grant_type", "client_credentials"), ("client_id", planned.ClientId), ("client_secret", planned.ClientSecret));

    internal async Task<List<AuditEntry>> AuditAsync(string kind)
    {
        await using var db = Server.Database.NewContext();
        return await db.AuditEntries.AsNoTracking().Where(a => a.OrgId == Org.Id && a.ObjectKind == kind).OrderBy(a => a.Id).ToListAsync();
    }

    internal async Task<List<string>> SubjectsToAsync(TestUser user)
    {
        var email = (await user.RowAsync()).Email;
        await using var db = Server.Database.NewContext();
        return await db.OutboxMessages.AsNoTracking().Where(m => m.Recipient == email).Select(m => m.Subject).ToListAsync();
    }

    internal static T Done<T>(AdminAnswer<T> answer)
    {
        Assert.Null(answer.Refusal);
        return answer.Value!;
    }
}
