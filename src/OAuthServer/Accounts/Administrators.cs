using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Policy;

namespace OAuthServer.Accounts;

/// <summary>Who hears of what concerns a whole organization.</summary>
static class Administrators
{
    /// <summary>The people in use who have one of these profiles, those that administer the organization.</summary>
    internal static Task<List<User>> OfAsync(ServerDb db, string orgId, IReadOnlyCollection<string> administering, CancellationToken cancellation = default) =>
        db.Users.AsNoTracking().Where(u => u.OrgId == orgId && u.Status == UserStatus.Active && administering.Contains(u.ProfileId)).ToListAsync(cancellation);
}
