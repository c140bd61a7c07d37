using System.CommandLine;

namespace OAuthServer.Hosting.Commands;

/// <summary><c>doctor</c>: looks for what is wrong before users do.</summary>
static class DoctorCommand
{
    internal static Command New()
    {
        var which = new WhichServer();
        var command = new Command("doctor", "Check database, migrations, keys, clock, mail and proxies, and say what to do.");
        which.AddTo(command);
        command.SetAction(parsed => WhichServer.RunAsync(() => Doctor.RunAsync(which.Options(parsed), Console.Out)));
        return command;
    }
}
