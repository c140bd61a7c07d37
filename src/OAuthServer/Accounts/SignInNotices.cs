using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Email;
using OAuthServer.Http;

namespace OAuthServer.Accounts;

/// <summary>Mails that tell an account's owner of a sign-in that may be somebody else's. Each goes into the caller's unit of work.</summary>
public sealed class SignInNotices(Database database, Outbox outbox, PublicUrl server, TimeProvider clock)
{
    /// <summary>A sign-in at a browser, or from a network, that this account has not been used at before.</summary>
    public void AddNewDevice(ServerDb db, User user, string? from, string? userAgent) =>
        outbox.Add(db, NewDeviceEmail.Compose(user, server, from, userAgent, clock.GetUtcNow()));

    /// <summary>The unit of work has been saved.</summary>
    public void Saved() => outbox.Wake();

    /// <summary>A recovery code was used up.</summary>
    public async Task SendRecoveryCodeUsedAsync(string userId, CancellationToken cancellation = default)
    {
        await using var db = database.NewContext();
        var user = await db.Users.AsNoTracking().SingleAsync(u => u.Id == userId, cancellation);
        var left = await db.RecoveryCodes.CountAsync(code => code.UserId == userId && code.UsedAt == null, cancellation);
        outbox.Add(db, RecoveryCodeUsedEmail.Compose(user, server, left, clock.GetUtcNow()));
        await db.SaveChangesAsync(cancellation);
        outbox.Wake();
    }
}
