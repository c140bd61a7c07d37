using System.Diagnostics;

namespace OAuthServer.Tests.Support;

/// <summary>Runs one explicit test of this assembly in a process of its own: with another environment, or to be killed.</summary>
public static class ChildTest
{
    public static Process Start(Type type, string method, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("dotnet", [type.Assembly.Location, "-explicit", "only", "-method", $"{type.FullName}.{method}"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    /// <summary>Runs it to its end; fails with its output when it failed, or when no such test ran.</summary>
    public static async Task PassesAsync(Type type, string method, params (string Name, string Value)[] environment)
    {
        using var process = Start(type, method, environment);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0 && output.Contains("Total: 1,", StringComparison.Ordinal), output);
    }
}
