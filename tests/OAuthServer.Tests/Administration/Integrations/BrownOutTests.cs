using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Accounts;
using OAuthServer.Administration;
using OAuthServer.Administration.Integrations;
using OAuthServer.Data;
using OAuthServer.Policy;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Administration.Integrations;

/// <summary>Announced windows in which passwords are refused.</summary>
public sealed class BrownOutTests : IAsyncLifetime
{
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
    public async Task Passwords_are_refused_in_the_window_and_neither_before_nor_after()
    {
        var id = (await AnnounceAsync(TimeSpan.FromHours(1), TimeSpan.FromHours(2))).Id;
        (await scene.OldLoginAsync()).IsAllowed();
        server.Clock.Advance(TimeSpan.FromHours(1));
        var refused = await scene.OldLoginAsync();
        refused.IsRefused("invalid_grant", "password logins are refused during an announced brown-out");
        var record = await server.RecordAsync(refused);
        Assert.Equal(DenyReason.OldWayBrownedOut, record.Reason);
        Assert.Contains(id, record.Facts, StringComparison.Ordinal);
        (await server.TokenAsync(TestServer.Outside, ("grant_type", "client_credentials"), ("client_id", scene.App.ClientId), ("client_secret", scene.App.Secret)))
            .IsRefused("invalid_grant", "no client credentials user"); // not a password: the brown-out says nothing
        Assert.Equal((BrownOutState.InForce, 1), (await SightAsync() is var sight ? (sight.State, sight.Refused) : default));
        server.Clock.Advance(TimeSpan.FromHours(1));
        (await scene.OldLoginAsync()).IsAllowed();
        Assert.Equal(BrownOutState.Over, (await SightAsync()).State);
    }

    [Fact]
    public async Task A_window_for_chosen_integrations_spares_all_others()
    {
        var line = await scene.LineAsync();
        await AnnounceAsync(TimeSpan.Zero, TimeSpan.FromHours(1), line.Id);
        (await scene.OldLoginAsync()).IsRefused("invalid_grant", "password logins are refused");
        (await scene.OldLoginAsync(TestServer.Office)).IsAllowed();
    }

    [Fact]
    public async Task A_window_for_chosen_integrations_hits_the_same_when_their_network_is_renamed_and_its_name_given_away()
    {
        (await scene.OldLoginAsync(TestServer.Office)).IsAllowed();
        var line = DeskScene.Done(await scene.Inventory.ListAsync(await scene.CallAsync(), new(ClientId: scene.App.ClientId))).Items.Single(row => row.Network == "Head office");
        await AnnounceAsync(TimeSpan.Zero, TimeSpan.FromHours(1), line.Id);
        await using (var db = server.Database.NewContext())
        {
            (await db.TrustedNetworks.SingleAsync(n => n.OrgId == scene.Org.Id, TestContext.Current.CancellationToken)).Name = "Headquarters";
            db.Add(new TrustedNetwork { OrgId = scene.Org.Id, Name = "Head office", Range = "127.0.0.0/28" });
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }
        await server.NoticeAsync();
        (await scene.OldLoginAsync(TestServer.Office)).IsRefused("invalid_grant", "password logins are refused");
        (await scene.OldLoginAsync()).IsAllowed(); // it has the name now, and was never chosen
    }

    [Fact]
    public async Task A_protected_integration_is_not_refused_and_stops_the_window_for_everybody()
    {
        var other = await scene.Org.UserAsync();
        await server.NoticeAsync();
        var otherToken = await other.ReceiveTokenAsync();
        var line = await scene.LineAsync();
        DeskScene.Done(await scene.Inventory.ProtectAsync(await scene.CallAsync(), new(line.Id)));
        await server.NoticeAsync();
        await AnnounceAsync(TimeSpan.Zero, TimeSpan.FromHours(1));
        (await other.LoginAsync(scene.App, TestServer.Outside, otherToken)).IsRefused("invalid_grant", "password logins are refused");
        (await scene.User.LoginAsync(scene.App, TestServer.Outside, password: "wrong")).IsRefused("invalid_grant", "authentication failure");
        Assert.Equal(BrownOutState.InForce, (await SightAsync()).State); // a guess stops nothing

        await Task.WhenAll(scene.OldLoginAsync(), scene.OldLoginAsync());
        var sight = await SightAsync();
        Assert.Equal(BrownOutState.Stopped, sight.State);
        Assert.Contains(scene.User.Username, sight.StopReason, StringComparison.Ordinal);
        (await other.LoginAsync(scene.App, TestServer.Outside, otherToken)).IsAllowed();
        Assert.Single(await scene.SubjectsToAsync(scene.Administrator), "A brown-out was stopped");
        Assert.Single(await scene.AuditAsync("brown-out"), entry => entry is { Operation: "brown-outs.stop", Door: AuditDoor.Server, Actor: "server" });
    }

    [Fact]
    public async Task A_window_that_cannot_be_stopped_at_once_refuses_no_protected_login_and_is_stopped_later()
    {
        DeskScene.Done(await scene.Inventory.ProtectAsync(await scene.CallAsync(), new((await scene.LineAsync()).Id)));
        await server.NoticeAsync();
        await AnnounceAsync(TimeSpan.Zero, TimeSpan.FromHours(1));
        await using var db = server.Database.NewContext();
        await db.Database.ExecuteSqlRawAsync("CREATE TRIGGER broken BEFORE UPDATE ON brown_outs BEGIN SELECT RAISE(ABORT, 'no'); END", TestContext.Current.CancellationToken);
        (await scene.OldLoginAsync()).IsAllowed();
        Assert.Equal(BrownOutState.InForce, (await SightAsync()).State);
        Assert.Contains(server.Log.Lines, line => line.Contains("could not be stopped and will be tried again", StringComparison.Ordinal));

        await db.Database.ExecuteSqlRawAsync("DROP TRIGGER broken", TestContext.Current.CancellationToken);
        await server.Services.GetRequiredService<BrownOutStops>().RetryAsync(TestContext.Current.CancellationToken);
        Assert.Equal(BrownOutState.Stopped, (await SightAsync()).State);
        Assert.Single(await scene.SubjectsToAsync(scene.Administrator), "A brown-out was stopped");
    }

    [Fact]
    public async Task A_window_is_cancelled_only_as_it_was_seen()
    {
        var id = (await AnnounceAsync(TimeSpan.Zero, TimeSpan.FromHours(1))).Id;
        var seen = (await scene.BrownOuts.GetAsync(await scene.CallAsync(), new(id))).Version;
        Assert.NotNull(seen);
        Assert.IsType<AdminRefusal.Changed>((await scene.BrownOuts.CancelAsync(await scene.CallAsync() with { IfMatch = "older" }, new(id))).Refusal);
        (await scene.OldLoginAsync()).IsRefused("invalid_grant", "password logins are refused");
        var cancelled = await scene.BrownOuts.CancelAsync(await scene.CallAsync() with { IfMatch = seen }, new(id));
        Assert.Equal(BrownOutState.Stopped, DeskScene.Done(cancelled).State);
        Assert.NotEqual(seen, cancelled.Version);
    }

    [Fact]
    public async Task Owners_and_administrators_are_written_to_once_each()
    {
        var line = await scene.LineAsync();
        var owner = await scene.Org.UserAsync();
        DeskScene.Done(await scene.Inventory.AssignAsync(await scene.CallAsync(), new(line.Id, owner.Username)));
        await AnnounceAsync(TimeSpan.FromDays(1), TimeSpan.FromDays(2));
        foreach (var person in new[] { owner, scene.Administrator })
            Assert.Single(await scene.SubjectsToAsync(person), "Logins by password will be refused for a while");
        Assert.DoesNotContain("Logins by password will be refused for a while", await scene.SubjectsToAsync(scene.User));
    }

    [Fact]
    public async Task A_cancelled_window_refuses_nobody_from_that_moment_on()
    {
        var id = (await AnnounceAsync(TimeSpan.Zero, TimeSpan.FromHours(1))).Id;
        (await scene.OldLoginAsync()).IsRefused("invalid_grant", "password logins are refused");
        var other = await scene.CallAsync(of: await TestOrg.AddAsync(server));
        Assert.IsType<AdminRefusal.NotFound>((await scene.BrownOuts.CancelAsync(other, new(id))).Refusal);
        DeskScene.Done(await scene.BrownOuts.CancelAsync(await scene.CallAsync(), new(id)));
        (await scene.OldLoginAsync()).IsAllowed();
        Assert.IsType<AdminRefusal.Conflict>((await scene.BrownOuts.CancelAsync(await scene.CallAsync(), new(id))).Refusal);
    }

    [Fact]
    public async Task Another_organizations_window_refuses_nobody_here()
    {
        var other = await TestOrg.AddAsync(server);
        var call = await scene.CallAsync(of: other);
        DeskScene.Done(await scene.BrownOuts.AnnounceAsync(call, new(call.At, call.At.AddHours(1))));
        (await scene.OldLoginAsync()).IsAllowed();
        var chosen = await scene.BrownOuts.AnnounceAsync(call, new(call.At, call.At.AddHours(1), [(await scene.LineAsync()).Id]));
        Assert.Equal("integrations", Assert.IsType<AdminRefusal.Invalid>(chosen.Refusal).Flaws.Single().Path);
    }

    [Theory]
    [InlineData("-1:00", "1:00", "startsAt")]
    [InlineData("1:00", "1:00", "endsAt")]
    [InlineData("0:00", "8.00:00", "endsAt")]
    [InlineData("400.00:00", "400.01:00", "startsAt")]
    public async Task A_window_that_cannot_be_is_refused(string start, string end, string path)
    {
        var call = await scene.CallAsync();
        var answer = await scene.BrownOuts.AnnounceAsync(call, new(call.At + TimeSpan.Parse(start, CultureInfo.InvariantCulture), call.At + TimeSpan.Parse(end, CultureInfo.InvariantCulture)));
        Assert.Equal(path, Assert.IsType<AdminRefusal.Invalid>(answer.Refusal).Flaws.Single().Path);
    }

    [Fact]
    public async Task What_it_would_hit_is_said_beforehand()
    {
        (await scene.OldLoginAsync(TestServer.Office)).IsAllowed();
        var rows = DeskScene.Done(await scene.Inventory.ListAsync(await scene.CallAsync(), new())).Items;
        DeskScene.Done(await scene.Inventory.ProtectAsync(await scene.CallAsync(), new(rows.Single(row => row.Network == "Head office").Id)));
        var call = await scene.CallAsync();
        var impact = DeskScene.Done(await scene.BrownOuts.ImpactAsync(call, new(call.At, call.At.AddHours(1))));
        Assert.Equal(("127.0.0.0/24", "Head office"), (impact.Hit.Single().Network, impact.Protected.Single().Network));
    }

    async Task<BrownOutSight> AnnounceAsync(TimeSpan start, TimeSpan end, params string[] chosen)
    {
        var call = await scene.CallAsync("brown-outs.announce");
        return DeskScene.Done(await scene.BrownOuts.AnnounceAsync(call, new(call.At + start, call.At + end, chosen)));
    }

    async Task<BrownOutSight> SightAsync() => DeskScene.Done(await scene.BrownOuts.ListAsync(await scene.CallAsync(), new())).Items.Single();
}
