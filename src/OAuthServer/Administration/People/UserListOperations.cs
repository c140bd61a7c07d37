using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Orgs;
using OAuthServer.Policy;
using OAuthServer.Policy.Lockout;

namespace OAuthServer.Administration.People;

/// <summary>Which people to list. What is not said filters nothing.</summary>
/// <param name="Search">The beginning of a username, mail address or last name.</param>
/// <param name="Profile">A profile's name.</param>
/// <param name="Status">Active, inactive or frozen.</param>
/// <param name="LockedOut">True = only those who are locked out now, from whichever origin.</param>
/// <param name="WithoutFactor">True = only those with neither authenticator app nor passkey.</param>
/// <param name="NeverSignedIn">True = only those who never have.</param>
/// <param name="DormantDays">Only those who were not let in for so many days, and are older than that: 1 to 3650.</param>
/// <param name="UsesToken">True = only those whose security token was used in the last 90 days.</param>
/// <param name="Limit">1 to 500; 50 when not said.</param>
/// <param name="After">The <c>next</c> of the part before.</param>
public sealed record ListUsers(
    string? Search = null, string? Profile = null, UserStatus? Status = null, bool? LockedOut = null, bool? WithoutFactor = null,
    bool? NeverSignedIn = null, int? DormantDays = null, bool? UsesToken = null, int? Limit = null, string? After = null);

/// <summary>A user in a list.</summary>
/// <param name="Username">The name.</param>
/// <param name="Email">Where mail goes.</param>
/// <param name="FirstName">May be empty.</param>
/// <param name="LastName">May be empty.</param>
/// <param name="Profile">Its name.</param>
/// <param name="Status">Whether the account may be used.</param>
/// <param name="BreakGlass">Kept for the day on which the identity provider fails.</param>
/// <param name="Administrator">By the profile.</param>
/// <param name="LockedOut">From either origin.</param>
/// <param name="HasAuthenticator">An authenticator app is enrolled.</param>
/// <param name="Passkeys">How many.</param>
/// <param name="TokenLastUsedAt">The security token's last use; null = none, or never used.</param>
/// <param name="LastSignInAt">When a login was last allowed, through whatever door; null = none within the records' retention.</param>
public sealed record UserLine(
    string Username, string Email, string FirstName, string LastName, string Profile, UserStatus Status, bool BreakGlass, bool Administrator,
    bool LockedOut, bool HasAuthenticator, int Passkeys, DateTimeOffset? TokenLastUsedAt, DateTimeOffset? LastSignInAt);

/// <summary>How many people there are.</summary>
public sealed record UserCounts(int Active, int Inactive, int Frozen)
{
    public int All => Active + Inactive + Frozen;
}

/// <summary>Lists and counts people.</summary>
public sealed class UserListOperations(Database database, OrgDirectory orgs) : IAdminOperations
{
    public IEnumerable<AdminOperation> All =>
    [
        AdminOperation.Read<ListUsers, AdminPage<UserLine>>("users.list", "/users", "/setup/people", "List people, by search and filters, in the order of their usernames.", ListAsync),
        AdminOperation.Read<Nothing, UserCounts>("users.count", "/user-counts", "/setup/people", "Count people by status.", CountAsync),
    ];

    public async Task<AdminAnswer<AdminPage<UserLine>>> ListAsync(AdminCall call, ListUsers wanted)
    {
        if (FlawsOf(wanted) is { Count: > 0 } flaws)
            return new AdminRefusal.Invalid(flaws);
        var limit = Paging.Size(wanted.Limit);
        var directory = (await orgs.CurrentAsync()).Rows;
        var profiles = directory.ProfilesOf(call.Org.Id).ToDictionary(profile => profile.Id, StringComparer.Ordinal);
        await using var db = database.NewContext();
        var users = await UserQuery.Of(db, call.Org.Id, wanted, profiles.Values, call.At).Take(limit + 1).ToListAsync(call.Cancellation);
        var next = users.Count > limit ? users[limit - 1].NormalizedUsername : null;
        if (next is not null)
            users.RemoveAt(limit);
        foreach (var id in users.Select(user => user.ProfileId).Where(id => !profiles.ContainsKey(id)).Distinct(StringComparer.Ordinal).ToList())
            profiles[id] = await orgs.ProfileAsync(id); // made on another node a moment ago
        var ids = users.ConvertAll(user => user.Id);
        var held = await db.Users.AsNoTracking().Where(u => ids.Contains(u.Id)).Select(u => new
        {
            u.Id,
            HasAuthenticator = db.Authenticators.Any(a => a.UserId == u.Id && a.ConfirmedAt != null),
            Passkeys = db.Passkeys.Count(p => p.UserId == u.Id),
            TokenLastUsedAt = db.SecurityTokens.Where(t => t.UserId == u.Id).Max(t => t.LastUsedAt),
            LastSignInAt = db.LoginRecords.Where(r => r.UserId == u.Id && r.Decision == "allow").OrderByDescending(r => r.At).Select(r => (DateTimeOffset?)r.At).FirstOrDefault(),
        }).ToDictionaryAsync(row => row.Id, StringComparer.Ordinal, call.Cancellation);
        return new AdminPage<UserLine>(
            [
                .. users.Select(user =>
                {
                    var (profile, has) = (profiles[user.ProfileId], held[user.Id]);
                    return new UserLine(
                        user.Username, user.Email, user.FirstName, user.LastName, profile.Name, user.Status, user.IsBreakGlass, profile.Administrator,
                        IsLockedOut(user, profile, call.At), has.HasAuthenticator, has.Passkeys, has.TokenLastUsedAt, has.LastSignInAt);
                }),
            ],
            next);
    }

    public async Task<AdminAnswer<UserCounts>> CountAsync(AdminCall call, Nothing input)
    {
        await using var db = database.NewContext();
        var counts = await db.Users.Where(u => u.OrgId == call.Org.Id).GroupBy(u => u.Status).Select(group => new { group.Key, Count = group.Count() })
            .ToDictionaryAsync(group => group.Key, group => group.Count, call.Cancellation);
        return new UserCounts(counts.GetValueOrDefault(UserStatus.Active), counts.GetValueOrDefault(UserStatus.Inactive), counts.GetValueOrDefault(UserStatus.Frozen));
    }

    static bool IsLockedOut(User user, ProfileFacts profile, DateTimeOffset at) =>
        new LockoutState(user.TrustedFailures, user.TrustedLastFailureAt).IsLocked(profile.Lockout, at)
        || new LockoutState(user.UntrustedFailures, user.UntrustedLastFailureAt).IsLocked(profile.Lockout, at);

    static List<AdminFlaw> FlawsOf(ListUsers wanted)
    {
        var flaws = new List<AdminFlaw>();
        if (Paging.FlawOf(wanted.Limit) is { } flaw)
            flaws.Add(flaw);
        if (wanted.DormantDays is < 1 or > 3650)
            flaws.Add(new("dormantDays", "must be 1 to 3650."));
        if (wanted.Search is { Length: > Usernames.MaxLength })
            flaws.Add(new("search", $"must be at most {Usernames.MaxLength} characters."));
        if (wanted.After is { Length: > Usernames.MaxLength })
            flaws.Add(new("after", "is not what a list answered as next."));
        return flaws;
    }
}
