using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Email;
using OAuthServer.Http;
using OAuthServer.Policy;
using OAuthServer.Policy.Passwords;

namespace OAuthServer.Accounts;

/// <summary>What became of a link's use.</summary>
public abstract record LinkUse
{
    private LinkUse() { }

    /// <summary>The password is set, and the link used up.</summary>
    public sealed record Done : LinkUse;

    /// <summary>The password will not do; the link still works.</summary>
    public sealed record Refused(IReadOnlyList<PasswordFlaw> Flaws) : LinkUse;

    /// <summary>The link is unknown, used, replaced by a newer one, or too old.</summary>
    public sealed record Dead : LinkUse;

    /// <summary>Too much to do at once; the link still works.</summary>
    public sealed record Busy : LinkUse;
}

/// <summary>
/// Links that are mailed: to activate an account, and to replace a forgotten password. Owns their life: 256 random bits, of which a
/// keyed hash is kept, good once and for a short time, dead when a newer one is sent or the password changes. It signs nobody in.
/// </summary>
public sealed class MailedLinks(Database database, MasterKey key, PasswordJudge judge, Passwords passwords, Outbox outbox, PublicUrl server, TimeProvider clock)
{
    /// <summary>How long a forgotten password may be replaced.</summary>
    public static readonly TimeSpan ResetTime = TimeSpan.FromMinutes(30);

    /// <summary>How long an account may be activated.</summary>
    public static readonly TimeSpan ActivationTime = TimeSpan.FromDays(7);

    /// <summary>How many mails a stranger can have sent to one account in an hour.</summary>
    public const int MostInAnHour = 3;

    /// <summary>True where a password opens any door to this user.</summary>
    public static bool HasUseForPassword(ProfileFacts profile, User user) =>
        !profile.RequiresSsoOf(user.IsBreakGlass)
        && profile.Doors.Any(door => door.HasBrowser() || door.TakesAppendedSecret());

    /// <summary>Adds a link's mail to the caller's unit of work, which the caller saves: an invitation where there is no password yet.</summary>
    public async Task AddAsync(ServerDb db, User user, bool byAdministrator, CancellationToken cancellation = default)
    {
        var purpose = PurposeOf(user);
        var until = clock.GetUtcNow() + (purpose == MailedLinkPurpose.Activation ? ActivationTime : ResetTime);
        var link = await MakeAsync(db, user, until, cancellation);
        outbox.Add(db, purpose == MailedLinkPurpose.Activation
            ? InvitationEmail.Compose(user, server, link, until)
            : PasswordResetEmail.Compose(user, server, link, byAdministrator, until));
    }

    /// <summary>
    /// Adds a link to the caller's unit of work, which the caller saves, and hands it out instead of mailing it: for the operator at the
    /// machine itself, on the day on which nobody else comes in. Older links die.
    /// </summary>
    /// <returns>The link. Whoever has it chooses the password of this account.</returns>
    public async Task<string> MakeAsync(ServerDb db, User user, DateTimeOffset until, CancellationToken cancellation = default)
    {
        var now = clock.GetUtcNow();
        await db.MailedLinks.Where(link => link.UserId == user.Id && link.UsedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(link => link.UsedAt, now), cancellation);
        var secret = RandomId.New(32);
        db.MailedLinks.Add(new MailedLink { Hash = HashOf(secret), UserId = user.Id, Purpose = PurposeOf(user), CreatedAt = now, ExpiresAt = until });
        return server.At("/reset-password?link=" + secret);
    }

    static MailedLinkPurpose PurposeOf(User user) => user.PasswordHash is null ? MailedLinkPurpose.Activation : MailedLinkPurpose.PasswordReset;

    /// <summary>Mails a link on an administrator's wish.</summary>
    public async Task SendAsync(string userId, CancellationToken cancellation = default)
    {
        await using var db = database.NewContext();
        await using var transaction = await AccountLock.BeginAsync(db, userId, clock.GetUtcNow(), cancellation);
        await AddAsync(db, await db.Users.AsNoTracking().SingleAsync(u => u.Id == userId, cancellation), byAdministrator: true, cancellation);
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        outbox.Wake();
    }

    /// <summary>Mails what somebody gets who says to have forgotten the password: a link, or the reason why there is none. Not to whom has left.</summary>
    public async Task SendForgottenAsync(string userId, ProfileFacts profile, CancellationToken cancellation = default)
    {
        var now = clock.GetUtcNow();
        await using var db = database.NewContext();
        await using var transaction = await AccountLock.BeginAsync(db, userId, now, cancellation);
        var user = await db.Users.AsNoTracking().SingleAsync(u => u.Id == userId, cancellation);
        var since = now.AddHours(-1);
        if (user.Status != UserStatus.Active || await db.MailedLinks.CountAsync(l => l.UserId == userId && l.Purpose != MailedLinkPurpose.DeviceCode && l.CreatedAt > since, cancellation) >= MostInAnHour)
            return;
        if (HasUseForPassword(profile, user))
        {
            await AddAsync(db, user, byAdministrator: false, cancellation);
        }
        else
        {
            // A link that opens nothing stands for the mail, so that these are counted too.
            db.MailedLinks.Add(new MailedLink
            {
                Hash = HashOf(RandomId.New(32)),
                UserId = userId,
                Purpose = MailedLinkPurpose.PasswordReset,
                CreatedAt = now,
                ExpiresAt = now.AddHours(1),
                UsedAt = now,
            });
            outbox.Add(db, NoPasswordEmail.Compose(user, server));
        }
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        outbox.Wake();
    }

    /// <summary>Whose link this is, while it works.</summary>
    public async Task<(User User, MailedLinkPurpose Purpose)?> FindAsync(string secret, CancellationToken cancellation = default)
    {
        var hash = HashOf(secret);
        var now = clock.GetUtcNow();
        await using var db = database.NewContext();
        return await db.MailedLinks.AsNoTracking().SingleOrDefaultAsync(l => l.Hash == hash && l.UsedAt == null && l.ExpiresAt > now, cancellation) is { } link
            ? (await db.Users.AsNoTracking().SingleAsync(u => u.Id == link.UserId, cancellation), link.Purpose)
            : null;
    }

    /// <summary>
    /// Sets the password that the holder of the link has chosen, for exactly one caller. It ends a lockout: whoever holds the mailbox is
    /// not who guessed.
    /// </summary>
    public async Task<LinkUse> UseAsync(string secret, ProfileFacts profile, string newPassword, CancellationToken cancellation = default)
    {
        if (await FindAsync(secret, cancellation) is not var (before, purpose))
            return new LinkUse.Dead();
        var by = purpose == MailedLinkPurpose.Activation ? PasswordSetBy.Activation : PasswordSetBy.ResetLink;
        await using var db = database.NewContext();
        PasswordJudgement judgement;
        try
        {
            judgement = await judge.JudgeAsync(db, before, profile, newPassword, by, cancellation);
        }
        catch (HashingBusyException)
        {
            return new LinkUse.Busy();
        }
        if (judgement is not PasswordJudgement.Accepted accepted)
            return new LinkUse.Refused(((PasswordJudgement.Refused)judgement).Flaws);
        var hash = HashOf(secret);
        var now = clock.GetUtcNow();
        await using var transaction = await AccountLock.BeginAsync(db, before.Id, now, cancellation);
        if (await db.MailedLinks.Where(l => l.Hash == hash && l.UsedAt == null && l.ExpiresAt > now)
            .ExecuteUpdateAsync(set => set.SetProperty(l => l.UsedAt, now), cancellation) != 1)
            return new LinkUse.Dead();
        var user = await db.Users.SingleAsync(u => u.Id == before.Id, cancellation);
        (user.TrustedFailures, user.TrustedLastFailureAt, user.UntrustedFailures, user.UntrustedLastFailureAt) = (0, null, 0, null);
        await passwords.ApplyAsync(db, user, profile, accepted, by, cancellation);
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        outbox.Wake();
        return new LinkUse.Done();
    }

    string HashOf(string secret) => key.KeyedHash("mailed-link", secret);
}
