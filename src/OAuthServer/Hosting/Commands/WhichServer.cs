using System.CommandLine;
using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Configuration;
using OAuthServer.Hosting.Configuration;
using OAuthServer.Hosting.Demo;

namespace OAuthServer.Hosting.Commands;

/// <summary>Which server a command is about: a configured one, or a demo's folder.</summary>
sealed class WhichServer
{
    internal Option<FileInfo> Config { get; } = new("--config") { Description = "The server's configuration file.", DefaultValueFactory = _ => new("config/server.json") };

    internal Option<DirectoryInfo?> Data { get; } = new("--data") { Description = "The folder of a demo, instead of a configuration file." };

    internal void AddTo(Command command)
    {
        command.Options.Add(Config);
        command.Options.Add(Data);
    }

    /// <param name="parsed">What was typed.</param>
    /// <param name="mayMakeKey">A master key file that is missing is made: only by what changes the database anyway.</param>
    /// <exception cref="ConfigurationException">The configuration cannot be used.</exception>
    internal ServerOptions Options(ParseResult parsed, bool mayMakeKey = false) =>
        parsed.GetValue(Data) is { } folder ? DemoFolder.Open(folder.FullName).Options() : Configured(parsed, mayMakeKey);

    /// <summary>The configured one, for commands that take no demo's folder.</summary>
    /// <param name="parsed">What was typed.</param>
    /// <param name="mayMakeKey">A master key file that is missing is made.</param>
    /// <exception cref="ConfigurationException">The configuration cannot be used.</exception>
    internal ServerOptions Configured(ParseResult parsed, bool mayMakeKey) => ServerConfigFile.Load(parsed.GetValue(Config)!.FullName, mayMakeKey);

    /// <summary>Runs a command; what is wrong with the configuration is printed, one error a line.</summary>
    /// <param name="command">What to do; its exit code.</param>
    /// <param name="error">Where it is printed; standard error where nothing else is said.</param>
    internal static async Task<int> RunAsync(Func<Task<int>> command, TextWriter? error = null)
    {
        try
        {
            return await command();
        }
        catch (Exception problem) when (problem is ConfigurationException or InvalidOperationException or IOException or DbException or DbUpdateException)
        {
            await (error ?? Console.Error).WriteLineAsync(problem is DbException or DbUpdateException ? $"The database did not do its part: {problem.GetBaseException().Message}" : problem.Message);
            return 2;
        }
    }
}
