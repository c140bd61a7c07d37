using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using OAuthServer.Data;

namespace OAuthServer.Administration.Policies;

/// <summary>Changes of policy happen one after the other, on whatever node they begin: two that are each harmless could together leave nobody.</summary>
public static class PolicyLock
{
    /// <summary>Begins a transaction that holds the change stamp, which every change of policy raises. Logins go on: they only read it.</summary>
    public static async Task<IDbContextTransaction> BeginAsync(ServerDb db, CancellationToken cancellation)
    {
        var transaction = await db.Database.BeginTransactionAsync(cancellation);
        await TakeAsync(db, cancellation);
        return transaction;
    }

    /// <summary>The same inside a transaction that has begun. Touched rather than read FOR UPDATE: one statement that locks on both databases.</summary>
    internal static Task TakeAsync(ServerDb db, CancellationToken cancellation) =>
        db.ChangeStamps.ExecuteUpdateAsync(set => set.SetProperty(stamp => stamp.Version, stamp => stamp.Version), cancellation);
}
