using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Administration;
using OAuthServer.Administration.Integrations;
using OAuthServer.Apps;
using OAuthServer.Data;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Administration.Integrations;

/// <summary>What the way from the old to the new must not do: hand out more than there was, or open what was closed.</summary>
public sealed class MigrationSafetyTests : IAsyncLifetime
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    TestServer server = null!;
    DeskScene scene = null!;

    public async ValueTask InitializeAsync()
    {
        server = await TestServer.StartAsync();
        scene = await DeskScene.NewAsync(server);
        (await scene.OldLoginAsync()).IsAllowed();
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task A_key_for_one_integration_is_good_for_its_user_alone()
    {
        await OtherAsync(); // logs in through the same app with the same program
        var planned = await scene.PlanAsync((await scene.LineAsync()).Id, IntegrationTarget.JwtBearer);
        Assert.Equal([scene.User.Username], planned.Users);
        Assert.Equal([scene.User.Username], (await SettingsOfAsync(planned)).Preapproval.Users);
    }

    [Fact]
    public async Task A_key_is_good_for_others_who_were_named_and_are_active_people_of_the_organization_and_no_administrators()
    {
        var other = await OtherAsync();
        var frozen = await scene.Org.UserAsync(change: user => user.Status = UserStatus.Frozen);
        var stranger = await (await TestOrg.AddAsync(server)).UserAsync();
        var id = (await scene.LineAsync()).Id;
        var answer = await scene.Migration.PlanAsync(
            await scene.CallAsync(), new(id, IntegrationTarget.JwtBearer, Users: [other.Username, frozen.Username, stranger.Username, scene.Administrator.Username]));
        Assert.Equal(["users[1]", "users[2]", "users[3]"], Assert.IsType<AdminRefusal.Invalid>(answer.Refusal).Flaws.Select(flaw => flaw.Path));
        var elsewhere = await scene.Migration.PlanAsync(await scene.CallAsync(), new(id, IntegrationTarget.ClientCredentials, Users: [other.Username]));
        Assert.Equal("users", Assert.IsType<AdminRefusal.Invalid>(elsewhere.Refusal).Flaws.Single().Path);

        var planned = DeskScene.Done(await scene.Migration.PlanAsync(await scene.CallAsync(), new(id, IntegrationTarget.JwtBearer, Users: [other.Username])));
        Assert.Equal([scene.User.Username, other.Username], planned.Users);
        Assert.Equal([scene.User.Username, other.Username], (await SettingsOfAsync(planned)).Preapproval.Users);
        Assert.Contains(other.Username, (await scene.AuditAsync("integration"))[^1].After, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_app_is_never_given_the_setup_of_the_server()
    {
        scene = await DeskScene.NewAsync(server, TestOrg.SalesforceApp with { Scopes = ["api", "setup_read", "setup_write"] });
        (await scene.OldLoginAsync()).IsAllowed();
        var planned = await scene.PlanAsync((await scene.LineAsync()).Id);
        Assert.Equal(["api"], planned.Sight.Plan.Scopes);
        Assert.Equal(["api"], (await SettingsOfAsync(planned)).Scopes);
    }

    [Fact]
    public async Task Of_several_plans_at_once_one_makes_an_app()
    {
        var id = (await scene.LineAsync()).Id;
        var call = await scene.CallAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => scene.Migration.PlanAsync(call, new(id, IntegrationTarget.ClientCredentials)))));
        var planned = Assert.Single(answers, answer => answer.Refusal is null).Value!;
        Assert.All(answers.Where(answer => answer.Refusal is not null), answer => Assert.Equal("already-planned", Assert.IsType<AdminRefusal.Conflict>(answer.Refusal).Type));
        await using var db = server.Database.NewContext();
        Assert.Equal([scene.App.ClientId, planned.ClientId!], await db.ConnectedApps.Where(app => app.OrgId == scene.Org.Id).OrderBy(app => app.CreatedAt).ThenBy(app => app.ClientId != scene.App.ClientId).Select(app => app.ClientId).ToListAsync(Cancellation));
    }

    [Fact]
    public async Task Of_an_assignment_and_a_plan_at_once_neither_is_lost()
    {
        var id = (await scene.LineAsync()).Id;
        var call = await scene.CallAsync();
        await Task.WhenAll(
            Task.Run(async () => DeskScene.Done(await scene.Migration.PlanAsync(call, new(id, IntegrationTarget.ClientCredentials)))),
            Task.Run(async () => DeskScene.Done(await scene.Inventory.AssignAsync(call, new(id, scene.User.Username, "nightly")))));
        var sight = await scene.SightAsync(id);
        Assert.Equal((scene.User.Username, "nightly", IntegrationTarget.ClientCredentials), (sight.Line.Owner, sight.Plan.Note, sight.Plan.Target));
    }

    [Theory]
    [InlineData("rename")]
    [InlineData("remove")]
    [InlineData("add")]
    public async Task A_closed_way_stays_closed_when_networks_change(string change)
    {
        var from = change == "add" ? TestServer.Outside : TestServer.Office;
        if (change != "add")
            (await scene.OldLoginAsync(from)).IsAllowed();
        var network = change == "add" ? "127.0.0.0/24" : "Head office";
        var line = DeskScene.Done(await scene.Inventory.ListAsync(await scene.CallAsync(), new(ClientId: scene.App.ClientId))).Items.Single(line => line.Network == network);
        DeskScene.Done(await scene.Migration.CloseAsync(await scene.CallAsync(), new(line.Id, "now")));
        (await scene.OldLoginAsync(from)).IsRefused("invalid_grant", "password logins of this integration are closed");

        await using (var db = server.Database.NewContext())
        {
            var office = await db.TrustedNetworks.SingleAsync(n => n.OrgId == scene.Org.Id, Cancellation);
            if (change == "rename")
                office.Name = "Headquarters";
            else if (change == "remove")
                db.Remove(office);
            else
                db.Add(new TrustedNetwork { OrgId = scene.Org.Id, Name = "Lab", Range = "127.0.0.0/28" });
            await db.SaveChangesAsync(Cancellation);
        }
        await server.NoticeAsync();
        (await scene.OldLoginAsync(from)).IsRefused("invalid_grant", "password logins of this integration are closed");
        (await scene.OldLoginAsync(change == "add" ? TestServer.Office : TestServer.Outside)).IsAllowed(); // the other way was never closed
    }

    [Fact]
    public async Task Another_undecided_program_that_still_uses_the_password_stands_against_the_proof()
    {
        var line = await scene.LineAsync();
        var planned = await scene.PlanAsync(line.Id, runs: 1);
        (await scene.NewLoginAsync(planned)).IsAllowed();
        server.Clock.Advance(TimeSpan.FromHours(25));
        Assert.True((await scene.SightAsync(line.Id)).Evidence!.IsProof);
        await using (var db = server.Database.NewContext())
        {
            var row = await db.Integrations.AsNoTracking().SingleAsync(i => i.Id == line.Id, Cancellation);
            db.Add(new Integration
            {
                Id = RandomId.New(16),
                OrgId = row.OrgId,
                UserId = row.UserId,
                ClientId = row.ClientId,
                Network = row.Network,
                Client = "after-the-update",
                Summary = SettingsJson.Write(new IntegrationSummary()),
                LastSeenAt = server.Clock.GetUtcNow(),
                PasswordLastSeenAt = server.Clock.GetUtcNow(),
            });
            await db.SaveChangesAsync(Cancellation);
        }
        var sight = await scene.SightAsync(line.Id);
        Assert.Equal(["after-the-update"], sight.Evidence!.AlsoAlive);
        Assert.Equal(IntegrationStage.Parallel, sight.Line.Stage);
    }

    [Fact]
    public async Task Settings_for_the_code_flow_name_the_redirect_address_of_the_app()
    {
        var planned = DeskScene.Done(await scene.Migration.PlanAsync(
            await scene.CallAsync(), new((await scene.LineAsync()).Id, IntegrationTarget.AuthorizationCode, RedirectUri: "https://tool.example.test/back")));
        Assert.Contains("https://tool.example.test/back", planned.Snippets[0].Text, StringComparison.Ordinal);
        var again = DeskScene.Done(await scene.Migration.SnippetsAsync(await scene.CallAsync(), new(planned.Sight.Line.Id))).Snippets;
        Assert.Contains("https://tool.example.test/back", again[0].Text, StringComparison.Ordinal);
        Assert.DoesNotContain("localhost:1717", again[0].Text, StringComparison.Ordinal);
    }

    async Task<TestUser> OtherAsync()
    {
        var other = await scene.Org.UserAsync();
        await server.NoticeAsync();
        (await other.LoginAsync(scene.App, TestServer.Outside, await other.ReceiveTokenAsync())).IsAllowed();
        return other;
    }

    async Task<AppSettings> SettingsOfAsync(PlannedIntegration planned) => (await server.Services.GetRequiredService<AppDirectory>().FindAsync(planned.ClientId!))!.Settings;
}
