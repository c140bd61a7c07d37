using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace OAuthServer.Benchmarks;

/// <summary>This program again, as a child that has the first core to itself.</summary>
sealed class Child : IAsyncDisposable
{
    const int TicksPerSecond = 100; // USER_HZ, the unit of /proc, whatever the kernel's own clock is
    readonly Process process;

    Child(Process process, int port) => (this.process, Port) = (process, port);

    internal int Port { get; }

    /// <summary>From the start of the process to its first good answer.</summary>
    internal TimeSpan TimeToAnswer { get; private init; }

    /// <summary>Processor time so far.</summary>
    internal TimeSpan Cpu
    {
        get
        {
            var fields = File.ReadAllText($"/proc/{process.Id}/stat").Split(')')[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return TimeSpan.FromSeconds((double)(long.Parse(fields[11]) + long.Parse(fields[12])) / TicksPerSecond);
        }
    }

    /// <summary>Resident memory in MB.</summary>
    internal long ResidentMegabytes => File.ReadLines($"/proc/{process.Id}/status")
        .Where(line => line.StartsWith("VmRSS:", StringComparison.Ordinal))
        .Select(line => long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) / 1024).Single();

    internal static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <param name="path">What is asked until it answers 200.</param>
    /// <param name="port">Where it will listen.</param>
    /// <param name="arguments">What the child is told.</param>
    internal static async Task<Child> StartAsync(string path, int port, params string[] arguments)
    {
        var started = Stopwatch.GetTimestamp();
        var child = Process.Start(new ProcessStartInfo("taskset", ["-c", "0", Environment.ProcessPath!, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        })!;
        child.OutputDataReceived += (_, line) => Report(line.Data);
        child.BeginOutputReadLine();
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        while (true)
        {
            try
            {
                using var answer = await client.GetAsync(path);
                if (answer.IsSuccessStatusCode)
                    return new(child, port) { TimeToAnswer = Stopwatch.GetElapsedTime(started) };
            }
            catch (HttpRequestException) when (!child.HasExited && Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(30))
            {
                await Task.Delay(2);
            }
        }
    }

    static void Report(string? line)
    {
        if (line is not null && (line.Contains("warn:", StringComparison.Ordinal) || line.Contains("fail:", StringComparison.Ordinal)))
            Console.Error.WriteLine(line);
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }
}
