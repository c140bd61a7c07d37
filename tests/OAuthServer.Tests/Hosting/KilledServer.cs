using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OAuthServer.Tests.Support;

namespace OAuthServer.Tests.Hosting;

/// <summary>A server in a process of its own, over a folder that outlives it, to be ended by signals.</summary>
sealed class KilledServer : IAsyncDisposable
{
    static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);
    readonly Process process;

    KilledServer(Process process, Uri address) => (this.process, Address) = (process, address);

    public Uri Address { get; }

    public static async Task<KilledServer> StartAsync(string folder)
    {
        // Its own temporary files lie in the folder too, so that a killed one leaves nothing elsewhere.
        var child = ChildTest.Start(typeof(DurabilityTests), nameof(DurabilityTests.Child_serves_until_it_is_ended), ("CHILD_FOLDER", folder), ("TMPDIR", folder));
        var address = Path.Combine(folder, "address");
        for (var begun = Stopwatch.GetTimestamp(); !File.Exists(address); await Task.Delay(50))
        {
            Assert.False(child.HasExited, child.HasExited ? await child.StandardOutput.ReadToEndAsync() : "");
            Assert.True(Stopwatch.GetElapsedTime(begun) < Soon, "The child did not start in time.");
        }
        return new(child, new Uri(await File.ReadAllTextAsync(address)));
    }

    /// <summary>What the child does: it serves until it is asked to stop, and tells where.</summary>
    public static async Task ServeAsync(string folder)
    {
        await using var server = await OpenAsync(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "unfinished"), server.Address.ToString());
        File.Move(Path.Combine(folder, "unfinished"), Path.Combine(folder, "address"), overwrite: true);
        var asked = new TaskCompletionSource();
        await using (server.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(asked.SetResult))
            await asked.Task;
    }

    /// <summary>The same server in this process.</summary>
    public static Task<TestServer> OpenAsync(string folder) => TestServer.StartAsync(change: options => options with
    {
        Database = new() { SqlitePath = Path.Combine(folder, "server.db") },
        Mail = new() { Folder = Path.Combine(folder, "mail") },
    });

    /// <summary>kill -9.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>kill -TERM; the exit code.</summary>
    public async Task<int> TerminateAsync()
    {
        using (var kill = Process.Start("/bin/sh", ["-c", $"kill -TERM {process.Id}"]))
            await kill.WaitForExitAsync();
        await process.WaitForExitAsync().WaitAsync(Soon);
        return process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            await KillAsync();
        process.Dispose();
    }
}
