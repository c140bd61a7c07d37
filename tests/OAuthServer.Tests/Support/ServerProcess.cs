using System.Diagnostics;
using System.Text;

namespace OAuthServer.Tests.Support;

/// <summary>The program itself, started as a user starts it, in a process that can be stopped and killed.</summary>
public sealed class ServerProcess : IAsyncDisposable
{
    readonly Process process;
    readonly StringBuilder output = new();
    readonly Lock writing = new();

    ServerProcess(Process process)
    {
        this.process = process;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>The program beside the tests.</summary>
    public static string Program { get; } = Path.Combine(AppContext.BaseDirectory, "oauthserver.dll");

    public int Id => process.Id;

    public string Output
    {
        get
        {
            lock (writing)
                return output.ToString();
        }
    }

    public static ServerProcess Start(params string[] args) => Start([], args);

    /// <summary>Starts it with more in its environment.</summary>
    public static ServerProcess Start((string Name, string Value)[] environment, params string[] args)
    {
        var start = new ProcessStartInfo("dotnet", [Program, .. args]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return new(Process.Start(start)!);
    }

    /// <summary>Runs to the end and returns exit code and output.</summary>
    public static async Task<(int Code, string Output)> RunAsync(params string[] args)
    {
        await using var run = Start(args);
        await run.process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (run.process.ExitCode, run.Output);
    }

    /// <summary>Waits until the output contains the text; fails when the process ends first.</summary>
    public async Task SaysAsync(string text)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!Output.Contains(text, StringComparison.Ordinal))
        {
            Assert.False(process.HasExited, Output);
            await Task.Delay(50, patience.Token);
        }
    }

    /// <summary>SIGTERM, and the exit code.</summary>
    public async Task<int> StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", Id.ToString()]);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return process.ExitCode;
    }

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            await KillAsync();
        process.Dispose();
    }

    void Keep(string? line)
    {
        lock (writing)
            output.AppendLine(line);
    }
}
