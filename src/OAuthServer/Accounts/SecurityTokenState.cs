using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Policy;

namespace OAuthServer.Accounts;

/// <summary>A token as its owner or an administrator may see it: everything but the value.</summary>
/// <param name="IssuedAt">When it was issued.</param>
/// <param name="WorksUntil">When it stops working: the end of its overlap or of its lifetime; null = until it is replaced.</param>
/// <param name="IsSpent">For a single use, and used.</param>
/// <param name="UseCount">Uses so far.</param>
/// <param name="LastUsedAt">The last one.</param>
public sealed record SecurityTokenSight(DateTimeOffset IssuedAt, DateTimeOffset? WorksUntil, bool IsSpent, int UseCount, DateTimeOffset? LastUsedAt);

/// <summary>What security token a user has.</summary>
/// <param name="WhyNone">Why there is none; null when the feature applies.</param>
/// <param name="Current">The current one; null when none was ever issued.</param>
/// <param name="Old">The one in overlap, if any.</param>
/// <param name="OldUsesSinceReset">How often the old one was used although there is a new one: programs still to be changed.</param>
public sealed record SecurityTokenState(TokenAbsence? WhyNone, SecurityTokenSight? Current, SecurityTokenSight? Old, int OldUsesSinceReset)
{
    public static async Task<SecurityTokenState> ReadAsync(
        ServerDb db, User user, ProfileFacts profile, DateTimeOffset now, CancellationToken cancellation = default)
    {
        if (SecurityTokens.WhyNone(profile, user) is { } reason)
            return new(reason, null, null, 0);
        var live = await db.SecurityTokens.AsNoTracking()
            .Where(token => token.UserId == user.Id && (token.RetiresAt == null || token.RetiresAt > now))
            .OrderByDescending(token => token.Id)
            .ToListAsync(cancellation);
        var current = live.Find(token => token.RetiresAt is null);
        var old = live.Find(token => token.RetiresAt is not null);
        var usesSince = current is null || old is null
            ? 0
            : await db.LoginRecords.CountAsync(
                record => record.UserId == user.Id && record.At >= current.IssuedAt && record.SecurityTokenId == old.Id, cancellation);
        return new(null, Sight(current, profile), Sight(old, profile), usesSince);
    }

    static SecurityTokenSight? Sight(SecurityToken? token, ProfileFacts profile)
    {
        if (token is null)
            return null;
        var endOfLife = token.IssuedAt + profile.SecurityTokenLifetime;
        var worksUntil = endOfLife is null || token.RetiresAt < endOfLife ? token.RetiresAt : endOfLife;
        return new(token.IssuedAt, worksUntil, token.SpentAt is not null, token.UseCount, token.LastUsedAt);
    }
}
