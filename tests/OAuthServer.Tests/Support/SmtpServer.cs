using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace OAuthServer.Tests.Support;

/// <summary>A real mail server in a process of its own (python3-aiosmtpd). Skips the test where there is none.</summary>
public sealed class SmtpServer : IAsyncDisposable
{
    const string Python = "/usr/bin/python3";
    static readonly Lazy<bool> Installed = new(() => File.Exists(Python) && Run(["-c", "import aiosmtpd"]).ExitedWell());
    readonly ConcurrentQueue<TakenMail> taken = new();
    readonly Process process;
    readonly Task reading;

    SmtpServer(Process process, int port)
    {
        this.process = process;
        Port = port;
        reading = Task.Run(async () =>
        {
            while (await process.StandardOutput.ReadLineAsync() is { } line)
                taken.Enqueue(JsonSerializer.Deserialize<TakenMail>(line, JsonSerializerOptions.Web)!);
        });
    }

    public int Port { get; }

    public IReadOnlyList<TakenMail> Taken => [.. taken];

    public static async Task<SmtpServer> StartAsync(params string[] arguments)
    {
        Assert.SkipUnless(Installed.Value, "python3-aiosmtpd is not installed.");
        var python = Run([Path.Combine(AppContext.BaseDirectory, "Support", "smtp_server.py"), .. arguments]);
        var first = await python.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(20))
            ?? throw new InvalidOperationException("The mail server did not start: " + await python.StandardError.ReadToEndAsync());
        return new SmtpServer(python, JsonDocument.Parse(first).RootElement.GetProperty("port").GetInt32());
    }

    /// <summary>Waits until so many messages have been printed: the client has its answer a little earlier.</summary>
    public async Task<IReadOnlyList<TakenMail>> TakenAsync(int count)
    {
        for (var i = 0; i < 100 && taken.Count < count; i++)
            await Task.Delay(50, TestContext.Current.CancellationToken);
        return Taken;
    }

    /// <summary>Ends it, and gives all that it ever took.</summary>
    public async Task<IReadOnlyList<TakenMail>> EndAsync()
    {
        process.StandardInput.Close();
        await reading.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        return Taken;
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        await reading;
        process.Dispose();
    }

    static Process Run(string[] arguments) => Process.Start(new ProcessStartInfo(Python, arguments)
    {
        UseShellExecute = false,
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;
}

/// <summary>What the mail server was given.</summary>
public sealed record TakenMail(string From, string[] To, string Data, bool Tls, string? User)
{
    /// <summary>The left side of its Message-ID.</summary>
    public string Id => Regex.Match(Data, "^Message-ID: <(?<id>[^@>]+)@", RegexOptions.IgnoreCase | RegexOptions.Multiline | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Groups["id"].Value;
}

file static class Processes
{
    internal static bool ExitedWell(this Process process)
    {
        using (process)
        {
            process.WaitForExit();
            return process.ExitCode == 0;
        }
    }
}
