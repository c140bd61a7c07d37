using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OAuthServer.Data;
using OAuthServer.Hosting;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Hosting;

public sealed class HealthTests
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_with_its_database_is_live_and_ready()
    {
        await using var scratch = await Scratch.NewAsync();
        await using var server = await StartAsync(scratch.Database);
        Assert.Equal((HttpStatusCode.OK, """{"status":"live"}"""), await AskAsync(server, "/health/live"));
        Assert.Equal((HttpStatusCode.OK, """{"status":"ready"}"""), await AskAsync(server, "/health/ready"));
    }

    [Fact]
    public async Task A_pending_migration_makes_it_unready_but_not_dead()
    {
        await using var scratch = await Scratch.NewAsync();
        await using (var db = scratch.Database.NewContext())
            await db.Database.ExecuteSqlRawAsync("DELETE FROM \"__EFMigrationsHistory\"", Stop);
        await using var server = await StartAsync(scratch.Database);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, """{"status":"migration pending"}"""), await AskAsync(server, "/health/ready"));
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(server, "/health/live")).Status);
    }

    [Fact]
    public async Task A_database_that_refuses_makes_it_unready_without_saying_more()
    {
        await using var database = new PostgresDatabase("Host=127.0.0.1;Port=1;Username=nobody;Password=hidden-password");
        await using var server = await StartAsync(database);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, """{"status":"database unavailable"}"""), await AskAsync(server, "/health/ready"));
    }

    [Fact]
    public async Task A_database_that_hangs_is_given_two_seconds()
    {
        using var hanging = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        hanging.Start();
        var port = ((IPEndPoint)hanging.LocalEndpoint).Port;
        await using var database = new PostgresDatabase($"Host=127.0.0.1;Port={port};Username=nobody;Timeout=30");
        await using var server = await StartAsync(database);
        var begun = TimeProvider.System.GetTimestamp();
        var answers = await Task.WhenAll(AskAsync(server, "/health/ready"), AskAsync(server, "/health/ready"));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.Status));
        Assert.InRange(TimeProvider.System.GetElapsedTime(begun), TimeSpan.FromSeconds(1.9), TimeSpan.FromSeconds(8));
    }

    [Fact]
    public async Task A_database_that_comes_back_makes_it_ready_again()
    {
        await using var scratch = await Scratch.NewAsync();
        await using var server = await StartAsync(scratch.Database);
        await RunAsync("ALTER TABLE \"__EFMigrationsHistory\" RENAME TO away");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await AskAsync(server, "/health/ready")).Status);
        await RunAsync("ALTER TABLE away RENAME TO \"__EFMigrationsHistory\"");
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(server, "/health/ready")).Status);

        async Task RunAsync(string sql)
        {
            await using var db = scratch.Database.NewContext();
            await db.Database.ExecuteSqlRawAsync(sql, Stop);
        }
    }

    static async Task<WebApplication> StartAsync(Database database)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(database);
        var server = builder.Build();
        server.MapHealth();
        await server.StartAsync(Stop);
        return server;
    }

    static async Task<(HttpStatusCode Status, string Body)> AskAsync(WebApplication server, string path)
    {
        using var client = new HttpClient { BaseAddress = new Uri(server.Urls.First()) };
        using var answer = await client.GetAsync(path, Stop);
        Assert.True(answer.Headers.CacheControl?.NoStore);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Stop));
    }
}
