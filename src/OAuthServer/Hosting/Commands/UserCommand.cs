using System.CommandLine;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Accounts;
using OAuthServer.Data;
using OAuthServer.Orgs;

namespace OAuthServer.Hosting.Commands;

/// <summary><c>user</c>: what an operator does for one account until the administrators' pages are there. The user is told by mail, where there is something to tell.</summary>
static class UserCommand
{
    internal static Command New()
    {
        var which = new WhichServer();
        var name = new Argument<string>("username");
        var unlock = new Option<bool>("--unlock") { Description = "End a lockout, for trusted and untrusted origins." };
        var token = new Option<bool>("--reset-token") { Description = "Mail the user a new security token; the old one dies." };
        var authenticator = new Option<bool>("--remove-authenticator") { Description = "Remove a lost authenticator app and its recovery codes." };
        var invite = new Option<bool>("--invite") { Description = "Mail a link to choose the first password." };
        var password = new Option<bool>("--reset-password") { Description = "Mail a link to choose a new password; the old one works until then." };
        var command = new Command("user", "Unlock a user, invite, reset password or security token, remove a lost authenticator.")
        {
            name, unlock, token, authenticator, invite, password,
        };
        which.AddTo(command);
        command.SetAction(parsed => WhichServer.RunAsync(async () =>
        {
            await using var app = Server.Build(which.Options(parsed));
            var account = await FindAsync(app.Services, parsed.GetValue(name)!);
            if (parsed.GetValue(unlock))
                await account.UnlockAsync();
            if (parsed.GetValue(authenticator))
                await account.RemoveAuthenticatorAsync();
            if (parsed.GetValue(token))
                await account.ResetTokenAsync();
            if (parsed.GetValue(invite) || parsed.GetValue(password))
                await account.MailLinkAsync();
            return 0;
        }));
        return command;
    }

    static async Task<Account> FindAsync(IServiceProvider services, string username)
    {
        await using var db = services.GetRequiredService<Database>().NewContext();
        var normalized = Usernames.Normalize(username) ?? "";
        var user = await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.NormalizedUsername == normalized)
            ?? throw new InvalidOperationException($"There is no user {username}.");
        return new(services, user, (await services.GetRequiredService<OrgDirectory>().CurrentAsync()).Rows.Profiles[user.ProfileId]);
    }

    sealed record Account(IServiceProvider Services, User User, Policy.ProfileFacts Profile)
    {
        internal async Task UnlockAsync()
        {
            await using var db = Services.GetRequiredService<Database>().NewContext();
            await db.Users.Where(u => u.Id == User.Id).ExecuteUpdateAsync(set => set
                .SetProperty(u => u.TrustedFailures, 0).SetProperty(u => u.TrustedLastFailureAt, (DateTimeOffset?)null)
                .SetProperty(u => u.UntrustedFailures, 0).SetProperty(u => u.UntrustedLastFailureAt, (DateTimeOffset?)null));
            Console.WriteLine($"{User.Username} is unlocked.");
        }

        internal async Task ResetTokenAsync()
        {
            var reset = await Services.GetRequiredService<SecurityTokens>().ResetAsync(User.Id, Profile, TokenResetBy.Administrator, overlapDays: 0);
            Console.WriteLine(reset switch
            {
                TokenReset.Sent => $"A new security token is on its way to {User.Username} by mail.",
                TokenReset.NoneApplies none => none.Reason.Sentence(),
                _ => $"The security token of {User.Username} was not reset.",
            });
        }

        internal async Task MailLinkAsync()
        {
            if (!MailedLinks.HasUseForPassword(Profile, User))
            {
                Console.WriteLine($"{User.Username} has no use for a password: no door takes one.");
                return;
            }
            await Services.GetRequiredService<MailedLinks>().SendAsync(User.Id);
            Console.WriteLine($"A link to choose a password is on its way to {User.Username} by mail.");
        }

        internal async Task RemoveAuthenticatorAsync()
        {
            var removal = await Services.GetRequiredService<Authenticators>().RemoveByAdministratorAsync(User.Id);
            Console.WriteLine(removal is AuthenticatorRemoval.Removed ? $"{User.Username} has no authenticator app any more." : $"{User.Username} has no authenticator app.");
        }
    }
}
