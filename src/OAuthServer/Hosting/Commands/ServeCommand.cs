using System.CommandLine;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Http;

namespace OAuthServer.Hosting.Commands;

/// <summary><c>serve</c>: runs the configured server.</summary>
static class ServeCommand
{
    internal static Command New()
    {
        var which = new WhichServer();
        var anywhere = new Option<bool>("--demo-anywhere") { Description = "Serve demo data, whose passwords were printed, to a network." };
        var command = new Command("serve", "Run the server.") { which.Config, anywhere };
        command.SetAction((parsed, cancellation) => WhichServer.RunAsync(
            () => RunAsync(which.Configured(parsed, mayMakeKey: true), parsed.GetValue(anywhere), cancellation)));
        return command;
    }

    static async Task<int> RunAsync(ServerOptions options, bool demoAnywhere, CancellationToken cancellation)
    {
        await using var app = Server.Build(options);
        await Server.PrepareAsync(app, cancellation);
        if (!demoAnywhere && !IsThisMachineOnly(options) && await HoldsDemoAsync(app, cancellation))
        {
            throw new InvalidOperationException(
                $"The database holds a demo organization, whose passwords were printed, and {options.Listen} can be reached by others. "
                + "Use another database, listen on localhost, or say --demo-anywhere.");
        }
        await app.StartAsync(cancellation);
        Console.WriteLine($"{options.PublicUrl} is listening on {options.Listen}.");
        await app.WaitForShutdownAsync(CancellationToken.None);
        return 0;
    }

    static bool IsThisMachineOnly(ServerOptions options) =>
        options.Listen.Split(';').All(address => ThisMachine.IsNamed(new Uri(address.Replace("*", "any", StringComparison.Ordinal).Replace("+", "any", StringComparison.Ordinal)).Host))
        && ThisMachine.IsNamed(new Uri(options.PublicUrl).Host);

    static async Task<bool> HoldsDemoAsync(WebApplication app, CancellationToken cancellation)
    {
        await using var db = app.Services.GetRequiredService<Database>().NewContext();
        return await db.Organizations.AnyAsync(org => org.IsDemo, cancellation);
    }
}
