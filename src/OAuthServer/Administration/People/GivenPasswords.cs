using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Accounts;
using OAuthServer.Data;
using OAuthServer.Orgs;
using OAuthServer.Policy;
using OAuthServer.Policy.Passwords;

namespace OAuthServer.Administration.People;

/// <summary>What became of a password that an administrator gives.</summary>
public abstract record GivenPassword
{
    private GivenPassword() { }

    /// <summary>It holds, for one login at which the user chooses another.</summary>
    /// <param name="Generated">What was made up; null where the administrator sent one.</param>
    public sealed record Given(string? Generated) : GivenPassword
    {
        /// <summary>Without the password, which must not reach a log.</summary>
        public override string ToString() => nameof(Given);
    }

    /// <summary>The administrator's organization has no such user.</summary>
    public sealed record NoSuchUser : GivenPassword;

    /// <summary>The account is not in use, or no door takes a password from it.</summary>
    public sealed record NoUse : GivenPassword;

    /// <summary>The password will not do.</summary>
    /// <param name="Flaws">Everything that is wrong with it.</param>
    /// <param name="Policy">The user's, which says what would be right.</param>
    public sealed record Refused(IReadOnlyList<PasswordFlaw> Flaws, PasswordPolicy Policy) : GivenPassword;

    /// <summary>Too much to do at once, or another change got there first.</summary>
    public sealed record Busy : GivenPassword;
}

/// <summary>
/// Passwords that programs of administrators give to users, as clients of the sign-in model do (<c>setPassword</c>, <c>resetPassword</c>). No page
/// does: there a link is mailed, and nobody but the user knows the password. Whoever is given one is told by mail, and must change it.
/// </summary>
public sealed class GivenPasswords(UserChanges changes, OrgDirectory orgs, PasswordJudge judge, Passwords passwords, Database database)
{
    const int GeneratedLength = 20;

    /// <summary>Without what is misread, and with special characters that count for every profile.</summary>
    const string Alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789!#$%-_=+";

    /// <summary>Gives it, or says why not; then nothing was changed.</summary>
    /// <param name="call">Who asks, for an operation of the audit trail.</param>
    /// <param name="userId">Fifteen characters.</param>
    /// <param name="password">Null = one is made up.</param>
    public async Task<GivenPassword> GiveAsync(AdminCall call, string userId, string? password)
    {
        User? before;
        PasswordJudgement judgement;
        PasswordPolicy policy;
        var given = password;
        // Judged and hashed before anything is held: a slow hash under the lock would stop every writer.
        await using (var db = database.NewContext())
        {
            before = await db.Users.AsNoTracking().SingleOrDefaultAsync(user => user.Id == userId && user.OrgId == call.Org.Id, call.Cancellation);
            if (before is null)
                return new GivenPassword.NoSuchUser();
            var profile = await orgs.ProfileAsync(before.ProfileId);
            if (before.Status != UserStatus.Active || !MailedLinks.HasUseForPassword(profile, before))
                return new GivenPassword.NoUse();
            policy = profile.Password;
            given ??= Generate(policy, before.Username);
            try
            {
                judgement = await judge.JudgeAsync(db, before, profile, given, PasswordSetBy.Administrator, call.Cancellation);
            }
            catch (HashingBusyException)
            {
                return new GivenPassword.Busy();
            }
        }
        if (judgement is not PasswordJudgement.Accepted accepted)
            return new GivenPassword.Refused(((PasswordJudgement.Refused)judgement).Flaws, policy);
        var answer = await changes.RunAsync(call, before.Username, held => SetAsync(call, held, before, accepted));
        return answer.Refusal switch
        {
            null => new GivenPassword.Given(password is null ? given : null),
            AdminRefusal.NotFound => new GivenPassword.NoSuchUser(),
            _ => new GivenPassword.Busy(),
        };
    }

    async Task<AdminRefusal?> SetAsync(AdminCall call, HeldUser held, User before, PasswordJudgement.Accepted accepted)
    {
        var user = held.User;
        // What was judged was another account's or password's state.
        if (user.Id != before.Id || user.PasswordHash != before.PasswordHash || user.ProfileId != before.ProfileId || user.Status != before.Status)
            return new AdminRefusal.Changed();
        await passwords.ApplyAsync(held.Db, user, held.Profile, accepted, PasswordSetBy.Administrator, call.Cancellation);
        // It ends a lockout, as an administrator may.
        (user.TrustedFailures, user.TrustedLastFailureAt, user.UntrustedFailures, user.UntrustedLastFailureAt) = (0, null, 0, null);
        held.Db.Audit(call.Org.Id, "user", user.Id, user.Username, after: new { Password = "given by an administrator" });
        return null;
    }

    static string Generate(PasswordPolicy policy, string username)
    {
        string made;
        do
            made = RandomNumberGenerator.GetString(Alphabet, Math.Max(GeneratedLength, policy.MinLength));
        while (policy.Judge(made, username, isKnownBreached: false).Count > 0);
        return made;
    }
}
