using OAuthServer.Accounts;
using OAuthServer.Data;
using OAuthServer.Orgs;

namespace OAuthServer.Administration.People;

/// <summary>Guards against changes after which nobody could administer the organization any more, or not the one who makes them.</summary>
public sealed class LastWayIn(OrgDirectory orgs)
{
    /// <summary>What would be broken if this user could not come in as an administrator any more; null = nothing.</summary>
    internal async Task<AdminRefusal?> WhyNotWithoutAsync(AdminCall call, HeldUser held)
    {
        if (!held.Profile.Administrator)
            return null;
        if (held.User.Id == call.Actor.UserId)
        {
            return new AdminRefusal.Conflict(
                "own-account", "This is your own account.", "You would shut yourself out. Ask another administrator to do it.");
        }
        var directory = (await orgs.CurrentAsync()).Rows;
        var others = await Administrators.OfAsync(held.Db, call.Org.Id, directory.AdministratingProfilesOf(call.Org.Id), call.Cancellation);
        return others.Exists(other => other.Id != held.User.Id) ? null : new AdminRefusal.Conflict(
            "last-administrator", "This is the last administrator.",
            "Nobody could administer the organization any more. Make another administrator first, or use oauthserver rescue on the machine itself.");
    }
}
