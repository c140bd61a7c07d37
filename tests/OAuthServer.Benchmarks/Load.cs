using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace OAuthServer.Benchmarks;

/// <summary>What one run of the load generator gave.</summary>
sealed record LoadResult(double PerSecond, double P50, double P99, long Errors, double CpuMicroseconds);

/// <summary>
/// One kind of request, as the script that wrk runs. Requests are composed here to the byte, so that the generator only sends.
/// </summary>
sealed record Load(string Script, int Connections = 32)
{
    const string Summary = """

        function done(summary, latency, requests)
          local e = summary.errors
          io.write(string.format("RESULT %d %d %d %d %d\n", summary.requests, summary.duration,
            e.connect + e.read + e.write + e.status + e.timeout, latency:percentile(50), latency:percentile(99)))
        end
        """;

    /// <summary>These requests, in turn.</summary>
    internal static Load Of(IEnumerable<string> requests, int connections = 32) => new(
        $"local requests = {{ {string.Join(", ", requests.Select(Quoted))} }}\nlocal at = 0\n"
        + "function request() at = at % #requests + 1; return requests[at] end" + Summary, connections);

    /// <summary>
    /// A form whose last parameter is the token that an earlier answer gave. No token is in flight twice: wrk does not say which
    /// connection asks, so free tokens wait in a pool. An answer without a token is a failure.
    /// </summary>
    internal static Load Chained(string path, string form, string parameter, IEnumerable<string> tokens) => new($$"""
        local waiting = { {{string.Join(", ", tokens.Select(Quoted))}} }
        function request()
          local body = {{Quoted(form + "&" + parameter + "=")}} .. table.remove(waiting)
          return {{Quoted(Head("POST", path, FormType))}} .. "Content-Length: " .. #body .. "\r\n\r\n" .. body
        end
        function response(status, headers, body)
          table.insert(waiting, body:match('"{{parameter}}":"([^"]+)"'))
        end
        """ + Summary);

    internal static string Get(string path, string header = "") => Head("GET", path, header) + "\r\n";

    internal static string Post(string path, string form, string header = "") =>
        Head("POST", path, FormType + header) + $"Content-Length: {Encoding.ASCII.GetByteCount(form)}\r\n\r\n{form}";

    /// <summary>Runs it from the second core.</summary>
    internal async Task<LoadResult> RunAsync(Child against, int seconds)
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, Script);
        var cpu = against.Cpu;
        using var wrk = Process.Start(new ProcessStartInfo("taskset",
            ["-c", "1", "wrk", "-t1", $"-c{Connections}", $"-d{seconds}s", "--timeout", "30s", "-s", file, $"http://127.0.0.1:{against.Port}"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        })!;
        var output = await wrk.StandardOutput.ReadToEndAsync();
        await wrk.WaitForExitAsync();
        cpu = against.Cpu - cpu;
        File.Delete(file);
        var line = output.Split('\n').FirstOrDefault(text => text.StartsWith("RESULT ", StringComparison.Ordinal))
            ?? throw new InvalidOperationException("wrk said: " + output);
        var numbers = line.Split(' ')[1..].Select(text => double.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        var (requests, microseconds, errors) = (numbers[0], numbers[1], (long)numbers[2]);
        return new(requests / microseconds * 1_000_000, numbers[3] / 1000, numbers[4] / 1000, errors, cpu.TotalMicroseconds / requests);
    }

    const string FormType = "Content-Type: application/x-www-form-urlencoded\r\n";

    static string Head(string method, string path, string headers) => $"{method} {path} HTTP/1.1\r\nHost: localhost\r\n{headers}";

    static string Quoted(string text) =>
        '"' + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("\r", "\\r", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal) + '"';
}
