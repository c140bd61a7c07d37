using System.CommandLine;
using OAuthServer.Hosting.Commands;

// The table of contents: each command is one file in Hosting/Commands.
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
// What administrators do, as verbs. A server that is to start does not wait for them.
if (!root.Subcommands.Any(command => command.Name == args.FirstOrDefault()))
{
    foreach (var area in await AdminCommands.AllAsync())
        root.Add(area);
}

// The host itself listens for Ctrl-C and SIGTERM, and stops cleanly in its own time.
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null });
