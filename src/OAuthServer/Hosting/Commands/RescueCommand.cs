using System.CommandLine;
using OAuthServer.Administration.Server;
using OAuthServer.Data;

namespace OAuthServer.Hosting.Commands;

/// <summary><c>rescue</c>: the way in on the day on which a policy keeps every administrator out.</summary>
static class RescueCommand
{
    internal static Command New()
    {
        var which = new WhichServer();
        var org = new Option<string?>("--org") { Description = "The organization, by its alias or name. May be left out where there is only one." };
        var user = new Option<string?>("--user") { Description = "An administrator who is there already: unlocked, made active, and given a link." };
        var email = new Option<string>("--email") { Description = "Where mails about the temporary account go.", DefaultValueFactory = _ => "rescue@localhost" };
        var command = new Command("rescue", "Make a temporary administrator whom no policy keeps out, and print a link to choose the password. All administrators are told.") { org, user, email };
        which.AddTo(command);
        command.SetAction(parsed => WhichServer.RunAsync(() => RunAsync(which.Options(parsed), parsed.GetValue(org), parsed.GetValue(user), parsed.GetValue(email)!)));
        return command;
    }

    static async Task<int> RunAsync(ServerOptions options, string? org, string? user, string email)
    {
        if (!(System.Net.Mail.MailAddress.TryCreate(email, out var address) && address.Address == email))
            throw new InvalidOperationException($"--email {email} is not a mail address.");
        await using var app = Server.Build(options);
        var database = app.Services.GetRequiredService<Database>();
        await SchemaUpgrade.RunAsync(database);
        var name = (await OperatorCalls.OrganizationAsync(database, org)).Name;
        var rescue = app.Services.GetRequiredService<Rescue>();
        var outcome = user is null ? await rescue.MakeAdministratorAsync(name, Environment.UserName, email) : await rescue.LetInAsync(name, Environment.UserName, user);
        if (outcome is RescueOutcome.Opened opened)
        {
            Print(opened);
            return 0;
        }
        throw new InvalidOperationException(outcome switch
        {
            RescueOutcome.NoSuchOrganization none => $"There is no organization {name}. There are: {string.Join(", ", none.Known)}.",
            RescueOutcome.NoSuchUser => $"{name} has no user {user}.",
            RescueOutcome.NoAdministrator => $"{user} has no administrator's profile. Run rescue without --user.",
            _ => $"No password lets {user} in at a page: the profile requires single sign-on, or shuts the browser's door. Run rescue without --user.",
        });
    }

    static void Print(RescueOutcome.Opened opened)
    {
        Console.WriteLine($"Username: {opened.Username}");
        Console.WriteLine($"Open this link until {opened.Until.UtcDateTime:HH:mm} UTC and choose a password; it works once:");
        Console.WriteLine(opened.Link);
        foreach (var note in opened.Notes)
            Console.WriteLine(note);
        Console.WriteLine("All administrators of the organization are told by mail, and the audit trail has it.");
    }
}
