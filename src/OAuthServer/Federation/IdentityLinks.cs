using Microsoft.EntityFrameworkCore;
using OAuthServer.Accounts;
using OAuthServer.Data;
using OAuthServer.Email;
using OAuthServer.Http;
using OAuthServer.Policy;

namespace OAuthServer.Federation;

/// <summary>What became of the wish to unlink an identity.</summary>
public abstract record IdentityUnlinking
{
    private IdentityUnlinking() { }

    /// <summary>It no longer opens the account.</summary>
    /// <param name="Identity">What it was.</param>
    public sealed record Unlinked(FederatedIdentity Identity) : IdentityUnlinking;

    /// <summary>The account has no such identity.</summary>
    public sealed record NotFound : IdentityUnlinking;

    /// <summary>Nothing else would open the account.</summary>
    public sealed record LastWayIn : IdentityUnlinking;
}

/// <summary>The identities that open an account, as its owner sees them and takes them away. Linking is <see cref="FederatedAccounts.LinkAsync"/>.</summary>
public sealed class IdentityLinks(Database database, IdentityProviders providers, Outbox outbox, PublicUrl server, TimeProvider clock)
{
    /// <summary>The identities of an account, oldest first.</summary>
    public async Task<IReadOnlyList<FederatedIdentity>> ListAsync(string userId, CancellationToken cancellation = default)
    {
        await using var db = database.NewContext();
        return await db.FederatedIdentities.AsNoTracking().Where(i => i.UserId == userId).OrderBy(i => i.Id).ToListAsync(cancellation);
    }

    /// <summary>
    /// Unlinks one, unless it is the last way in: where single sign-on is required, or the account has neither password nor passkey, the
    /// last identity stays. Two at once are looked at one after the other.
    /// </summary>
    public async Task<IdentityUnlinking> UnlinkAsync(User user, ProfileFacts profile, long identityId, CancellationToken cancellation = default)
    {
        var now = clock.GetUtcNow();
        var snapshot = await providers.CurrentAsync();
        await using var db = database.NewContext();
        await using var transaction = await AccountLock.BeginAsync(db, user.Id, now, cancellation);
        var all = await db.FederatedIdentities.Where(i => i.UserId == user.Id).ToListAsync(cancellation);
        if (all.Find(i => i.Id == identityId) is not { } identity)
            return new IdentityUnlinking.NotFound();
        // One at a provider that is switched off opens nothing.
        var othersOpen = all.Exists(i => i.Id != identityId && snapshot.FindById(i.ProviderId) is { Row.IsActive: true });
        if (!othersOpen && !await OpensOtherwiseAsync(db, user.Id, profile, cancellation))
            return new IdentityUnlinking.LastWayIn();
        db.Remove(identity);
        outbox.Add(db, IdentityUnlinkedEmail.Compose(user, server, LabelOf(snapshot, identity), now));
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        outbox.Wake();
        return new IdentityUnlinking.Unlinked(identity);
    }

    static async Task<bool> OpensOtherwiseAsync(ServerDb db, string userId, ProfileFacts profile, CancellationToken cancellation)
    {
        var user = await db.Users.AsNoTracking().SingleAsync(u => u.Id == userId, cancellation);
        return !profile.RequiresSsoOf(user.IsBreakGlass)
            && (user.PasswordHash is not null || await db.Passkeys.AnyAsync(p => p.UserId == userId, cancellation));
    }

    static string LabelOf(ProviderSnapshot snapshot, FederatedIdentity identity) => snapshot.FindById(identity.ProviderId)?.Settings.Label ?? identity.ProviderId;
}
