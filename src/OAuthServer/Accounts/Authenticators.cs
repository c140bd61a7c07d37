using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Email;
using OAuthServer.Http;
using OAuthServer.Policy;

namespace OAuthServer.Accounts;

/// <summary>
/// Adds and removes authenticator apps and their recovery codes. Owns the life of a seed: made, shown for a quarter of an hour,
/// confirmed by a code, then never shown again. At most one is enrolled; a new one replaces it when it is confirmed, so that
/// moving to another phone leaves no gap. It decides no login.
/// </summary>
public sealed class Authenticators(Database database, Passwords passwords, MasterKey key, Outbox outbox, PublicUrl server, TimeProvider clock)
{
    /// <summary>The purpose under which seeds are sealed.</summary>
    public const string SeedPurpose = "totp-seed";

    /// <summary>How long an enrolment waits for its code, and the seed can be shown.</summary>
    public static readonly TimeSpan EnrolmentTime = TimeSpan.FromMinutes(15);

    /// <summary>Makes a seed. An enrolment that was begun before and not confirmed is dropped.</summary>
    /// <param name="userId">The owner.</param>
    /// <param name="issuer">Whose account the app shall say it is.</param>
    /// <param name="currentPassword">Proof of the owner; not asked of an account without a password, which proved itself elsewhere.</param>
    /// <param name="cancellation">Ends the work; nothing is kept then.</param>
    public async Task<EnrolmentStart> BeginAsync(string userId, string issuer, string? currentPassword, CancellationToken cancellation = default)
    {
        await using var db = database.NewContext();
        if (await FailedProofAsync(db, userId, currentPassword, cancellation) is { } failed)
            return failed == FailedProof.Busy ? new EnrolmentStart.Busy() : new EnrolmentStart.WrongCurrentPassword();
        return new EnrolmentStart.Begun(await BeginAsync(db, userId, issuer, cancellation));
    }

    /// <summary>Makes a seed for somebody whom the caller has just seen proven: at a sign-in that demands an enrolment.</summary>
    public async Task<Enrolment> BeginForProvenAsync(User user, string issuer, CancellationToken cancellation = default)
    {
        await using var db = database.NewContext();
        return await BeginAsync(db, user.Id, issuer, cancellation);
    }

    async Task<Enrolment> BeginAsync(ServerDb db, string userId, string issuer, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var seed = Totp.NewSeed();
        await using var transaction = await AccountLock.BeginAsync(db, userId, now, cancellation);
        await db.Authenticators.Where(a => a.UserId == userId && a.ConfirmedAt == null).ExecuteDeleteAsync(cancellation);
        var pending = new Authenticator { UserId = userId, Seed = Seal(seed), CreatedAt = now };
        db.Authenticators.Add(pending);
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        var username = await db.Users.Where(u => u.Id == userId).Select(u => u.Username).SingleAsync(cancellation);
        return Describe(seed, issuer, username, pending);
    }

    /// <summary>The enrolment that waits for its code; null when none does.</summary>
    /// <param name="user">The owner.</param>
    /// <param name="issuer">Whose account the app shall say it is.</param>
    /// <param name="since">One that was begun earlier is not shown: whoever began it knows the seed.</param>
    /// <param name="cancellation">Ends the look.</param>
    public async Task<Enrolment?> PendingAsync(User user, string issuer, DateTimeOffset since, CancellationToken cancellation = default)
    {
        await using var db = database.NewContext();
        return await FindPendingAsync(db, user.Id, cancellation) is { } pending && pending.CreatedAt >= since
            ? Describe(Open(pending), issuer, user.Username, pending)
            : null;
    }

    /// <summary>Enrols on a right code, which is used up by it, and makes recovery codes.</summary>
    public async Task<EnrolmentConfirmation> ConfirmAsync(string userId, string code, CancellationToken cancellation = default)
    {
        var now = clock.GetUtcNow();
        await using var db = database.NewContext();
        await using var transaction = await AccountLock.BeginAsync(db, userId, now, cancellation);
        if (await FindPendingAsync(db, userId, cancellation) is not { } pending)
            return new EnrolmentConfirmation.NothingPending();
        if (Totp.FindStep(Open(pending), code, now) is not { } step)
            return new EnrolmentConfirmation.WrongCode();

        var replaced = await db.Authenticators.Where(a => a.UserId == userId && a.ConfirmedAt != null).ExecuteDeleteAsync(cancellation);
        pending.ConfirmedAt = now;
        pending.LastStep = step;
        var user = await db.Users.AsNoTracking().SingleAsync(u => u.Id == userId, cancellation);
        var codes = await ReplaceRecoveryCodesAsync(db, userId, cancellation);
        outbox.Add(db, AuthenticatorAddedEmail.Compose(user, server, replaced > 0, now));
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        outbox.Wake();
        return new EnrolmentConfirmation.Confirmed(codes);
    }

    /// <summary>Removes the owner's app on the owner's wish, unless the profile demands a factor and it is the last.</summary>
    public async Task<AuthenticatorRemoval> RemoveAsync(string userId, ProfileFacts profile, string? currentPassword, CancellationToken cancellation = default)
    {
        await using var db = database.NewContext();
        return await FailedProofAsync(db, userId, currentPassword, cancellation) is { } failed
            ? failed == FailedProof.Busy ? new AuthenticatorRemoval.Busy() : new AuthenticatorRemoval.WrongCurrentPassword()
            : await RemoveAsync(db, userId, profile, cancellation);
    }

    /// <summary>Makes a new set of recovery codes; the old one is dead.</summary>
    public async Task<RecoveryCodesRenewal> RenewRecoveryCodesAsync(
        string userId, string? currentPassword, CancellationToken cancellation = default)
    {
        await using var db = database.NewContext();
        if (await FailedProofAsync(db, userId, currentPassword, cancellation) is { } failed)
            return failed == FailedProof.Busy ? new RecoveryCodesRenewal.Busy() : new RecoveryCodesRenewal.WrongCurrentPassword();

        var now = clock.GetUtcNow();
        await using var transaction = await AccountLock.BeginAsync(db, userId, now, cancellation);
        if (!await db.Authenticators.AnyAsync(a => a.UserId == userId && a.ConfirmedAt != null, cancellation))
            return new RecoveryCodesRenewal.NoAuthenticator();
        var user = await db.Users.AsNoTracking().SingleAsync(u => u.Id == userId, cancellation);
        var codes = await ReplaceRecoveryCodesAsync(db, userId, cancellation);
        outbox.Add(db, RecoveryCodesRenewedEmail.Compose(user, server, now));
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        outbox.Wake();
        return new RecoveryCodesRenewal.Renewed(codes);
    }

    async Task<AuthenticatorRemoval> RemoveAsync(ServerDb db, string userId, ProfileFacts profile, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        await using var transaction = await AccountLock.BeginAsync(db, userId, now, cancellation);
        var hadOne = await db.Authenticators.AnyAsync(a => a.UserId == userId && a.ConfirmedAt != null, cancellation);
        if (hadOne && await RequiredFactors.IsLastAsync(db, userId, profile, Proof.Totp, cancellation))
            return new AuthenticatorRemoval.LastFactor();
        await db.Authenticators.Where(a => a.UserId == userId).ExecuteDeleteAsync(cancellation);
        await db.RecoveryCodes.Where(c => c.UserId == userId).ExecuteDeleteAsync(cancellation);
        if (hadOne)
        {
            var user = await db.Users.AsNoTracking().SingleAsync(u => u.Id == userId, cancellation);
            outbox.Add(db, AuthenticatorRemovedEmail.Compose(user, server, byAdministrator: false, now));
        }
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        outbox.Wake();
        return hadOne ? new AuthenticatorRemoval.Removed() : new AuthenticatorRemoval.NoAuthenticator();
    }

    async Task<FailedProof?> FailedProofAsync(ServerDb db, string userId, string? currentPassword, CancellationToken cancellation)
    {
        var user = await db.Users.AsNoTracking().SingleAsync(u => u.Id == userId, cancellation);
        if (user.PasswordHash is null)
            return null;
        try
        {
            return currentPassword is not null && await passwords.IsCurrentAsync(user, currentPassword, cancellation) ? null : FailedProof.Wrong;
        }
        catch (HashingBusyException)
        {
            return FailedProof.Busy;
        }
    }

    Task<Authenticator?> FindPendingAsync(ServerDb db, string userId, CancellationToken cancellation)
    {
        var since = clock.GetUtcNow() - EnrolmentTime;
        return db.Authenticators.SingleOrDefaultAsync(a => a.UserId == userId && a.ConfirmedAt == null && a.CreatedAt > since, cancellation);
    }

    async Task<IReadOnlyList<string>> ReplaceRecoveryCodesAsync(ServerDb db, string userId, CancellationToken cancellation)
    {
        await db.RecoveryCodes.Where(code => code.UserId == userId).ExecuteDeleteAsync(cancellation);
        var codes = RecoveryCodes.NewSet();
        db.RecoveryCodes.AddRange(codes.Select(code => new RecoveryCode { UserId = userId, Hash = RecoveryCodes.HashOf(key, userId, code)! }));
        return codes;
    }

    static Enrolment Describe(byte[] seed, string issuer, string username, Authenticator pending)
    {
        var secret = Base32.Encode(seed);
        return new(secret, OtpAuthUri.Of(issuer, username, secret), pending.CreatedAt + EnrolmentTime);
    }

    byte[] Seal(byte[] seed) => key.Protect(SeedPurpose, seed);

    byte[] Open(Authenticator authenticator) => key.Unprotect(SeedPurpose, authenticator.Seed);

    enum FailedProof
    {
        Wrong,
        Busy,
    }
}
