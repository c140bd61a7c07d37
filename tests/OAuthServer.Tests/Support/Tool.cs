using System.ComponentModel;
using System.Diagnostics;

namespace OAuthServer.Tests.Support;

/// <summary>Somebody else's program, to be agreed with. Where it is not installed the test is skipped and says so.</summary>
public static class Tool
{
    public static async Task<string> RunAsync(string program, string package, params string[] arguments)
    {
        using var process = Start(program, package, arguments);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
        return output.TrimEnd('\n');
    }

    static Process Start(string program, string package, string[] arguments)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        }
        catch (Win32Exception)
        {
            Assert.Skip($"{program} is not installed (Debian package {package}).");
            throw;
        }
    }
}
