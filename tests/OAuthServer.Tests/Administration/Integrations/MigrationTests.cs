using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Administration;
using OAuthServer.Administration.Integrations;
using OAuthServer.Data;
using OAuthServer.Login;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Administration.Integrations;

/// <summary>From password and token to something better, and back.</summary>
public sealed class MigrationTests : IAsyncLifetime
{
    TestServer server = null!;
    DeskScene scene = null!;

    public async ValueTask InitializeAsync()
    {
        server = await TestServer.StartAsync();
        scene = await DeskScene.NewAsync(server);
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task An_integration_walks_from_password_and_token_to_client_credentials_and_can_be_reopened()
    {
        (await scene.OldLoginAsync()).IsAllowed();
        var line = await scene.LineAsync();
        Assert.Equal((IntegrationStage.Found, IntegrationTarget.ClientCredentials, "127.0.0.0/24"), (line.Stage, line.Target, line.Network));
        Assert.Equal(["password-token"], line.Presents);

        var planned = await scene.PlanAsync(line.Id);
        Assert.Equal(IntegrationStage.Planned, planned.Sight.Line.Stage);
        Assert.Empty(planned.Warnings);
        Assert.NotNull(planned.ClientSecret);
        (await scene.NewLoginAsync(planned)).IsAllowed();
        Assert.Equal(IntegrationStage.Parallel, (await scene.SightAsync(line.Id)).Line.Stage);

        var early = await scene.Migration.CloseAsync(await scene.CallAsync(), new(line.Id));
        Assert.Equal("not-proven", Assert.IsType<AdminRefusal.Conflict>(early.Refusal).Type);

        for (var run = 0; run < 4; run++)
            (await scene.NewLoginAsync(planned)).IsAllowed();
        Assert.Equal(IntegrationStage.Parallel, (await scene.SightAsync(line.Id)).Line.Stage); // the old way is not silent yet
        server.Clock.Advance(TimeSpan.FromHours(25));
        var proven = await scene.SightAsync(line.Id);
        Assert.Equal(IntegrationStage.Proven, proven.Line.Stage);
        Assert.True(proven.Evidence!.IsProof);

        Assert.Equal(IntegrationStage.Closed, DeskScene.Done(await scene.Migration.CloseAsync(await scene.CallAsync("integrations.close"), new(line.Id))).Line.Stage);
        var refused = await scene.OldLoginAsync();
        refused.IsRefused("invalid_grant", "password logins of this integration are closed");
        Assert.Equal((DenyReason.OldWayClosed, "OldWayIsOpen"), await ReasonAsync(refused));
        (await scene.NewLoginAsync(planned)).IsAllowed();
        (await scene.OldLoginAsync(TestServer.Office)).IsAllowed(); // another network is another row

        DeskScene.Done(await scene.Migration.ReopenAsync(await scene.CallAsync("integrations.reopen"), new(line.Id)));
        (await scene.OldLoginAsync()).IsAllowed();
        Assert.Equal(["integrations.plan", "integrations.stage", "integrations.stage", "integrations.close", "integrations.reopen"],
            (await scene.AuditAsync("integration")).Where(entry => entry.ObjectId == line.Id).Select(entry => entry.Operation == "test" ? "integrations.plan" : entry.Operation));
    }

    [Fact]
    public async Task A_proven_integration_whose_old_way_is_used_again_is_parallel_again()
    {
        (await scene.OldLoginAsync()).IsAllowed();
        var line = await scene.LineAsync();
        var planned = await scene.PlanAsync(line.Id, runs: 1);
        (await scene.NewLoginAsync(planned)).IsAllowed();
        server.Clock.Advance(TimeSpan.FromHours(25));
        Assert.Equal(IntegrationStage.Proven, (await scene.SightAsync(line.Id)).Line.Stage);
        (await scene.OldLoginAsync()).IsAllowed();
        Assert.Equal(IntegrationStage.Parallel, (await scene.SightAsync(line.Id)).Line.Stage);
    }

    [Fact]
    public async Task Runs_from_another_network_prove_nothing()
    {
        (await scene.OldLoginAsync()).IsAllowed();
        var line = await scene.LineAsync();
        var planned = await scene.PlanAsync(line.Id, runs: 1);
        (await scene.NewLoginAsync(planned, TestServer.Office)).IsAllowed();
        server.Clock.Advance(TimeSpan.FromHours(25));
        var sight = await scene.SightAsync(line.Id);
        Assert.Equal((IntegrationStage.Parallel, 0L, 1L), (sight.Line.Stage, sight.Evidence!.Runs, sight.Evidence.RunsElsewhere));
    }

    [Fact]
    public async Task Fewer_scopes_prove_nothing()
    {
        (await scene.OldLoginAsync()).IsAllowed();
        var line = await scene.LineAsync();
        var planned = await scene.PlanAsync(line.Id, runs: 1);
        Assert.Contains("api", planned.Sight.Plan.Scopes);
        await using (var db = server.Database.NewContext())
        {
            var app = await db.ConnectedApps.SingleAsync(a => a.ClientId == planned.ClientId, TestContext.Current.CancellationToken);
            app.Settings = app.Settings.Replace("\"api\"", "\"less\"", StringComparison.Ordinal);
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }
        await server.NoticeAsync();
        (await scene.NewLoginAsync(planned)).IsAllowed();
        server.Clock.Advance(TimeSpan.FromHours(25));
        var sight = await scene.SightAsync(line.Id);
        Assert.Equal(IntegrationStage.Parallel, sight.Line.Stage);
        Assert.Equal(["api"], sight.Evidence!.MissingScopes);
    }

    [Fact]
    public async Task Closing_what_is_not_proven_asks_why_and_keeps_the_answer()
    {
        (await scene.OldLoginAsync()).IsAllowed();
        var line = await scene.LineAsync();
        DeskScene.Done(await scene.Migration.CloseAsync(await scene.CallAsync(), new(line.Id, "The job was switched off.")));
        Assert.Contains("The job was switched off.", (await scene.AuditAsync("integration"))[^1].After, StringComparison.Ordinal);
        (await scene.OldLoginAsync()).IsRefused("invalid_grant", "password logins");
    }

    [Fact]
    public async Task Who_has_no_right_password_does_not_hear_that_the_way_is_closed()
    {
        (await scene.OldLoginAsync()).IsAllowed();
        DeskScene.Done(await scene.Migration.CloseAsync(await scene.CallAsync(), new((await scene.LineAsync()).Id, "now")));
        (await scene.User.LoginAsync(scene.App, TestServer.Outside, scene.Token, "wrong")).IsRefused("invalid_grant", "authentication failure");
        (await scene.User.LoginAsync(scene.App, TestServer.Outside)).IsRefused("invalid_grant", "authentication failure"); // the token is missing
    }

    [Fact]
    public async Task A_closed_way_is_explained_and_decided_again_as_it_was()
    {
        (await scene.OldLoginAsync()).IsAllowed();
        DeskScene.Done(await scene.Migration.CloseAsync(await scene.CallAsync(), new((await scene.LineAsync()).Id, "now")));
        var record = await server.RecordAsync(await scene.OldLoginAsync());
        await using var db = server.Database.NewContext();
        var ruling = LoginPolicy.Decide(await LoginExplanations.FactsAsync(db, record, TestContext.Current.CancellationToken));
        Assert.Equal((new LoginDecision.Deny(DenyReason.OldWayClosed), record.Trace), (ruling.Decision, LoginTrace.Write(ruling)));
        var text = await server.Services.GetRequiredService<LoginExplanations>().ExplainAsync(record.Id, TestContext.Current.CancellationToken);
        Assert.Contains("by one change: have an administrator reopen the integration.", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Refresh_tokens_of_the_old_way_go_on_or_are_revoked(bool revoke)
    {
        scene = await DeskScene.NewAsync(server, TestOrg.StandardApp);
        var refresh = (await scene.OldLoginAsync())["refresh_token"]!;
        var line = await scene.LineAsync();
        Assert.Equal(1, DeskScene.Done(await scene.Migration.ImpactAsync(await scene.CallAsync(), new(line.Id))).LiveGrants);
        DeskScene.Done(await scene.Migration.CloseAsync(await scene.CallAsync(), new(line.Id, "now", revoke)));
        var answer = await server.TokenAsync(TestServer.Outside, ("grant_type", "refresh_token"), ("refresh_token", refresh), ("client_id", scene.App.ClientId), ("client_secret", scene.App.Secret));
        if (revoke)
            Assert.Equal("invalid_grant", answer["error"]);
        else
            answer.IsAllowed();
    }

    [Fact]
    public async Task A_private_key_is_shown_once_and_nowhere_kept()
    {
        (await scene.OldLoginAsync()).IsAllowed();
        var line = await scene.LineAsync();
        var planned = await scene.PlanAsync(line.Id, IntegrationTarget.JwtBearer);
        Assert.StartsWith("-----BEGIN PRIVATE KEY-----", planned.PrivateKey, StringComparison.Ordinal);
        await using var db = server.Database.NewContext();
        var app = await db.ConnectedApps.SingleAsync(a => a.ClientId == planned.ClientId, TestContext.Current.CancellationToken);
        Assert.DoesNotContain("\"d\"", app.Settings, StringComparison.Ordinal);
        var secretPart = planned.PrivateKey!.Split('\n')[3];
        foreach (var text in (await scene.AuditAsync("app")).Concat(await scene.AuditAsync("integration")).SelectMany(entry => new[] { entry.Before, entry.After }).Append(app.Settings).Append(planned.ToString()))
            Assert.DoesNotContain(secretPart, text ?? "", StringComparison.Ordinal);
        Assert.All(server.Log.Lines, logged => Assert.DoesNotContain(secretPart, logged, StringComparison.Ordinal));
        var again = await scene.Migration.PlanAsync(await scene.CallAsync(), new(line.Id));
        Assert.Equal("already-planned", Assert.IsType<AdminRefusal.Conflict>(again.Refusal).Type);
    }

    [Fact]
    public async Task A_secret_is_kept_as_a_hash_and_not_in_the_audit_trail()
    {
        (await scene.OldLoginAsync()).IsAllowed();
        var planned = await scene.PlanAsync((await scene.LineAsync()).Id);
        await using var db = server.Database.NewContext();
        Assert.DoesNotContain(planned.ClientSecret!, await db.AppSecrets.Select(s => s.Hash).ToListAsync(TestContext.Current.CancellationToken));
        Assert.All(await db.AuditEntries.ToListAsync(TestContext.Current.CancellationToken), entry => Assert.DoesNotContain(planned.ClientSecret!, entry.Before + entry.After, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(IntegrationTarget.AuthorizationCode)]
    [InlineData(IntegrationTarget.Device)]
    [InlineData(IntegrationTarget.SamlBearer)]
    [InlineData(IntegrationTarget.TrustedRange)]
    public async Task Every_target_can_be_planned(IntegrationTarget target)
    {
        (await scene.OldLoginAsync()).IsAllowed();
        var planned = await scene.PlanAsync((await scene.LineAsync()).Id, target);
        Assert.Equal(target == IntegrationTarget.TrustedRange, planned.ClientId is null);
        Assert.Equal(target == IntegrationTarget.SamlBearer, planned.ClientSecret is not null);
        Assert.Equal(target == IntegrationTarget.TrustedRange, planned.Snippets.Count == 0);
    }

    [Theory]
    [InlineData(0, null, null, "runs")]
    [InlineData(5, 0, null, "silentHours")]
    [InlineData(5, null, "http://elsewhere.example/x", "redirectUris[0]")]
    public async Task What_cannot_be_planned_is_said(int runs, int? hours, string? redirect, string path)
    {
        (await scene.OldLoginAsync()).IsAllowed();
        var answer = await scene.Migration.PlanAsync(await scene.CallAsync(), new((await scene.LineAsync()).Id, redirect is null ? null : IntegrationTarget.AuthorizationCode, runs, hours, null, redirect));
        Assert.Equal(path, Assert.IsType<AdminRefusal.Invalid>(answer.Refusal).Flaws.Single().Path);
    }

    [Fact]
    public async Task Another_organizations_integration_is_not_there()
    {
        (await scene.OldLoginAsync()).IsAllowed();
        var id = (await scene.LineAsync()).Id;
        var other = await scene.CallAsync(of: await TestOrg.AddAsync(server));
        AdminAnswer[] answers =
        [
            await scene.Inventory.GetAsync(other, new(id)), await scene.Inventory.AssignAsync(other, new(id, Note: "x")), await scene.Inventory.ProtectAsync(other, new(id)),
            await scene.Migration.PlanAsync(other, new(id)), await scene.Migration.CloseAsync(other, new(id, "x")), await scene.Migration.ReopenAsync(other, new(id)),
            await scene.Migration.SnippetsAsync(other, new(id)), await scene.Migration.ImpactAsync(other, new(id)),
        ];
        Assert.All(answers, answer => Assert.IsType<AdminRefusal.NotFound>(answer.Refusal));
        Assert.Empty(DeskScene.Done(await scene.Inventory.ListAsync(other, new())).Items);
    }

    [Fact]
    public async Task Somebody_answers_for_it_and_what_a_leaver_answered_for_is_handed_over()
    {
        (await scene.OldLoginAsync()).IsAllowed();
        var line = await scene.LineAsync();
        var planned = await scene.PlanAsync(line.Id);
        DeskScene.Done(await scene.Inventory.AssignAsync(await scene.CallAsync(), new(line.Id, scene.User.Username, "nightly")));
        Assert.Equal("owner", Assert.IsType<AdminRefusal.Invalid>((await scene.Inventory.AssignAsync(await scene.CallAsync(), new(line.Id, "nobody"))).Refusal).Flaws.Single().Path);
        var desk = server.Services.GetRequiredService<IntegrationDesk>();
        await using var db = server.Database.NewContext();
        var acting = await desk.OfUserAsync(db, scene.Org.Id, scene.User.Id, TestContext.Current.CancellationToken);
        Assert.Equal((true, true, scene.User.Username), (acting.Single().UsesPassword, acting.Single().UsesToken, acting.Single().Owner));
        Assert.Equal(new HandedOver(1, 1), await desk.HandOverAsync(db, scene.Org.Id, scene.User.Id, scene.Administrator.Id, TestContext.Current.CancellationToken));
        await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        var sight = await scene.SightAsync(line.Id);
        Assert.Equal((scene.Administrator.Username, "nightly"), (sight.Line.Owner, sight.Plan.Note));
        Assert.Equal(scene.Administrator.Id, (await db.ConnectedApps.SingleAsync(a => a.ClientId == planned.ClientId, TestContext.Current.CancellationToken)).RunAsUserId);
    }

    [Fact]
    public async Task A_list_is_filtered_and_read_in_parts()
    {
        (await scene.OldLoginAsync()).IsAllowed();
        server.Clock.Advance(TimeSpan.FromSeconds(1));
        (await scene.OldLoginAsync(TestServer.Office)).IsAllowed();
        async Task<AdminPage<IntegrationLine>> ListAsync(ListIntegrations filter) => DeskScene.Done(await scene.Inventory.ListAsync(await scene.CallAsync(), filter));
        var first = await ListAsync(new(Limit: 1));
        var second = await ListAsync(new(Limit: 1, After: first.Next));
        Assert.Equal(["Head office", "127.0.0.0/24"], first.Items.Concat(second.Items).Select(line => line.Network));
        Assert.Null(second.Next);
        Assert.Equal("Head office", (await ListAsync(new(Presents: "password-token", Trusted: true))).Items.Single().Network);
        Assert.Equal("Head office", (await ListAsync(new(Presents: "password-token-unneeded"))).Items.Single().Network);
        Assert.Equal(2, (await ListAsync(new(Presents: "password", Stage: IntegrationStage.Found))).Items.Count);
        Assert.Empty((await ListAsync(new(Stage: IntegrationStage.Closed))).Items);
        Assert.Empty((await ListAsync(new(User: scene.Administrator.Username))).Items);
        Assert.Equal("presents", Assert.IsType<AdminRefusal.Invalid>((await scene.Inventory.ListAsync(await scene.CallAsync(), new(Presents: "\"%"))).Refusal).Flaws.Single().Path);
        Assert.Equal(2, DeskScene.Done(await scene.Inventory.BurnDownAsync(await scene.CallAsync(), new())).Days.Single().Counts[IntegrationStage.Found]);
    }

    async Task<(DenyReason?, string?)> ReasonAsync(Answer answer)
    {
        var record = await server.RecordAsync(answer);
        return (record.Reason, record.DecidingRule);
    }
}
