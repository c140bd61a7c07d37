using System.Diagnostics;
using Npgsql;

namespace OAuthServer.Tests.Support;

/// <summary>A real PostgreSQL, started once for the test run on loopback in a folder of its own, gone with it.</summary>
public sealed class Postgres
{
    static readonly Lazy<Task<Postgres?>> Running = new(StartAsync);
    readonly int port;
    int databases;

    Postgres(int port) => this.port = port;

    /// <summary>The connection string of a new, empty database; skips the test where PostgreSQL is not installed.</summary>
    public static async Task<string> NewDatabaseAsync()
    {
        var postgres = await Running.Value;
        Assert.SkipWhen(postgres is null, "PostgreSQL's initdb was not found; install Debian's package postgresql.");
        var name = "test" + Interlocked.Increment(ref postgres.databases);
        await using var connection = new NpgsqlConnection(postgres.ConnectionString("postgres"));
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("CREATE DATABASE " + name, connection);
        await command.ExecuteNonQueryAsync();
        return postgres.ConnectionString(name);
    }

    string ConnectionString(string database) => $"Host=127.0.0.1;Port={port};Username=app;Database={database};Maximum Pool Size=40";

    static async Task<Postgres?> StartAsync()
    {
        if (FindBinaries() is not { } bin)
            return null;
        var folder = Directory.CreateTempSubdirectory("oauthserver-pg-").FullName;
        if (Environment.IsPrivilegedProcess)
            await RunAsync("chown", "postgres", folder);
        var free = FreePort.Next();
        await RunAsPostgresAsync($"{bin}/initdb", "-D", $"{folder}/data", "-A", "trust", "-U", "app", "--no-sync", "-E", "UTF8", "--locale=C");
        await RunAsPostgresAsync(
            $"{bin}/pg_ctl", "-D", $"{folder}/data", "-w", "-l", $"{folder}/log", "-o",
            $"-k {folder} -p {free} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=200", "start");
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            RunAsPostgresAsync($"{bin}/pg_ctl", "-D", $"{folder}/data", "-m", "immediate", "stop").Wait();
            Directory.Delete(folder, recursive: true);
        };
        return new Postgres(free);
    }

    static string? FindBinaries()
    {
        const string debian = "/usr/lib/postgresql";
        var candidates = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
            .Concat(Directory.Exists(debian) ? Directory.GetDirectories(debian).OrderDescending(StringComparer.Ordinal).Select(version => version + "/bin") : []);
        return candidates.FirstOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")));
    }

    /// <summary>initdb and the server refuse to run as root.</summary>
    static Task RunAsPostgresAsync(string program, params string[] args) =>
        Environment.IsPrivilegedProcess ? RunAsync("runuser", ["-u", "postgres", "--", program, .. args]) : RunAsync(program, args);

    static async Task RunAsync(string program, params string[] args)
    {
        // Output goes nowhere: the server would inherit a pipe and keep it open.
        var start = new ProcessStartInfo("/bin/sh") { WorkingDirectory = "/" };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("exec \"$0\" \"$@\" >/dev/null 2>&1");
        start.ArgumentList.Add(program);
        foreach (var arg in args)
            start.ArgumentList.Add(arg);
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} ended with {process.ExitCode}.");
    }
}
