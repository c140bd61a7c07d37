using System.Runtime.InteropServices;

namespace OAuthServer.Benchmarks;

/// <summary>On what the figures were measured.</summary>
static class Machine
{
    internal static bool Lacks(string tool) =>
        !(Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, tool)));

    internal static string Describe(string folder)
    {
        var model = File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim();
        var kernel = File.ReadAllText("/proc/sys/kernel/osrelease").Trim();
#if DEBUG
        const string build = "a DEBUG BUILD: these figures say nothing";
#else
        const string build = "Release";
#endif
        return $"{model}, {Environment.ProcessorCount} cores, Linux {kernel}, {RuntimeInformation.FrameworkDescription}, {build}; "
            + $"database on {new DriveInfo(folder).DriveFormat}\n";
    }
}
