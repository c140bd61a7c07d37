using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Email;
using OAuthServer.Http;
using OAuthServer.Policy;

namespace OAuthServer.Accounts;

/// <summary>
/// What happens when an owner says of a sign-in that it was somebody else: in one transaction every session and every grant ends, what
/// was about to become one dies with them, no browser is known any more, the security token is retired, and the password must be
/// replaced. Factors that were there before stay, because taking them away would help whoever has the password; those that were
/// added since that sign-in may be the stranger's, and go.
/// </summary>
public sealed class DisownedSignIns(Database database, Outbox outbox, PublicUrl server, TimeProvider clock)
{
    /// <summary>Makes the account safe.</summary>
    /// <param name="userId">The owner.</param>
    /// <param name="reference">The sign-in that was somebody else's.</param>
    /// <param name="since">When that was.</param>
    /// <param name="cancellation">Ends the work; nothing is kept then.</param>
    public async Task SecureAsync(string userId, string reference, DateTimeOffset since, CancellationToken cancellation = default)
    {
        var now = clock.GetUtcNow();
        await using var db = database.NewContext();
        await using var transaction = await AccountLock.BeginAsync(db, userId, now, cancellation);
        await EndAsync(db, userId, now, cancellation);
        await RemoveFactorsAsync(db, userId, since, cancellation);
        await db.Consents.Where(c => c.UserId == userId).ExecuteDeleteAsync(cancellation);
        await db.KnownDevices.Where(d => d.UserId == userId).ExecuteDeleteAsync(cancellation);
        await db.SecurityTokens.Where(t => t.UserId == userId && (t.RetiresAt == null || t.RetiresAt > now))
            .ExecuteUpdateAsync(set => set.SetProperty(t => t.RetiresAt, now), cancellation);
        var user = await db.Users.SingleAsync(u => u.Id == userId, cancellation);
        user.MustChangePassword = user.PasswordHash is not null;
        outbox.Add(db, AccountSecuredEmail.Compose(user, server, reference, now));
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        outbox.Wake();
    }

    static async Task RemoveFactorsAsync(ServerDb db, string userId, DateTimeOffset since, CancellationToken cancellation)
    {
        await db.Passkeys.Where(p => p.UserId == userId && p.CreatedAt >= since).ExecuteDeleteAsync(cancellation);
        await db.PasskeyRegistrations.Where(r => r.UserId == userId).ExecuteDeleteAsync(cancellation);
        await db.Authenticators.Where(a => a.UserId == userId && a.ConfirmedAt == null).ExecuteDeleteAsync(cancellation);
        if (await db.Authenticators.Where(a => a.UserId == userId && a.ConfirmedAt >= since).ExecuteDeleteAsync(cancellation) > 0)
            await db.RecoveryCodes.Where(c => c.UserId == userId).ExecuteDeleteAsync(cancellation);
    }

    /// <summary>An app's own login as its run-as user is no sign-in of a person, and goes on.</summary>
    internal static async Task EndAsync(ServerDb db, string userId, DateTimeOffset now, CancellationToken cancellation)
    {
        await db.BrowserSessions.Where(s => s.UserId == userId && s.EndedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(s => s.EndedAt, now), cancellation);
        await db.Grants.Where(g => g.UserId == userId && g.RevokedAt == null && g.Channel != LoginChannel.ClientCredentials)
            .ExecuteUpdateAsync(set => set.SetProperty(g => g.RevokedAt, now), cancellation);
        await db.AuthorizationCodes.Where(c => c.UserId == userId && c.UsedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(c => c.ExpiresAt, now), cancellation);
        await db.DeviceAuthorizations.Where(d => d.UserId == userId && d.UsedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(d => d.ExpiresAt, now), cancellation);
        await db.PendingSignIns.Where(p => p.UserId == userId).ExecuteDeleteAsync(cancellation);
        await db.MailedLinks.Where(l => l.UserId == userId && l.UsedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(l => l.UsedAt, now), cancellation);
    }
}
