using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using OAuthServer.Apps;
using OAuthServer.Configuration;
using OAuthServer.Data;
using OAuthServer.Http;
using OAuthServer.Tokens;

namespace OAuthServer.Administration.Apps;

/// <summary>The rows of an app as administrators see them. Every look is by the organization too.</summary>
static class AppRows
{
    static readonly TimeSpan Lately = TimeSpan.FromDays(30);

    internal static IQueryable<ConnectedApp> Of(ServerDb db, AdminCall call, string clientId) =>
        db.ConnectedApps.Where(app => app.OrgId == call.Org.Id && app.ClientId == clientId);

    /// <summary>Takes the app's row for the transaction that has begun, and reads it as it is then; null when there is none.</summary>
    internal static async Task<ConnectedApp?> TakeAsync(ServerDb db, AdminCall call, string clientId) =>
        await Of(db, call, clientId).ExecuteUpdateAsync(set => set.SetProperty(app => app.Name, app => app.Name), call.Cancellation) == 0
            ? null
            : await Of(db, call, clientId).SingleAsync(call.Cancellation);

    /// <summary>The same, while it is what the caller has seen; otherwise why it is not.</summary>
    internal static async Task<(ConnectedApp? App, AdminRefusal? Refusal)> TakeSeenAsync(ServerDb db, AdminCall call, string clientId) => await TakeAsync(db, call, clientId) switch
    {
        null => (null, new AdminRefusal.NotFound("app")),
        var app when call.HasSeenAnother(VersionOf(app)) => (null, new AdminRefusal.Changed()),
        var app => (app, null),
    };

    /// <summary>Changes with whatever an administrator can change of the app itself.</summary>
    internal static string VersionOf(ConnectedApp app) =>
        ContentVersion.Of(Encoding.UTF8.GetBytes($"{app.Name}\n{app.IsActive}\n{app.RunAsUserId}\n{AppDocument.SettingsOf(app).ToJsonString()}"));

    internal static async Task<AppSight> SightAsync(ServerDb db, AdminCall call, ConnectedApp app) =>
        new(AppDocument.ElementOf(app, await RunAsAsync(db, app, call.Cancellation)), await SecretsAsync(db, call, app), app.CreatedAt, await UseAsync(db, call, app), await KeysAsync(db, call, app));

    internal static async Task<IReadOnlyList<AppSecretLine>> SecretsAsync(ServerDb db, AdminCall call, ConnectedApp app) =>
    [
        .. (await db.AppSecrets.AsNoTracking().Where(secret => secret.AppId == app.Id).OrderBy(secret => secret.Id).ToListAsync(call.Cancellation))
            .Select(secret => new AppSecretLine(secret.Name, secret.CreatedAt, secret.ExpiresAt, secret.LastUsedAt, secret.ExpiresAt <= call.At)),
    ];

    internal static async Task<AppUse> UseAsync(ServerDb db, AdminCall call, ConnectedApp app)
    {
        var records = db.LoginRecords.AsNoTracking().Where(record => record.OrgId == call.Org.Id && record.ClientId == app.ClientId).OrderByDescending(record => record.Id);
        var last = await records.Select(record => new { record.At, record.UserId, record.Decision }).FirstOrDefaultAsync(call.Cancellation);
        var since = call.At - Lately;
        var logins = await records.Take(AppUse.MostCounted).Where(record => record.At >= since).CountAsync(call.Cancellation);
        var proven = await db.AppSecrets.Where(secret => secret.AppId == app.Id).MaxAsync(secret => secret.LastUsedAt, call.Cancellation);
        var by = last?.UserId is { } id
            ? await db.Users.Where(user => user.OrgId == call.Org.Id && user.Id == id).Select(user => user.Username).FirstOrDefaultAsync(call.Cancellation)
            : null;
        var grants = LiveGrants(db, app, call.At);
        return new(
            Later(last?.At, proven), by, last?.Decision == "deny", logins,
            await grants.Select(grant => grant.UserId).Distinct().CountAsync(call.Cancellation), await grants.CountAsync(call.Cancellation));
    }

    /// <summary>The names of those who hold tokens of it that live.</summary>
    internal static IQueryable<string> UsersOf(ServerDb db, AdminCall call, ConnectedApp app)
    {
        var grants = LiveGrants(db, app, call.At);
        return db.Users.Where(user => user.OrgId == call.Org.Id && grants.Any(grant => grant.UserId == user.Id)).Select(user => user.Username);
    }

    /// <summary>Its public keys, with the use that follows from its records: the token path writes nothing of them.</summary>
    static async Task<AppKeys?> KeysAsync(ServerDb db, AdminCall call, ConnectedApp app)
    {
        var settings = SettingsJson.Read<AppSettings>(app.Settings);
        if (settings.Jwks is not { } jwks)
            return null;
        var kids = jwks.TryGetProperty("keys", out var keys) && keys.ValueKind == JsonValueKind.Array
            ? keys.EnumerateArray().Select(key => key.TryGetProperty("kid", out var kid) && kid.ValueKind == JsonValueKind.String ? kid.GetString()! : "").ToList() : [];
        var records = db.LoginRecords.Where(record => record.OrgId == call.Org.Id && record.ClientId == app.ClientId).OrderByDescending(record => record.Id).Take(AppUse.MostCounted)
            .Where(record => record.Decision == "allow");
        if (!settings.AuthMethods.Any() || settings.AuthMethods.Any(method => method != ClientAuthMethod.PrivateKeyJwt))
            records = records.Where(record => record.Channel == Policy.LoginChannel.JwtBearer || record.Channel == Policy.LoginChannel.SamlBearer);
        return new(kids, await records.MaxAsync(record => (DateTimeOffset?)record.At, call.Cancellation));
    }

    /// <summary>Grants whose tokens may still be alive.</summary>
    internal static IQueryable<Grant> LiveGrants(ServerDb db, ConnectedApp app, DateTimeOffset now)
    {
        var shortLived = now - SigningKeyRing.LongestToken;
        return db.Grants.Where(grant => grant.AppId == app.Id && grant.RevokedAt == null
            && (grant.RefreshGeneration == null
                ? grant.AuthenticatedAt > shortLived || grant.Channel == Policy.LoginChannel.ClientCredentials
                : grant.RefreshExpiresAt > now && grant.RefreshIdleExpiresAt > now));
    }

    internal static DateTimeOffset? Later(DateTimeOffset? one, DateTimeOffset? other) => one is null || other > one ? other : one;

    static async Task<string?> RunAsAsync(ServerDb db, ConnectedApp app, CancellationToken cancellation) =>
        app.RunAsUserId is { } id ? await db.Users.Where(user => user.Id == id).Select(user => user.Username).SingleAsync(cancellation) : null;
}
