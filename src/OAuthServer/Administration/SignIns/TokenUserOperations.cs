using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Login;

namespace OAuthServer.Administration.SignIns;

/// <summary>How far back to look, and which part of the list.</summary>
/// <param name="Days">1 to 365; 30 where it is left out.</param>
/// <param name="Limit">How many people at once, 1 to 500; 50 where it is left out. One of them may fill several lines.</param>
/// <param name="After">Where the last part ended.</param>
public sealed record TokenUsersOf(int? Days = null, int? Limit = null, string? After = null);

/// <summary>One who uses a security token, through one app, in one network.</summary>
/// <param name="User">The username.</param>
/// <param name="App">The client identifier.</param>
/// <param name="Network">The trusted network; null = from outside.</param>
/// <param name="Client">What the client called itself last.</param>
/// <param name="Needed">How often it was needed, among the newest 5,000 sign-ins of the user; where none of these had a token, the last one that did stands alone.</param>
/// <param name="NotNeeded">How often it was not: from a trusted network, or where the profile asks for none. Counted among the same.</param>
/// <param name="LastAt">When last.</param>
/// <param name="LastReference">That sign-in.</param>
public sealed record TokenUser(string User, string? App, string? Network, string? Client, int Needed, int NotNeeded, DateTimeOffset LastAt, string LastReference);

/// <summary>
/// Who uses a security token: told by the tokens themselves, which remember their last use, and then by the sign-ins of those who have used
/// theirs. So nobody's sign-ins are read but theirs, and of no one of them more than the newest.
/// </summary>
public sealed class TokenUserOperations(Database database, LoginReferences references) : IAdminOperations
{
    /// <summary>Of one user. A program that logs in every minute has so many in three days, and is then told apart by nothing more.</summary>
    internal const int MostCounted = 5_000;

    public IEnumerable<AdminOperation> All =>
    [
        AdminOperation.Read<TokenUsersOf, AdminPage<TokenUser>>("sign-ins.token-users", "/token-users", "/setup/sign-ins/token-users", "List who uses a security token, also from inside the trusted networks.", ListAsync),
    ];

    public async Task<AdminAnswer<AdminPage<TokenUser>>> ListAsync(AdminCall call, TokenUsersOf input)
    {
        if (Paging.Refuse(input.Limit) is { } refusal)
            return refusal;
        var days = input.Days ?? 30;
        if (days is < 1 or > 365)
            return new AdminRefusal.Invalid("days", "is out of range; send 1 to 365.");
        var since = call.At.AddDays(-days);
        await using var db = database.NewContext();
        var users = await Users(db, call.Org.Id, since, input.After).Take(Paging.Size(input.Limit) + 1).ToListAsync(call.Cancellation);
        var (shown, next) = Paging.Cut(users, input.Limit, user => user.NormalizedUsername);
        var lines = new List<TokenUser>();
        foreach (var user in shown)
            lines.AddRange(await LinesAsync(db, user, since, call.Cancellation));
        return new AdminPage<TokenUser>(lines, next);
    }

    /// <summary>Those whose token was used since then, in the order of their usernames.</summary>
    internal static IQueryable<User> Users(ServerDb db, string orgId, DateTimeOffset since, string? after)
    {
        var users = db.Users.AsNoTracking().Where(user => user.OrgId == orgId && db.SecurityTokens.Any(token => token.UserId == user.Id && token.LastUsedAt >= since));
#pragma warning disable CA1309 // the database compares, as it orders
        return (after is null ? users : users.Where(user => string.Compare(user.NormalizedUsername, after) > 0)).OrderBy(user => user.NormalizedUsername);
#pragma warning restore CA1309
    }

    /// <summary>A user's newest sign-ins, by index: those with a token.</summary>
    internal static IQueryable<LoginRecord> Records(ServerDb db, string userId, DateTimeOffset since) =>
        db.LoginRecords.AsNoTracking().Where(record => record.UserId == userId && record.At >= since)
            .OrderByDescending(record => record.At).ThenByDescending(record => record.Id).Take(MostCounted).Where(record => record.TokenUsed);

    /// <summary>The last one with a token, however many there are without since.</summary>
    internal static IQueryable<LoginRecord> Last(ServerDb db, string userId, DateTimeOffset since) =>
        db.LoginRecords.AsNoTracking().Where(record => record.UserId == userId && record.At >= since && record.TokenUsed)
            .OrderByDescending(record => record.At).ThenByDescending(record => record.Id).Take(1);

    async Task<IEnumerable<TokenUser>> LinesAsync(ServerDb db, User user, DateTimeOffset since, CancellationToken cancellation)
    {
        var groups = await Records(db, user.Id, since).GroupBy(record => new { record.ClientId, record.TrustedNetwork })
            .Select(group => new { group.Key, Needed = group.Count(record => record.TokenNeeded), All = group.Count(), Last = group.Max(record => record.Id) }).ToListAsync(cancellation);
        if (groups.Count == 0)
        {
            return (await Last(db, user.Id, since).ToListAsync(cancellation)).Select(record => new TokenUser(
                user.Username, record.ClientId, record.TrustedNetwork, record.UserAgent, record.TokenNeeded ? 1 : 0, record.TokenNeeded ? 0 : 1, record.At, references.Of(record.Id)));
        }
        var ids = groups.ConvertAll(group => group.Last);
        var last = await db.LoginRecords.AsNoTracking().Where(record => ids.Contains(record.Id)).ToDictionaryAsync(record => record.Id, cancellation);
        return groups.OrderByDescending(group => group.All).ThenByDescending(group => group.Last).Select(group => new TokenUser(
            user.Username, group.Key.ClientId, group.Key.TrustedNetwork, last[group.Last].UserAgent, group.Needed, group.All - group.Needed, last[group.Last].At, references.Of(group.Last)));
    }
}
