using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Microsoft.Data.Sqlite;
using Npgsql;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Hosting;

/// <summary>A database that is locked, or goes away under load: callers wait or are told to come back, nobody is let in, and it is over when it is over.</summary>
public sealed class DatabaseAwayTests
{
    static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(15);

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_database_locked_for_two_seconds_only_makes_logins_wait()
    {
        await using var scene = await Scene.NewAsync();
        Task<Answer>[] logins;
        await using (await LockAsync(scene.Server))
        {
            logins = [.. Enumerable.Range(0, 20).Select(_ => scene.LoginAsync())];
            await Task.Delay(TimeSpan.FromSeconds(2), Stop);
            Assert.DoesNotContain(logins, login => login.IsCompleted);
        }
        Assert.All(await Task.WhenAll(logins), answer => answer.IsAllowed());
    }

    [Fact]
    public async Task A_database_locked_for_longer_lets_nobody_in_says_when_to_come_back_and_hangs_nobody()
    {
        await using var scene = await Scene.NewAsync();
        var begun = Stopwatch.GetTimestamp();
        await using (await LockAsync(scene.Server))
        {
            var first = Enumerable.Range(0, 10).Select(_ => scene.LoginWithoutPasswordAsync()).ToList();
            await Task.Delay(TimeSpan.FromSeconds(3), Stop);
            // These come while the first wait: they too must not wait longer than anybody.
            var second = Enumerable.Range(0, 10).Select(_ => scene.LoginWithoutPasswordAsync());
            var answers = await Task.WhenAll([.. first, .. second]);
            Assert.All(answers, IsToComeBack);
            Assert.InRange(Stopwatch.GetElapsedTime(begun), TimeSpan.Zero, LongestWait);
            using var client = scene.Server.From();
            using var live = await client.GetAsync("/health/live", Stop);
            Assert.Equal(HttpStatusCode.OK, live.StatusCode);
        }
        (await scene.LoginAsync()).IsAllowed();
    }

    [Fact]
    public async Task Connections_killed_under_load_cost_nobody_more_than_another_try()
    {
        await using var scene = await Scene.NewAsync(postgres: true);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var answers = new ConcurrentQueue<Answer>();
        var load = Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            while (!stop.IsCancellationRequested)
                answers.Enqueue(await scene.LoginAsync());
        }));
        for (var round = 0; round < 10; round++)
        {
            await WaitAsync(() => answers.Count > round * 20);
            await KillConnectionsAsync(scene);
        }
        await stop.CancelAsync();
        await load;
        foreach (var answer in answers.Where(answer => answer.Status != HttpStatusCode.OK))
            IsToComeBack(answer);
        Assert.Contains(answers, answer => answer.Status == HttpStatusCode.OK);
        for (var i = 0; i < 20; i++)
            (await scene.LoginAsync()).IsAllowed();
        foreach (var answer in answers.Where(answer => answer.Status == HttpStatusCode.OK))
            Assert.Equal("allow", (await scene.Server.RecordAsync(answer)).Decision);
    }

    [Fact]
    public async Task Idle_connections_that_died_are_not_noticed_by_callers()
    {
        await using var scene = await Scene.NewAsync(postgres: true);
        var token = (await scene.LoginAsync())["access_token"];
        using var client = scene.Server.From();
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => client.GetAsync("/services/oauth2/userinfo", Stop)));
        await KillConnectionsAsync(scene);
        for (var i = 0; i < 20; i++)
            Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/services/oauth2/userinfo", Stop)).StatusCode);
    }

    static void IsToComeBack(Answer answer)
    {
        Assert.True(answer.Status == HttpStatusCode.ServiceUnavailable, $"{(int)answer.Status}: {answer.Text}");
        Assert.NotNull(answer.Headers.RetryAfter);
        Assert.Null(answer["access_token"]);
    }

    /// <summary>Holds the one writer's place of the embedded database, as a backup tool or a stuck process would.</summary>
    static async Task<SqliteConnection> LockAsync(TestServer server)
    {
        await using var db = server.Database.NewContext();
        var connection = new SqliteConnection(((Microsoft.EntityFrameworkCore.RelationalDatabaseFacadeExtensions.GetConnectionString(db.Database) ?? "") + ";Pooling=False"));
        await connection.OpenAsync(Stop);
        await using var command = connection.CreateCommand();
        command.CommandText = "BEGIN EXCLUSIVE";
        await command.ExecuteNonQueryAsync(Stop);
        return connection;
    }

    static async Task KillConnectionsAsync(Scene scene)
    {
        await using var connection = new NpgsqlConnection(scene.Postgres + ";Pooling=false");
        await connection.OpenAsync(Stop);
        await using var command = new NpgsqlCommand("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()", connection);
        await command.ExecuteNonQueryAsync(Stop);
    }

    static async Task WaitAsync(Func<bool> until)
    {
        while (!until())
            await Task.Delay(10, Stop);
    }

    sealed class Scene(TestServer server, TestUser user, TestApp app, string? postgres) : IAsyncDisposable
    {
        public TestServer Server => server;

        public string? Postgres => postgres;

        public static async Task<Scene> NewAsync(bool postgres = false)
        {
            var connection = postgres ? await Support.Postgres.NewDatabaseAsync() : null;
            var server = connection is null ? await TestServer.StartAsync() : await TestServer.StartOnAsync(connection);
            var org = await TestOrg.AddAsync(server);
            var user = await org.UserAsync();
            return new(server, user, await org.AppAsync(runAs: user.Id), connection);
        }

        public Task<Answer> LoginAsync() => user.LoginAsync(app, TestServer.Office);

        /// <summary>Waits for the database alone: no password is hashed, which takes who knows how long on a busy machine.</summary>
        public Task<Answer> LoginWithoutPasswordAsync() => server.TokenAsync(
            TestServer.Office, ("grant_type", "client_credentials"), ("client_id", app.ClientId), ("client_secret", app.Secret));

        public ValueTask DisposeAsync() => server.DisposeAsync();
    }
}
