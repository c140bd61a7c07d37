using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using OAuthServer.Data;

namespace OAuthServer.Accounts;

/// <summary>Changes to what one user holds happen one after the other, on whatever node they begin.</summary>
public static class AccountLock
{
    /// <summary>
    /// Begins a transaction that holds the user's row. The row is touched rather than read FOR UPDATE: one statement that locks on
    /// both databases. No slow hash may be computed while it is held: on the embedded database it holds every writer.
    /// </summary>
    public static async Task<IDbContextTransaction> BeginAsync(ServerDb db, string userId, DateTimeOffset at, CancellationToken cancellation)
    {
        var transaction = await db.Database.BeginTransactionAsync(cancellation);
        await TakeAsync(db, userId, at, cancellation);
        return transaction;
    }

    /// <summary>The same inside a transaction that has begun.</summary>
    internal static Task<int> TakeAsync(ServerDb db, string userId, DateTimeOffset at, CancellationToken cancellation) =>
        db.Users.Where(user => user.Id == userId).ExecuteUpdateAsync(set => set.SetProperty(user => user.UpdatedAt, at), cancellation);

    /// <exception cref="InvalidOperationException">The caller forgot to begin a transaction: half a change could be kept.</exception>
    internal static void Demand(ServerDb db)
    {
        if (db.Database.CurrentTransaction is null)
            throw new InvalidOperationException("Begin with AccountLock.BeginAsync: this change is part of a transaction.");
    }
}
