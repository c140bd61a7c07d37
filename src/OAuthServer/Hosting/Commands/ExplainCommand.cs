using System.CommandLine;
using OAuthServer.Login;

namespace OAuthServer.Hosting.Commands;

/// <summary><c>explain</c>: why a login was let in or refused, rule by rule. Whoever can read the database may ask.</summary>
static class ExplainCommand
{
    internal static Command New()
    {
        var which = new WhichServer();
        var reference = new Argument<string>("reference") { Description = "What the Login-Reference header said, such as 7K3M-2QPD." };
        var command = new Command("explain", "Say why a login was let in or refused, and the smallest change that would have let it in.") { reference };
        which.AddTo(command);
        command.SetAction(parsed => WhichServer.RunAsync(() => RunAsync(which.Options(parsed), parsed.GetValue(reference)!)));
        return command;
    }

    static async Task<int> RunAsync(ServerOptions options, string reference)
    {
        await using var app = Server.Build(options);
        var text = app.Services.GetRequiredService<LoginReferences>().Parse(reference) is { } id
            ? await app.Services.GetRequiredService<LoginExplanations>().ExplainAsync(id)
            : null;
        if (text is null)
        {
            await Console.Error.WriteLineAsync($"No login has the reference {reference} in this database. References look like 7K3M-2QPD and are kept for {options.Limits.HistoryDays} days.");
            return 1;
        }
        Console.Write(text);
        return 0;
    }
}
