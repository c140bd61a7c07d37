using Microsoft.EntityFrameworkCore;
using OAuthServer.Apps;
using OAuthServer.Data;
using OAuthServer.Federation;
using OAuthServer.Policy;

namespace OAuthServer.Administration.Providers;

/// <summary>Who uses an organization's identity providers.</summary>
sealed class ProviderUse
{
    /// <summary>How many of the newest login records are looked through: nothing finds them by their provider.</summary>
    const int LookedAt = 10_000;

    readonly Dictionary<string, (int People, DateTimeOffset? Last)> byId;

    ProviderUse(Dictionary<string, (int People, DateTimeOffset? Last)> byId) => this.byId = byId;

    internal int PeopleOf(string providerId) => byId.GetValueOrDefault(providerId).People;

    internal DateTimeOffset? LastOf(string providerId) => byId.GetValueOrDefault(providerId).Last;

    /// <summary>Of all providers: by the people who are linked, and by the newest login records, which also hold those who were refused.</summary>
    internal static async Task<ProviderUse> OfAsync(ServerDb db, AdminCall call)
    {
        var ids = await db.IdentityProviders.Where(provider => provider.OrgId == call.Org.Id).Select(provider => provider.Id).ToListAsync(call.Cancellation);
        var linked = await db.FederatedIdentities.Where(identity => ids.Contains(identity.ProviderId)).GroupBy(identity => identity.ProviderId)
            .Select(group => new { group.Key, Count = group.Count(), Last = group.Max(identity => identity.LastUsedAt) }).ToListAsync(call.Cancellation);
        var recorded = await db.LoginRecords.Where(record => record.OrgId == call.Org.Id).OrderByDescending(record => record.Id).Take(LookedAt)
            .Where(record => record.ProviderId != null).GroupBy(record => record.ProviderId!)
            .Select(group => new { group.Key, Last = group.Max(record => (DateTimeOffset?)record.At) }).ToDictionaryAsync(group => group.Key, group => group.Last, StringComparer.Ordinal, call.Cancellation);
        return new(ids.ToDictionary(
            id => id,
            id => linked.Find(group => group.Key == id) is var people && recorded.GetValueOrDefault(id) is var last && (people?.Last > last || last is null)
                ? (people?.Count ?? 0, people?.Last)
                : (people?.Count ?? 0, last),
            StringComparer.Ordinal));
    }

    /// <summary>What stops without a provider.</summary>
    /// <param name="db">Where to look.</param>
    /// <param name="call">Who asks.</param>
    /// <param name="provider">The one that would be off.</param>
    /// <param name="own">All of the organization.</param>
    /// <param name="requiring">The profiles that require single sign-on.</param>
    internal static async Task<ProviderImpact> ImpactAsync(ServerDb db, AdminCall call, ProviderEntry provider, List<ProviderEntry> own, List<ProfileFacts> requiring)
    {
        var others = own.Where(other => other.Row.IsActive && other.Id != provider.Id).Select(other => other.Id).ToList();
        var profileIds = requiring.ConvertAll(profile => profile.Id);
        var people = db.Users.Where(user => user.OrgId == call.Org.Id && user.Status == UserStatus.Active && db.FederatedIdentities.Any(identity => identity.UserId == user.Id && identity.ProviderId == provider.Id));
        var onlyWay = people.Where(user => !user.IsBreakGlass && profileIds.Contains(user.ProfileId) && !db.FederatedIdentities.Any(identity => identity.UserId == user.Id && others.Contains(identity.ProviderId)));
        var takes = provider.Settings.Oidc is null ? LoginChannel.SamlBearer : LoginChannel.TokenExchange;
        var apps = await db.ConnectedApps.AsNoTracking().Where(app => app.OrgId == call.Org.Id && app.IsActive).Select(app => new { app.ClientId, app.Settings }).ToListAsync(call.Cancellation);
        return new(
            await people.CountAsync(call.Cancellation), await onlyWay.CountAsync(call.Cancellation), [.. requiring.Select(profile => profile.Name).Order(StringComparer.CurrentCulture)],
            others.Count == 0, provider.Settings.Domains,
            [.. apps.Where(app => SettingsJson.Read<AppSettings>(app.Settings).Flows.Contains(takes)).Select(app => app.ClientId).Order(StringComparer.Ordinal)],
            (await OfAsync(db, call)).LastOf(provider.Id),
            await NamedFew.OfAsync(people.Select(user => user.Username), call.Cancellation), await NamedFew.OfAsync(onlyWay.Select(user => user.Username), call.Cancellation));
    }
}
