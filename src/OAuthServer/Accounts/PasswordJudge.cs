using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Policy;
using OAuthServer.Policy.Passwords;

namespace OAuthServer.Accounts;

/// <summary>
/// Says whether a new password may be set, and hashes it. The slow part of a change, done before any transaction begins. What
/// costs nothing is asked first; old passwords are tried, one slow hash each, only for a candidate that is otherwise sound.
/// </summary>
public sealed class PasswordJudge(PasswordHashing hashing, TimeProvider clock)
{
    /// <summary>The most old passwords that are kept, and so the most slow hashes that one change can cost.</summary>
    public const int MostRemembered = 24;

    /// <exception cref="HashingBusyException">Too many logins at once.</exception>
    public async Task<PasswordJudgement> JudgeAsync(
        ServerDb db, User user, ProfileFacts profile, string candidate, PasswordSetBy by, CancellationToken cancellation)
    {
        var policy = profile.Password;
        var flaws = policy.Judge(candidate, user.Username, policy.BreachedListCheck && CommonPasswords.Contains(candidate)).ToList();
        if (by == PasswordSetBy.Owner && ChangedTooRecently(user, policy))
            flaws.Add(PasswordFlaw.ChangedTooRecently);
        if (flaws.Count == 0 && await IsRememberedAsync(db, user, policy, candidate, cancellation))
            flaws.Add(PasswordFlaw.UsedBefore);
        return flaws.Count > 0
            ? new PasswordJudgement.Refused(flaws)
            : new PasswordJudgement.Accepted(await hashing.HashAsync(candidate, cancellation));
    }

    // A password that somebody else chose must be replaced at once, not tomorrow.
    bool ChangedTooRecently(User user, PasswordPolicy policy) =>
        policy.OneDayMinimum && !user.MustChangePassword && user.PasswordChangedAt > clock.GetUtcNow().AddDays(-1);

    /// <summary>With a history of N: the present password and the N before it.</summary>
    async Task<bool> IsRememberedAsync(ServerDb db, User user, PasswordPolicy policy, string candidate, CancellationToken cancellation)
    {
        if (policy.History <= 0)
            return false;
        var old = await db.PastPasswords.AsNoTracking()
            .Where(past => past.UserId == user.Id)
            .OrderByDescending(past => past.Id)
            .Take(Math.Min(policy.History, MostRemembered))
            .Select(past => past.Hash)
            .ToListAsync(cancellation);
        if (user.PasswordHash is { } present)
            old.Insert(0, present);
        foreach (var hash in old)
        {
            if (await hashing.VerifyAsync(hash, candidate, cancellation) != PasswordCheck.Wrong)
                return true;
        }
        return false;
    }
}
