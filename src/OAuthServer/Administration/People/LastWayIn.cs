using OAuthServer.Administration.Policies;
using OAuthServer.Orgs;

namespace OAuthServer.Administration.People;

/// <summary>Guards against changes after which nobody could administer the organization any more, or not the one who makes them.</summary>
public sealed class LastWayIn(AccessCheck access)
{
    /// <summary>What would be broken if this user could not come in as an administrator any more, in the caller's transaction; null = nothing.</summary>
    internal async Task<AdminRefusal?> WhyNotWithoutAsync(AdminCall call, HeldUser held, Func<UserAccount, UserAccount> change) =>
        held.Profile.Administrator && held.User.Id == call.Actor.UserId
            ? new AdminRefusal.Conflict("own-account", "This is your own account.", "You would shut yourself out. Ask another administrator to do it.")
            : await WhyNobodyLeftAsync(call, held, change);

    /// <summary>The same of a change that its own maker may make.</summary>
    /// <param name="call">Who makes it.</param>
    /// <param name="held">Whom it concerns. Whether that is an administrator is read where the change is saved, not from a copy.</param>
    /// <param name="change">What the account would be.</param>
    /// <param name="losesCodes">Its recovery codes would be gone.</param>
    internal Task<AdminRefusal?> WhyNobodyLeftAsync(AdminCall call, HeldUser held, Func<UserAccount, UserAccount> change, bool losesCodes = false) =>
        access.WhyNobodyLeftAsync(held.Db, call, ProposedChange.OfUser(held.User.Id, change) with { LosesCodes = losesCodes });
}
