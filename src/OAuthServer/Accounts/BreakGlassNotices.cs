using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Email;
using OAuthServer.Http;

namespace OAuthServer.Accounts;

/// <summary>Tells all administrators of an organization that somebody went around single sign-on with the account that is kept for emergencies.</summary>
public sealed class BreakGlassNotices(Database database, Outbox outbox, PublicUrl server, TimeProvider clock)
{
    /// <summary>Writes the mails, durably, before the login is answered.</summary>
    /// <param name="userId">Whose account it is.</param>
    /// <param name="administratorProfiles">The organization's profiles whose people administer it.</param>
    /// <param name="channel">By which door.</param>
    /// <param name="reference">The login's record.</param>
    /// <param name="from">Where from.</param>
    public async Task TellAsync(string userId, IReadOnlyCollection<string> administratorProfiles, string channel, string reference, string? from)
    {
        await using var db = database.NewContext();
        var user = await db.Users.AsNoTracking().SingleAsync(u => u.Id == userId);
        foreach (var administrator in await Administrators.OfAsync(db, user.OrgId, administratorProfiles))
            outbox.Add(db, BreakGlassEmail.Compose(administrator, user, server, channel, reference, from, clock.GetUtcNow()));
        await db.SaveChangesAsync();
        outbox.Wake();
    }
}

/// <summary>The account that is kept for emergencies was used.</summary>
static class BreakGlassEmail
{
    internal static Mail Compose(User to, User used, PublicUrl server, string channel, string reference, string? from, DateTimeOffset at) => AccountMail.Compose(
        to, server, "The break-glass account was used",
        $"{used.Username} signed in with a password or passkey although single sign-on is required in your organization. The account is kept for the day on which the identity provider fails.",
        $"When: {AccountMail.Time(at)}\nFrom: {from ?? "an unknown address"}\nHow: {channel}\nReference: {reference}",
        "If nobody of you did this, freeze the account now and look at what it has changed.");
}
