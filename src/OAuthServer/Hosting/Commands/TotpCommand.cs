using System.CommandLine;
using OAuthServer.Accounts;

namespace OAuthServer.Hosting.Commands;

/// <summary><c>totp</c>: what an authenticator app would show, for scripts and for the demo's lines.</summary>
static class TotpCommand
{
    internal static Command New()
    {
        var secret = new Argument<string>("secret") { Description = "The typed key of the enrolment (Base32)." };
        var command = new Command("totp", "Print the authenticator code of this moment.") { secret };
        command.SetAction(parsed =>
        {
            if (Base32.Decode(parsed.GetValue(secret)!) is not { Length: > 0 } seed)
            {
                Console.Error.WriteLine("That is not a Base32 key.");
                return 2;
            }
            Console.WriteLine(Totp.Code(seed, Totp.StepAt(TimeProvider.System.GetUtcNow())));
            return 0;
        });
        return command;
    }
}
