using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Email;
using OAuthServer.Http;
using OAuthServer.Policy;

namespace OAuthServer.Accounts;

/// <summary>
/// Issues security tokens. Owns their form, who has one, and the death of the old one. The value exists in this class and in
/// the mail to the owner, nowhere else: it is returned to no caller, and the row keeps only a keyed hash.
/// </summary>
public sealed class SecurityTokens(Database database, MasterKey key, Outbox outbox, PublicUrl server, TimeProvider clock)
{
    public const int Length = 24;
    const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    /// <summary>Why the user has no token and gets none; null when the feature applies (login policy, section 5).</summary>
    public static TokenAbsence? WhyNone(ProfileFacts profile, User user) => (profile, user) switch
    {
        // The break-glass administrator may use a password although SSO is required, token rules and all.
        ({ Sso: SsoMode.Required }, { IsBreakGlass: false }) => TokenAbsence.SsoRequired,
        ({ LoginRanges.IsEmpty: false }, _) => TokenAbsence.HasLoginRanges,
        ({ ApiSecondFactor: ApiSecondFactor.Totp }, _) => TokenAbsence.TotpForTheApi,
        ({ SecurityTokenOffTrustedNetworks: false }, _) => TokenAbsence.TurnedOff,
        (_, { PasswordHash: null }) => TokenAbsence.NoPassword,
        _ => null,
    };

    /// <summary>The keyed hash a token is stored and found by.</summary>
    public static string HashOf(MasterKey key, string token) => key.KeyedHash("security-token", token);

    /// <summary>
    /// Replaces the user's token, inside the caller's transaction (<see cref="AccountLock.BeginAsync"/>), and adds the mail to the
    /// unit of work, which the caller saves. The old token dies even where no new one is due.
    /// </summary>
    /// <param name="db">The caller's unit of work.</param>
    /// <param name="user">The owner, with the password hash as it will be.</param>
    /// <param name="profile">The owner's profile.</param>
    /// <param name="cause">Why.</param>
    /// <param name="oldWorksUntil">The end of the overlap; null = the old token dies now.</param>
    /// <param name="cancellation">Ends the work; nothing is kept then.</param>
    /// <returns>Why no new token was issued; null when one was.</returns>
    public async Task<TokenAbsence?> IssueAsync(
        ServerDb db, User user, ProfileFacts profile, TokenCause cause, DateTimeOffset? oldWorksUntil, CancellationToken cancellation)
    {
        AccountLock.Demand(db);
        var now = clock.GetUtcNow();
        var absence = WhyNone(profile, user);
        var live = db.SecurityTokens.Where(token => token.UserId == user.Id && (token.RetiresAt == null || token.RetiresAt > now));
        // At most two ever work: what was in overlap already does not outlive a further reset.
        if (absence is null && oldWorksUntil is not null)
        {
            await live.Where(token => token.RetiresAt != null)
                .ExecuteUpdateAsync(set => set.SetProperty(token => token.RetiresAt, now), cancellation);
            await live.ExecuteUpdateAsync(set => set.SetProperty(token => token.RetiresAt, oldWorksUntil), cancellation);
        }
        else
        {
            await live.ExecuteUpdateAsync(set => set.SetProperty(token => token.RetiresAt, now), cancellation);
        }
        if (absence is not null)
            return absence;

        var value = RandomNumberGenerator.GetString(Alphabet, Length);
        db.SecurityTokens.Add(new SecurityToken { UserId = user.Id, Hash = HashOf(key, value), IssuedAt = now });
        outbox.Add(db, SecurityTokenEmail.Compose(user, server, value, cause, oldWorksUntil, now + profile.SecurityTokenLifetime));
        return null;
    }

    /// <summary>Replaces the token on somebody's wish.</summary>
    public async Task<TokenReset> ResetAsync(
        string userId, ProfileFacts profile, TokenResetBy by, int overlapDays, CancellationToken cancellation = default)
    {
        await using var db = database.NewContext();
        await using var transaction = await AccountLock.BeginAsync(db, userId, clock.GetUtcNow(), cancellation);
        var reset = await ReplaceAsync(db, await db.Users.SingleAsync(u => u.Id == userId, cancellation), profile, by, overlapDays, cancellation);
        if (reset is not TokenReset.Sent)
            return reset; // rolled back: a refused request changes nothing
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        outbox.Wake();
        return reset;
    }

    /// <summary>The same inside the caller's transaction (<see cref="AccountLock.BeginAsync"/>), who saves, commits and wakes the outbox, or rolls back.</summary>
    public async Task<TokenReset> ReplaceAsync(
        ServerDb db, User user, ProfileFacts profile, TokenResetBy by, int overlapDays, CancellationToken cancellation = default)
    {
        AccountLock.Demand(db);
        if (by == TokenResetBy.Owner && !profile.MayResetOwnToken)
            return new TokenReset.NotPermitted();
        if (overlapDays < 0 || overlapDays > profile.SecurityTokenOverlapDays)
            return new TokenReset.OverlapNotAllowed(profile.SecurityTokenOverlapDays);
        var hadOne = await db.SecurityTokens.AnyAsync(token => token.UserId == user.Id && token.RetiresAt == null, cancellation);
        DateTimeOffset? oldWorksUntil = hadOne && overlapDays > 0 ? clock.GetUtcNow().AddDays(overlapDays) : null;
        var cause = by == TokenResetBy.Owner ? TokenCause.OwnReset : TokenCause.AdministratorReset;
        return await IssueAsync(db, user, profile, cause, oldWorksUntil, cancellation) is { } absence
            ? new TokenReset.NoneApplies(absence)
            : new TokenReset.Sent(user.Email, oldWorksUntil);
    }
}

/// <summary>On whose wish a token is replaced.</summary>
public enum TokenResetBy
{
    /// <summary>The user, where the profile permits it.</summary>
    Owner,

    /// <summary>An administrator of the organization.</summary>
    Administrator,
}

/// <summary>What became of a reset.</summary>
public abstract record TokenReset
{
    private TokenReset() { }

    /// <summary>A new token is on its way by mail.</summary>
    /// <param name="To">The owner's address.</param>
    /// <param name="OldWorksUntil">The end of the old token's overlap; null = it is dead.</param>
    public sealed record Sent(string To, DateTimeOffset? OldWorksUntil) : TokenReset;

    /// <summary>This user has no token and gets none.</summary>
    public sealed record NoneApplies(TokenAbsence Reason) : TokenReset;

    /// <summary>The profile lacks the permission to reset the own token.</summary>
    public sealed record NotPermitted : TokenReset;

    /// <summary>The profile does not let the old token live that long.</summary>
    /// <param name="MostDays">The most it allows.</param>
    public sealed record OverlapNotAllowed(int MostDays) : TokenReset;
}
