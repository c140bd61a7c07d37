using Microsoft.EntityFrameworkCore;
using OAuthServer.Administration.Integrations;
using OAuthServer.Data;
using OAuthServer.Login;
using OAuthServer.Orgs;
using OAuthServer.Policy;

namespace OAuthServer.Administration.Policies;

/// <summary>An integration by password that a change would stop.</summary>
/// <param name="Integration">Its id.</param>
/// <param name="User">The username it acts as.</param>
/// <param name="ClientId">The app; empty where there is none.</param>
/// <param name="Network">From where.</param>
/// <param name="Client">The program as it calls itself.</param>
/// <param name="LastAt">When it was last let in by password: that login is what was decided again.</param>
/// <param name="Reason">Why it would be refused.</param>
public sealed record StoppedWay(string Integration, string User, string ClientId, string Network, string Client, DateTimeOffset LastAt, DenyReason? Reason);

/// <summary>
/// Which integrations by password a change of policy would stop: the last login of each that was let in, decided again by the policy as it is
/// and as it would be. A look ahead within a moment; what happened over weeks is a replay's affair.
/// </summary>
static class StoppedWays
{
    /// <summary>The last seen are looked at.</summary>
    internal const int Most = 500;

    internal static async Task<IReadOnlyList<StoppedWay>> OfAsync(ServerDb db, OrgPolicy now, OrgPolicy proposed, DateTimeOffset at, CancellationToken cancellation)
    {
        var since = at - IntegrationDesk.StillUsed;
        var rows = await db.Integrations.AsNoTracking()
            .Where(i => i.OrgId == now.OrgId && i.Stage != IntegrationStage.Closed && i.PasswordLastSeenAt >= since)
            .OrderByDescending(i => i.LastSeenAt).Take(Most)
            .Join(db.Users.Where(u => u.Status == UserStatus.Active), i => i.UserId, u => u.Id, (i, u) => new { Row = i, u.Username, u.ProfileId }).ToListAsync(cancellation);
        var last = rows.Select(row => (row.Row, row.Username, row.ProfileId, Login: IntegrationSummary.Of(row.Row.Summary).Last.Find(login => IntegrationWays.IsPassword(login.Way))))
            .Where(row => row.Login is not null).ToList();
        var ids = last.ConvertAll(row => row.Login!.RecordId);
        var records = await db.LoginRecords.AsNoTracking().Where(r => ids.Contains(r.Id) && r.OrgId == now.OrgId).ToDictionaryAsync(r => r.Id, cancellation);
        var (before, after) = (Deciding(now), Deciding(proposed));
        var stopped = new List<StoppedWay>();
        foreach (var (row, username, profileId, login) in last)
        {
            if (records.TryGetValue(login!.RecordId, out var record) && before(record, profileId) is LoginDecision.Allow && after(record, profileId) is not LoginDecision.Allow and var decision)
                stopped.Add(new(row.Id, username, row.ClientId, row.Network, row.Client, login.At, (decision as LoginDecision.Deny)?.Reason));
        }
        return stopped;
    }

    /// <summary>The facts of the record, under this policy and the profile that its user has today.</summary>
    static Func<LoginRecord, string, LoginDecision> Deciding(OrgPolicy policy)
    {
        var org = policy.Facts;
        var profiles = policy.Profiles.ToDictionary(pair => pair.Key, pair => policy.FactsOf(pair.Value), StringComparer.Ordinal);
        return (record, profileId) => LoginPolicy.Decide(
            LoginHistory.FactsOf(record).Restore(record, profiles[profileId]) with { Org = org, Profile = profiles[profileId], OldWay = null }).Decision;
    }
}
