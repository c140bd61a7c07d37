using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Accounts;
using OAuthServer.Administration.Server;
using OAuthServer.Data;
using OAuthServer.Orgs;
using OAuthServer.Policy;
using OAuthServer.Tests.Features.SignIn;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Administration.Server;

/// <summary>The way in that is left when no other is.</summary>
[Collection(nameof(ServersCollection))]
public sealed class RescueTests(Servers servers)
{
    const string Chosen = "Velvet-anchor-92";

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Into_the_most_locked_out_organization_there_is_the_operator_comes(bool postgres)
    {
        await using var server = await TestServer.StartAsync(postgres);
        var org = await TestOrg.AddAsync(server);
        var settings = new ProfileSettings
        {
            LoginRanges = ["203.0.113.9"],
            LoginHours = new() { TimeZone = "UTC" },
            Doors = [],
            ApiOnly = true,
            Sso = SsoMode.Required,
            SecondFactor = new() { Browser = BrowserSecondFactor.Always, Kinds = [] },
            Permissions = new() { Administrator = true },
        };
        var administrator = await org.UserAsync(settings, change: user => user.Status = UserStatus.Frozen);
        await org.ProviderAsync(new() { Label = "Down", Oidc = new() { Issuer = "https://idp.test", ClientId = "c" }, Domains = ["example.test"] }, "secret-of-the-provider");
        await org.ChangeAsync(row => (row.Status, row.SsoRequiredByDefault, row.PasswordGrantEnabled) = (OrgStatus.Locked, true, false));
        await using (var db = server.Database.NewContext())
            await db.TrustedNetworks.Where(network => network.OrgId == org.Id).ExecuteDeleteAsync(Stop);
        var opened = Assert.IsType<RescueOutcome.Opened>(await server.Services.GetRequiredService<Rescue>().MakeAdministratorAsync(await NameAsync(server, org), "root", "rescue@localhost"));
        Assert.DoesNotContain(opened.Link, opened.ToString(), StringComparison.Ordinal);
        await server.NoticeAsync();

        var browser = new TestBrowser(server);
        var asked = await ChooseAsync(server, browser, opened.Link);
        Assert.Equal("/login/enrol", asked.LocalLocation);
        Assert.Equal("/settings", (await EnrolAsync(server, browser)).LocalLocation);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/setup/single-sign-on")).Status);
        Assert.Equal(HttpStatusCode.Gone, (await new TestBrowser(server).FollowAsync(await new TestBrowser(server).GetAsync(opened.Link[server.PublicUrl.Length..]))).Status);

        Assert.Contains(opened.Username, Assert.Single(await server.MailsAsync(administrator)), StringComparison.Ordinal);
        await using var look = server.Database.NewContext();
        var trail = await look.AuditEntries.Where(entry => entry.OrgId == org.Id).ToListAsync(Stop);
        Assert.Equal(["organization", "profile", "user"], trail.Select(entry => entry.ObjectKind).Distinct().Order());
        Assert.All(trail, entry => Assert.Equal(("operator root", "rescue", AuditDoor.Cli), (entry.Actor, entry.Operation, entry.Door)));
        Assert.All(trail, entry => Assert.DoesNotContain(opened.Link.Split('=')[1], entry.Before + entry.After, StringComparison.Ordinal));
        Assert.DoesNotContain(opened.Link.Split('=')[1], string.Join('\n', server.Log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_link_dies_after_a_quarter_of_an_hour_and_the_account_after_a_day()
    {
        await using var server = await TestServer.StartAsync();
        var org = await TestOrg.AddAsync(server);
        var opened = Assert.IsType<RescueOutcome.Opened>(await server.Services.GetRequiredService<Rescue>().MakeAdministratorAsync(await NameAsync(server, org), "root", "rescue@localhost"));
        var other = await org.UserAsync(change: user => (user.Username, user.NormalizedUsername) = ("rescue-team@example.test", "rescue-team@example.test"));
        await server.NoticeAsync();
        var browser = new TestBrowser(server);
        await ChooseAsync(server, browser, opened.Link);
        await EnrolAsync(server, browser);
        var second = Assert.IsType<RescueOutcome.Opened>(await server.Services.GetRequiredService<Rescue>().MakeAdministratorAsync(await NameAsync(server, org), "root", "rescue@localhost"));
        server.Clock.Advance(TimeSpan.FromMinutes(15));
        Assert.Equal(HttpStatusCode.Gone, (await OpenAsync(new TestBrowser(server), server, second.Link)).Status);
        server.Clock.Advance(TimeSpan.FromHours(23.7));
        await server.Services.GetRequiredService<Rescue>().EndAsync(Stop);
        await using var db = server.Database.NewContext();
        Assert.True(await db.Users.AnyAsync(user => user.Username == opened.Username && user.Status == UserStatus.Active, Stop));
        server.Clock.Advance(TimeSpan.FromMinutes(10));
        await server.Services.GetRequiredService<Rescue>().EndAsync(Stop);
        Assert.Equal([UserStatus.Inactive, UserStatus.Inactive], await db.Users.Where(user => user.Username.StartsWith("rescue-2")).Select(user => user.Status).ToListAsync(Stop));
        Assert.True(await db.Users.AnyAsync(user => user.Id == other.Id && user.Status == UserStatus.Active, Stop));
        Assert.Equal(2, await db.AuditEntries.CountAsync(entry => entry.Operation == "rescue.end" && entry.Door == AuditDoor.Server, Stop));
    }

    [Fact]
    public async Task However_it_renames_and_moves_itself_the_account_does_not_become_permanent()
    {
        await using var server = await TestServer.StartAsync();
        var org = await TestOrg.AddAsync(server);
        var opened = Assert.IsType<RescueOutcome.Opened>(await server.Services.GetRequiredService<Rescue>().MakeAdministratorAsync(await NameAsync(server, org), "root", "rescue@localhost"));
        var other = await org.UserAsync(new() { Permissions = new() { Administrator = true } });
        await using var db = server.Database.NewContext();
        var user = await db.Users.SingleAsync(row => row.Username == opened.Username, Stop);
        (await db.Profiles.SingleAsync(row => row.Id == user.ProfileId, Stop)).Name = "Staff";
        (user.Username, user.NormalizedUsername, user.ProfileId, user.IsBreakGlass) = ("eve@example.test", "eve@example.test", other.ProfileId, true);
        await db.SaveChangesAsync(Stop);
        server.Clock.Advance(TimeSpan.FromHours(25));
        await server.Services.GetRequiredService<Rescue>().EndAsync(Stop);
        Assert.Equal(UserStatus.Inactive, await db.Users.Where(row => row.Id == user.Id).Select(row => row.Status).SingleAsync(Stop));
        Assert.Equal(UserStatus.Active, (await other.RowAsync()).Status);
    }

    [Fact]
    public async Task An_administrator_who_is_there_is_unlocked_made_active_and_given_a_link()
    {
        var server = await servers.OnAsync("SQLite");
        var org = await TestOrg.AddAsync(server);
        var user = await org.UserAsync(
            new() { Permissions = new() { Administrator = true }, LoginRanges = ["203.0.113.9"] },
            change: row => (row.Status, row.UntrustedFailures, row.UntrustedLastFailureAt) = (UserStatus.Frozen, 50, server.Clock.GetUtcNow()));
        var person = await org.UserAsync();
        var sso = await org.UserAsync(new() { Permissions = new() { Administrator = true }, Sso = SsoMode.Required });
        var name = await NameAsync(server, org);
        var rescue = server.Services.GetRequiredService<Rescue>();
        var opened = Assert.IsType<RescueOutcome.Opened>(await rescue.LetInAsync(name, "root", user.Username.ToUpperInvariant()));
        Assert.Contains(opened.Notes, note => note.Contains("203.0.113.9", StringComparison.Ordinal));
        var row = await user.RowAsync();
        Assert.Equal((UserStatus.Active, 0), (row.Status, row.UntrustedFailures));
        Assert.IsType<RescueOutcome.NoAdministrator>(await rescue.LetInAsync(name, "root", person.Username));
        Assert.IsType<RescueOutcome.NoUseForPassword>(await rescue.LetInAsync(name, "root", sso.Username));
        Assert.IsType<RescueOutcome.NoSuchUser>(await rescue.LetInAsync(name, "root", "nobody@example.test"));
        Assert.IsType<RescueOutcome.NoSuchOrganization>(await rescue.LetInAsync(name + "?", "root", user.Username));
        var other = await TestOrg.AddAsync(server);
        Assert.IsType<RescueOutcome.NoSuchUser>(await rescue.LetInAsync(await NameAsync(server, other), "root", user.Username));
    }

    static async Task<string> NameAsync(TestServer server, TestOrg org)
    {
        await using var db = server.Database.NewContext();
        return (await db.Organizations.FindAsync([org.Id], Stop))!.Name;
    }

    static async Task<Page> OpenAsync(TestBrowser browser, TestServer server, string link) => await browser.FollowAsync(await browser.GetAsync(link[server.PublicUrl.Length..]));

    static async Task<Page> ChooseAsync(TestServer server, TestBrowser browser, string link) =>
        await browser.PostAsync(await OpenAsync(browser, server, link), "/reset-password", ("Password", Chosen), ("Repeated", Chosen));

    static async Task<Page> EnrolAsync(TestServer server, TestBrowser browser)
    {
        var page = await browser.GetAsync("/login/enrol");
        var secret = new[] { page.Html }.Find("<code class=\"secret\">([A-Z2-7 ]+)</code>").Replace(" ", "", StringComparison.Ordinal);
        var codes = await browser.PostAsync(page, null, ("Code", Totp.Code(Base32.Decode(secret), Totp.StepAt(server.Clock.GetUtcNow()))));
        return await browser.PostAsync(codes, "/login/enrol?handler=Continue");
    }
}
