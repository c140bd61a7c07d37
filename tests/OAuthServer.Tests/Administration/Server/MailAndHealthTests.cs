using Microsoft.EntityFrameworkCore;
using OAuthServer.Administration;
using OAuthServer.Administration.Server;
using OAuthServer.Email;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Administration.Server;

/// <summary>How the server fares, mail that has not left, and how sign-in pages look.</summary>
[Collection(nameof(ServersCollection))]
public sealed class MailAndHealthTests(Servers servers)
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Health_tells_of_the_own_organization_and_of_no_other(string database)
    {
        var server = await servers.OnAsync(database);
        var (scene, other) = (await SystemScene.NewAsync(server), await SystemScene.NewAsync(server));
        await other.Org.ChangeAsync(org => org.SsoRequiredByDefault = true);
        var sight = (await scene.Get<ServerOperations>().HealthAsync(await scene.CallAsync("system.health"), new())).Done();
        Assert.Equal(database, sight.Database);
        Assert.Matches("^[0-9]{14}_", sight.Schema);
        Assert.Contains(sight.Findings, finding => finding is { Subject: "database", Level: FindingLevel.Ok });
        Assert.DoesNotContain(sight.Findings, finding => finding.Subject == "single sign-on");
        var theirs = (await scene.Get<ServerOperations>().HealthAsync(await other.CallAsync("system.health"), new())).Done();
        Assert.Contains(theirs.Findings, finding => finding is { Subject: "single sign-on", Level: FindingLevel.Fail });
        Assert.All(sight.Findings.Where(finding => finding.Subject == "mail"), finding => Assert.Equal("as it should be.", finding.Message));
        Assert.Null(sight.OutboxDepth);
        var operators = (await scene.Get<ServerOperations>().HealthAsync(await scene.CallAsync("system.health", door: OAuthServer.Data.AuditDoor.Cli), new())).Done();
        Assert.Contains(operators.Findings, finding => finding.Subject == "mail" && finding.Message.Contains("folder", StringComparison.Ordinal));
        Assert.NotNull(operators.OutboxDepth);
        var retention = (await scene.Get<ServerOperations>().RetentionAsync(await scene.CallAsync("system.retention"), new())).Done();
        Assert.Equal((180, 730, null), (retention.HistoryDays, retention.AuditDays, retention.OldestEntry));
    }

    [Theory]
    [MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Mail_is_its_organizations_whoever_has_the_address_by_then(string database)
    {
        var server = await servers.OnAsync(database);
        var (scene, thief) = (await SystemScene.NewAsync(server), await SystemScene.NewAsync(server));
        var mails = scene.Get<MailOperations>();
        var address = (await scene.Administrator.RowAsync()).Email;
        await using (var db = server.Database.NewContext())
        {
            scene.Get<Outbox>().Add(db, new(address, "Secret subject", "text") { OrgId = scene.Org.Id });
            db.OutboxMessages.Local.Single().NextAttemptAt = server.Clock.GetUtcNow().AddHours(1);
            await db.SaveChangesAsync(Stop);
        }
        // The owner has left the address, and somebody of another organization is given it.
        await using (var db = server.Database.NewContext())
            await db.Users.Where(user => user.Id == scene.Administrator.Id).ExecuteUpdateAsync(set => set.SetProperty(user => user.Email, $"moved-{scene.Administrator.Id}@mail.test"), Stop);
        await thief.Org.UserAsync(change: user => user.Email = address);
        var line = Assert.Single((await mails.ListAsync(await scene.CallAsync("system.outbox"), new())).Done().Items);
        Assert.Empty((await mails.ListAsync(await thief.CallAsync("system.outbox"), new())).Done().Items);
        Assert.IsType<AdminRefusal.NotFound>((await mails.RetryAsync(await thief.CallAsync("system.outbox-retry"), new(line.Id))).Refusal);
        Assert.IsType<AdminRefusal.NotFound>((await mails.RetryAsync(await thief.CallAsync("system.outbox-retry", door: OAuthServer.Data.AuditDoor.Cli), new(line.Id))).Refusal);
        Assert.Null((await mails.RetryAsync(await scene.CallAsync("system.outbox-retry"), new(line.Id))).Refusal);
    }

    [Theory]
    [MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task The_servers_own_mail_is_the_operators_at_the_machine_alone(string database)
    {
        var server = await servers.OnAsync(database);
        var scene = await SystemScene.NewAsync(server);
        var mails = scene.Get<MailOperations>();
        var id = "";
        await using (var db = server.Database.NewContext())
        {
            scene.Get<Outbox>().Add(db, new((await scene.Administrator.RowAsync()).Email, "Of the server", "text"));
            db.OutboxMessages.Local.Single().NextAttemptAt = server.Clock.GetUtcNow().AddHours(1);
            id = db.OutboxMessages.Local.Single().Id;
            await db.SaveChangesAsync(Stop);
        }
        Assert.Empty((await mails.ListAsync(await scene.CallAsync("system.outbox"), new())).Done().Items);
        Assert.IsType<AdminRefusal.NotFound>((await mails.RetryAsync(await scene.CallAsync("system.outbox-retry"), new(id))).Refusal);
        var line = (await mails.ListAsync(await scene.CallAsync("system.outbox", door: OAuthServer.Data.AuditDoor.Cli), new(Limit: 500))).Done().Items.Single(mail => mail.Id == id);
        Assert.True(line.IsServers);
        Assert.Null((await mails.RetryAsync(await scene.CallAsync("system.outbox-retry", door: OAuthServer.Data.AuditDoor.Cli), new(id))).Refusal);
        Assert.DoesNotContain("Of the server", string.Join('\n', (await scene.TrailAsync()).Select(entry => entry.ObjectName)), StringComparison.Ordinal);
    }

    /// <summary>Each kind of mail goes through one place that knows whose it is.</summary>
    [Fact]
    public async Task Mail_that_the_server_writes_to_people_names_their_organization()
    {
        var server = await servers.OnAsync("SQLite");
        var scene = await SystemScene.NewAsync(server);
        await (await scene.Org.UserAsync()).ReceiveTokenAsync();
        Assert.Null((await scene.Get<MailOperations>().TestAsync(await scene.CallAsync("system.mail-test"), new())).Refusal);
        await using var db = server.Database.NewContext();
        var subjects = await db.OutboxMessages.Where(mail => mail.OrgId == scene.Org.Id).Select(mail => mail.Subject).ToListAsync(Stop);
        Assert.Contains("A test mail", subjects);
        Assert.Contains("Your new security token", subjects);
    }

    [Fact]
    public async Task The_only_organization_of_a_server_is_told_everything_and_the_server_is_looked_at_once_a_minute()
    {
        await using var server = await TestServer.StartAsync();
        var scene = await SystemScene.NewAsync(server);
        async Task<string> OutboxAsync() => (await scene.Get<ServerOperations>().HealthAsync(await scene.CallAsync("system.health"), new())).Done().Findings.Single(finding => finding.Subject == "outbox").Message;
        Assert.Equal("no message waits.", await OutboxAsync());
        await using (var db = server.Database.NewContext())
        {
            scene.Get<Outbox>().Add(db, new("a@mail.test", "Waits", "text"));
            db.OutboxMessages.Local.Single().NextAttemptAt = server.Clock.GetUtcNow().AddHours(1);
            await db.SaveChangesAsync(Stop);
        }
        Assert.Equal("no message waits.", await OutboxAsync());
        server.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.StartsWith("1 messages wait", await OutboxAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_test_mail_goes_to_whoever_asks()
    {
        var server = await servers.OnAsync("SQLite");
        var scene = await SystemScene.NewAsync(server);
        var other = await scene.Org.UserAsync();
        Assert.EndsWith("@mail.test", (await scene.Get<MailOperations>().TestAsync(await scene.CallAsync("system.mail-test"), new())).Done().To, StringComparison.Ordinal);
        Assert.Contains("A test mail", Assert.Single(await Features.SignIn.SignInScene.MailsAsync(server, scene.Administrator)), StringComparison.Ordinal);
        Assert.IsType<AdminRefusal.Conflict>((await scene.Get<MailOperations>().TestAsync(await scene.CallAsync("x"), new(other.Username))).Refusal);
        var call = await scene.CallAsync("x");
        var machine = call with { Actor = call.Actor with { UserId = null, Name = "operator o" } };
        Assert.Equal("user", Assert.Single((await scene.Get<MailOperations>().TestAsync(machine, new())).Flaws()).Path);
        Assert.Null((await scene.Get<MailOperations>().TestAsync(machine, new(other.Username))).Refusal);
    }

    [Fact]
    public async Task The_looks_are_changed_only_from_the_version_that_was_seen()
    {
        var scene = await SystemScene.NewAsync(await servers.OnAsync("SQLite"));
        var branding = scene.Get<BrandingOperations>();
        var seen = (await branding.GetAsync(await scene.CallAsync("system.branding"), new())).Version;
        Assert.Null((await branding.SaveAsync(await scene.CallAsync("system.save-branding", seen), new("#112233"))).Refusal);
        Assert.IsType<AdminRefusal.Changed>((await branding.SaveAsync(await scene.CallAsync("system.save-branding", seen), new("#445566"))).Refusal);
        Assert.IsType<AdminRefusal.Changed>((await branding.RemoveLogoAsync(await scene.CallAsync("system.remove-logo", seen), new())).Refusal);
        Assert.Equal("#112233", (await branding.GetAsync(await scene.CallAsync("system.branding"), new())).Done().Color);
    }

    [Theory]
    [MemberData(nameof(Servers.Both), MemberType = typeof(Servers))]
    public async Task Mail_that_waits_is_shown_masked_to_its_own_organization_and_sent_on_demand(string database)
    {
        var server = await servers.OnAsync(database);
        var (scene, other) = (await SystemScene.NewAsync(server), await SystemScene.NewAsync(server));
        var mails = scene.Get<MailOperations>();
        var address = (await scene.Administrator.RowAsync()).Email;
        await using (var db = server.Database.NewContext())
        {
            for (var i = 0; i < 3; i++)
                scene.Get<Outbox>().Add(db, new(address, "Waits " + i, "text") { OrgId = scene.Org.Id });
            foreach (var message in db.OutboxMessages.Local)
                (message.Attempts, message.NextAttemptAt, message.LastError) = (2, server.Clock.GetUtcNow().AddHours(1), "550 no");
            db.OutboxMessages.Local.First(message => message.Subject == "Waits 2").NextAttemptAt = Outbox.Never;
            await db.SaveChangesAsync(Stop);
        }
        var list = (await mails.ListAsync(await scene.CallAsync("system.outbox"), new())).Done();
        Assert.Equal(3, list.Items.Count);
        Assert.All(list.Items, line => Assert.Equal((address[0] + "***@mail.test", 2, "550 no"), (line.To, line.Attempts, line.Problem)));
        var first = (await mails.ListAsync(await scene.CallAsync("system.outbox"), new(Limit: 2))).Done();
        Assert.Single((await mails.ListAsync(await scene.CallAsync("system.outbox"), new(Limit: 2, After: first.Next))).Done().Items);
        Assert.Empty((await mails.ListAsync(await other.CallAsync("system.outbox"), new())).Done().Items);
        var waits = list.Items.First(line => line.NextAttemptAt is not null);
        Assert.IsType<AdminRefusal.NotFound>((await mails.RetryAsync(await other.CallAsync("x"), new(waits.Id))).Refusal);
        Assert.IsType<AdminRefusal.Conflict>((await mails.RetryAsync(await scene.CallAsync("x"), new(list.Items.Single(line => line.NextAttemptAt is null).Id))).Refusal);
        Assert.Null((await mails.RetryAsync(await scene.CallAsync("system.outbox-retry"), new(waits.Id))).Refusal);
        Assert.Contains(waits.Subject, Assert.Single(await Features.SignIn.SignInScene.MailsAsync(server, scene.Administrator)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Colour_and_logo_are_judged_saved_and_written_down_without_the_picture()
    {
        var scene = await SystemScene.NewAsync(await servers.OnAsync("SQLite"));
        var branding = scene.Get<BrandingOperations>();
        Assert.Equal("color", Assert.Single((await branding.SaveAsync(await scene.CallAsync("x"), new("red"))).Flaws()).Path);
        Assert.Equal("#1f5fbf", (await branding.SaveAsync(await scene.CallAsync("x"), new("#1f5fbf"))).Done().Color);
        Assert.Equal("file", Assert.Single((await branding.SaveLogoAsync(await scene.CallAsync("x"), new(new(new MemoryStream(new byte[100]))))).Flaws()).Path);
        Assert.Equal("file", Assert.Single((await branding.SaveLogoAsync(await scene.CallAsync("x"), new(new(new MemoryStream(new byte[70_000]))))).Flaws()).Path);
        byte[] png = [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, (byte)'I', (byte)'H', (byte)'D', (byte)'R', 0, 0, 0, 9, 0, 0, 0, 9, 1];
        var first = (await branding.SaveLogoAsync(await scene.CallAsync("x"), new(new(new MemoryStream(png))))).Done();
        var second = (await branding.SaveLogoAsync(await scene.CallAsync("x"), new(new(new MemoryStream([.. png, 2]))))).Done();
        Assert.NotEqual(first.Logo, second.Logo);
        Assert.Equal(new Branding("#1f5fbf", null), (await branding.RemoveLogoAsync(await scene.CallAsync("x"), new())).Done());
        await using var db = scene.Server.Database.NewContext();
        Assert.False(await db.OrganizationLogos.AnyAsync(logo => logo.OrgId == scene.Org.Id, Stop));
        Assert.All((await scene.TrailAsync()).Where(entry => entry.ObjectKind == "logo"), entry => Assert.Matches("^(\\{\"png\":\"(\\\\u2022){3}( \\(another\\))?\"\\})?$", entry.Before + ""));
    }
}
