using Microsoft.EntityFrameworkCore;
using OAuthServer.Data;
using OAuthServer.Policy;

namespace OAuthServer.Tokens;

/// <summary>An app that a user lets in.</summary>
/// <param name="AppId">The app.</param>
/// <param name="Name">What administrators call it.</param>
/// <param name="ClientId">Its client identifier.</param>
/// <param name="Scopes">All that was allowed it or that a live grant holds.</param>
/// <param name="Channels">How it came in; none where there is a consent and no live grant.</param>
/// <param name="Since">The first of it.</param>
/// <param name="LastUsedAt">The last login or refresh; null where no grant is live.</param>
public sealed record UserApp(
    string AppId, string Name, string ClientId, IReadOnlyList<string> Scopes, IReadOnlyList<LoginChannel> Channels, DateTimeOffset Since, DateTimeOffset? LastUsedAt);

/// <summary>
/// What a user's apps hold: consents and grants that live, to be looked at and withdrawn by the user. An app that logs in by itself, as
/// its run-as user, is its administrator's affair and not in here.
/// </summary>
public sealed class UserGrants(Database database, TimeProvider clock)
{
    /// <summary>The user's apps, by name.</summary>
    public async Task<IReadOnlyList<UserApp>> ListAsync(string userId, CancellationToken cancellation = default)
    {
        var now = clock.GetUtcNow();
        var shortLived = now - SigningKeyRing.LongestToken;
        await using var db = database.NewContext();
        var grants = await db.Grants.AsNoTracking()
            .Where(g => g.UserId == userId && g.RevokedAt == null && g.Channel != LoginChannel.ClientCredentials
                && (g.RefreshGeneration == null ? g.AuthenticatedAt > shortLived : g.RefreshExpiresAt > now && g.RefreshIdleExpiresAt > now))
            .ToListAsync(cancellation);
        var consents = await db.Consents.AsNoTracking().Where(c => c.UserId == userId).ToListAsync(cancellation);
        var ids = grants.Select(g => g.AppId).Concat(consents.Select(c => c.AppId)).Distinct(StringComparer.Ordinal).ToList();
        var apps = await db.ConnectedApps.AsNoTracking().Where(a => ids.Contains(a.Id)).ToListAsync(cancellation);
        return
        [
            .. apps.OrderBy(app => app.Name, StringComparer.OrdinalIgnoreCase)
                .Select(app => Describe(app, [.. grants.Where(g => g.AppId == app.Id)], consents.Find(c => c.AppId == app.Id))),
        ];
    }

    /// <summary>Withdraws everything a user let an app have, at once: consent, grants with their tokens, and what was about to become one.</summary>
    /// <returns>False when there was nothing.</returns>
    public async Task<bool> WithdrawAsync(string userId, string appId, CancellationToken cancellation = default)
    {
        var now = clock.GetUtcNow();
        await using var db = database.NewContext();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        // Consents first: what is being made on the strength of one holds its row until it is there to be revoked.
        var withdrawn = await db.Consents.Where(c => c.UserId == userId && c.AppId == appId).ExecuteDeleteAsync(cancellation);
        withdrawn += await db.Grants.Where(g => g.UserId == userId && g.AppId == appId && g.RevokedAt == null && g.Channel != LoginChannel.ClientCredentials)
            .ExecuteUpdateAsync(set => set.SetProperty(g => g.RevokedAt, now), cancellation);
        withdrawn += await db.AuthorizationCodes.Where(c => c.UserId == userId && c.AppId == appId && c.UsedAt == null && c.ExpiresAt > now)
            .ExecuteUpdateAsync(set => set.SetProperty(c => c.ExpiresAt, now), cancellation);
        withdrawn += await db.DeviceAuthorizations.Where(d => d.UserId == userId && d.AppId == appId && d.UsedAt == null && d.ExpiresAt > now)
            .ExecuteUpdateAsync(set => set.SetProperty(d => d.ExpiresAt, now), cancellation);
        await transaction.CommitAsync(cancellation);
        return withdrawn > 0;
    }

    static UserApp Describe(ConnectedApp app, IReadOnlyList<Grant> grants, Consent? consent)
    {
        var times = grants.Select(g => g.AuthenticatedAt);
        return new(
            app.Id, app.Name, app.ClientId,
            [
                .. grants.Select(g => g.Scope).Append(consent?.Scope ?? "").SelectMany(scope => scope.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                    .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal),
            ],
            [.. grants.Select(g => g.Channel).Distinct()],
            (consent is null ? times : times.Append(consent.GivenAt)).Min(),
            grants.Count == 0 ? null : grants.Max(g => g.RefreshUsedAt ?? g.AuthenticatedAt));
    }
}
