using OAuthServer.Accounts;
using OAuthServer.Data;
using OAuthServer.Email;
using OAuthServer.Http;

namespace OAuthServer.Administration.Server;

/// <summary>How a rescue ended.</summary>
public abstract record RescueOutcome
{
    private RescueOutcome() { }

    /// <summary>There is a way in.</summary>
    /// <param name="Username">Whose account.</param>
    /// <param name="Link">Whoever has it chooses the password: printed once, and nowhere else.</param>
    /// <param name="Until">How long it works.</param>
    /// <param name="Notes">What the operator should know.</param>
    public sealed record Opened(string Username, string Link, DateTimeOffset Until, IReadOnlyList<string> Notes) : RescueOutcome
    {
        /// <summary>Without the link.</summary>
        public override string ToString() => $"a way in for {Username}";
    }

    /// <summary>No organization has this name; some that there are.</summary>
    public sealed record NoSuchOrganization(IReadOnlyList<string> Known) : RescueOutcome;

    /// <summary>The organization has no such user.</summary>
    public sealed record NoSuchUser : RescueOutcome;

    /// <summary>The user's profile is no administrator's.</summary>
    public sealed record NoAdministrator : RescueOutcome;

    /// <summary>No password lets this user in at a page, whatever it is.</summary>
    public sealed record NoUseForPassword : RescueOutcome;
}

/// <summary>Tells an administrator that the operator went around every policy.</summary>
static class RescueEmail
{
    internal static Mail Compose(User to, User used, PublicUrl server, string by, DateTimeOffset at) => AccountMail.Compose(
        to, server, "A rescue account was opened",
        $"On the machine itself a way into your organization was made, around its policies. Whoever made it becomes the administrator {used.Username}.",
        $"When: {AccountMail.Time(at)}\nBy: {by}",
        "If nobody of you asked for it, freeze that account now, look at the audit trail, and ask who has access to the machine.");
}
