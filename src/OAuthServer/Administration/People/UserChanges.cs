using Microsoft.EntityFrameworkCore;
using OAuthServer.Accounts;
using OAuthServer.Administration.Policies;
using OAuthServer.Data;
using OAuthServer.Email;
using OAuthServer.Orgs;
using OAuthServer.Policy;

namespace OAuthServer.Administration.People;

/// <summary>A user whose row is held while an administrator changes it.</summary>
/// <param name="Db">Writes the audit trail of what it saves; saved and committed by who gave it.</param>
/// <param name="User">Tracked.</param>
/// <param name="Profile">As it is before the change.</param>
/// <param name="At">Now.</param>
public sealed record HeldUser(ServerDb Db, User User, ProfileFacts Profile, DateTimeOffset At);

/// <summary>
/// The one way in which an administrator's change of a user is made: found in the own organization, held by its lock, compared with the
/// version the caller saw, changed, written with its audit trail and its mails in one transaction, and noticed on this node at once.
/// </summary>
public sealed class UserChanges(Database database, OrgDirectory orgs, ChangeWatch changes, Outbox outbox, UserSights sights)
{
    /// <summary>Changes the user, or says why not; then nothing was.</summary>
    internal async Task<AdminAnswer<UserSight>> RunAsync(AdminCall call, string username, Func<HeldUser, Task<AdminRefusal?>> change)
    {
        await using (var db = call.Begin(database))
        {
            if (await UserSights.FindAsync(db, call, username) is not { } found)
                return new AdminRefusal.NotFound("user");
            await using var transaction = await db.Database.BeginTransactionAsync(call.Cancellation);
            // Before the user's row, as every change of policy: of two administrators who freeze each other, the second is refused.
            await PolicyLock.TakeAsync(db, call.Cancellation);
            await AccountLock.TakeAsync(db, found.Id, call.At, call.Cancellation);
            if (await db.Users.SingleOrDefaultAsync(u => u.Id == found.Id, call.Cancellation) is not { } user)
                return new AdminRefusal.NotFound("user");
            if (call.IfMatch is { } seen && seen != UserSights.VersionOf(user))
                return new AdminRefusal.Changed();
            if (await change(new(db, user, await orgs.ProfileAsync(user.ProfileId), call.At)) is { } refusal)
                return refusal;
            await db.SaveChangesAsync(call.Cancellation);
            await transaction.CommitAsync(call.Cancellation);
        }
        outbox.Wake();
        await changes.RefreshAsync();
        return await sights.ReadAsync(call, username);
    }
}
