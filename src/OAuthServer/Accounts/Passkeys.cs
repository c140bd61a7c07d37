using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Email;
using OAuthServer.Http;
using OAuthServer.Policy;

namespace OAuthServer.Accounts;

/// <summary>What became of a wish to have one passkey more.</summary>
public abstract record PasskeyAddition
{
    private PasskeyAddition() { }

    /// <summary>It can be used from now on.</summary>
    public sealed record Added(Passkey Passkey) : PasskeyAddition;

    /// <summary>The browser's answer does not verify, the ceremony is over or was used, or somebody has this passkey already.</summary>
    public sealed record Rejected : PasskeyAddition;

    /// <summary>The user has as many as there may be.</summary>
    public sealed record TooMany : PasskeyAddition;
}

/// <summary>What became of a wish to have a passkey no longer.</summary>
public enum PasskeyRemoval
{
    /// <summary>Blocked at once.</summary>
    Removed,

    /// <summary>The user has no such passkey.</summary>
    NotFound,

    /// <summary>The profile wants a second factor, and this is the last.</summary>
    LastFactor,
}

/// <summary>
/// Adds, names and removes passkeys and security keys. Whoever calls has seen to it that the person has just proven itself. It
/// decides no sign-in.
/// </summary>
public sealed class Passkeys(Database database, PasskeyCeremonies ceremonies, Outbox outbox, PublicUrl server, TimeProvider clock)
{
    /// <summary>The most one user may have.</summary>
    public const int Most = 20;

    /// <summary>The longest name.</summary>
    public const int MostNameCharacters = 60;

    /// <summary>Begins a registration. One that was begun before in the same session is dropped.</summary>
    /// <param name="user">The owner.</param>
    /// <param name="boundTo">The session in which it must end: <see cref="BrowserSession.Id"/>.</param>
    /// <param name="cancellation">Ends the work; nothing is kept then.</param>
    /// <returns>The options for <c>navigator.credentials.create</c>, as JSON.</returns>
    public async Task<string> BeginRegistrationAsync(User user, string boundTo, CancellationToken cancellation = default)
    {
        var ceremony = await ceremonies.BeginRegistrationAsync(user);
        var now = clock.GetUtcNow();
        await using var db = database.NewContext();
        await using var transaction = await AccountLock.BeginAsync(db, user.Id, now, cancellation);
        await db.PasskeyRegistrations.Where(r => r.Id == boundTo || r.ExpiresAt < now).ExecuteDeleteAsync(cancellation);
        db.PasskeyRegistrations.Add(new PasskeyRegistration
        {
            Id = boundTo,
            UserId = user.Id,
            Ceremony = ceremony.Sealed,
            ExpiresAt = now + PasskeyCeremonies.Time,
        });
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return ceremony.OptionsJson;
    }

    /// <summary>Ends a registration with the browser's answer. The ceremony is used up whatever the answer is.</summary>
    /// <param name="user">The owner.</param>
    /// <param name="boundTo">The session in which it began.</param>
    /// <param name="credentialJson">The credential as JSON, as the browser made it.</param>
    /// <param name="name">What the owner calls it.</param>
    /// <param name="cancellation">Ends the work; nothing is kept then.</param>
    public async Task<PasskeyAddition> FinishRegistrationAsync(User user, string boundTo, string credentialJson, string? name, CancellationToken cancellation = default)
    {
        var now = clock.GetUtcNow();
        await using var db = database.NewContext();
        var pending = await db.PasskeyRegistrations.AsNoTracking().SingleOrDefaultAsync(r => r.Id == boundTo && r.UserId == user.Id && r.ExpiresAt > now, cancellation);
        if (pending is null || await db.PasskeyRegistrations.Where(r => r.Id == boundTo && r.Ceremony == pending.Ceremony).ExecuteDeleteAsync(cancellation) != 1)
            return new PasskeyAddition.Rejected();
        if (await ceremonies.FinishRegistrationAsync(user, pending.Ceremony, credentialJson) is not { } made)
            return new PasskeyAddition.Rejected();
        await using var transaction = await AccountLock.BeginAsync(db, user.Id, now, cancellation);
        if (await db.Passkeys.CountAsync(p => p.UserId == user.Id, cancellation) >= Most)
            return new PasskeyAddition.TooMany();
        var passkey = RowOf(user, made, CleanName(name), now);
        db.Passkeys.Add(passkey);
        outbox.Add(db, PasskeyAddedEmail.Compose(user, server, passkey.Name, now));
        try
        {
            await db.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateException)
        {
            return new PasskeyAddition.Rejected(); // registered by two at once: its id is the key
        }
        await transaction.CommitAsync(cancellation);
        outbox.Wake();
        return new PasskeyAddition.Added(passkey);
    }

    /// <summary>The user's passkeys, the oldest first.</summary>
    public async Task<IReadOnlyList<Passkey>> ListAsync(string userId, CancellationToken cancellation = default)
    {
        await using var db = database.NewContext();
        return await db.Passkeys.AsNoTracking().Where(p => p.UserId == userId).OrderBy(p => p.CreatedAt).ThenBy(p => p.Id).ToListAsync(cancellation);
    }

    /// <summary>Calls a passkey something else; false when the user has no such passkey.</summary>
    public async Task<bool> RenameAsync(string userId, string passkeyId, string? name, CancellationToken cancellation = default)
    {
        var clean = CleanName(name);
        await using var db = database.NewContext();
        return await db.Passkeys.Where(p => p.Id == passkeyId && p.UserId == userId).ExecuteUpdateAsync(set => set.SetProperty(p => p.Name, clean), cancellation) == 1;
    }

    /// <summary>
    /// Removes a passkey, and tells the owner by mail. What a passkey of the user has opened ends with it, sessions and grants alike: nobody
    /// remembers which of them it was.
    /// </summary>
    /// <param name="user">The owner.</param>
    /// <param name="profile">May demand that one factor stays.</param>
    /// <param name="passkeyId">Which.</param>
    /// <param name="keptSessionId">The session in which it is removed goes on, with what apps were granted in it; null = none.</param>
    /// <param name="cancellation">Ends the work; nothing is changed then.</param>
    public async Task<PasskeyRemoval> RemoveAsync(User user, ProfileFacts profile, string passkeyId, string? keptSessionId, CancellationToken cancellation = default)
    {
        var now = clock.GetUtcNow();
        await using var db = database.NewContext();
        await using var transaction = await AccountLock.BeginAsync(db, user.Id, now, cancellation);
        if (await db.Passkeys.SingleOrDefaultAsync(p => p.Id == passkeyId && p.UserId == user.Id, cancellation) is not { } passkey)
            return PasskeyRemoval.NotFound;
        if (await RequiredFactors.IsLastAsync(db, user.Id, profile, Proof.Passkey, cancellation))
            return PasskeyRemoval.LastFactor;
        db.Passkeys.Remove(passkey);
        await EndWhatTheyOpenedAsync(db, user.Id, keptSessionId ?? "", now, cancellation);
        outbox.Add(db, PasskeyRemovedEmail.Compose(user, server, passkey.Name, now));
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        outbox.Wake();
        return PasskeyRemoval.Removed;
    }

    /// <summary>Ends what passkeys of the user have opened, inside the caller's transaction; one session and what hangs on it may go on.</summary>
    internal static async Task EndWhatTheyOpenedAsync(ServerDb db, string userId, string keptSessionId, DateTimeOffset now, CancellationToken cancellation)
    {
        await db.BrowserSessions.Where(s => s.UserId == userId && s.EndedAt == null && s.Id != keptSessionId && (s.Proven & Proof.Passkey) != Proof.None)
            .ExecuteUpdateAsync(set => set.SetProperty(s => s.EndedAt, now), cancellation);
        await db.Grants.Where(g => g.UserId == userId && g.RevokedAt == null && g.SessionId != keptSessionId && (g.Proven & Proof.Passkey) != Proof.None)
            .ExecuteUpdateAsync(set => set.SetProperty(g => g.RevokedAt, now), cancellation);
        await db.PendingSignIns.Where(p => p.UserId == userId && (p.Proven & Proof.Passkey) != Proof.None).ExecuteDeleteAsync(cancellation);
    }

    static Passkey RowOf(User user, UserPasskeyInfo made, string name, DateTimeOffset now) => new()
    {
        Id = PasskeyStore.IdOf(made.CredentialId),
        UserId = user.Id,
        Name = name,
        PublicKey = made.PublicKey,
        SignCount = made.SignCount,
        Transports = string.Join(',', (made.Transports ?? []).Where(transport => transport.Length is > 0 and < 20 && transport.All(c => char.IsAsciiLetter(c) || c == '-')).Take(8)),
        IsUserVerified = made.IsUserVerified,
        IsBackupEligible = made.IsBackupEligible,
        IsBackedUp = made.IsBackedUp,
        AttestationObject = made.AttestationObject,
        ClientDataJson = made.ClientDataJson,
        CreatedAt = now,
    };

    /// <summary>One line of printable text: names stand in pages and mails.</summary>
    static string CleanName(string? name)
    {
        var text = new string([.. (name ?? "").Where(c => !char.IsControl(c) && !char.IsSurrogate(c)).Take(MostNameCharacters)]).Trim();
        return text.Length > 0 ? text : "Passkey";
    }
}
