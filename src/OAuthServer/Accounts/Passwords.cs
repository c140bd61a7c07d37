using System.Text;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Email;
using OAuthServer.Http;
using OAuthServer.Policy;
using OAuthServer.Policy.Passwords;

namespace OAuthServer.Accounts;

/// <summary>
/// Sets passwords. Owns what a new one does to everything born of the old: the security token, the grants, the history, the
/// mail, all in one transaction. It counts no failures: it says that there was one.
/// </summary>
public sealed class Passwords(
    Database database, PasswordHashing hashing, PasswordJudge judge, SecurityTokens tokens, Outbox outbox, PublicUrl server, TimeProvider clock)
{
    /// <summary>Whether this is the account's present password, at the price of one slow hash. An account without one has no right answer.</summary>
    /// <exception cref="HashingBusyException">Too many logins at once.</exception>
    public async Task<bool> IsCurrentAsync(User user, string password, CancellationToken cancellation = default) =>
        IsShortEnough(password) && await hashing.VerifyAsync(user.PasswordHash, password, cancellation) != PasswordCheck.Wrong;

    /// <summary>A change by the user, who proves to know the current password.</summary>
    public async Task<PasswordChange> ChangeAsync(
        string userId, ProfileFacts profile, string currentPassword, string newPassword, CancellationToken cancellation = default)
    {
        await using var db = database.NewContext();
        var user = await db.Users.AsNoTracking().SingleAsync(u => u.Id == userId, cancellation);
        try
        {
            if (!await IsCurrentAsync(user, currentPassword, cancellation))
                return new PasswordChange.WrongCurrentPassword();
        }
        catch (HashingBusyException)
        {
            return new PasswordChange.Busy();
        }
        // No change at all is refused even where the profile remembers nothing: the old token and grants would die for it.
        return string.Equals(currentPassword, newPassword, StringComparison.Ordinal)
            ? new PasswordChange.Refused([PasswordFlaw.UsedBefore])
            : await SetAsync(db, user, profile, newPassword, PasswordSetBy.Owner, cancellation);
    }

    /// <summary>The first password, one after a reset, or one from an administrator: the caller has checked who asks.</summary>
    public async Task<PasswordChange> SetAsync(
        string userId, ProfileFacts profile, string newPassword, PasswordSetBy by, CancellationToken cancellation = default)
    {
        await using var db = database.NewContext();
        var user = await db.Users.AsNoTracking().SingleAsync(u => u.Id == userId, cancellation);
        return await SetAsync(db, user, profile, newPassword, by, cancellation);
    }

    /// <summary>A new password in the place of an expired one, by a user who has just proven the old one. The same again is none.</summary>
    public async Task<PasswordChange> ReplaceExpiredAsync(User user, ProfileFacts profile, string newPassword, CancellationToken cancellation = default)
    {
        try
        {
            if (await IsCurrentAsync(user, newPassword, cancellation))
                return new PasswordChange.Refused([PasswordFlaw.UsedBefore]);
        }
        catch (HashingBusyException)
        {
            return new PasswordChange.Busy();
        }
        await using var db = database.NewContext();
        return await SetAsync(db, user, profile, newPassword, PasswordSetBy.Owner, cancellation);
    }

    async Task<PasswordChange> SetAsync(
        ServerDb db, User before, ProfileFacts profile, string newPassword, PasswordSetBy by, CancellationToken cancellation)
    {
        PasswordJudgement judgement;
        try
        {
            judgement = await judge.JudgeAsync(db, before, profile, newPassword, by, cancellation);
        }
        catch (HashingBusyException)
        {
            return new PasswordChange.Busy();
        }
        if (judgement is not PasswordJudgement.Accepted accepted)
            return new PasswordChange.Refused(((PasswordJudgement.Refused)judgement).Flaws);

        await using var transaction = await AccountLock.BeginAsync(db, before.Id, clock.GetUtcNow(), cancellation);
        var user = await db.Users.SingleAsync(u => u.Id == before.Id, cancellation);
        // What was proven and judged was another password's state: another change came between.
        if (!string.Equals(user.PasswordHash, before.PasswordHash, StringComparison.Ordinal))
            return new PasswordChange.Busy();
        var absence = await ApplyAsync(db, user, profile, accepted, by, cancellation);
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        outbox.Wake();
        return new PasswordChange.Changed(absence);
    }

    /// <summary>
    /// Sets a judged password inside the caller's transaction (<see cref="AccountLock.BeginAsync"/>), for callers who do more in it,
    /// such as using up a reset link. The caller saves and commits.
    /// </summary>
    /// <returns>Why no security token was sent; null when one was.</returns>
    public async Task<TokenAbsence?> ApplyAsync(
        ServerDb db, User user, ProfileFacts profile, PasswordJudgement.Accepted password, PasswordSetBy by, CancellationToken cancellation)
    {
        AccountLock.Demand(db);
        var now = clock.GetUtcNow();
        var isFirst = user.PasswordHash is null;
        if (user.PasswordHash is { } old)
        {
            await ForgetOldestAsync(db, user.Id, cancellation);
            db.PastPasswords.Add(new PastPassword { UserId = user.Id, Hash = old, ReplacedAt = now });
        }
        user.PasswordHash = password.Hash;
        user.PasswordChangedAt = now;
        user.MustChangePassword = by == PasswordSetBy.Administrator;
        user.UpdatedAt = now;
        await RevokeGrantsAsync(db, user.Id, now, cancellation);
        await EndSessionsAsync(db, user.Id, now, cancellation);
        await db.KnownDevices.Where(device => device.UserId == user.Id).ExecuteDeleteAsync(cancellation);
        await db.MailedLinks.Where(link => link.UserId == user.Id && link.UsedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(link => link.UsedAt, now), cancellation);
        if (!isFirst || by == PasswordSetBy.Administrator)
            outbox.Add(db, PasswordChangedEmail.Compose(user, server, by, now));
        var cause = isFirst ? TokenCause.FirstPassword : TokenCause.NewPassword;
        return await tokens.IssueAsync(db, user, profile, cause, oldWorksUntil: null, cancellation);
    }

    /// <summary>Access and refresh tokens hang on their grant and die with it. What was never born of the password lives on.</summary>
    static Task<int> RevokeGrantsAsync(ServerDb db, string userId, DateTimeOffset now, CancellationToken cancellation) =>
        db.Grants
            .Where(grant => grant.UserId == userId && grant.RevokedAt == null && (grant.Proven & Proof.Password) != Proof.None)
            .ExecuteUpdateAsync(set => set.SetProperty(grant => grant.RevokedAt, now), cancellation);

    static Task<int> EndSessionsAsync(ServerDb db, string userId, DateTimeOffset now, CancellationToken cancellation) =>
        db.BrowserSessions
            .Where(session => session.UserId == userId && session.EndedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(session => session.EndedAt, now), cancellation);

    static Task<int> ForgetOldestAsync(ServerDb db, string userId, CancellationToken cancellation)
    {
        var kept = db.PastPasswords.Where(past => past.UserId == userId)
            .OrderByDescending(past => past.Id).Take(PasswordJudge.MostRemembered - 1).Select(past => past.Id);
        return db.PastPasswords.Where(past => past.UserId == userId && !kept.Contains(past.Id)).ExecuteDeleteAsync(cancellation);
    }

    static bool IsShortEnough(string password) =>
        password.Length <= PasswordPolicy.MaxBytes && Encoding.UTF8.GetByteCount(password) <= PasswordPolicy.MaxBytes;
}
