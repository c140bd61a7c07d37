using Microsoft.EntityFrameworkCore;
using OAuthServer.Accounts;
using OAuthServer.Email;
using OAuthServer.Http;
using OAuthServer.Policy;

namespace OAuthServer.Administration.People;

/// <summary>Whose password to replace, and how.</summary>
/// <param name="User">The username.</param>
/// <param name="Demand">False = a link is mailed and the old password works until it is used; true = the old one must be changed at the next sign-in, and programs are refused until then.</param>
public sealed record ResetPassword(string User, bool Demand = false);

/// <summary>Whose security token to replace.</summary>
/// <param name="User">The username.</param>
/// <param name="OverlapDays">How many days the old one works on, as far as the profile allows; 0 = it dies now.</param>
public sealed record ResetToken(string User, int OverlapDays = 0);

/// <summary>Second factors to take away.</summary>
public enum FactorKind
{
    /// <summary>All of them.</summary>
    All,

    /// <summary>The authenticator app and the recovery codes that came with it.</summary>
    Authenticator,

    /// <summary>Every passkey and security key, and what they have opened.</summary>
    Passkeys,

    /// <summary>Recovery codes only.</summary>
    RecoveryCodes,
}

/// <summary>Whose factors to take away.</summary>
public sealed record RemoveFactors(string User, FactorKind Kind = FactorKind.All);

/// <summary>Resets and removes what a user holds. Nothing of it is ever shown: what is new goes to the user's mailbox.</summary>
public sealed class UserCredentialOperations(UserChanges changes, LastWayIn lastWayIn, MailedLinks links, SecurityTokens tokens, Outbox outbox, PublicUrl server) : IAdminOperations
{
    const string Page = "/setup/people/user";

    public IEnumerable<AdminOperation> All =>
    [
        AdminOperation.Change<ResetPassword, UserSight>(
            "users.reset-password", "POST", "/users/{user}/reset-password", Page, "Mail a link to choose a new password, or demand a change at the next sign-in.", ResetPasswordAsync).Versioned().Stops("users.impact"),
        AdminOperation.Change<ResetToken, UserSight>(
            "users.reset-token", "POST", "/users/{user}/reset-token", Page, "Mail a user a new security token; the old one dies, at once or after an overlap.", ResetTokenAsync).Versioned().Stops("users.impact"),
        AdminOperation.Change<RemoveFactors, UserSight>(
            "users.remove-factors", "POST", "/users/{user}/remove-factors", Page, "Remove a user's second factors, such as for a lost phone.", RemoveFactorsAsync).Versioned().Stops("users.impact"),
    ];

    public Task<AdminAnswer<UserSight>> ResetPasswordAsync(AdminCall call, ResetPassword input) => changes.RunAsync(call, input.User, async held =>
    {
        if (!input.Demand)
            return await MailLinkAsync(call, held, links);
        if (held.User.PasswordHash is null)
            return new AdminRefusal.Conflict("no-password", "The account has no password.", "There is nothing to change. Invite the user instead.");
        held.User.MustChangePassword = true;
        return null;
    });

    public Task<AdminAnswer<UserSight>> ResetTokenAsync(AdminCall call, ResetToken input) => changes.RunAsync(call, input.User, async held =>
    {
        var reset = await tokens.ReplaceAsync(held.Db, held.User, held.Profile, TokenResetBy.Administrator, input.OverlapDays, call.Cancellation);
        switch (reset)
        {
            case TokenReset.Sent sent:
                held.Db.Audit(call.Org.Id, "user", held.User.Id, held.User.Username, after: new { SecurityToken = "another", sent.OldWorksUntil });
                return null;
            case TokenReset.NoneApplies none:
                return new AdminRefusal.Conflict("no-token", "This user has no security token.", none.Reason.SentenceForAdministrators());
            case TokenReset.OverlapNotAllowed allowed:
                return new AdminRefusal.Invalid("overlapDays", $"must be 0 to {allowed.MostDays}, which the profile allows.");
            default:
                throw new InvalidOperationException("An administrator may reset a token.");
        }
    });

    public Task<AdminAnswer<UserSight>> RemoveFactorsAsync(AdminCall call, RemoveFactors input) => changes.RunAsync(call, input.User, async held =>
    {
        var (db, user) = (held.Db, held.User);
        var kept = input.Kind switch
        {
            FactorKind.All => Proof.None,
            FactorKind.Authenticator => ~Proof.Totp,
            FactorKind.Passkeys => ~Proof.Passkey,
            FactorKind.RecoveryCodes => ~Proof.None,
        };
        var losesCodes = input.Kind is not FactorKind.Passkeys;
        if (await lastWayIn.WhyNobodyLeftAsync(call, held, account => account with { Enrolled = account.Enrolled & kept }, losesCodes) is { } refusal)
            return refusal;
        var (authenticator, passkeys, codes) = (0, new List<string>(), 0);
        if (input.Kind is FactorKind.All or FactorKind.Authenticator)
            authenticator = await db.Authenticators.Where(a => a.UserId == user.Id && a.ConfirmedAt != null).ExecuteDeleteAsync(call.Cancellation);
        if (input.Kind is FactorKind.All or FactorKind.Passkeys)
        {
            passkeys = await db.Passkeys.Where(p => p.UserId == user.Id).OrderBy(p => p.CreatedAt).Select(p => p.Name).ToListAsync(call.Cancellation);
            await db.Passkeys.Where(p => p.UserId == user.Id).ExecuteDeleteAsync(call.Cancellation);
            await db.PasskeyRegistrations.Where(r => r.UserId == user.Id).ExecuteDeleteAsync(call.Cancellation);
            await Passkeys.EndWhatTheyOpenedAsync(db, user.Id, keptSessionId: "", held.At, call.Cancellation);
        }
        if (input.Kind is FactorKind.All or FactorKind.RecoveryCodes || authenticator > 0)
            codes = await db.RecoveryCodes.Where(c => c.UserId == user.Id).ExecuteDeleteAsync(call.Cancellation);
        if (authenticator + passkeys.Count + codes == 0)
            return new AdminRefusal.Conflict("no-factor", "There is nothing to remove.", "The user has no such second factor.");
        await db.Authenticators.Where(a => a.UserId == user.Id && a.ConfirmedAt == null).ExecuteDeleteAsync(call.Cancellation);
        if (authenticator > 0)
            outbox.Add(db, AuthenticatorRemovedEmail.Compose(user, server, byAdministrator: true, held.At));
        foreach (var name in passkeys)
            outbox.Add(db, PasskeyRemovedEmail.Compose(user, server, name, held.At));
        db.Audit(
            call.Org.Id, "user", user.Id, user.Username,
            before: new { Authenticators = authenticator, Passkeys = passkeys, RecoveryCodes = codes }, after: new { Removed = input.Kind.ToString() });
        return null;
    });

    /// <summary>Mails a link to choose a password, in the caller's transaction.</summary>
    internal static async Task<AdminRefusal?> MailLinkAsync(AdminCall call, HeldUser held, MailedLinks links)
    {
        if (held.User.Status != UserStatus.Active)
            return new AdminRefusal.Conflict("not-active", "The account is not active.", "Open it first: a link would lead nowhere.");
        if (!MailedLinks.HasUseForPassword(held.Profile, held.User))
            return new AdminRefusal.Conflict("no-use-for-password", "No door takes a password from this user.", "The profile requires single sign-on, or opens no door that takes a password.");
        await links.AddAsync(held.Db, held.User, byAdministrator: true, call.Cancellation);
        held.Db.Audit(call.Org.Id, "user", held.User.Id, held.User.Username, after: new { PasswordLink = "mailed" });
        return null;
    }
}
