using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OAuthServer.Administration.Integrations;
using OAuthServer.Data;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Administration.Integrations;

/// <summary>The inventory is the login records, summarised once each.</summary>
public sealed class InventoryTests
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Programs_are_counted_by_user_app_network_and_client_with_what_they_present(bool postgres)
    {
        await using var server = await TestServer.StartAsync(postgres);
        var org = await TestOrg.AddAsync(server);
        var user = await org.UserAsync();
        var app = await org.AppAsync(runAs: user.Id);
        await server.NoticeAsync();
        var token = await user.ReceiveTokenAsync();
        (await user.LoginAsync(app, TestServer.Office)).IsAllowed();
        (await user.LoginAsync(app, TestServer.Office, token)).IsAllowed();
        (await user.LoginAsync(app, TestServer.Outside, token)).IsAllowed();
        (await server.TokenAsync(TestServer.Outside, ("grant_type", "client_credentials"), ("client_id", app.ClientId), ("client_secret", app.Secret))).IsAllowed();
        await user.LoginAsync(app, TestServer.Outside); // refused: no token
        await user.LoginAsync(app, "127.0.66.1", password: "guess"); // a stranger, somewhere else
        await new TestBrowser(server).SignInAsync(user);

        server.Clock.Advance(TimeSpan.FromMinutes(1));
        await CountAsync(server);
        var (inside, outside) = await RowsAsync(server, user);
        Assert.Equal(("Head office", 2, 0, IntegrationStage.Found), (inside.Network, inside.Logins, inside.Refusals, inside.Stage));
        Assert.Equal(("127.0.0.0/24", 2, 1, IntegrationStage.Found), (outside.Network, outside.Logins, outside.Refusals, outside.Stage));
        var ways = IntegrationSummary.Of(outside.Summary).Ways;
        Assert.Equal([("client-credentials", 1), ("password-token", 1), ("refused", 1)], ways.Select(way => (way.Key, way.Value)).Order());
        Assert.Equal(1, IntegrationSummary.Of(inside.Summary).Ways["password-token-unneeded"]);
        await using var db = server.Database.NewContext();
        Assert.Equal(3, (await db.IntegrationDays.Where(day => day.IntegrationId == outside.Id).ToListAsync(Cancellation)).Sum(day => day.Count));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Nothing_is_counted_twice_by_several_who_count_at_once(bool postgres)
    {
        await using var server = await TestServer.StartAsync(postgres);
        var org = await TestOrg.AddAsync(server);
        var user = await org.UserAsync();
        await AddRecordsAsync(server, org.Id, [user.Id], 12_000);
        server.Clock.Advance(TimeSpan.FromMinutes(1));
        var several = Enumerable.Range(0, 4).Select(_ => new IntegrationCounting(server.Database, server.Clock)).ToList();
        await Task.WhenAll(several.Select(counting => Task.Run(() => counting.RunAsync(Cancellation), Cancellation)));
        await using var db = server.Database.NewContext();
        Assert.Equal(12_000, await db.Integrations.SumAsync(i => i.Logins, Cancellation));
        Assert.Equal(12_000, await db.IntegrationDays.SumAsync(day => day.Count, Cancellation));
        Assert.Equal(await db.LoginRecords.MaxAsync(r => r.Id, Cancellation), (await db.IntegrationMarks.SingleAsync(Cancellation)).LastRecordId);
        several.ForEach(counting => counting.Dispose());
    }

    [Fact]
    public async Task A_batch_that_fails_is_counted_once_when_it_succeeds()
    {
        await using var server = await TestServer.StartAsync();
        var org = await TestOrg.AddAsync(server);
        var user = await org.UserAsync();
        await AddRecordsAsync(server, org.Id, [user.Id], 100);
        await using (var db = server.Database.NewContext())
            await db.Database.ExecuteSqlRawAsync("CREATE TRIGGER broken BEFORE INSERT ON integration_days BEGIN SELECT RAISE(ABORT, 'no'); END", Cancellation);
        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => CountAsync(server));
        await using (var db = server.Database.NewContext())
        {
            Assert.Equal(0, (await db.IntegrationMarks.SingleAsync(Cancellation)).LastRecordId);
            Assert.Empty(await db.Integrations.ToListAsync(Cancellation));
            await db.Database.ExecuteSqlRawAsync("DROP TRIGGER broken", Cancellation);
        }
        await CountAsync(server);
        await CountAsync(server);
        await using var after = server.Database.NewContext();
        Assert.Equal(100, (await after.Integrations.SingleAsync(Cancellation)).Logins);
    }

    [Fact]
    public async Task Records_that_PostgreSQL_may_still_show_out_of_order_wait()
    {
        await using var server = await TestServer.StartAsync(postgres: true);
        var org = await TestOrg.AddAsync(server);
        var user = await org.UserAsync();
        await AddRecordsAsync(server, org.Id, [user.Id], 10);
        await CountAsync(server);
        await using var db = server.Database.NewContext();
        Assert.Empty(await db.Integrations.ToListAsync(Cancellation));
        server.Clock.Advance(TimeSpan.FromSeconds(16));
        await CountAsync(server);
        Assert.Equal(10, (await db.Integrations.SingleAsync(Cancellation)).Logins);
    }

    [Fact]
    public async Task A_user_whose_client_is_called_ever_something_else_fills_no_table()
    {
        await using var server = await TestServer.StartAsync();
        var org = await TestOrg.AddAsync(server);
        var user = await org.UserAsync();
        await AddRecordsAsync(server, org.Id, [user.Id], 400, (i, record) => record.UserAgent = $"tool-{i}/1");
        await CountAsync(server);
        await using var db = server.Database.NewContext();
        Assert.Equal(300, await db.Integrations.CountAsync(Cancellation));
    }

    /// <summary>Not run with the others: set BACKFILL to the number of records.</summary>
    [Fact]
    public async Task A_history_is_counted_in_minutes()
    {
        var count = int.TryParse(Environment.GetEnvironmentVariable("BACKFILL"), out var wanted) ? wanted : 20_000;
        await using var server = await TestServer.StartAsync();
        var org = await TestOrg.AddAsync(server);
        var users = new List<string>();
        for (var i = 0; i < 40; i++)
            users.Add((await org.UserAsync()).Id);
        await AddRecordsAsync(server, org.Id, users, count, (i, record) => record.SourceAddress = $"10.{i % 7}.{i % 23}.{i % 250}");
        var watch = System.Diagnostics.Stopwatch.StartNew();
        await CountAsync(server);
        TestContext.Current.TestOutputHelper?.WriteLine($"{count} records in {watch.Elapsed}");
        await using var db = server.Database.NewContext();
        Assert.Equal(count, await db.Integrations.SumAsync(i => i.Logins, Cancellation));
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 10 + count / 4_000.0);
    }

    static async Task CountAsync(TestServer server) => await server.Services.GetRequiredService<IntegrationCounting>().RunAsync(Cancellation);

    static async Task<(Integration Inside, Integration Outside)> RowsAsync(TestServer server, TestUser user)
    {
        await using var db = server.Database.NewContext();
        var rows = await db.Integrations.AsNoTracking().Where(i => i.UserId == user.Id).OrderByDescending(i => i.Network).ToListAsync(Cancellation);
        Assert.Equal(2, rows.Count);
        return (rows[0], rows[1]);
    }

    internal static async Task AddRecordsAsync(TestServer server, string orgId, IReadOnlyList<string> users, int count, Action<int, LoginRecord>? change = null)
    {
        for (var done = 0; done < count;)
        {
            await using var db = server.Database.NewContext();
            for (var i = 0; i < 10_000 && done < count; i++, done++)
            {
                var record = new LoginRecord
                {
                    At = server.Clock.GetUtcNow().AddSeconds(done - count),
                    OrgId = orgId,
                    UserId = users[done % users.Count],
                    ClientId = "nightly",
                    Channel = Policy.LoginChannel.PasswordGrant,
                    SourceAddress = "192.0.2.7",
                    UserAgent = "jsforce/3.1",
                    Proven = Policy.Proof.Password | Policy.Proof.SecurityToken,
                    TokenUsed = true,
                    TokenNeeded = true,
                    Decision = "allow",
                    Trace = "passed",
                    Facts = new string('x', 300),
                };
                change?.Invoke(done, record);
                db.Add(record);
            }
            await db.SaveChangesAsync(Cancellation);
        }
    }
}
