using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using OAuthServer.Data;
using OAuthServer.Hosting.Backups;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Hosting;

/// <summary>The database of one moment, taken from under a server at work, and put back.</summary>
public sealed class BackupTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("oauthserver-backup-").FullName;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    string Backup => Path.Combine(folder, "backup.db");

    [Fact]
    public async Task A_backup_under_logins_holds_all_that_was_acknowledged_before_it_and_a_restored_server_answers()
    {
        List<string> references;
        (TestApp App, string Username, string Password) who;
        await using (var server = await TestServer.StartAsync())
        {
            var org = await TestOrg.AddAsync(server);
            var (user, app) = (await org.UserAsync(new() { SecurityToken = new() { OffTrustedNetworks = false } }), await org.AppAsync());
            who = (app, user.Username, user.Password);
            await server.NoticeAsync();
            var acknowledged = new System.Collections.Concurrent.ConcurrentBag<string>();
            using var ends = CancellationTokenSource.CreateLinkedTokenSource(Stop);
            var load = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
            {
                while (!ends.IsCancellationRequested)
                    acknowledged.Add((await LoginAsync(server, who.App, who.Username, who.Password)).Reference!);
            })).ToList();
            await Until.TrueAsync(() => Task.FromResult(acknowledged.Count > 60));
            references = [.. acknowledged];
            await SqliteBackup.WriteAsync(server.DatabaseFile, Backup, Stop);
            Assert.True(acknowledged.Count >= references.Count);
            await ends.CancelAsync();
            await Task.WhenAll(load);
            await Assert.ThrowsAsync<IOException>(() => SqliteBackup.WriteAsync(server.DatabaseFile, Backup, Stop));
        }
        IsPrivate(Backup);
        Assert.Equal([Backup], Directory.GetFiles(folder));
        var target = Path.Combine(folder, "restored", "server.db");
        Assert.Null(await RestoreAsync(target));
        await using var restored = await TestServer.StartAsync(change: options => options with { Database = new() { SqlitePath = target } });
        var login = await LoginAsync(restored, who.App, who.Username, who.Password);
        login.IsAllowed();
        foreach (var reference in references)
            Assert.Equal("allow", (await restored.RecordAsync(login with { Reference = reference })).Decision);
    }

    [Fact]
    public async Task Nothing_is_restored_under_a_server_over_data_or_out_of_something_else()
    {
        await using var server = await TestServer.StartAsync();
        await TestOrg.AddAsync(server);
        await SqliteBackup.WriteAsync(server.DatabaseFile, Backup, Stop);
        Assert.Contains("stop it first", await RefusalAsync(server.DatabaseFile, force: true), StringComparison.Ordinal);

        var target = Path.Combine(folder, "server.db");
        await RestoreAsync(target);
        Assert.Contains("--force", await RefusalAsync(target), StringComparison.Ordinal);
        await using (var connection = new SqliteConnection($"Data Source={target};Pooling=False"))
        {
            await connection.OpenAsync(Stop);
            await using var command = connection.CreateCommand();
            command.CommandText = "UPDATE organizations SET name = 'Changed since'; PRAGMA journal_mode=WAL";
            await command.ExecuteNonQueryAsync(Stop);
        }
        var kept = await RestoreAsync(target, force: true);
        Assert.Equal("Changed since", await NameAsync(kept!));
        Assert.NotEqual("Changed since", await NameAsync(target));
        IsPrivate(target);
        IsPrivate(kept!);

        var bytes = await File.ReadAllBytesAsync(Backup, Stop);
        await File.WriteAllTextAsync(Backup, "no database", Stop);
        Assert.Contains("no backup", await RefusalAsync(target, force: true), StringComparison.Ordinal);
        Array.Clear(bytes, bytes.Length / 2, 8192);
        await File.WriteAllBytesAsync(Backup, bytes, Stop);
        Assert.Matches("damaged|no backup", await RefusalAsync(target, force: true));
        Assert.NotEqual("Changed since", await NameAsync(target));
    }

    [Fact]
    public async Task A_copy_that_will_not_do_changes_nothing()
    {
        await using (var server = await TestServer.StartAsync())
        {
            await TestOrg.AddAsync(server);
            await SqliteBackup.WriteAsync(server.DatabaseFile, Backup, Stop);
        }
        var target = Path.Combine(folder, "server.db");
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            SqliteBackup.RestoreAsync(target, Backup, force: false, DateTimeOffset.UnixEpoch, _ => throw new InvalidOperationException("another key"), Stop));
        Assert.False(File.Exists(target));
        Assert.False(File.Exists(target + ".restored"));
    }

    [Fact]
    public async Task The_commands_back_up_and_restore_and_know_the_wrong_master_key()
    {
        var config = Path.Combine(folder, "server.json");
        await File.WriteAllTextAsync(config, """{ "database": { "kind": "sqlite", "path": "server.db" }, "masterKey": "file:master.key", "mail": { "folder": "mail" } }""", Stop);
        ConfigFiles.OfAcme(Path.Combine(folder, "acme"));
        Assert.Equal(0, (await ServerProcess.RunAsync("apply", Path.Combine(folder, "acme"), "--config", config)).Code);
        var (code, said) = await ServerProcess.RunAsync("backup", Backup, "--config", config);
        Assert.True(code == 0, said);
        Assert.Contains("The master key is not in it", said, StringComparison.Ordinal);
        Assert.Equal(2, (await ServerProcess.RunAsync("restore", Backup, "--config", config)).Code);
        (code, said) = await ServerProcess.RunAsync("restore", Backup, "--force", "--config", config);
        Assert.True(code == 0 && said.Contains("is in place", StringComparison.Ordinal), said);
        (code, said) = await ServerProcess.RunAsync("rescue", "--config", config);
        Assert.True(code == 0 && said.Contains("/reset-password?link=", StringComparison.Ordinal), said);
        (code, said) = await ServerProcess.RunAsync("rescue", "--org", "Nobody", "--config", config);
        Assert.True(code == 2 && said.Contains("no organization Nobody", StringComparison.Ordinal), said);
        (code, said) = await ServerProcess.RunAsync("export", Path.Combine(folder, "files"), "--users", "--config", config);
        Assert.True(code == 0 && File.Exists(Path.Combine(folder, "files", "users", "ann-acme-example.json")), said);
        (code, said) = await ServerProcess.RunAsync("apply", Path.Combine(folder, "files"), "--plan", "--config", config);
        Assert.True(code == 0 && said.Contains("Nothing to change.", StringComparison.Ordinal), said);
    }

    [Fact]
    public async Task PostgreSQL_is_backed_up_and_restored_by_its_own_tools()
    {
        var text = await Postgres.NewDatabaseAsync();
        var file = Path.Combine(folder, "backup.dump");
        string name;
        await using (var server = await TestServer.StartOnAsync(text))
        {
            var org = await TestOrg.AddAsync(server);
            await using var db = server.Database.NewContext();
            name = (await db.Organizations.SingleAsync(row => row.Id == org.Id, Stop)).Name;
            await PostgresBackup.WriteAsync(text, file, Stop);
            await using var target = new PostgresDatabase(text);
            Assert.Contains("stop the servers", (await Assert.ThrowsAsync<InvalidOperationException>(() => PostgresBackup.RestoreAsync(target, text, file, force: true, Stop))).Message, StringComparison.Ordinal);
        }
        NpgsqlConnection.ClearAllPools();
        IsPrivate(file);
        var empty = await Postgres.NewDatabaseAsync();
        await using (var target = new PostgresDatabase(empty))
        {
            await PostgresBackup.RestoreAsync(target, empty, file, force: false, Stop);
            await using var db = target.NewContext();
            Assert.Equal(name, (await db.Organizations.SingleAsync(Stop)).Name);
        }
        NpgsqlConnection.ClearAllPools();
        await using (var target = new PostgresDatabase(empty))
            Assert.Contains("--force", (await Assert.ThrowsAsync<InvalidOperationException>(() => PostgresBackup.RestoreAsync(target, empty, file, force: false, Stop))).Message, StringComparison.Ordinal);
        await using var again = await TestServer.StartOnAsync(empty);
        Assert.Equal(System.Net.HttpStatusCode.OK, (await again.SendAsync(new(HttpMethod.Get, "/health/ready"))).Status);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    Task<string?> RestoreAsync(string target, bool force = false) => SqliteBackup.RestoreAsync(target, Backup, force, DateTimeOffset.UnixEpoch, _ => Task.CompletedTask, Stop);

    async Task<string> RefusalAsync(string target, bool force = false) => (await Assert.ThrowsAsync<InvalidOperationException>(() => RestoreAsync(target, force))).Message;

    static void IsPrivate(string file)
    {
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    static async Task<string> NameAsync(string file)
    {
        await using var database = new SqliteDatabase(file);
        return (await database.ReadAsync("SELECT MAX(name) FROM organizations", row => row.GetString(0)))!;
    }

    static Task<Answer> LoginAsync(TestServer server, TestApp app, string username, string password) => server.TokenAsync(
        TestServer.Office, ("grant_type", "password"), ("client_id", app.ClientId), ("client_secret", app.Secret), ("username", username), ("password", password));
}
