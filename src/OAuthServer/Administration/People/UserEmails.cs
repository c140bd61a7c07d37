using OAuthServer.Accounts;
using OAuthServer.Data;
using OAuthServer.Email;
using OAuthServer.Http;

namespace OAuthServer.Administration.People;

/// <summary>Where a user's mail goes.</summary>
static class UserEmails
{
    /// <summary>Another mailbox: the old one hears of it, and what was mailed there opens nothing any more.</summary>
    internal static async Task ChangeAsync(ServerDb db, User user, string email, DateTimeOffset at, Outbox outbox, PublicUrl server, CancellationToken cancellation)
    {
        outbox.Add(db, EmailAddressChangedEmail.Compose(user, server, email, at));
        await ClosedAccounts.EndLinksAsync(db, [user.Id], at, cancellation);
        user.Email = email;
    }
}
