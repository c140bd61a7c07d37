using Microsoft.EntityFrameworkCore;
using OAuthServer.Administration.SignIns;
using OAuthServer.Apps;
using OAuthServer.Data;
using OAuthServer.Federation;
using OAuthServer.Policy;

namespace OAuthServer.Administration.Keys;

/// <summary>What a signing key signs for the organization. Nothing is written when a token is made: it is derived from the apps' settings and their logins.</summary>
/// <param name="AccessTokens">Client ids of the apps whose access tokens are JWTs (RFC 9068), all of them signed by ES256.</param>
/// <param name="IdTokens">Client ids of the apps whose ID tokens and logout tokens it signs: those that take this algorithm.</param>
/// <param name="Providers">
/// OpenID providers to which it proves this server (<c>private_key_jwt</c>). They take RS256 unless their metadata allow ES256 alone, so they stand with RS256.
/// </param>
/// <param name="LastUsedAt">
/// The newest login that was let in of any of these apps, among the 2,000 newest of each, in the key's time of signing, as the settings are now; sign-ins at the providers do not count.
/// Null = none is recorded, or its time has not begun.
/// </param>
public sealed record SigningKeyUse(NamedFew AccessTokens, NamedFew IdTokens, IReadOnlyList<string> Providers, DateTimeOffset? LastUsedAt);

/// <summary>Derives what the signing keys are used for.</summary>
sealed class SigningKeyUses
{
    const string OfAccessTokens = "ES256";
    const string OfProviders = "RS256";
    readonly List<(string ClientId, AppSettings Settings)> apps;
    readonly IReadOnlyList<string> providers;

    SigningKeyUses(List<(string ClientId, AppSettings Settings)> apps, IReadOnlyList<string> providers) => (this.apps, this.providers) = (apps, providers);

    internal static async Task<SigningKeyUses> ReadAsync(ServerDb db, AdminCall call, IEnumerable<ProviderEntry> providers)
    {
        var rows = await db.ConnectedApps.AsNoTracking().Where(app => app.OrgId == call.Org.Id && app.IsActive).Select(app => new { app.ClientId, app.Settings }).ToListAsync(call.Cancellation);
        return new(
            rows.ConvertAll(row => (row.ClientId, SettingsJson.Read<AppSettings>(row.Settings))),
            [.. providers.Where(provider => provider.Settings.Oidc is { ClientAuthentication: ProviderAuthMethod.PrivateKeyJwt }).Select(provider => provider.Row.Name).Order(StringComparer.Ordinal)]);
    }

    /// <summary>Of one key, that signs from a time on until another one does; null = none does yet.</summary>
    internal async Task<SigningKeyUse> OfAsync(ServerDb db, AdminCall call, string algorithm, DateTimeOffset since, DateTimeOffset? until)
    {
        var access = apps.FindAll(app => algorithm == OfAccessTokens && IsInAccessTokens(app.Settings)).ConvertAll(app => app.ClientId);
        var id = apps.FindAll(app => app.Settings.IdTokenAlgorithm == algorithm && TakesIdTokens(app.Settings)).ConvertAll(app => app.ClientId);
        return new(
            NamedFew.Of(access), NamedFew.Of(id), algorithm == OfProviders ? providers : [],
            since > call.At ? null : await LastAsync(db, call, [.. access.Union(id, StringComparer.Ordinal)], since, until));
    }

    /// <summary>Of each app so many logins are looked at, whatever it has had refused since.</summary>
    const int MostLookedAt = 2_000;

    /// <summary>How many apps any key signs for.</summary>
    internal int Apps => apps.Count(app => IsInAccessTokens(app.Settings) || TakesIdTokens(app.Settings));

    static bool IsInAccessTokens(AppSettings app) => app.EffectiveTokenFormat == TokenFormat.Jwt;

    static bool TakesIdTokens(AppSettings app) => app.Scopes.Contains("openid", StringComparer.Ordinal)
        && (app.Flows.Contains(LoginChannel.AuthorizationCode) || app.Flows.Contains(LoginChannel.Device));

    /// <summary>Of the newest logins of each app in that time, by their index.</summary>
    static async Task<DateTimeOffset?> LastAsync(ServerDb db, AdminCall call, List<string> clientIds, DateTimeOffset since, DateTimeOffset? until)
    {
        var end = until is { } over && over <= call.At ? await RecordQuery.FirstIdAsync(db, over, call.Cancellation) ?? long.MaxValue : long.MaxValue;
        var start = await RecordQuery.FirstIdAsync(db, since, call.Cancellation) ?? long.MaxValue;
        var newest = await db.ConnectedApps.Where(app => app.OrgId == call.Org.Id && clientIds.Contains(app.ClientId))
            .Select(app => db.LoginRecords.Where(record => record.OrgId == app.OrgId && record.ClientId == app.ClientId && record.Id < end && record.Id >= start)
                .OrderByDescending(record => record.Id).Take(MostLookedAt).Where(record => record.Decision == "allow").OrderByDescending(record => record.Id).Select(record => (DateTimeOffset?)record.At).FirstOrDefault())
            .ToListAsync(call.Cancellation);
        return newest.Max() is { } last && last >= since ? last : null;
    }
}
