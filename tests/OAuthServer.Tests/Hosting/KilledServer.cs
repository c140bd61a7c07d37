using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Hosting;

/// <summary>The program itself, over a folder that outlives it, to be ended by signals.</summary>
sealed class KilledServer : IAsyncDisposable
{
    static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);
    static readonly byte[] Key = new byte[32];
    readonly ServerProcess process;

    KilledServer(ServerProcess process, Uri address) => (this.process, Address) = (process, address);

    public Uri Address { get; }

    /// <summary><c>oauthserver serve</c>, with its mail going to the given port of this machine or into the folder.</summary>
    public static async Task<KilledServer> StartAsync(string folder, int? smtpPort = null)
    {
        var address = $"http://127.0.0.1:{FreePort.Next()}";
        var mail = smtpPort is { } port ? $$"""{ "smtp": { "host": "127.0.0.1", "port": {{port}}, "startTls": false } }""" : """{ "folder": "mail" }""";
        var config = Path.Combine(folder, "server.json");
        await File.WriteAllTextAsync(config, $$"""
            {
              "listen": "{{address}}",
              "database": { "kind": "sqlite", "path": "server.db" },
              "masterKey": "env:MASTER_KEY",
              "mail": {{mail}},
              "passwords": { "rounds": 100000 }
            }
            """);
        // Its own temporary files lie in the folder too, so that a killed one leaves nothing elsewhere.
        var program = ServerProcess.Start([("MASTER_KEY", Convert.ToBase64String(Key)), ("TMPDIR", folder)], "serve", "--config", config);
        try
        {
            await program.SaysAsync("is listening on " + address);
            return new(program, new Uri(address));
        }
        catch
        {
            await program.DisposeAsync();
            throw;
        }
    }

    /// <summary>The same server in this process, on a clock that begins now and stands.</summary>
    public static Task<TestServer> OpenAsync(string folder, int? smtpPort = null) => TestServer.StartAsync(
        change: options => options with
        {
            Database = new() { SqlitePath = Path.Combine(folder, "server.db") },
            MasterKey = Key,
            Mail = smtpPort is { } port
                ? new() { Smtp = new() { Host = "127.0.0.1", Port = port, StartTls = false } }
                : new() { Folder = Path.Combine(folder, "mail") },
        },
        now: DateTimeOffset.UtcNow);

    /// <summary>kill -9.</summary>
    public Task KillAsync() => process.KillAsync();

    /// <summary>kill -TERM; the exit code.</summary>
    public Task<int> TerminateAsync() => process.StopAsync().WaitAsync(Soon);

    public ValueTask DisposeAsync() => process.DisposeAsync();
}
