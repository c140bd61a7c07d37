using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;

namespace OAuthServer.Tests.Support;

/// <summary>Other people's npm packages: what a package-lock.json beside the test's binaries names, installed once.</summary>
public static class NodePackages
{
    static readonly ConcurrentDictionary<string, Lazy<Task<string>>> Installing = new(StringComparer.Ordinal);

    /// <summary>The folder, absolute; skips the test where node or npm is absent or the registry is out of reach.</summary>
    public static async Task<string> InstalledAsync(string folder)
    {
        folder = Path.Combine(AppContext.BaseDirectory, folder);
        foreach (var program in new[] { "node", "npm" })
            Assert.SkipUnless(await WorksAsync(folder, program), $"{program} is not installed (Debian packages nodejs and npm).");
        var problem = await Installing.GetOrAdd(folder, _ => new(() => InstallAsync(folder))).Value;
        Assert.SkipUnless(problem.Length == 0, "npm ci could not install the packages: " + problem);
        return folder;
    }

    /// <summary>Runs a script; what it needs goes in by its standard input, so that no secret stands in a list of processes.</summary>
    /// <param name="folder">Where the packages are.</param>
    /// <param name="script">The script's file.</param>
    /// <param name="facts">What it needs.</param>
    /// <param name="environment">More of the environment.</param>
    public static async Task RunAsync(string folder, string script, object facts, params (string Name, string Value)[] environment)
    {
        var (code, output) = await StartAsync(folder, NodeOf(folder), [script], JsonSerializer.Serialize(facts, JsonSerializerOptions.Web), environment);
        Assert.True(code == 0, output);
    }

    /// <summary>The Node.js that came with the packages, as some need a newer one than Debian has; or the machine's own.</summary>
    public static string NodeOf(string folder) => Path.Combine(folder, "node_modules/.bin/node") is var own && File.Exists(own) ? own : "node";

    static async Task<string> InstallAsync(string folder)
    {
        // The lock file of what is installed is npm's own mark that it finished.
        var installed = Path.Combine(folder, "node_modules", ".package-lock.json");
        if (File.Exists(installed) && File.GetLastWriteTimeUtc(installed) > File.GetLastWriteTimeUtc(Path.Combine(folder, "package-lock.json")))
            return "";
        var (code, output) = await StartAsync(folder, "npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"], "");
        return code == 0 ? "" : output;
    }

    static async Task<bool> WorksAsync(string folder, string program)
    {
        try
        {
            return (await StartAsync(folder, program, ["--version"], "")).Code == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    static async Task<(int Code, string Output)> StartAsync(string folder, string program, string[] arguments, string input, params (string Name, string Value)[] environment)
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
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }
}
