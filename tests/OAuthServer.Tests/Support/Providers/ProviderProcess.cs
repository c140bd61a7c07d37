using System.Diagnostics;
using System.Net;
using System.Text;

namespace OAuthServer.Tests.Support.Providers;

/// <summary>Somebody else's server in a process of its own: what it says is kept, and it is gone with the test, at the latest with the test run.</summary>
sealed class ProviderProcess : IAsyncDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    readonly Process process;
    readonly StringBuilder said = new();
    readonly Lock writing = new();

    ProviderProcess(Process process)
    {
        this.process = process;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        AppDomain.CurrentDomain.ProcessExit += Kill;
    }

    internal string Said
    {
        get
        {
            lock (writing)
                return said.ToString();
        }
    }

    internal static ProviderProcess Start(string folder, string program, string[] arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return new(Process.Start(start)!);
    }

    internal async Task TellAsync(string line)
    {
        await process.StandardInput.WriteLineAsync(line);
        await process.StandardInput.FlushAsync();
    }

    /// <summary>Waits until it has said the text; fails with all it said when it ends first or takes more than 30 seconds.</summary>
    internal Task SaysAsync(string text) => UntilAsync(() => Task.FromResult(Said.Contains(text, StringComparison.Ordinal)), () => $"It does not say \"{text}\".");

    /// <summary>Waits until a GET of the address is answered with 200 and the text: SimpleSAMLphp says 200 when it fails, too.</summary>
    internal async Task AnswersAsync(string url, string text)
    {
        using var client = new HttpClient();
        var heard = "";
        await UntilAsync(
            async () =>
            {
                try
                {
                    using var answer = await client.GetAsync(url);
                    heard = await answer.Content.ReadAsStringAsync();
                    return answer.StatusCode == HttpStatusCode.OK && heard.Contains(text, StringComparison.Ordinal);
                }
                catch (HttpRequestException problem)
                {
                    heard = problem.Message;
                    return false;
                }
            },
            () => $"{url} answers: {heard}");
    }

    async Task UntilAsync(Func<Task<bool>> holds, Func<string> otherwise)
    {
        var started = Stopwatch.StartNew();
        while (!await holds())
        {
            // What it said last may still be on its way.
            Assert.False(process.HasExited && !await holds(), $"It ended.\n{Said}");
            Assert.True(started.Elapsed < Patience, $"{otherwise()}\n{Said}");
            await Task.Delay(25, TestContext.Current.CancellationToken);
        }
    }

    void Keep(string? line)
    {
        lock (writing)
            said.AppendLine(line);
    }

    void Kill(object? sender, EventArgs arguments)
    {
        if (!process.HasExited)
            process.Kill(entireProcessTree: true);
    }

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= Kill;
        Kill(null, EventArgs.Empty);
        await process.WaitForExitAsync(CancellationToken.None);
        process.Dispose();
    }
}
