using System.CommandLine;

namespace OAuthServer.Hosting.Commands;

/// <summary>The table of contents: each command is one file of this folder; what administrators do is added to them as verbs.</summary>
static class CommandLine
{
    /// <summary>The program with its commands.</summary>
    /// <param name="first">The first word that was typed: a command that needs no verbs, such as a server that is to start, does not wait for them. Null = all of them.</param>
    internal static async Task<RootCommand> RootAsync(string? first)
    {
        var root = new RootCommand("An OAuth 2.0 and OpenID Connect server that carries the Salesforce sign-in model, and is the shortest safe way off it.")
        {
            DemoCommand.New(),
            ServeCommand.New(),
            ApplyCommand.New(),
            ExplainCommand.New(),
            ExportCommand.New(),
            BackupCommand.New(),
            RestoreCommand.New(),
            RescueCommand.New(),
            DoctorCommand.New(),
            DevCertCommand.New(),
            TotpCommand.New(),
            SimulateCommand.New(),
        };
        if (root.Subcommands.Any(command => command.Name == first))
            return root;
        foreach (var area in await AdminCommands.AllAsync())
            root.Add(area);
        return root;
    }
}
