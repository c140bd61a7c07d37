using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;

namespace OAuthServer.Administration.Integrations;

/// <summary>What the inventory does by itself every minute, and the little of it that is done before somebody looks.</summary>
public sealed class IntegrationUpkeep(Database database, IntegrationCounting counting, IntegrationScoring scoring, IntegrationStages stages, BurnDown burnDown)
{
    /// <summary>So many records are counted while somebody waits; when there are more, what was counted so far is shown.</summary>
    internal const int MostAwaited = 5_000;

    /// <summary>So many scores are worked out while somebody waits; the rest are as they were until the next minute.</summary>
    const int MostScored = 2_000;

    /// <summary>Counts what is new, works the scores out again, and moves the stages on.</summary>
    public async Task RunAsync(CancellationToken cancellation = default)
    {
        await counting.RunAsync(cancellation);
        await scoring.RunAsync(orgId: null, int.MaxValue, cancellation);
        await stages.RunAsync(orgId: null, cancellation);
        await burnDown.RunAsync(orgId: null, cancellation);
    }

    /// <summary>The same as far as one organization is concerned and nobody waits long for it: who looks does not do the whole server's work.</summary>
    /// <returns>Up to which time the organization's logins are counted; null when all are.</returns>
    public async Task<DateTimeOffset?> LookAsync(string orgId, CancellationToken cancellation)
    {
        await using var db = database.NewContext();
        var mark = await db.Set<IntegrationMark>().Select(row => row.LastRecordId).SingleAsync(cancellation);
        if (await db.LoginRecords.MaxAsync(record => (long?)record.Id, cancellation) - mark > MostAwaited)
        {
            await scoring.RunAsync(orgId, MostScored, cancellation); // of what is counted so far
            return await db.LoginRecords.Where(record => record.OrgId == orgId && record.Id <= mark).OrderByDescending(record => record.Id)
                .Select(record => (DateTimeOffset?)record.At).FirstOrDefaultAsync(cancellation) ?? DateTimeOffset.UnixEpoch;
        }
        await counting.RunAsync(cancellation);
        await scoring.RunAsync(orgId, MostScored, cancellation);
        await stages.RunAsync(orgId, cancellation);
        await burnDown.RunAsync(orgId, cancellation);
        return null;
    }
}
